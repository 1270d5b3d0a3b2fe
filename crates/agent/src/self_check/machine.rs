//! Lines about the machine itself.

use std::io;
use std::path::Path;

use fettle_wire::message::report::SelfCheck;

use super::found;
use crate::facts::{Machine, os_release};
use crate::folder::DataFolder;

/// The oldest releases whose apt waits for dpkg's lock by itself, which installing needs.
const OLDEST: [(&str, u32); 2] = [("debian", 11), ("ubuntu", 20)];

/// AG-10: a release of the apt family that is not too old. Without a number it is one of tomorrow.
pub(super) fn release(machine: &Machine) -> SelfCheck {
    let field = |name| os_release(machine, name).unwrap_or_default();
    let (id, like, version) = (field("ID"), field("ID_LIKE"), field("VERSION_ID"));
    let major: Option<u32> = version.split('.').next().and_then(|major| major.parse().ok());
    let oldest = OLDEST.iter().find(|(name, _)| *name == id);
    let bad = match (oldest, major) {
        (Some((_, oldest)), Some(major)) if major < *oldest => Some(format!("{id} {version} is older than {oldest}")),
        (None, _) if !like.split_whitespace().any(|like| like == "debian") => {
            Some(format!("{id:?} is not of the Debian family"))
        }
        _ => None,
    };
    found("AG-10", "this release is supported", "Failed", bad.as_slice())
}

/// AG-14: what says which services run replaced code.
pub(super) fn restart_finder(machine: &Machine) -> SelfCheck {
    let there = machine.root.join("usr/sbin/needrestart").exists();
    let bad = (!there).then(|| "needrestart is not installed".to_owned());
    found("AG-14", "needrestart is installed", "Warning", bad.as_slice())
}

/// AG-12: journals and fetched packages can be written.
pub(super) fn folders(data: &DataFolder) -> SelfCheck {
    let folders = [data.keeper().join("journal"), data.apt().join("cache/archives")];
    let bad: Vec<String> = folders
        .iter()
        .filter_map(|folder| {
            let error = write_in(folder).err()?;
            Some(format!("{} cannot be written: {error}", folder.display()))
        })
        .collect();
    found("AG-12", "journals and cache can be written", "Failed", &bad)
}

fn write_in(folder: &Path) -> io::Result<()> {
    fs_err::create_dir_all(folder)?;
    let path = folder.join(".written");
    fs_err::write(&path, "")?;
    fs_err::remove_file(path)
}
