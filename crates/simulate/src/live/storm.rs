//! A storm: every connection dropped at once, and how the agents come back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::Notify;

use super::POISONED;
use super::durations::{Durations, Quantiles};

#[derive(Debug)]
pub(super) struct Storm {
    begun: Instant,
    of: u32,
    tally: Mutex<Tally>,
    is_over: Notify,
}

#[derive(Debug, Default)]
struct Tally {
    since_drop: Durations,
    since_try: Durations,
    errors: BTreeMap<String, u64>,
}

/// How a fleet came back.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StormSummary {
    /// Whose connections were dropped.
    pub agents: u32,
    pub back: u64,
    /// From the drop to the agent's next answered check-in: with the random wait that keeps agents apart.
    #[serde(rename = "sinceDropMs")]
    pub since_drop: Quantiles,
    /// From the agent's first try to connect again to its next answered check-in, waits after failed tries with it.
    #[serde(rename = "sinceTryMs")]
    pub since_try: Quantiles,
    /// Calls that failed after the drop, by kind.
    pub errors: BTreeMap<String, u64>,
}

impl Storm {
    pub(super) fn new(of: u32) -> Self {
        Self { begun: Instant::now(), of, tally: Mutex::default(), is_over: Notify::new() }
    }

    /// Until all are back.
    pub(super) fn note_error(&self, kind: String) {
        let mut tally = self.tally.lock().expect(POISONED);
        if tally.since_drop.count() < u64::from(self.of) {
            *tally.errors.entry(kind).or_default() += 1;
        }
    }

    pub(super) fn summary(&self) -> StormSummary {
        let tally = self.tally.lock().expect(POISONED);
        StormSummary {
            agents: self.of,
            back: tally.since_drop.count(),
            since_drop: tally.since_drop.quantiles(),
            since_try: tally.since_try.quantiles(),
            errors: tally.errors.clone(),
        }
    }

    /// Until the last is back, or `limit` has passed.
    pub(super) async fn over(&self, limit: Duration) {
        // No way to be over between the two is missed: a permit is kept for who waits later.
        let _ = tokio::time::timeout(limit, self.is_over.notified()).await;
    }

    fn back(&self, tried: Instant) {
        let mut tally = self.tally.lock().expect(POISONED);
        tally.since_drop.note(self.begun.elapsed());
        tally.since_try.note(tried.elapsed());
        if tally.since_drop.count() == u64::from(self.of) {
            self.is_over.notify_one();
        }
    }
}

/// One agent on its way back.
#[derive(Debug)]
pub(super) struct Returning {
    pub(super) storm: Arc<Storm>,
    tried: Option<Instant>,
}

impl Returning {
    pub(super) const fn new(storm: Arc<Storm>) -> Self {
        Self { storm, tried: None }
    }

    /// It connects now; the first time counts.
    pub(super) fn tries(&mut self) {
        self.tried.get_or_insert_with(Instant::now);
    }

    /// Its check-in was answered.
    pub(super) fn came_back(self) {
        self.storm.back(self.tried.unwrap_or_else(Instant::now));
    }
}
