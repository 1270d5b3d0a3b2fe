//! Lines about the package manager: its lock, and settings that weaken its checks.

use std::path::PathBuf;

use fettle_model::Component;
use fettle_model::component::RepositoryTrust;
use fettle_wire::message::report::SelfCheck;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::found;
use crate::facts::Machine;
use crate::folder::{self, DataFolder};
use crate::platform::Packages;
use crate::platform::apt::lock::{Holder, holder};

/// AG-03: held longer than this, something is wrong.
const LONGEST_HOLD: SignedDuration = SignedDuration::from_mins(30);

/// Who was seen with dpkg's lock, and since when at each look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockSeen {
    pid: Option<i32>,
    since: Timestamp,
}

impl LockSeen {
    /// What is remembered after seeing `holder` at `now`.
    pub fn after(before: Option<Self>, holder: Option<Holder>, now: Timestamp) -> Option<Self> {
        let pid = holder?.pid.map(|pid| pid.as_raw_nonzero().get());
        // A clock that was set back begins anew.
        let same = before.filter(|before| before.pid == pid && before.since <= now);
        Some(same.unwrap_or(Self { pid, since: now }))
    }

    fn is_stuck(self, now: Timestamp) -> bool {
        now.duration_since(self.since) > LONGEST_HOLD
    }
}

/// AG-03. The kernel does not say since when a lock is held: it was seen with the same process at each look.
pub fn lock(data: &DataFolder, machine: &Machine, now: Timestamp) -> SelfCheck {
    let path = data.apt().join("lock-seen.json");
    // What cannot be remembered or read is no proof that the lock is stuck.
    let before = folder::read_json::<LockSeen>(&path).ok().flatten();
    let seen = LockSeen::after(before, holder(&machine.root).ok().flatten(), now);
    let kept = match &seen {
        Some(seen) if before.as_ref() != Some(seen) => {
            fs_err::create_dir_all(data.apt()).and_then(|()| folder::write_json(&path, seen))
        }
        Some(_) => Ok(()),
        None => folder::remove_if_there(&path),
    };
    if let Err(error) = kept {
        tracing::debug!(%error, "the lock's holder is not remembered");
    }
    let stuck = seen.filter(|seen| seen.is_stuck(now));
    let bad = stuck.map(|seen| {
        let who = seen.pid.map_or_else(|| "a process elsewhere".to_owned(), |pid| format!("process {pid}"));
        format!("{who} has held dpkg's lock since {}", seen.since)
    });
    found("AG-03", "dpkg's lock is not stuck", "Failed", bad.as_slice())
}

/// AG-15: settings with which apt takes what nobody signed, or lists of yesterday for those of today.
pub(super) fn settings(packages: &Packages, machine: &Machine) -> SelfCheck {
    let mut bad: Vec<String> = packages
        .components
        .iter()
        .filter_map(|component| match component {
            Component::Repo { repository, trust, .. } if *trust != RepositoryTrust::Signed => {
                Some(format!("{repository} is taken without a signature"))
            }
            _ => None,
        })
        .collect();
    let old = configuration(machine).into_iter().filter(takes_old_lists);
    bad.extend(old.map(|path| format!("{} turns Check-Valid-Until off", path.display())));
    bad.sort();
    bad.dedup();
    found("AG-15", "repository settings weaken nothing", "Warning", &bad)
}

fn configuration(machine: &Machine) -> Vec<PathBuf> {
    let apt = machine.root.join("etc/apt");
    let mut files = vec![apt.join("sources.list"), apt.join("apt.conf")];
    for folder in ["sources.list.d", "apt.conf.d"] {
        let entries = fs_err::read_dir(apt.join(folder)).into_iter().flatten();
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    files.sort();
    files
}

/// In the words of apt.conf, of a one-line source (`[check-valid-until=no]`) and of a deb822 one.
fn takes_old_lists(path: &PathBuf) -> bool {
    let Ok(text) = fs_err::read_to_string(path) else { return false };
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#') && !line.starts_with("//"));
    lines.map(str::to_lowercase).any(|line| {
        line.split_once("check-valid-until").is_some_and(|(_, value)| {
            let value = value.trim_start_matches(|c: char| !c.is_alphanumeric());
            ["no", "false", "0", "off", "without", "disable"].iter().any(|off| value.starts_with(off))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_holder_at_each_look_is_stuck_after_half_an_hour() {
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let holder = |pid| Some(Holder { pid: rustix::process::Pid::from_raw(pid) });
        let first = LockSeen::after(None, holder(7), at(0));
        let later = LockSeen::after(first, holder(7), at(31)).expect("it is held");
        assert!(later.is_stuck(at(31)) && !later.is_stuck(at(30)));
        let other = LockSeen::after(first, holder(8), at(31)).expect("it is held");
        assert!(!other.is_stuck(at(31)), "another process has it");
        assert_eq!(LockSeen::after(first, None, at(31)), None);
    }

    #[test]
    fn old_lists_are_found_in_every_spelling() {
        let root = tempfile::tempdir().expect("a folder");
        let machine = Machine { root: root.path().to_owned(), is_root: true };
        for folder in ["sources.list.d", "apt.conf.d"] {
            fs_err::create_dir_all(root.path().join("etc/apt").join(folder)).expect("a folder");
        }
        let write =
            |path: &str, text: &str| fs_err::write(root.path().join("etc/apt").join(path), text).expect("a file");
        write("apt.conf.d/good", "Acquire::Check-Valid-Until \"true\";\n// Acquire::Check-Valid-Until \"false\";\n");
        assert_eq!(settings(&Packages::default(), &machine).result, "Passed");
        write("apt.conf.d/bad", "Acquire::Check-Valid-Until \"false\";\n");
        write("sources.list", "deb [check-valid-until=no] http://a.test x main\n");
        write("sources.list.d/a.sources", "Types: deb\nCheck-Valid-Until: no\n");
        let check = settings(&Packages::default(), &machine);
        assert_eq!((check.result.as_str(), check.text.matches("turns").count()), ("Warning", 3), "{}", check.text);
    }
}
