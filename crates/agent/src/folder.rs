//! Where the agent keeps what is its own (`agent.md` 1.3), and how it writes there: to a temporary file, fsync, rename,
//! fsync of the folder.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The agent's data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// `/var/lib/fettle-agent` for root; for others a folder of their own, by the XDG base directories.
    pub fn usual() -> Option<Self> {
        if rustix::process::geteuid().is_root() {
            return Some(Self::new("/var/lib/fettle-agent"));
        }
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let base = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")))?;
        Some(Self(base.join("fettle-agent")))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Lists and cache of apt. Beside `keeper/`, not in it: apt's own unprivileged user has to reach it.
    pub fn apt(&self) -> PathBuf {
        self.0.join("apt")
    }

    pub fn keeper(&self) -> PathBuf {
        self.0.join("keeper")
    }

    pub fn talker(&self) -> PathBuf {
        self.0.join("talker")
    }
}

/// `None` when there is no such file.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs_err::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged: {error}", path.display()))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    write_durably(path, &serde_json::to_vec(value).map_err(io::Error::other)?)
}

/// Replaces the file at `path` whole, readable by its owner only; after it returns, a power cut finds the new bytes.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::other("a file has a folder"))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = folder.join(name);
    let mut file = fs_err::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs_err::rename(&temporary, path)?;
    sync_folder(folder)
}

/// A folder that only its owner may look into.
pub fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::create_dir_all(path)?;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

pub fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub fn sync_folder(folder: &Path) -> io::Result<()> {
    fs_err::File::open(folder)?.sync_all()
}
