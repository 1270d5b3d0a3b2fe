//! The document of `fettle-agent scan --json` and its exit code (`agent.md` 9).

use std::collections::BTreeSet;

use fettle_wire::message::report::{Refresh, ScanResult};
use fettle_wire::scan::{Problem, ScanDocument, Summary, Update};
use jiff::{SignedDuration, Timestamp};

use crate::scan::Scan;

/// Older lists cannot say that nothing is missing.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// Exit codes of `scan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    NothingMissing,
    UpdatesMissing,
    CouldNotTell,
}

impl Verdict {
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::NothingMissing => 0,
            Self::UpdatesMissing => 1,
            Self::CouldNotTell => 2,
        }
    }
}

pub fn document(scan: &Scan) -> ScanDocument {
    let updates: Vec<Update> = scan.offers.iter().map(crate::scan::FoundOffer::update).collect();
    let security: Vec<&Update> = updates.iter().filter(|update| update.security).collect();
    let cves: BTreeSet<&String> = updates.iter().filter_map(|update| update.cves.as_ref()).flatten().collect();
    let summary = Summary {
        packages: scan.packages,
        missing: updates.len(),
        security: security.len(),
        cves: cves.len(),
        cves_read: security.iter().filter(|update| update.cves.is_some()).count(),
        of: security.len(),
    };
    ScanDocument { summary, updates, problems: problems(scan) }
}

/// Problems of the scan itself, then of each repository.
fn problems(scan: &Scan) -> Vec<Problem> {
    let repositories = scan.report.refresh.iter().filter(|line| line.result != "Ok").map(|line| Problem {
        code: line.result.clone(),
        repo: Some(line.repo.clone()),
        text: line.text.clone().unwrap_or_default(),
        list_date: line.list_date,
    });
    scan.problems.iter().cloned().chain(repositories).collect()
}

pub fn verdict(scan: &Scan, now: Timestamp) -> Verdict {
    if scan.report.result != ScanResult::Scanned || !scan.offers_known {
        return Verdict::CouldNotTell;
    }
    if !scan.offers.is_empty() {
        return Verdict::UpdatesMissing;
    }
    let within = |at: Option<Timestamp>| at.is_some_and(|at| now.duration_since(at) <= FRESH);
    let seen = |line: &Refresh| match (line.result.as_str(), line.lists.as_str()) {
        ("Ok", _) => within(scan.refreshed_at),
        // Of the machine's own lists only their Release file's date is known for sure.
        (_, "Machine") => within(line.list_date),
        _ => false,
    };
    if scan.report.refresh.is_empty() || !scan.report.refresh.iter().all(seen) {
        return Verdict::CouldNotTell;
    }
    Verdict::NothingMissing
}
