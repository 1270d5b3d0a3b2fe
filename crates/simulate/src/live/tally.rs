//! What the agents of one run counted together.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::POISONED;
use super::durations::{Durations, Quantiles};

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) enrolled: AtomicU32,
    pub(super) introduced: AtomicU32,
    pub(super) connected: AtomicU32,
    pub(super) gone: AtomicU32,
    pub(super) check_ins: AtomicU64,
    pub(super) reports: AtomicU64,
    pub(super) changes_due: AtomicU64,
    pub(super) deployments: AtomicU64,
    pub(super) dry_runs: AtomicU64,
    changes: Mutex<Durations>,
    errors: Mutex<BTreeMap<String, u64>>,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub agents: u32,
    /// Have checked in, and have told what they have.
    pub introduced: u32,
    /// Held by the server, or told by it to come again without being held.
    pub connected: u32,
    /// Retired or revoked meanwhile: these come no more.
    pub gone: u32,
    pub check_ins: u64,
    pub reports: u64,
    pub errors: u64,
}

/// Changed check-ins; times from when each was due to its answer, waits after failures with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangesSummary {
    pub due: u64,
    #[serde(rename = "answeredMs")]
    pub answered: Quantiles,
}

/// Orders that no simulated machine carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftUndone {
    pub deployments: u64,
    pub dry_runs: u64,
}

pub(super) fn add_one(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Tally {
    pub(super) fn note_error(&self, kind: String) {
        *self.errors.lock().expect(POISONED).entry(kind).or_default() += 1;
    }

    pub(super) fn note_change(&self, after: Duration) {
        self.changes.lock().expect(POISONED).note(after);
    }

    /// Whether the server ever answered, be it with a refusal.
    pub(super) fn was_answered(&self) -> bool {
        self.enrolled.load(Ordering::Relaxed) > 0 || self.check_ins.load(Ordering::Relaxed) > 0
    }

    pub(super) fn errors(&self) -> BTreeMap<String, u64> {
        self.errors.lock().expect(POISONED).clone()
    }

    pub(super) fn counts(&self, agents: u32) -> Counts {
        let of = |counter: &AtomicU32| counter.load(Ordering::Relaxed);
        Counts {
            agents,
            introduced: of(&self.introduced),
            connected: of(&self.connected),
            gone: of(&self.gone),
            check_ins: self.check_ins.load(Ordering::Relaxed),
            reports: self.reports.load(Ordering::Relaxed),
            errors: self.errors.lock().expect(POISONED).values().sum(),
        }
    }

    /// `None` where none was asked for.
    pub(super) fn changes(&self) -> Option<ChangesSummary> {
        let due = self.changes_due.load(Ordering::Relaxed);
        let answered = self.changes.lock().expect(POISONED).quantiles();
        (due > 0).then_some(ChangesSummary { due, answered })
    }

    pub(super) fn left_undone(&self) -> LeftUndone {
        LeftUndone {
            deployments: self.deployments.load(Ordering::Relaxed),
            dry_runs: self.dry_runs.load(Ordering::Relaxed),
        }
    }
}
