//! What apt said last, and how to tell that it would say the same: nothing that it reads has changed. So a scan with
//! nothing changed starts no process at all.

use std::fmt::Write as _;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use fettle_wire::sha256;
use serde::{Deserialize, Serialize};

use super::state::AptState;
use super::targets::{Source, Target};
use crate::folder;
use crate::scan::FoundOffer;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) key: String,
    pub(super) sources: Vec<Source>,
    pub(super) targets: Vec<Target>,
    pub(super) offers: Vec<FoundOffer>,
}

impl Known {
    /// What was kept under `key`; a file that cannot be read counts as none, and apt is asked again.
    pub(super) fn load(folder: &Path, key: &str) -> Option<Self> {
        let known: Self = folder::read_json(&file(folder)).ok()??;
        (known.key == key).then_some(known)
    }

    pub(super) fn store(&self, folder: &Path) -> io::Result<()> {
        folder::write_json(&file(folder), self)
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("known.json")
}

/// One user of the agent's apt state at a time; the next waits.
pub(super) fn lock(folder: &Path) -> io::Result<fs_err::File> {
    let file = fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"))?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
    Ok(file)
}

/// Path, size, inode and time of change of everything that apt reads, as one hash.
pub(super) fn key(state: &AptState, root: &Path) -> io::Result<String> {
    const READ: [&str; 10] = [
        "var/lib/dpkg/status",
        "var/lib/dpkg/status.d",
        "var/lib/apt/extended_states",
        "etc/apt/sources.list",
        "etc/apt/sources.list.d",
        "etc/apt/preferences",
        "etc/apt/preferences.d",
        "etc/apt/apt.conf",
        "etc/apt/apt.conf.d",
        "etc/apt/auth.conf",
    ];
    let mut text = format!("{}\n", crate::VERSION);
    for path in READ {
        note(&root.join(path), &mut text)?;
    }
    note(&state.lists(), &mut text)?;
    Ok(sha256(text.as_bytes()).hex())
}

fn note(path: &Path, text: &mut String) -> io::Result<()> {
    let metadata = match fs_err::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !metadata.is_dir() {
        let _ = writeln!(
            text,
            "{} {} {} {}.{}",
            path.display(),
            metadata.size(),
            metadata.ino(),
            metadata.mtime(),
            metadata.mtime_nsec()
        );
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs_err::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    // Folders within are apt's own scratch space (`partial`), and change with each refresh.
    entries.iter().filter(|path| !path.is_dir() && !path.ends_with("lock")).try_for_each(|path| note(path, text))
}
