//! What an agent has to report, beside its check-ins: on a second connection while the first is held (`agent.md` 3.6).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use fettle_agent_core::talker::client::{ANSWER, CallError};
use fettle_agent_core::talker::wait::{Failure, Repeats, Waits};
use fettle_model::ScanId;
use fettle_wire::message::report::ScanReport;
use fettle_wire::message::{Report, ReportAnswer};
use tokio::sync::watch;

use super::agent::{LiveAgent, PACKAGES_PER_UPDATE};
use super::conversation::{End, Fate};
use super::storm::Storm;
use super::tally::add_one;
use super::{LiveError, POISONED};
use crate::host::Upgrade;
use crate::report;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// Everything that the machine has.
    Whole(Option<ScanId>),
    /// A scan that finds what is known.
    Scan(Option<ScanId>),
    /// Ten packages are updated; since when that is due.
    Change(Instant),
}

/// Sends one report after the other.
pub(super) struct Sender<'a> {
    agent: &'a LiveAgent,
    storms: watch::Receiver<Option<Arc<Storm>>>,
    waits: Waits,
    mismatches: Repeats,
}

/// What became of a report.
enum Sent {
    Answered,
    /// After a wait: the same again.
    Again(Duration),
    /// After a wait: everything instead.
    Whole(Duration),
    Ended(End),
}

impl<'a> Sender<'a> {
    pub(super) fn new(agent: &'a LiveAgent) -> Self {
        let storms = agent.fleet.storms.subscribe();
        Self { agent, storms, waits: Waits::default(), mismatches: Repeats::default() }
    }

    /// Until the identity comes to an end.
    pub(super) async fn send(&mut self) -> Result<End, LiveError> {
        loop {
            match self.agent.next_errand() {
                None => self.agent.errand_came.notified().await,
                Some(errand) => {
                    if let Some(end) = self.carry(errand).await {
                        return Ok(end);
                    }
                }
            }
        }
    }

    /// Reports until it is answered; `None` then.
    pub(super) async fn carry(&mut self, errand: Errand) -> Option<End> {
        let mut report = self.agent.report(errand);
        loop {
            let wait = match self.once(&report).await {
                Sent::Answered => {
                    if let Errand::Change(due) = errand {
                        self.agent.fleet.tally.note_change(due.elapsed());
                    }
                    return None;
                }
                Sent::Ended(end) => return Some(end),
                Sent::Again(wait) => wait,
                Sent::Whole(wait) => {
                    tokio::time::sleep(wait).await;
                    report = self.agent.report(Errand::Whole(None));
                    continue;
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn once(&mut self, report: &Report) -> Sent {
        let agent = self.agent;
        let turn = agent.turn.lock().await;
        let (incarnation, token) = agent.with_session(|session| (session.incarnation, session.token.clone()));
        if report.incarnation != incarnation {
            return Sent::Whole(Duration::ZERO);
        }
        let client = agent.client();
        let answered = tokio::select! {
            biased;
            _ = self.storms.changed() => None,
            answer = client.post_with::<_, ReportAnswer>("report", report, ANSWER, Some(&token)) => Some(answer),
        };
        let entropy = agent.fleet.entropy.as_ref();
        let error = match answered {
            None => return Sent::Again(self.waits.after(&Failure::NoAnswer, agent.usual(), entropy)),
            Some(Ok(answer)) => {
                agent.note_unused();
                agent.note_report(report, answer.token);
                self.waits.answered();
                return Sent::Answered;
            }
            Some(Err(error)) => error,
        };
        drop(turn);
        agent.note_error(&error, self.storms.borrow().as_ref());
        if error.code() == Some("FINGERPRINT_MISMATCH") {
            return Sent::Whole(self.mismatches.wait(Instant::now()));
        }
        match Fate::of(&error) {
            Fate::End(end) => Sent::Ended(end),
            Fate::Restored => {
                agent.go_on_as(&error);
                Sent::Whole(self.mismatches.wait(Instant::now()))
            }
            Fate::Expired | Fate::Wait => self.after(&error),
        }
    }

    /// What was refused is not said again; but then the server has not what the machine has.
    fn after(&mut self, error: &CallError) -> Sent {
        let failure = error.failure();
        let wait = self.waits.after(&failure, self.agent.usual(), self.agent.fleet.entropy.as_ref());
        if matches!(failure, Failure::Refused(_)) { Sent::Whole(wait) } else { Sent::Again(wait) }
    }
}

impl LiveAgent {
    /// What the machine says on this occasion.
    fn report(&self, errand: Errand) -> Report {
        let (now, entropy) = (self.fleet.clock.now(), self.fleet.entropy.as_ref());
        let (from, incarnation) = self.with_session(|session| (session.fingerprint, session.incarnation));
        let mut host = self.host.lock().expect(POISONED);
        let report = match errand {
            Errand::Whole(scan) => {
                let report = report::whole(&host, now, entropy);
                let scan = report.scan.map(|report| ScanReport { id: scan, ..report });
                Report { scan, ..report }
            }
            Errand::Scan(scan) => {
                let known = report::without_components(&*host, now, entropy, from);
                let scan = known.scan.map(|report| ScanReport { id: scan, ..report });
                Report { scan, facts: known.facts, ..report::difference(from, Upgrade::default(), now, entropy) }
            }
            Errand::Change(_) => {
                let upgrade = host.upgrade(PACKAGES_PER_UPDATE);
                self.saved.lock().expect(POISONED).updates += 1;
                report::difference(from, upgrade, now, entropy)
            }
        };
        Report { incarnation, ..report }
    }

    /// The server has it.
    fn note_report(&self, report: &Report, token: String) {
        add_one(&self.fleet.tally.reports);
        self.with_session(|session| {
            session.token = token;
            session.fingerprint = report.to;
        });
        if let Some(facts) = &report.facts {
            self.saved.lock().expect(POISONED).facts_hash.clone_from(&facts.hash);
        }
    }

    pub(super) fn note_error(&self, error: &CallError, storm: Option<&Arc<Storm>>) {
        let kind = super::trouble::kind(error);
        if let Some(storm) = storm {
            storm.note_error(kind.clone());
        }
        self.fleet.tally.note_error(kind);
    }

    /// A change is due now.
    pub(super) fn change(&self) {
        self.fleet.tally.changes_due.fetch_add(1, Ordering::Relaxed);
        self.push(Errand::Change(Instant::now()));
    }
}
