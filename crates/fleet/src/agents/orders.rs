//! What waits for an agent: told with each answer until the agent shows that it has it.

use fettle_model::{DeploymentId, DryRunId, ScanId};
use fettle_wire::message::Report;
use fettle_wire::message::report::Mode;
use jiff::{SignedDuration, Timestamp};

/// What was told already and only waits for the agent ends a hold once a minute at most.
const REPEAT: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Orders {
    pub scan: Option<Order<ScanWanted>>,
    /// Everything is wanted: fingerprints differ and no base is shared.
    pub full: Option<Order<()>>,
    pub facts: Option<Order<()>>,
    /// Deployments that wait to be offered or acknowledged, oldest first.
    pub work: Vec<Order<DeploymentId>>,
    pub cancel: Vec<Order<DeploymentId>>,
    pub simulate: Vec<Order<DryRunId>>,
    /// Deployments whose events have a gap, with the number from which they are wanted.
    pub events_from: Vec<Order<(DeploymentId, u32)>>,
    /// Changelogs of so many megabytes of packages; told once, for who asked asks again.
    pub read_changelogs: Option<Order<u32>>,
    /// The profile's revision differs from the agent's.
    pub profile: Option<Order<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order<T> {
    pub what: T,
    pub told_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanWanted {
    pub id: Option<ScanId>,
    pub refresh: bool,
}

impl<T> Order<T> {
    pub const fn new(what: T) -> Self {
        Self { what, told_at: None }
    }

    /// True when it was not told yet, or so long ago that the answer may have been lost.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.told_at.is_none_or(|told| now.duration_since(told) >= REPEAT)
    }
}

impl Orders {
    pub const NONE: Self = Self {
        scan: None,
        full: None,
        facts: None,
        work: Vec::new(),
        cancel: Vec::new(),
        simulate: Vec::new(),
        events_from: Vec::new(),
        read_changelogs: None,
        profile: None,
    };

    /// Of an agent that never reported.
    pub fn first_scan() -> Self {
        Self { scan: Some(Order::new(ScanWanted { id: None, refresh: true })), ..Self::NONE }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    /// True when something is worth ending a hold for.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let one = |due: Option<bool>| due.unwrap_or(false);
        one(self.scan.map(|order| order.is_due(now)))
            || one(self.full.map(|order| order.is_due(now)))
            || one(self.facts.map(|order| order.is_due(now)))
            || one(self.profile.map(|order| order.is_due(now)))
            || self.read_changelogs.is_some()
            || self.work.iter().any(|order| order.is_due(now))
            || self.cancel.iter().any(|order| order.is_due(now))
            || self.simulate.iter().any(|order| order.is_due(now))
            || self.events_from.iter().any(|order| order.is_due(now))
    }

    /// Everything that an answer carries is told now.
    pub fn note_told(&mut self, now: Timestamp) {
        let told = Some(now);
        self.read_changelogs = None;
        if let Some(order) = &mut self.scan {
            order.told_at = told;
        }
        for order in [&mut self.full, &mut self.facts, &mut self.profile].into_iter().flatten() {
            order.told_at = told;
        }
        self.work.iter_mut().for_each(|order| order.told_at = told);
        self.cancel.iter_mut().for_each(|order| order.told_at = told);
        self.simulate.iter_mut().for_each(|order| order.told_at = told);
        self.events_from.iter_mut().for_each(|order| order.told_at = told);
    }

    /// What a report answers does not wait any more.
    pub fn note_report(&mut self, report: &Report) {
        self.full = self.full.filter(|_| report.mode != Mode::Full);
        self.facts = self.facts.filter(|_| report.facts.is_none());
        if let Some(scan) = &report.scan {
            self.scan = self.scan.filter(|order| order.what.id.is_some() && order.what.id != scan.id);
        }
    }

    pub fn add_work(&mut self, deployment: DeploymentId) {
        if !self.work.iter().any(|order| order.what == deployment) {
            self.work.push(Order::new(deployment));
        }
    }

    /// What was told of work is void: all of it is told again at once.
    pub fn renew_work(&mut self) {
        self.work.iter_mut().for_each(|order| order.told_at = None);
    }

    pub fn add_cancel(&mut self, deployment: DeploymentId) {
        if !self.cancel.iter().any(|order| order.what == deployment) {
            self.cancel.push(Order::new(deployment));
        }
    }

    /// The agent has the deployment, or it is over.
    pub fn drop_work(&mut self, deployment: DeploymentId) {
        self.work.retain(|order| order.what != deployment);
    }

    /// The deployment is over: nothing about it waits any more.
    pub fn drop_all_of(&mut self, deployment: DeploymentId) {
        self.drop_work(deployment);
        self.cancel.retain(|order| order.what != deployment);
        self.events_from.retain(|order| order.what.0 != deployment);
    }
}
