//! Hosts whose test was killed: their processes end by themselves, their mounts and folders are taken away by the next
//! host that is made.

use std::path::Path;
use std::process::Command;

/// How the folders of hosts are called.
pub(super) const PREFIX: &str = "fettle-host-";
const MARKER: &str = "owner";

/// Says in the host's folder whose it is.
pub(super) fn mark(folder: &Path) -> anyhow::Result<()> {
    let own = std::process::id();
    let started = started(own).unwrap_or_default();
    fs_err::write(folder.join(MARKER), format!("{own} {started}"))?;
    Ok(())
}

/// Takes away the hosts in the folder for temporary files whose owner is gone. One without a marker is being made.
pub(super) fn sweep() -> anyhow::Result<()> {
    for entry in fs_err::read_dir(std::env::temp_dir())? {
        let entry = entry?;
        let is_host = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let Some(owner) = is_host.then(|| fs_err::read_to_string(entry.path().join(MARKER)).ok()).flatten() else {
            continue;
        };
        if lives(&owner) {
            continue;
        }
        for mounted in [entry.path().join("root"), entry.path()] {
            // What is not mounted any more is as good.
            let _ = Command::new("umount").arg("--lazy").arg(mounted).output();
        }
        // Another test may sweep the same one at the same time.
        let _ = fs_err::remove_dir(entry.path());
    }
    Ok(())
}

fn lives(owner: &str) -> bool {
    let Some((process, start)) = owner.split_once(' ') else { return true };
    process.parse().ok().and_then(started).is_some_and(|started| started == start)
}

/// When a process was started, in ticks since boot (field 22 of `/proc/PID/stat`): with it a process id is not mistaken
/// for an earlier one.
fn started(process: u32) -> Option<String> {
    let stat = fs_err::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold blanks.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_process_is_alive() {
        let own = std::process::id();
        let started = started(own).expect("this process runs");
        assert!(lives(&format!("{own} {started}")));
        assert!(!lives(&format!("{own} 1")));
        assert!(!lives(&format!("{} {started}", u32::MAX)));
    }

    #[test]
    fn a_host_of_a_dead_process_is_taken_away() {
        if let Some(reason) = crate::host::impossible() {
            eprintln!("{reason}");
            return;
        }
        let dead = crate::Host::new("dead").expect("a host");
        let folder = dead.path("");
        fs_err::write(folder.join(MARKER), format!("{} 1", u32::MAX)).expect("a marker");
        let next = crate::Host::new("next").expect("a host");
        assert!(!folder.exists(), "{} is still there", folder.display());
        assert!(next.root().join("etc").is_dir());
    }
}
