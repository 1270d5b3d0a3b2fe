//! One live agent: who it is, the machine that it stands for, and its calls.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fettle_agent_core::VERSION;
use fettle_agent_core::server_trust::ClientIdentity;
use fettle_agent_core::talker::client::{ANSWER, CallError, Client, ClientError};
use fettle_agent_core::talker::conversation::{ARRIVAL, CHECK_IN_S};
use fettle_agent_core::talker::session::{AgentState, Session};
use fettle_wire::Fingerprint;
use fettle_wire::message::check_in::{CheckIn, CheckInAnswer, Want};
use tokio::sync::Notify;

use super::errand::Errand;
use super::fleet::Shared;
use super::state::{Identity, SavedAgent};
use super::tally::add_one;
use super::{LiveError, POISONED};
use crate::host::Host;
use crate::request;

/// Packages that a machine updates at once.
pub(super) const PACKAGES_PER_UPDATE: usize = 10;
/// The client closes a connection that has not been used for ten seconds.
const UNUSED_KEPT: Duration = Duration::from_secs(12);
/// Updates that are offered to a new machine.
const BEHIND: usize = 12;

#[derive(Debug)]
pub(super) struct LiveAgent {
    pub(super) fleet: Arc<Shared>,
    pub(super) host: Mutex<Host>,
    pub(super) saved: Mutex<SavedAgent>,
    /// `None` before the enrolment.
    pub(super) client: Mutex<Option<Client>>,
    /// Held by whichever call may change the token, as by real agents.
    pub(super) turn: tokio::sync::Mutex<()>,
    pub(super) errands: Mutex<VecDeque<Errand>>,
    pub(super) errand_came: Notify,
    is_connected: AtomicBool,
    /// When an answer left a connection open that no call is using.
    unused_since: Mutex<Option<Instant>>,
}

impl LiveAgent {
    pub(super) fn new(fleet: Arc<Shared>, saved: SavedAgent) -> Result<Self, ClientError> {
        let image = &fleet.images[saved.number as usize % fleet.images.len()];
        let mut host = Host::new(fleet.seed, u64::from(saved.number), image, BEHIND);
        for _ in 0..saved.updates {
            host.upgrade(PACKAGES_PER_UPDATE);
        }
        let agent = Self {
            fleet,
            host: Mutex::new(host),
            saved: Mutex::new(saved),
            client: Mutex::new(None),
            turn: tokio::sync::Mutex::new(()),
            errands: Mutex::default(),
            errand_came: Notify::new(),
            is_connected: AtomicBool::new(false),
            unused_since: Mutex::new(None),
        };
        agent.use_identity()?;
        Ok(agent)
    }

    pub(super) fn is_enrolled(&self) -> bool {
        self.saved.lock().expect(POISONED).identity.is_some()
    }

    /// Calls go out under the identity that there is now.
    pub(super) fn use_identity(&self) -> Result<(), ClientError> {
        let client = {
            let saved = self.saved.lock().expect(POISONED);
            let client = |identity: &Identity| {
                let pair = ClientIdentity { certificate: &identity.certificate, key: &saved.key };
                let ca = self.fleet.ca.get().map(String::as_str);
                Client::over(Arc::clone(&self.fleet.settings), ca, Some(pair), self.fleet.route(saved.number))
            };
            saved.identity.as_ref().map(client).transpose()?
        };
        *self.client.lock().expect(POISONED) = client;
        Ok(())
    }

    /// A call was answered, and no other follows at once on its connection.
    pub(super) fn note_unused(&self) {
        *self.unused_since.lock().expect(POISONED) = Some(Instant::now());
    }

    /// Drops the connections that no call is using; those of calls end with the calls. The client closes them itself after
    /// a while: only before is there something to do.
    pub(super) fn drop_connections(&self) -> Result<(), ClientError> {
        let unused_since = self.unused_since.lock().expect(POISONED).take();
        if unused_since.is_none_or(|since| since.elapsed() > UNUSED_KEPT) {
            return Ok(());
        }
        let mut client = self.client.lock().expect(POISONED);
        if let Some(client) = client.as_mut() {
            *client = client.afresh()?;
        }
        Ok(())
    }

    pub(super) fn client(&self) -> Client {
        self.client.lock().expect(POISONED).clone().expect("an enrolled agent has a client")
    }

    pub(super) fn with_identity<T>(&self, look: impl FnOnce(&mut Identity) -> T) -> T {
        look(self.saved.lock().expect(POISONED).identity.as_mut().expect("it is enrolled"))
    }

    pub(super) fn with_session<T>(&self, look: impl FnOnce(&mut Session) -> T) -> T {
        self.with_identity(|identity| look(&mut identity.session))
    }

    pub(super) fn check_in_seconds(&self) -> u32 {
        self.with_session(|session| session.profile.as_ref().map_or(CHECK_IN_S, |profile| profile.check_in_seconds))
    }

    /// Between two check-ins.
    pub(super) fn usual(&self) -> Duration {
        Duration::from_secs(u64::from(self.check_in_seconds()))
    }

