//! From the first contact of a run to the moment when an agent has told what its machine has.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use fettle_agent_core::key_pair::{self, TlsKey};
use fettle_agent_core::talker::client::{ANSWER, CallError, Client, Route};
use fettle_agent_core::talker::enrolment::{EnrolError, trusted};
use fettle_agent_core::talker::session::Session;
use fettle_agent_core::talker::wait::{Failure, Repeats, Waits};
use fettle_wire::message::check_in::Next;
use fettle_wire::message::{Enrol, EnrolAnswer, Renew, RenewAnswer};

use super::agent::LiveAgent;
use super::conversation::{Conversation, End, Fate};
use super::errand::Sender;
use super::state::Identity;
use super::{LiveError, POISONED};
use crate::request;

/// How the first contact went.
enum Begun {
    /// The server told when to come again.
    Known(Next),
    Ended(End),
}

impl LiveAgent {
    /// Enrols where it has not, checks in, reports; until the server wants no more of it, or what waiting does not mend.
    pub(super) async fn live(&self) -> Result<(), LiveError> {
        loop {
            let end = match self.begin().await? {
                Begun::Ended(end) => end,
                Begun::Known(next) => {
                    let mut sender = Sender::new(self);
                    tokio::select! {
                        end = Conversation::new(self).check_ins(next) => end?,
                        end = sender.send() => end?,
                    }
                }
            };
            self.set_connected(false);
            match end {
                End::Cloned => self.forget()?,
                End::Gone => {
                    self.fleet.tally.gone.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
            }
        }
    }

    /// The first contact, again and again with the waits of real agents; only so many agents are at it at once.
    async fn begin(&self) -> Result<Begun, LiveError> {
        let (mut waits, mut restored) = (Waits::default(), Repeats::default());
        loop {
            let turn = self.fleet.beginning.acquire().await;
            let error = match self.introduce().await {
                Ok(begun) => {
                    if matches!(begun, Begun::Known(_)) {
                        self.fleet.tally.introduced.fetch_add(1, Ordering::Relaxed);
                    }
                    return Ok(begun);
                }
                Err(error) => self.fleet.hopeless(error)?,
            };
            drop(turn);
            let mut failure = error.failure();
            if let EnrolError::Call(call) = &error {
                self.note_error(call, None);
                match Fate::of(call) {
                    Fate::End(end) => return Ok(Begun::Ended(end)),
                    Fate::Restored => {
                        self.go_on_as(call);
                        tokio::time::sleep(restored.wait(Instant::now())).await;
                        continue;
                    }
                    Fate::Expired if self.renew().await => continue,
                    Fate::Expired | Fate::Wait => failure = call.failure(),
                }
            }
            let usual = Duration::from_mins(1);
            tokio::time::sleep(waits.after(&failure, usual, self.fleet.entropy.as_ref())).await;
        }
    }

    async fn introduce(&self) -> Result<Begun, EnrolError> {
        if !self.is_enrolled() {
            self.enrol().await?;
        }
        let answer = self.ask(0, true).await?;
        let next = answer.next;
        self.take(answer).await;
        let mut sender = Sender::new(self);
        while let Some(errand) = self.next_errand() {
            if let Some(end) = sender.carry(errand).await {
                return Ok(Begun::Ended(end));
            }
        }
        Ok(Begun::Known(next))
    }

    async fn enrol(&self) -> Result<(), EnrolError> {
        let fleet = &self.fleet;
        let (message, route) = self.enrolment()?;
        let client = Client::over(Arc::clone(&fleet.settings), None, None, route)?;
        let answer: EnrolAnswer = client.post("enrol", &message, ANSWER).await?;
        let statements = trusted(&answer, &fleet.settings)?;
        let identity = Identity {
            session: Session::enrolled(&answer, fleet.clock.now()),
            certificate: answer.certificate,
            trust_version: statements.len() as u64,
        };
        fleet.ca.get_or_init(|| answer.chain);
        self.saved.lock().expect(POISONED).identity = Some(identity);
        self.use_identity()?;
        fleet.tally.enrolled.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// The same message for as long as it is not answered.
    fn enrolment(&self) -> Result<(Enrol, Route), EnrolError> {
        let saved = self.saved.lock().expect(POISONED).clone();
        let settings = &self.fleet.settings;
        let tls = TlsKey::from_pem(&saved.key)?;
        let record = saved.record_key().ok_or(EnrolError::Answer("the record key in the state cannot be read"))?;
        let host = self.host.lock().expect(POISONED);
        let ids = (settings.customer_id, settings.activation_id);
        let message = Enrol {
            csr: tls.request_text(),
            record_proof: key_pair::record_proof(&record, &tls.request),
            previous_agent_id: saved.enrolment.previous_agent_id,
            monitor_only: settings.monitor_only,
            ..request::message(&*host, saved.enrolment.enrolment_id, ids, record.public())
        };
        Ok((message, self.fleet.route(saved.number)))
    }

    /// A new key and certificate for the same identity; true when it has them.
    pub(super) async fn renew(&self) -> bool {
        let _turn = self.turn.lock().await;
        match self.renewed().await {
            Ok(()) => true,
            Err(EnrolError::Call(error)) => {
                self.note_error(&error, None);
                false
            }
            Err(error) => {
                self.fleet.tally.note_error(error.to_string());
                false
            }
        }
    }

    async fn renewed(&self) -> Result<(), EnrolError> {
        let key = TlsKey::generate()?;
        let boot_id = request::boot_id(&*self.host.lock().expect(POISONED));
        let renew = Renew { csr: key.request_text(), boot_id };
        let answer: RenewAnswer = self.client().post("renew", &renew, ANSWER).await?;
        {
            let mut saved = self.saved.lock().expect(POISONED);
            saved.key = key.pem;
            if let Some(identity) = &mut saved.identity {
                identity.certificate = answer.certificate;
                identity.session.not_after = answer.not_after;
                identity.session.token = answer.token;
            }
        }
        self.use_identity()?;
        Ok(())
    }
}

impl super::fleet::Shared {
    /// What waiting does not mend ends the run: no server at the address, another one, an enrolment that is refused.
    fn hopeless(&self, error: EnrolError) -> Result<EnrolError, LiveError> {
        let uri = || self.settings.web_service_uri.clone();
        match error {
            EnrolError::Call(CallError::Untrusted(source)) => {
                Err(LiveError::Untrusted { uri: uri(), source: source.without_url() })
            }
            EnrolError::Call(CallError::NoAnswer { source, .. }) if !self.tally.was_answered() => {
                Err(LiveError::NoServer { uri: uri(), source: source.without_url() })
            }
            EnrolError::Call(CallError::Refused { call, status: 400..=403, body, .. }) if call == "enrol" => {
                Err(LiveError::EnrolmentRefused {
                    code: body.code,
                    message: body.message,
                    enrolled: self.enrolled_before + self.tally.enrolled.load(Ordering::Relaxed),
                    wanted: self.wanted,
                })
            }
            EnrolError::Call(call) if matches!(call.failure(), Failure::Refused(_)) && call.code().is_none() => {
                Err(LiveError::NoAgentServer { uri: uri() })
            }
            EnrolError::Call(_) => Ok(error),
            EnrolError::Client(error) => Err(LiveError::Client(error)),
            other => Err(LiveError::Enrolment(other)),
        }
    }
}
