//! Reading `limits.toml`, which only the machine's administrator may have written, and looking whether it has changed.

use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use fettle_wire::sha256;
use fs_err::os::unix::fs::OpenOptionsExt as _;

use super::{HostLimits, Limits};
use crate::settings::Settings;

/// Largest file, in bytes.
const LIMIT: u64 = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum LimitsError {
    #[error("LIMITS_INVALID: the limits file could not be read")]
    Read(#[source] io::Error),
    #[error("LIMITS_INVALID: {0}")]
    Unsafe(String),
    #[error("LIMITS_INVALID: {0}")]
    Content(String),
}

/// Where the limits are; nothing of them is kept.
#[derive(Debug, Clone)]
pub struct LimitsFile(PathBuf);

impl LimitsFile {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// What is in force now. A file that cannot be trusted forbids all work; no file forbids nothing.
    pub fn read(&self) -> HostLimits {
        match self.check() {
            Ok(limits) => limits,
            Err(error) => HostLimits { invalid: Some(crate::collector::chain(&error)), ..HostLimits::default() },
        }
    }

    pub fn check(&self) -> Result<HostLimits, LimitsError> {
        let Some(bytes) = read_safely(&self.0)? else { return Ok(HostLimits::default()) };
        let text = std::str::from_utf8(&bytes).map_err(|error| LimitsError::Content(error.to_string()))?;
        let limits = Limits::parse(text).map_err(LimitsError::Content)?;
        Ok(HostLimits { limits, hash: Some(sha256(&bytes)), invalid: None })
    }
}

/// The bytes of a regular file that nobody but its owner can write, and that root owns (or, for an agent that is not
/// root, the agent's user).
fn read_safely(path: &Path) -> Result<Option<Vec<u8>>, LimitsError> {
    let flags = i32::try_from(rustix::fs::OFlags::NOFOLLOW.union(rustix::fs::OFlags::NONBLOCK).bits());
    let flags = flags.expect("flags of open(2) are an int");
    let file = match fs_err::OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LimitsError::Read(error)),
    };
    // Of the open file, so that it cannot be another one when it is read.
    let metadata = file.metadata().map_err(LimitsError::Read)?;
    let refused = |what: String| Err(LimitsError::Unsafe(format!("{} {what}", path.display())));
    if !metadata.is_file() {
        return refused("is no regular file".to_owned());
    }
    let own = rustix::process::geteuid().as_raw();
    if metadata.uid() != 0 && metadata.uid() != own {
        return refused(format!("belongs to user {}, not to root", metadata.uid()));
    }
    if metadata.mode() & 0o022 != 0 {
        return refused(format!("can be written by others (mode {:o})", metadata.mode() & 0o7777));
    }
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(LimitsError::Read)?;
    if bytes.len() as u64 > LIMIT {
        return refused(format!("is larger than {LIMIT} bytes"));
    }
    Ok(Some(bytes))
}

/// Writes what was said at the install, where no limits file is there yet. True: it was written.
pub fn write_if_absent(path: &Path, settings: &Settings) -> io::Result<bool> {
    if !settings.monitor_only && settings.labels.is_empty() {
        return Ok(false);
    }
    let mut table = toml::Table::new();
    if settings.monitor_only {
        table.insert("monitor-only".to_owned(), true.into());
    }
    if !settings.labels.is_empty() {
        table.insert("labels".to_owned(), settings.labels.clone().into());
    }
    let mut options = fs_err::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o644).open(path);
    match file {
        Ok(mut file) => {
            io::Write::write_all(&mut file, table.to_string().as_bytes())?;
            file.sync_all()?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_a_file_that_nobody_else_can_write_is_trusted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("limits.toml");
        let file = LimitsFile::new(&path);
        assert_eq!(file.check().expect("no file"), HostLimits::default());
        let mode = |mode| fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
        fs_err::write(&path, "labels = [\"prod\"]\n").expect("a file");
        mode(0o644);
        let good = file.check().expect("limits");
        assert!(good.hash.is_some() && good.limits.labels == ["prod"]);

        for open in [0o664, 0o646] {
            mode(open);
            assert!(matches!(file.check(), Err(LimitsError::Unsafe(_))), "{open:o}");
            assert!(file.read().invalid.is_some_and(|text| text.starts_with("LIMITS_INVALID")), "{open:o}");
        }
        mode(0o644);
        fs_err::write(&path, "label = []\n").expect("a file");
        assert!(matches!(file.check(), Err(LimitsError::Content(_))));
        fs_err::write(&path, "#".repeat(64 * 1024 + 1)).expect("a file");
        assert!(matches!(file.check(), Err(LimitsError::Unsafe(_))));
        if rustix::process::geteuid().is_root() {
            fs_err::write(&path, "").expect("a file");
            std::os::unix::fs::chown(&path, Some(65_534), None).expect("another owner");
            assert!(matches!(file.check(), Err(LimitsError::Unsafe(_))));
        }
        fs_err::remove_file(&path).expect("a file");
        std::os::unix::fs::symlink("/dev/null", &path).expect("a link");
        assert!(file.check().is_err(), "a link may lead anywhere");
    }
}
