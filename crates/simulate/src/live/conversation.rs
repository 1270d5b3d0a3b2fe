//! An agent's check-ins, with the holds and waits of real agents (`agent.md` 3.6, 3.7), and what storms do to them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fettle_agent_core::entropy::up_to;
use fettle_agent_core::talker::client::CallError;
use fettle_agent_core::talker::conversation::RENEW_BEFORE;
use fettle_agent_core::talker::hold::HoldWish;
use fettle_agent_core::talker::wait::{Failure, Repeats, Waits};
use fettle_wire::message::check_in::{CheckInAnswer, Next};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::LiveError;
use super::agent::LiveAgent;
use super::storm::{Returning, Storm};

/// Why one identity's conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Another machine has the identity: enrol anew.
    Cloned,
    /// The server wants no more of this agent.
    Gone,
}

/// What a failed call means for the identity as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    End(End),
    Restored,
    /// The certificate is at its end.
    Expired,
    Wait,
}

impl Fate {
    pub(super) fn of(error: &CallError) -> Self {
        match error.code() {
            Some("CLONED" | "CERTIFICATE_TOO_OLD") => Self::End(End::Cloned),
            Some("CERTIFICATE_REVOKED" | "ASSET_RETIRED") => Self::End(End::Gone),
            Some("RESTORED") => Self::Restored,
            Some("CERTIFICATE_EXPIRED") => Self::Expired,
            _ => Self::Wait,
        }
    }
}

pub(super) struct Conversation<'a> {
    agent: &'a LiveAgent,
    storms: watch::Receiver<Option<Arc<Storm>>>,
    waits: Waits,
    hold: HoldWish,
    restored: Repeats,
    /// After a storm, until its next check-in is answered.
    returning: Option<Returning>,
    renew_at: Timestamp,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(agent: &'a LiveAgent) -> Self {
        Self {
            agent,
            storms: agent.fleet.storms.subscribe(),
            waits: Waits::default(),
            hold: HoldWish::default(),
            restored: Repeats::default(),
            returning: None,
            renew_at: renew_at(agent),
        }
    }

    /// Checks in again and again, the first time when `next` says.
    pub(super) async fn check_ins(mut self, next: Next) -> Result<End, LiveError> {
        self.pause(self.until(next)).await?;
        loop {
            if self.agent.fleet.clock.now() >= self.renew_at && self.agent.renew().await {
                self.renew_at = renew_at(self.agent);
            }
            // Only an answer tells that the server has taken it: so the first after a storm is not held, as the first of
            // an agent that starts is not.
            let hold_s = match &mut self.returning {
                Some(returning) => {
                    returning.tries();
                    0
                }
                None => self.hold.seconds(self.agent.check_in_seconds()),
            };
            let begun = Instant::now();
            let asked = tokio::select! {
                biased;
                _ = self.storms.changed() => None,
                answer = self.agent.ask(hold_s, false) => Some(answer),
            };
            let wait = match asked {
                None => self.cut()?,
                Some(Ok(answer)) => self.answered(answer, hold_s).await,
                Some(Err(error)) => {
                    self.agent.set_connected(false);
                    self.agent.note_error(&error, self.returning.as_ref().map(|returning| &returning.storm));
                    if matches!(error, CallError::NoAnswer { .. }) {
                        self.hold.cut(begun.elapsed(), hold_s);
                    }
                    match Fate::of(&error) {
                        Fate::End(end) => return Ok(end),
                        Fate::Restored => {
                            self.agent.go_on_as(&error);
                            self.restored.wait(Instant::now())
                        }
                        Fate::Expired if self.agent.renew().await => {
                            self.renew_at = renew_at(self.agent);
                            Duration::ZERO
                        }
                        Fate::Expired | Fate::Wait => self.after(&error.failure()),
                    }
                }
            };
            self.pause(wait).await?;
        }
    }

    async fn answered(&mut self, answer: CheckInAnswer, hold_s: u32) -> Duration {
        self.waits.answered();
        self.hold.answered();
        if hold_s > 0 {
            self.agent.set_connected(true);
        }
        if let Some(returning) = self.returning.take() {
            returning.came_back();
        }
        let next = answer.next;
        self.agent.take(answer).await;
        self.until(next)
    }

    fn after(&mut self, failure: &Failure) -> Duration {
        self.waits.after(failure, self.agent.usual(), self.agent.fleet.entropy.as_ref())
    }

    fn until(&self, next: Next) -> Duration {
        let spread = up_to(self.agent.fleet.entropy.as_ref(), u64::from(next.spread_s) * 1_000);
        Duration::from_secs(u64::from(next.after_s.min(3_600))) + Duration::from_millis(spread)
    }

    /// Waits; a storm that comes meanwhile makes a wait of its own of it.
    async fn pause(&mut self, wait: Duration) -> Result<(), LiveError> {
        let is_stormy = tokio::select! {
            () = tokio::time::sleep(wait) => false,
            _ = self.storms.changed() => true,
        };
        if is_stormy {
            let wait = self.cut()?;
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// The connection is gone, as if the network had failed. How long to wait before the next try.
    fn cut(&mut self) -> Result<Duration, LiveError> {
        self.agent.set_connected(false);
        self.agent.drop_connections()?;
        self.returning = self.storms.borrow_and_update().clone().map(Returning::new);
        Ok(self.after(&Failure::NoAnswer))
    }
}

/// At an hour that chance picks, so that a fleet does not renew at once.
fn renew_at(agent: &LiveAgent) -> Timestamp {
    let hours = i64::try_from(up_to(agent.fleet.entropy.as_ref(), 23)).unwrap_or(0);
    agent.with_session(|session| session.not_after) - RENEW_BEFORE + SignedDuration::from_hours(hours)
}
