//! The talker's life: enrol, check in and be held, send what the keeper has; all on one thread.

use std::cell::{Cell, RefCell};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fettle_model::{Clock, DeploymentId, Entropy};
use fettle_wire::Fingerprint;
use fettle_wire::message::check_in::{CheckIn, CheckInAnswer, Want, WorkOrder};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, Notify};

use super::client::{ANSWER, CallError, Client};
use super::enrolment::{EnrolError, Enroller};
use super::hold::HoldWish;
use super::outbox::{Outbox, Parcel};
use super::server_client;
use super::session::{AgentState, Session, TalkerFolder};
use super::wait::{Repeats, Waits};
use crate::channel::{KeeperLine, Status, ToKeeper, ToTalker, read_line};
use crate::entropy::up_to;
use crate::facts::{self, Machine};
use crate::folder::DataFolder;
use crate::settings::Settings;

/// Interval of check-ins until the server has sent a profile, in seconds.
pub const CHECK_IN_S: u32 = 60;
/// A check-in that was begun so long ago has arrived at the server.
pub const ARRIVAL: Duration = Duration::from_millis(500);
/// The certificate is renewed when less than this is left of its 90 days.
pub const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What the talker is started with.
#[derive(Debug, Clone)]
pub struct Talker {
    pub settings: Settings,
    pub data: DataFolder,
    pub machine: Machine,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// Why one identity's conversation ended.
#[derive(Debug)]
pub(super) enum End {
    Stopped,
    /// The identity is another machine's: enrol anew.
    Cloned,
    /// The server wants no more of this identity.
    Revoked(String),
}

/// What check-ins and sending have in common.
pub(super) struct Conversation<'a> {
    pub(super) talker: &'a Talker,
    pub(super) keeper: &'a KeeperLine,
    pub(super) folder: TalkerFolder,
    pub(super) client: RefCell<Client>,
    pub(super) session: RefCell<Session>,
    pub(super) status: RefCell<Status>,
    pub(super) outbox: RefCell<Outbox>,
    pub(super) parcels: Notify,
    /// Held by whichever call may change the token, so that a check-in never shows one that two later answers have
    /// outdated: the server would take that for a restored snapshot.
    pub(super) turn: Mutex<()>,
    /// Set once a check-in was answered: nothing is sent before.
    pub(super) answered: Cell<bool>,
}

/// Runs until the keeper is gone or a signal comes. To be called on a thread of its own.
pub fn run(talker: &Talker, keeper: &KeeperLine, lines: UnboundedReceiver<String>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            keeper.say(&ToKeeper::Ended { reason: format!("the network could not be made ready: {error}") });
            return;
        }
    };
    let said = runtime.block_on(async {
        tokio::select! {
            ended = converse(talker, keeper, lines) => {
                let reason = ended.map_or_else(|error| error.to_string(), |()| "the keeper is gone".to_owned());
                ToKeeper::Ended { reason }
            }
            signal = signalled() => match signal {
                Ok(()) => ToKeeper::Signalled,
                Err(error) => ToKeeper::Ended { reason: format!("signals cannot be heard: {error}") },
            },
        }
    });
    keeper.say(&said);
}

async fn converse(talker: &Talker, keeper: &KeeperLine, mut lines: UnboundedReceiver<String>) -> io::Result<()> {
    let folder = TalkerFolder::new(&talker.data);
    loop {
        let session = tokio::select! {
            session = enrolled(talker) => session?,
            () = stopped(&mut lines) => return Ok(()),
        };
        if session.state == AgentState::Revoked {
            tracing::error!("this agent's identity was revoked; it stays silent until it is installed again");
            stopped(&mut lines).await;
            return Ok(());
        }
        let previous = session.agent_id;
        match Conversation::new(talker, keeper, session)?.hold(&mut lines).await? {
            End::Stopped => return Ok(()),
            End::Cloned => {
                tracing::warn!("another machine has this agent's identity; it enrols anew");
                talker.enroller().forget(previous)?;
                keeper.say(&ToKeeper::Cloned);
            }
            End::Revoked(code) => {
                tracing::error!(code, "the server refuses this agent's identity");
                if let Some(mut session) = folder.session()? {
                    session.state = AgentState::Revoked;
                    folder.store_session(&session)?;
                }
            }
        }
    }
}

