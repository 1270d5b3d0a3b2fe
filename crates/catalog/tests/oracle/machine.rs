//! A machine as its status file has it.

use std::path::Path;

use fettle_catalog::apt::control::{Paragraph, Paragraphs};
use fettle_catalog::apt::packages::source;
use fettle_model::component::Component;

pub(crate) struct Machine {
    pub(crate) release: String,
    pub(crate) packages: Vec<Package>,
}

#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// The last word of `Status`.
    pub(crate) state: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) architecture: String,
    pub(crate) source: String,
    pub(crate) source_version: String,
}

impl Machine {
    pub(crate) fn read(folder: &Path) -> Self {
        let release = fs_err::read_to_string(folder.join("os-release")).expect("readable");
        let release = release.lines().find_map(|line| line.strip_prefix("VERSION_ID=")).expect("a release");
        let status = fs_err::read(folder.join("status")).expect("readable");
        let packages = Paragraphs::new(status.as_slice()).map(|paragraph| package(&paragraph.expect("a paragraph")));
        Self { release: release.trim_matches('"').to_owned(), packages: packages.collect() }
    }

    pub(crate) fn os(&self) -> Component {
        Component::Os { id: "debian".to_owned(), release: self.release.clone() }
    }
}

fn package(paragraph: &Paragraph) -> Package {
    let text = |name: &str| paragraph.field(name).expect("a field").to_owned();
    let (name, version) = (text("Package"), text("Version"));
    let (source, source_version) = source(paragraph.field("Source"), &name, &version);
    let state = text("Status").rsplit(' ').next().expect("a word").to_owned();
    Package { state, name, version, architecture: text("Architecture"), source, source_version }
}

impl Package {
    /// As agents report it: what dpkg has unpacked and configured before (`agent.md` 3.4).
    pub(crate) fn is_reported(&self) -> bool {
        ["installed", "half-configured", "triggers-awaited", "triggers-pending"].contains(&self.state.as_str())
    }

    pub(crate) fn component(&self) -> Component {
        Component::Deb {
            name: self.name.clone(),
            version: self.version.clone(),
            arch: self.architecture.clone(),
            source: self.source.clone(),
            source_version: self.source_version.clone(),
        }
    }
}
