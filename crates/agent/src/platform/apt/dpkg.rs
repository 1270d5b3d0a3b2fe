//! dpkg's own database, read natively: `status`, and `status.d` where an image has it (dpkg(1), "Information about
//! packages").

use std::io::{self, BufRead, BufReader};
use std::path::Path;

use fettle_model::Component;

use crate::control::{self, Paragraph};

#[derive(Debug, thiserror::Error)]
pub enum DpkgError {
    #[error("dpkg's database could not be read")]
    Read(#[source] io::Error),
    #[error("dpkg's database {path} holds no package")]
    Empty { path: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageState {
    Installed,
    HalfConfigured,
    /// `triggers-awaited` or `triggers-pending`.
    Triggers,
    HalfInstalled,
    Unpacked,
    /// Removed or never there; perhaps with configuration files.
    Absent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub arch: String,
    pub source: String,
    pub source_version: String,
    pub state: PackageState,
    /// dpkg's selection is `hold`.
    pub held: bool,
    /// dpkg wants it installed again (`reinstreq`).
    pub broken: bool,
}

impl Package {
    /// States of which `agent.md` 3.4 makes components.
    pub fn is_present(&self) -> bool {
        matches!(self.state, PackageState::Installed | PackageState::HalfConfigured | PackageState::Triggers)
    }

    pub fn component(&self) -> Component {
        Component::Deb {
            name: self.name.clone(),
            version: self.version.clone(),
            arch: self.arch.clone(),
            source: self.source.clone(),
            source_version: self.source_version.clone(),
        }
    }
}

/// Every package that dpkg knows and that is not plainly absent, in the database's order.
#[derive(Debug, Default)]
pub struct Database(pub Vec<Package>);

impl Database {
    /// Reads `var/lib/dpkg` below `root`.
    pub fn read(root: &Path) -> Result<Self, DpkgError> {
        let folder = root.join("var/lib/dpkg");
        let mut packages = Vec::new();
        let status = folder.join("status");
        if status.exists() {
            read_file(&status, &mut packages)?;
        }
        let parts = folder.join("status.d");
        if parts.is_dir() {
            for entry in fs_err::read_dir(&parts).map_err(DpkgError::Read)? {
                let path = entry.map_err(DpkgError::Read)?.path();
                if path.extension().is_none_or(|extension| extension != "md5sums") {
                    read_file(&path, &mut packages)?;
                }
            }
        }
        if packages.is_empty() {
            return Err(DpkgError::Empty { path: folder.display().to_string() });
        }
        Ok(Self(packages))
    }

    pub fn present(&self) -> impl Iterator<Item = &Package> {
        self.0.iter().filter(|package| package.is_present())
    }

    /// What `dpkg --audit` would complain about as half-installed, half-configured, unpacked or to be installed again.
    pub fn broken(&self) -> Vec<&str> {
        self.0
            .iter()
            .filter(|package| {
                use PackageState::{HalfConfigured, HalfInstalled, Unpacked};
                package.broken || matches!(package.state, HalfInstalled | HalfConfigured | Unpacked)
            })
            .map(|package| package.name.as_str())
            .collect()
    }

    /// By name and, where given, architecture; `all` answers to every architecture.
    pub fn find(&self, name: &str, arch: Option<&str>) -> Option<&Package> {
        self.0.iter().find(|package| {
            package.name == name && arch.is_none_or(|arch| package.arch == arch || package.arch == "all")
        })
    }
}

fn read_file(path: &Path, packages: &mut Vec<Package>) -> Result<(), DpkgError> {
    let file = fs_err::File::open(path).map_err(DpkgError::Read)?;
    parse(BufReader::with_capacity(64 * 1024, file), packages).map_err(DpkgError::Read)
}

/// Adds the packages of a status file to `packages`.
pub fn parse(input: impl BufRead, packages: &mut Vec<Package>) -> io::Result<()> {
    let wanted = ["Package", "Status", "Architecture", "Version", "Source"];
    control::read(input, &wanted, |paragraph| packages.extend(package(paragraph)))
}

fn package(paragraph: &Paragraph) -> Option<Package> {
    let name = paragraph.get("Package")?.to_owned();
    let version = paragraph.text("Version");
    // A file of `status.d` describes an installed package and has no Status.
    let status = paragraph.get("Status").unwrap_or("install ok installed");
    let mut words = status.split_whitespace();
    let (wanted, flag, state) = (words.next()?, words.next()?, words.next()?);
    let state = match state {
        "installed" => PackageState::Installed,
        "half-configured" => PackageState::HalfConfigured,
        "triggers-awaited" | "triggers-pending" => PackageState::Triggers,
        "half-installed" => PackageState::HalfInstalled,
        "unpacked" => PackageState::Unpacked,
        _ => PackageState::Absent,
    };
    if state == PackageState::Absent {
        return None;
    }
    let (source, source_version) = source(paragraph.get("Source"), &name, &version);
    let arch = paragraph.text("Architecture");
    Some(Package { name, version, arch, source, source_version, state, held: wanted == "hold", broken: flag != "ok" })
}

/// `Source` with an optional version in brackets; it defaults to the package's own name and version.
pub fn source(field: Option<&str>, name: &str, version: &str) -> (String, String) {
    match field.map(|field| field.split_once(" (").unwrap_or((field, ""))) {
        None => (name.to_owned(), version.to_owned()),
        Some((source, "")) => (source.to_owned(), version.to_owned()),
        Some((source, rest)) => (source.to_owned(), rest.trim_end_matches(')').to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Package: dmsetup
Status: install ok installed
Architecture: amd64
Source: lvm2 (2.03.16-2)
Version: 2:1.02.185-2

Package: old
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: kept
Status: hold ok triggers-pending
Architecture: all
Source: other
Version: 3

Package: unconfigured
Status: install ok half-configured
Architecture: amd64
Version: 5

Package: torn
Status: install reinstreq half-installed
Architecture: amd64
Version: 4
";

    fn database() -> Database {
        let mut packages = Vec::new();
        parse(STATUS.as_bytes(), &mut packages).expect("reading from memory does not fail");
        Database(packages)
    }

    #[test]
    fn source_version_and_states_are_read() {
        let database = database();
        let names: Vec<_> = database.present().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["dmsetup", "kept", "unconfigured"]);
        let dmsetup = database.find("dmsetup", Some("amd64")).expect("it is there");
        assert_eq!((dmsetup.source.as_str(), dmsetup.source_version.as_str()), ("lvm2", "2.03.16-2"));
        let kept = database.find("kept", Some("amd64")).expect("`all` answers to any architecture");
        assert!(kept.held);
        assert_eq!((kept.source.as_str(), kept.source_version.as_str()), ("other", "3"));
        assert_eq!(database.broken(), ["unconfigured", "torn"]);
    }
}