/// Tries until it is enrolled.
async fn enrolled(talker: &Talker) -> io::Result<Session> {
    let mut waits = Waits::default();
    loop {
        match talker.enroller().session().await {
            Ok(session) => return Ok(session),
            Err(EnrolError::File(error)) => return Err(error),
            Err(error) => {
                let usual = Duration::from_secs(u64::from(CHECK_IN_S));
                let wait = waits.after(&error.failure(), usual, talker.entropy.as_ref());
                tracing::warn!(error = crate::collector::chain(&error), wait_s = wait.as_secs(), "not enrolled");
                tokio::time::sleep(wait).await;
            }
        }
    }
}

/// Waits for the keeper to be gone; what it says counts for nothing without an identity.
async fn stopped(lines: &mut UnboundedReceiver<String>) {
    while lines.recv().await.is_some() {}
}

/// Waits for a signal that asks the agent to end.
async fn signalled() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

impl Talker {
    fn enroller(&self) -> Enroller<'_> {
        Enroller {
            settings: &self.settings,
            data: &self.data,
            machine: &self.machine,
            clock: self.clock.as_ref(),
            entropy: self.entropy.as_ref(),
        }
    }
}

impl<'a> Conversation<'a> {
    fn new(talker: &'a Talker, keeper: &'a KeeperLine, session: Session) -> io::Result<Self> {
        let folder = TalkerFolder::new(&talker.data);
        let client = server_client(&talker.settings, &folder)?;
        Ok(Self {
            talker,
            keeper,
            folder,
            client: RefCell::new(client),
            session: RefCell::new(session),
            status: RefCell::default(),
            outbox: RefCell::default(),
            parcels: Notify::new(),
            turn: Mutex::new(()),
            answered: Cell::new(false),
        })
    }

    async fn hold(&self, lines: &mut UnboundedReceiver<String>) -> io::Result<End> {
        tokio::select! {
            end = self.listen(lines) => Ok(end),
            end = self.check_ins() => end,
            end = self.send() => end,
        }
    }

    async fn listen(&self, lines: &mut UnboundedReceiver<String>) -> End {
        while let Some(line) = lines.recv().await {
            let parcel = match read_line::<ToTalker>(&line) {
                Ok(ToTalker::Report { report }) => Parcel::Report(report),
                Ok(ToTalker::Events { events }) => Parcel::Events(events),
                Ok(ToTalker::Log { chunk }) => Parcel::Log(chunk),
                Ok(ToTalker::DryRun { report }) => Parcel::DryRun(report),
                Ok(ToTalker::Status { status }) => {
                    self.status.replace(status);
                    continue;
                }
                Err(error) => {
                    tracing::error!(%error, "message of the keeper dropped");
                    continue;
                }
            };
            self.outbox.borrow_mut().push(parcel);
            self.parcels.notify_one();
        }
        End::Stopped
    }

    pub(super) fn check_in_seconds(&self) -> u32 {
        self.session.borrow().profile.as_ref().map_or(CHECK_IN_S, |profile| profile.check_in_seconds)
    }

    pub(super) fn store(&self) -> io::Result<()> {
        self.folder.store_session(&self.session.borrow())
    }

