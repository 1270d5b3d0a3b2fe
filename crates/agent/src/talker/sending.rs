//! The second connection: reports, events, output and dry runs go out while a check-in is held (`agent.md` 3.6).

use std::io;
use std::time::Duration;

use fettle_wire::message::dry_run::DryRunAnswer;
use fettle_wire::message::{Events, EventsAnswer, LogsAnswer, Report, ReportAnswer};

use super::client::{ANSWER, CallError, Client};
use super::conversation::{Conversation, End};
use super::outbox::Parcel;
use super::wait::{Failure, Waits};
use crate::channel::ToKeeper;

impl Conversation<'_> {
    /// Sends what the keeper has, on a second connection while the first is held.
    pub(super) async fn send(&self) -> io::Result<End> {
        let mut waits = Waits::default();
        loop {
            if !self.answered.get() || self.outbox.borrow().is_empty() {
                self.parcels.notified().await;
                continue;
            }
            // The turn first: what waits for it may be of an incarnation that has ended meanwhile.
            let turn = self.turn.lock().await;
            let Some(parcel) = self.next_parcel() else { continue };
            let client = self.client.borrow().clone();
            let delivered = self.deliver(&client, &parcel).await?;
            drop(turn);
            let Err(error) = delivered else {
                waits.answered();
                continue;
            };
            if let Some(end) = self.refused(&error)? {
                return Ok(end);
            }
            let failure = error.failure();
            tracing::warn!(error = crate::collector::chain(&error), "not sent");
            if let Failure::Refused(code) = failure {
                self.give_up(&parcel, &code);
                continue;
            }
            self.outbox.borrow_mut().put_back(parcel);
            let usual = Duration::from_secs(u64::from(self.check_in_seconds()));
            tokio::time::sleep(waits.after(&failure, usual, self.talker.entropy.as_ref())).await;
        }
    }

    /// What the keeper said before it heard of a new incarnation is of no use under it.
    fn next_parcel(&self) -> Option<Parcel> {
        let incarnation = self.session.borrow().incarnation;
        let is_dead = |parcel: &Parcel| match parcel {
            Parcel::Report(report) => report.incarnation != incarnation,
            Parcel::Log(chunk) => chunk.incarnation != incarnation,
            Parcel::Events(_) | Parcel::DryRun(_) => false,
        };
        let mut outbox = self.outbox.borrow_mut();
        std::iter::from_fn(|| outbox.pop()).find(|parcel| !is_dead(parcel))
    }

    /// The outer error is the disk's, the inner one the call's.
    async fn deliver(&self, client: &Client, parcel: &Parcel) -> io::Result<Result<(), CallError>> {
        let (incarnation, shown) = self.shown();
        let shown = Some(shown.as_str());
        let token = match parcel {
            Parcel::Report(report) => match self.deliver_report(client, report).await? {
                Ok(token) => Some(token),
                Err(error) => return Ok(Err(error)),
            },
            Parcel::Events(events) => {
                let request = Events { incarnation, events: events.clone() };
                match client.post_with::<_, EventsAnswer>("events", &request, ANSWER, shown).await {
                    Ok(answer) => {
                        for acked in answer.acked {
                            self.keeper.say(&ToKeeper::Acknowledged { deployment: acked.deployment, seq: acked.seq });
                        }
                        Some(answer.token)
                    }
                    Err(error) => return Ok(Err(error)),
                }
            }
            Parcel::Log(chunk) => match client.post_with::<_, LogsAnswer>("logs", chunk, ANSWER, shown).await {
                Ok(answer) => Some(answer.token),
                Err(error) => return Ok(Err(error)),
            },
            Parcel::DryRun(report) => match client.post::<_, DryRunAnswer>("dry-run", report, ANSWER).await {
                Ok(_) => None,
                Err(error) => return Ok(Err(error)),
            },
        };
        if let Some(token) = token {
            self.session.borrow_mut().token = token;
            self.store()?;
        }
        Ok(Ok(()))
    }

    /// Incarnation and token that messages begin with.
    fn shown(&self) -> (u32, String) {
        let session = self.session.borrow();
        (session.incarnation, session.token.clone())
    }

    async fn deliver_report(&self, client: &Client, report: &Report) -> io::Result<Result<String, CallError>> {
        match client.post_with::<_, ReportAnswer>("report", report, ANSWER, Some(&self.shown().1)).await {
            Ok(answer) => {
                self.session.borrow_mut().fingerprint = report.to;
                self.keeper.say(&ToKeeper::Reported { report: report.report_id, to: report.to });
                Ok(Ok(answer.token))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    fn give_up(&self, parcel: &Parcel, code: &str) {
        if let Parcel::Report(report) = parcel {
            let report = report.report_id;
            self.keeper.say(&if code == "FINGERPRINT_MISMATCH" {
                ToKeeper::Mismatch { report }
            } else {
                ToKeeper::ReportRefused { report, code: code.to_owned() }
            });
        }
    }
}
