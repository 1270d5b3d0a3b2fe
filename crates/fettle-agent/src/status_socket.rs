//! `status.sock`: tells the status to whoever may open it, for the agent's own files are root's alone (`agent.md` 1.3).
//! Nothing is read from a caller.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use fettle_agent_core::folder::{self, DataFolder};
use serde_json::Value;

/// Of the machine's one agent.
pub(crate) const USUAL: &str = "/run/fettle-agent/status.sock";
/// Members of it may ask.
const GROUP: &str = "fettle-agent";
/// A caller that does not take its answer is not waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// Beside the data where that was named.
pub(crate) fn path(data: &DataFolder) -> PathBuf {
    if data.path() == Path::new("/var/lib/fettle-agent") {
        PathBuf::from(USUAL)
    } else {
        data.path().join("status.sock")
    }
}

/// Answers each caller with what `document` says at that moment, on a thread of its own.
pub(crate) fn serve(path: &Path, document: impl Fn() -> anyhow::Result<Value> + Send + 'static) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder)?;
    }
    // What an agent that ended has left; the lock says that no other one runs.
    folder::remove_if_there(path)?;
    let listener = UnixListener::bind(path).with_context(|| format!("opening {}", path.display()))?;
    fs_err::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o660))?;
    if let Some(group) = group(&fs_err::read_to_string("/etc/group").unwrap_or_default()) {
        std::os::unix::fs::chown(path, None, Some(group)).context("giving the status socket to its group")?;
    }
    let answer = move |mut stream: UnixStream| -> anyhow::Result<()> {
        stream.set_write_timeout(Some(PATIENCE))?;
        let bytes = serde_json::to_vec(&document()?)?;
        Ok(stream.write_all(&bytes)?)
    };
    std::thread::Builder::new().name("status".to_owned()).spawn(move || {
        for stream in listener.incoming() {
            if let Err(error) = stream.map_err(anyhow::Error::from).and_then(&answer) {
                tracing::debug!(error = format!("{error:#}"), "a question for the status was not answered");
            }
        }
    })?;
    Ok(())
}

/// The status of the agent behind `path`.
pub(crate) fn ask(path: &Path) -> anyhow::Result<Value> {
    let stream = UnixStream::connect(path).with_context(|| format!("asking {}", path.display()))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut bytes = Vec::new();
    stream.take(LIMIT).read_to_end(&mut bytes).context("reading the status")?;
    serde_json::from_slice(&bytes).context("reading the status")
}

/// Number of the agent's group, in the form of group(5).
fn group(text: &str) -> Option<u32> {
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(GROUP)).then(|| fields.nth(1)?.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_found_by_its_whole_name() {
        assert_eq!(group("root:x:0:\nfettle-agents:x:7:\nfettle-agent:x:998:ada\n"), Some(998));
        assert_eq!(group("root:x:0:\n"), None);
    }
}