    /// Counts it among those that are connected, or not any more.
    pub(super) fn set_connected(&self, is_connected: bool) {
        let connected = &self.fleet.tally.connected;
        if self.is_connected.swap(is_connected, Ordering::Relaxed) != is_connected {
            if is_connected {
                connected.fetch_add(1, Ordering::Relaxed);
            } else {
                connected.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }

    fn check_in(&self, hold_s: u32, shows_hardware: bool) -> CheckIn {
        let (boot_id, hardware) = {
            let host = self.host.lock().expect(POISONED);
            (request::boot_id(&*host), shows_hardware.then(|| request::hardware(&*host)))
        };
        let facts_hash = self.saved.lock().expect(POISONED).facts_hash.clone();
        self.with_identity(|Identity { session, trust_version, .. }| CheckIn {
            incarnation: session.incarnation,
            token: session.token.clone(),
            boot_id,
            clock: self.fleet.clock.now(),
            fingerprint: session.fingerprint,
            facts_hash,
            profile_revision: session.profile.as_ref().map_or(0, |profile| profile.revision),
            watch_revision: 0,
            trust_version: *trust_version,
            agent_version: VERSION.to_owned(),
            hold_s,
            events_waiting: 0,
            deployments: Vec::new(),
            leases: Vec::new(),
            progress: None,
            scanning: false,
            hardware,
        })
    }

    /// One check-in. Other calls wait until it has surely arrived, and it waits until they are answered.
    pub(super) async fn ask(&self, hold_s: u32, shows_hardware: bool) -> Result<CheckInAnswer, CallError> {
        let turn = self.turn.lock().await;
        let (request, client) = (self.check_in(hold_s, shows_hardware), self.client());
        let wait = ANSWER + Duration::from_secs(u64::from(hold_s));
        let mut call = pin!(client.post::<_, CheckInAnswer>("check-in", &request, wait));
        if let Ok(answer) = tokio::time::timeout(ARRIVAL, &mut call).await {
            if hold_s == 0 {
                self.note_unused();
            }
            return answer;
        }
        drop(turn);
        if hold_s > 0 {
            self.set_connected(true);
        }
        let answer = call.await?;
        if hold_s == 0 {
            self.note_unused();
        }
        Ok(self.with_session(|session| session.not_overtaken(&request, answer)))
    }

    /// What a check-in was answered.
    pub(super) async fn take(&self, answer: CheckInAnswer) {
        add_one(&self.fleet.tally.check_ins);
        let has_nothing = self.with_session(|session| {
            session.state = AgentState::Active;
            session.last_contact = Some(self.fleet.clock.now());
            if let Some(token) = answer.token {
                session.token = token;
            }
            if answer.profile.is_some() {
                session.profile.clone_from(&answer.profile);
            }
            session.fingerprint == Fingerprint::EMPTY
        });
        let scan = answer.scan.map(|order| order.id);
        if has_nothing || answer.want.contains(&Want::Full) {
            self.push(Errand::Whole(scan.flatten()));
        } else if let Some(scan) = scan {
            self.push(Errand::Scan(scan));
        } else if answer.want.iter().any(|want| matches!(want, Want::Report | Want::Facts)) {
            self.push(Errand::Scan(None));
        }
        let tally = &self.fleet.tally;
        tally.deployments.fetch_add(answer.work.len() as u64, Ordering::Relaxed);
        tally.dry_runs.fetch_add(answer.simulate.len() as u64, Ordering::Relaxed);
        if answer.trust_version.is_some() {
            self.fetch_trust().await;
        }
    }

    /// How many statements there are is all that a check-in tells of them; no signed work is carried out here.
    async fn fetch_trust(&self) {
        let have = self.with_identity(|identity| identity.trust_version);
        match self.client().get(&format!("trust?have={have}")).await {
            Ok(bytes) => {
                let newer = serde_json::from_slice::<Vec<String>>(&bytes).map_or(0, |statements| statements.len());
                self.with_identity(|identity| identity.trust_version += newer as u64);
            }
            Err(error) => self.fleet.tally.note_error(super::trouble::kind(&error)),
        }
    }

    /// Puts it in once: the server repeats what it wants until it has it.
    pub(super) fn push(&self, errand: Errand) {
        let mut errands = self.errands.lock().expect(POISONED);
        let is_there = match errand {
            Errand::Change(_) => false,
            Errand::Whole(_) | Errand::Scan(_) => errands.iter().any(|waiting| *waiting == errand),
        };
        if !is_there {
            errands.push_back(errand);
            self.errand_came.notify_one();
        }
    }

    pub(super) fn next_errand(&self) -> Option<Errand> {
        self.errands.lock().expect(POISONED).pop_front()
    }

    /// Under a new incarnation, as the server has told: it wants everything.
    pub(super) fn go_on_as(&self, error: &CallError) {
        let CallError::Refused { body, .. } = error else { return };
        let Some(restored) = &body.restored else { return };
        self.with_session(|session| {
            session.incarnation = restored.incarnation;
            session.token.clone_from(&restored.token);
            session.fingerprint = Fingerprint::EMPTY;
        });
    }

    /// Another machine has its identity: it enrols anew.
    pub(super) fn forget(&self) -> Result<(), LiveError> {
        let mut saved = self.saved.lock().expect(POISONED);
        let previous = saved.identity.as_ref().map(|identity| identity.session.agent_id);
        let fleet = &self.fleet;
        let mut new = SavedAgent::new(saved.number, previous, fleet.clock.as_ref(), fleet.entropy.as_ref())?;
        new.updates = saved.updates;
        *saved = new;
        Ok(())
    }
}
