//! What the package database says of a patch, where nothing else is certain.

use fettle_model::job::Work;
use fettle_wire::document::manifest::ManifestPatch;

use crate::platform::apt::dpkg::{Database, PackageState};
use crate::platform::apt::transaction::is_done;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// All of it that is on this machine is as it was wanted.
    Done,
    /// Nothing of it is on this machine.
    Absent,
    /// What is not as it was wanted.
    Open(String),
}

pub(super) fn found_of(patch: &ManifestPatch, database: &Database, work: Work) -> Found {
    let packages = patch.packages.iter().filter_map(|wanted| {
        let package = database.find(&wanted.name, Some(&wanted.arch))?;
        let whole = matches!(package.state, PackageState::Installed | PackageState::Triggers) && !package.broken;
        let open = if !whole {
            Some(format!("{} is half installed", package.name))
        } else if is_done(work, &package.version, &wanted.version) {
            None
        } else {
            Some(format!("{} is {}", package.name, package.version))
        };
        Some(open)
    });
    let packages: Vec<Option<String>> = packages.collect();
    let open: Vec<String> = packages.iter().flatten().cloned().collect();
    match (packages.len(), open.is_empty()) {
        (0, _) => Found::Absent,
        (_, true) => Found::Done,
        (_, false) => Found::Open(open.join("; ")),
    }
}