    /// Checks in again and again. The first is not held: it tells whether the server knows this agent.
    async fn check_ins(&self) -> io::Result<End> {
        let mut waits = Waits::default();
        let mut restored = Repeats::default();
        let mut hold = HoldWish::default();
        let mut first = true;
        let mut renew_at = self.renew_at();
        loop {
            if self.talker.clock.now() >= renew_at && self.renew().await {
                renew_at = self.renew_at();
            }
            let hold_s = if first { 0 } else { hold.seconds(self.check_in_seconds()) };
            let begun = Instant::now();
            let client = self.client.borrow().clone();
            let usual = Duration::from_secs(u64::from(self.check_in_seconds()));
            match self.ask(&client, hold_s, first).await {
                Ok(answer) => {
                    waits.answered();
                    hold.answered();
                    self.answered.set(true);
                    self.parcels.notify_one();
                    self.take_answer(answer.clone(), first, &client).await?;
                    first = false;
                    let spread = up_to(self.talker.entropy.as_ref(), u64::from(answer.next.spread_s) * 1_000);
                    let next = Duration::from_secs(u64::from(answer.next.after_s.min(3_600)));
                    tokio::time::sleep(next + Duration::from_millis(spread)).await;
                }
                Err(error) => {
                    if let Some(end) = self.refused(&error)? {
                        return Ok(end);
                    }
                    if matches!(error, CallError::NoAnswer { .. }) {
                        hold.cut(begun.elapsed(), hold_s);
                    }
                    if error.code() == Some("RESTORED") {
                        tokio::time::sleep(restored.wait(Instant::now())).await;
                        continue;
                    }
                    if error.code() == Some("CERTIFICATE_EXPIRED") && self.renew().await {
                        renew_at = self.renew_at();
                        continue;
                    }
                    let wait = waits.after(&error.failure(), usual, self.talker.entropy.as_ref());
                    let text = crate::collector::chain(&error);
                    tracing::warn!(error = text, wait_s = wait.as_secs(), "check-in failed");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// One check-in. Other calls wait until it has surely arrived, and it waits until they are answered.
    async fn ask(&self, client: &Client, hold_s: u32, first: bool) -> Result<CheckInAnswer, CallError> {
        let turn = self.turn.lock().await;
        let request = self.check_in(hold_s, first);
        let wait = ANSWER + Duration::from_secs(u64::from(hold_s));
        let mut call = std::pin::pin!(client.post::<_, CheckInAnswer>("check-in", &request, wait));
        if let Ok(answer) = tokio::time::timeout(ARRIVAL, &mut call).await {
            return answer;
        }
        drop(turn);
        let answer = call.await?;
        Ok(self.session.borrow().not_overtaken(&request, answer))
    }

    fn check_in(&self, hold_s: u32, first: bool) -> CheckIn {
        let session = self.session.borrow();
        let status = self.status.borrow();
        let hardware = || facts::identity(&self.talker.machine, session.organisation);
        CheckIn {
            incarnation: session.incarnation,
            token: session.token.clone(),
            boot_id: facts::boot_id(&self.talker.machine).unwrap_or_default(),
            clock: self.talker.clock.now(),
            fingerprint: session.fingerprint,
            facts_hash: status.facts_hash.clone(),
            profile_revision: session.profile.as_ref().map_or(0, |profile| profile.revision),
            watch_revision: 0,
            trust_version: status.trust_version,
            agent_version: crate::VERSION.to_owned(),
            hold_s,
            events_waiting: self.outbox.borrow().events_waiting(),
            deployments: status.deployments.clone(),
            leases: Vec::new(),
            progress: status.progress.clone(),
            scanning: status.scanning,
            hardware: first.then(hardware),
        }
    }

    async fn take_answer(&self, answer: CheckInAnswer, first: bool, client: &Client) -> io::Result<()> {
        {
            let mut session = self.session.borrow_mut();
            let was = session.clone();
            session.state = AgentState::Active;
            if let Some(token) = answer.token {
                session.token = token;
            }
            if let Some(profile) = &answer.profile {
                session.profile = Some(profile.clone());
            }
            // The time of contact alone is not worth a write to the disk at each check-in.
            if *session != was || first {
                session.last_contact = Some(self.talker.clock.now());
                self.folder.store_session(&session)?;
            }
        }
        if first {
            self.keeper.say(&ToKeeper::Connected { fingerprint: self.session.borrow().fingerprint });
        }
        self.keeper.say(&ToKeeper::Contact { server_time: answer.server_time });
        if let Some(profile) = answer.profile {
            self.keeper.say(&ToKeeper::Profile { profile });
        }
        if answer.trust_version.is_some() {
            self.fetch_trust(client).await;
        }
        if !answer.cancel.is_empty() {
            self.keeper.say(&ToKeeper::Cancel { deployments: answer.cancel });
        }
        for order in answer.work {
            self.offer(order, answer.server_time, client).await;
        }
        for order in answer.simulate {
            self.keeper.say(&ToKeeper::Simulate { order });
        }
        if let Some(order) = answer.scan {
            self.keeper.say(&ToKeeper::Scan { order });
        }
        if let Some(wish) = answer.read_changelogs {
            self.keeper.say(&ToKeeper::ReadChangelogs { megabytes: wish.max_megabytes });
        }
        for want in &answer.want {
            match want {
                Want::Full => self.keeper.say(&ToKeeper::WantReport { full: true }),
                // Facts travel with every scan.
                Want::Report | Want::Facts => self.keeper.say(&ToKeeper::WantReport { full: false }),
                Want::Events | Want::Unknown => {}
            }
        }
        if !answer.events_from.is_empty() {
            self.keeper.say(&ToKeeper::WantEvents { from: answer.events_from });
        }
        if !answer.want_logs.is_empty() {
            self.keeper.say(&ToKeeper::WantLogs { deployments: answer.want_logs });
        }
        Ok(())
    }

    /// Statements that are newer than the one in force; not having them now is made good at a later check-in.
    async fn fetch_trust(&self, client: &Client) {
        let have = self.status.borrow().trust_version;
        match client.get(&format!("trust?have={have}")).await {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(statements) => self.keeper.say(&ToKeeper::Trust { statements }),
                Err(error) => tracing::warn!(%error, "trust statements not readable"),
            },
            Err(error) => tracing::warn!(error = crate::collector::chain(&error), "trust statements not fetched"),
        }
    }

    /// Hands work on, with its authorisation fetched by the hash that names it.
    async fn offer(&self, order: WorkOrder, server_time: Timestamp, client: &Client) {
        use base64::Engine as _;
        let fetched = client.get(&format!("authorisation/{}", order.authorisation)).await;
        let authorisation = match fetched {
            Ok(bytes) => Some(base64::engine::general_purpose::STANDARD.encode(bytes)),
            Err(error) => {
                tracing::warn!(error = crate::collector::chain(&error), "authorisation not fetched");
                if error.code().is_none() {
                    // No answer: the server offers the work again at the next check-in.
                    return;
                }
                None
            }
        };
        let (deployment, manifest): (DeploymentId, String) = (order.deployment, order.manifest);
        self.keeper.say(&ToKeeper::Offer { deployment, manifest, authorisation, server_time });
    }

    /// What a refusal means for the identity as a whole.
    pub(super) fn refused(&self, error: &CallError) -> io::Result<Option<End>> {
        let CallError::Refused { body, .. } = error else { return Ok(None) };
        match body.code.as_str() {
            "CLONED" | "CERTIFICATE_TOO_OLD" => Ok(Some(End::Cloned)),
            "CERTIFICATE_REVOKED" | "ASSET_RETIRED" => Ok(Some(End::Revoked(body.code.clone()))),
            "RESTORED" => {
                let Some(restored) = &body.restored else { return Ok(None) };
                {
                    let mut session = self.session.borrow_mut();
                    session.incarnation = restored.incarnation;
                    session.token.clone_from(&restored.token);
                    session.fingerprint = Fingerprint::EMPTY;
                }
                self.store()?;
                self.outbox.borrow_mut().clear();
                self.keeper.say(&ToKeeper::Restored { incarnation: restored.incarnation });
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// From day 60 on, at an hour that chance picks, so that a fleet does not renew at once.
    fn renew_at(&self) -> Timestamp {
        let hours = i64::try_from(up_to(self.talker.entropy.as_ref(), 23)).expect("at most 23");
        self.session.borrow().not_after - RENEW_BEFORE + SignedDuration::from_hours(hours)
    }

    /// True: there is a new certificate. The turn is taken, for the answer brings a token.
    async fn renew(&self) -> bool {
        let _turn = self.turn.lock().await;
        let mut session = self.session.borrow().clone();
        let client = self.client.borrow().clone();
        let done = self.talker.enroller().renew(&client, &mut session).await;
        match done {
            Ok(()) => {
                self.session.replace(session);
                match server_client(&self.talker.settings, &self.folder) {
                    Ok(client) => drop(self.client.replace(client)),
                    Err(error) => tracing::error!(%error, "the new certificate cannot be used"),
                }
                true
            }
            Err(error) => {
                tracing::warn!(error = crate::collector::chain(&error), "certificate not renewed");
                false
            }
        }
    }
}
