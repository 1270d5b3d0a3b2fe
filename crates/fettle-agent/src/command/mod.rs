//! One file per command.

pub(crate) mod collect;
pub(crate) mod doctor;
pub(crate) mod install;
pub(crate) mod journal;
pub(crate) mod limits;
pub(crate) mod run;
pub(crate) mod scan;
pub(crate) mod status;
pub(crate) mod uninstall;
pub(crate) mod work;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use fettle_agent_core::folder::DataFolder;

use crate::Place;

impl Place {
    /// The data folder, which is made if it is not there.
    pub(crate) fn folder(&self) -> anyhow::Result<DataFolder> {
        let folder = match &self.data {
            Some(path) => DataFolder::new(std::path::absolute(path).context("resolving --data")?),
            None => DataFolder::usual().context("neither HOME nor XDG_DATA_HOME is set: name a folder with --data")?,
        };
        fs_err::create_dir_all(folder.path()).context("making the agent's data folder")?;
        Ok(folder)
    }
}

/// `agent.toml`: in `/etc` for the machine's one agent, in the data folder where that was named.
fn settings_path(place: &Place, data: &DataFolder) -> PathBuf {
    let usual = place.data.is_none() && data.path() == Path::new("/var/lib/fettle-agent");
    if usual { PathBuf::from("/etc/fettle-agent/agent.toml") } else { data.path().join("agent.toml") }
}

/// `limits.toml`, beside it.
fn limits_path(place: &Place, data: &DataFolder) -> PathBuf {
    settings_path(place, data).with_file_name("limits.toml")
}

/// Journals of all deployments, oldest first.
fn journal_files(data: &DataFolder) -> anyhow::Result<Vec<PathBuf>> {
    let folder = data.keeper().join("journal");
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jnl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
