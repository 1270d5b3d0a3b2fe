//! The agent's self-check (`automation.md` 2.2), as far as its lines apply to Linux: what would keep it from scanning or
//! from installing, each with its id.

mod machine;
mod package_manager;

use fettle_wire::message::report::SelfCheck;
use jiff::SignedDuration;

use crate::facts::{self, Machine};
use crate::folder::DataFolder;
use crate::platform::Packages;

pub use self::package_manager::{LockSeen, lock};

/// Of the difference between the agent's clock and the server's.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(fettle_wire::limit::MAX_CLOCK_SKEW_S);

/// Checks whose failure keeps the agent from scanning, and from installing; the others warn.
const BLOCK_SCANNING: [&str; 2] = ["AG-02", "AG-10"];
const BLOCK_PATCHING: [&str; 7] = ["AG-01", "AG-02", "AG-03", "AG-05", "AG-06", "AG-10", "AG-12"];

fn passed(id: &str, text: &str) -> SelfCheck {
    SelfCheck { id: id.to_owned(), result: "Passed".to_owned(), text: text.to_owned() }
}

/// Passed, or `result` with what was found.
fn found(id: &str, good: &str, result: &str, bad: &[String]) -> SelfCheck {
    if bad.is_empty() {
        return passed(id, good);
    }
    let text = fettle_model::text::cleaned(&bad.join("; "), 2_000);
    SelfCheck { id: id.to_owned(), result: result.to_owned(), text }
}

/// What a scan can tell, with the packages that it saw.
pub fn of_scan(packages: &Packages, machine: &Machine, reboot: bool) -> Vec<SelfCheck> {
    let mut checks = vec![rights(machine), half_installed(&packages.broken)];
    let failed: Vec<String> =
        packages.refresh.iter().filter(|line| line.result != "Ok").map(|line| line.repo.to_string()).collect();
    checks.push(found("AG-04", "every repository was refreshed", "Warning", &failed));
    checks.extend(facts::disks::free_space_check(machine));
    checks.push(machine::release(machine));
    checks.push(if reboot {
        found("AG-13", "", "Warning", &["a restart is pending".to_owned()])
    } else {
        passed("AG-13", "no restart is pending")
    });
    checks.push(machine::restart_finder(machine));
    checks.push(package_manager::settings(packages, machine));
    checks
}

/// Before a deployment changes anything; those whose failure is in its way. `offset` is the agent's clock against the
/// server's.
pub fn before_deployment(
    broken: &[String],
    machine: &Machine,
    data: &DataFolder,
    offset: Option<SignedDuration>,
    now: jiff::Timestamp,
) -> Vec<SelfCheck> {
    let mut checks = vec![rights(machine), half_installed(broken), lock(data, machine, now)];
    checks.extend(facts::disks::free_space_check(machine));
    checks.extend([clock(offset), machine::release(machine), machine::folders(data)]);
    checks.retain(blocks_patching);
    checks
}

fn rights(machine: &Machine) -> SelfCheck {
    let bad = if machine.is_root { Vec::new() } else { vec!["not root: this agent only watches".to_owned()] };
    found("AG-01", "runs as root", "Failed", &bad)
}

fn half_installed(broken: &[String]) -> SelfCheck {
    let bad = if broken.is_empty() { Vec::new() } else { vec![format!("not fully installed: {}", broken.join(", "))] };
    found("AG-02", "dpkg's database is whole", "Failed", &bad)
}

/// AG-06. Says nothing that changes from scan to scan as long as it passes.
pub fn clock(offset: Option<SignedDuration>) -> SelfCheck {
    let off = offset.filter(|offset| offset.abs() > CLOCK_SKEW);
    let bad: Vec<String> =
        off.iter().map(|offset| format!("the clock is {} s off the server's", offset.as_secs())).collect();
    found("AG-06", "the clock agrees with the server's", "Failed", &bad)
}

/// AG-12.
pub fn folders(data: &DataFolder) -> SelfCheck {
    machine::folders(data)
}

pub fn blocks_scanning(check: &SelfCheck) -> bool {
    check.result == "Failed" && BLOCK_SCANNING.contains(&check.id.as_str())
}

pub fn blocks_patching(check: &SelfCheck) -> bool {
    check.result == "Failed" && BLOCK_PATCHING.contains(&check.id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_effect_has_its_checks() {
        let root = tempfile::tempdir().expect("a folder");
        fs_err::create_dir_all(root.path().join("etc")).expect("a folder");
        fs_err::write(root.path().join("etc/os-release"), "ID=debian\nVERSION_ID=\"12\"\n").expect("a file");
        let machine = Machine { root: root.path().to_owned(), is_root: true };
        let data = DataFolder::new(root.path().join("data"));
        let now = jiff::Timestamp::UNIX_EPOCH;
        let failed = |broken: &[String], machine: &Machine, offset: Option<SignedDuration>| -> Vec<String> {
            let checks = before_deployment(broken, machine, &data, offset, now);
            checks.into_iter().map(|check| check.id).filter(|id| id != "AG-05").collect()
        };
        let good = Some(SignedDuration::from_secs(300));
        assert!(failed(&[], &machine, good).is_empty());
        assert_eq!(failed(&["torn".to_owned()], &machine, good), ["AG-02"]);
        assert_eq!(failed(&[], &machine, Some(SignedDuration::from_secs(-301))), ["AG-06"]);
        assert_eq!(failed(&[], &Machine { is_root: false, ..machine.clone() }, None), ["AG-01"]);
        fs_err::write(root.path().join("etc/os-release"), "ID=fedora\nVERSION_ID=43\n").expect("a file");
        assert_eq!(failed(&[], &machine, good), ["AG-10"]);
        assert!(blocks_scanning(&machine::release(&machine)) && !blocks_scanning(&clock(Some(SignedDuration::MAX))));
        fs_err::remove_dir_all(data.path()).expect("a folder");
        fs_err::write(data.path(), "in the way").expect("a file");
        assert_eq!(failed(&[], &machine, good), ["AG-10", "AG-12"]);
    }
}
