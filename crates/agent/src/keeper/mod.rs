//! The keeper: owns journal, record key and cache, starts collectors and workers, and decides what is done to the
//! machine (`agent.md` 1.1). It opens no connection; all it hears comes as lines from the talker.

pub mod check;
pub mod clock_watch;
pub mod deployment;
pub mod gate;
pub mod identity;
mod input;
pub mod inventory;
pub mod journal;
mod keeping;
mod reports;
pub mod state;
pub mod trust;
mod waiting;
mod work;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::{Clock, Entropy};
use fettle_wire::message::check_in::ScanOrder;
use fettle_wire::message::report::OfferDetails;
use jiff::{SignedDuration, Timestamp};

use self::clock_watch::ClockWatch;
use self::deployment::Running;
use self::identity::Identity;
pub use self::input::{Input, Inputs};
use self::inventory::{Inventory, Pending};
use self::state::KeeperState;
use self::trust::TrustFolder;
use self::waiting::Waiting;
use crate::channel::{Status, TalkerLine, ToKeeper, ToTalker, read_line};
use crate::collector_process::Collectors;
use crate::facts::{self, Machine};
use crate::limits::{HostLimits, LimitsFile};
use crate::scan::RefreshWish;
use crate::talker::wait::Repeats;

/// Until the server has sent a profile: hours between scans, minutes of age of lists.
const SCAN_HOURS: u32 = 4;
/// Megabytes of packages that changelogs are read from without being asked.
const CHANGELOG_MEGABYTES: u32 = 50;
/// Longest sleep without looking at the clock: it may have been moved.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// The same while a deployment waits: the limits file or the clock may let it begin.
const WAITING_SLEEP: Duration = Duration::from_secs(2);
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    #[error("the keeper's files could not be read or written")]
    File(#[from] io::Error),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    #[error(transparent)]
    Trust(#[from] trust::TrustError),
    #[error("a deployment that waited could not be ended: {0}")]
    Deployment(String),
    #[error("the talker has ended: {0}")]
    TalkerEnded(String),
}

/// What the keeper is started with.
#[derive(Debug, Clone)]
pub struct KeeperSettings {
    pub collectors: Collectors,
    pub machine: Machine,
    /// Told at the install to watch only, or not root.
    pub monitor_only: bool,
    pub limits: LimitsFile,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

#[derive(Debug)]
pub struct Keeper {
    settings: KeeperSettings,
    folder: PathBuf,
    inputs: Inputs,
    received: mpsc::Receiver<Input>,
    talker: TalkerLine,
    boot: String,
    state: KeeperState,
    /// What the server has.
    inventory: Inventory,
    pending: Option<Pending>,
    mismatches: Repeats,
    /// When the pending report goes out that had to wait.
    resend_at: Option<Instant>,
    clock_watch: ClockWatch,
    /// Read while a report was on its way.
    late_changelogs: Option<Vec<OfferDetails>>,
    connected: bool,
    scanning: bool,
    /// Orders that came while a scan ran.
    next_scan: Option<ScanOrder>,
    running: Option<Running>,
    waiting: Vec<Waiting>,
    /// The host's limits as they were told last.
    limits: HostLimits,
}

impl Keeper {
    pub fn new(
        settings: KeeperSettings,
        talker: TalkerLine,
        inputs: Inputs,
        received: mpsc::Receiver<Input>,
    ) -> Result<Self, KeeperError> {
        let folder = settings.collectors.data.keeper();
        crate::folder::make_private(&folder)?;
        crate::folder::make_private(&folder.join("journal"))?;
        let mut keeper = Self {
            clock_watch: ClockWatch::start(settings.clock.now()),
            boot: facts::boot_id(&settings.machine).unwrap_or_default(),
            state: KeeperState::load(&folder)?,
            inventory: Inventory::load(&folder)?,
            settings,
            folder,
            inputs,
            received,
            talker,
            pending: None,
            mismatches: Repeats::default(),
            resend_at: None,
            late_changelogs: None,
            connected: false,
            scanning: false,
            next_scan: None,
            running: None,
            waiting: Vec::new(),
            limits: HostLimits::default(),
        };
        keeper.limits = keeper.settings.limits.read();
        keeper.find_unfinished()?;
        Ok(keeper)
    }

    /// Runs until it is told to stop.
    pub fn run(mut self) -> Result<(), KeeperError> {
        // What an agent that ended did not get rid of comes before what is begun now.
        self.send_unacknowledged()?;
        self.start_next_deployment()?;
        loop {
            let input = match self.received.recv_timeout(self.sleep()) {
                Ok(input) => input,
                Err(mpsc::RecvTimeoutError::Timeout) => Input::Tick,
                Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(()),
            };
            match input {
                Input::Tick => {}
                Input::Line(line) => match read_line::<ToKeeper>(&line) {
                    Ok(ToKeeper::Signalled) => return Ok(()),
                    Ok(ToKeeper::Ended { reason }) => return Err(KeeperError::TalkerEnded(reason)),
                    Ok(message) => self.hear(message)?,
                    Err(error) => tracing::error!(%error, "message of the talker dropped"),
                },
                Input::Scanned(scan) => self.scanned(*scan)?,
                Input::ScanFailed(code, text) => self.scan_failed(code, &text)?,
                Input::Changelogs(details) => self.changelogs_read(details),
                Input::Simulated(report) => self.talker.say(&ToTalker::DryRun { report: *report }),
                Input::Deployment(said) => self.hear_deployment(said)?,
            }
            if !self.waiting.is_empty() {
                self.start_next_deployment()?;
            }
            self.tell_limits_if_changed()?;
            self.resend_if_due();
            self.tell_clock_if_moved()?;
            self.scan_if_due()?;
        }
    }

    /// Told with the facts of a scan, which a change asks for.
    fn tell_limits_if_changed(&mut self) -> Result<(), KeeperError> {
        let limits = self.settings.limits.read();
        if limits == self.limits {
            return Ok(());
        }
        if let Some(text) = &limits.invalid {
            tracing::error!(text, "the limits file is not trusted: no work is done");
        } else {
            tracing::info!(keys = ?limits.limits.keys_in_force(), "the host's limits have changed");
        }
        self.limits = limits;
        self.start_scan(ScanOrder { id: None, kind: "VM".to_owned(), refresh: false })
    }

    /// Remembered to the hour, so that a check-in costs no write to the disk.
    fn contacted(&mut self, server_time: Timestamp) -> Result<(), KeeperError> {
        let now = self.settings.clock.now();
        self.state.clock_off_s = Some(now.duration_since(server_time).as_secs());
        let known = self.state.contacted_at;
        let stale = known.is_none_or(|at| now.duration_since(at).abs() >= SignedDuration::from_hours(1));
        if stale {
            self.state.contacted_at = Some(now);
            self.state.store(&self.folder)?;
        }
        Ok(())
    }

    fn hear(&mut self, message: ToKeeper) -> Result<(), KeeperError> {
        match message {
            ToKeeper::Connected { fingerprint } => self.connected(fingerprint),
            ToKeeper::Contact { server_time } => self.contacted(server_time),
            ToKeeper::Profile { profile } => {
                self.state.profile = Some(profile);
                Ok(self.state.store(&self.folder)?)
            }
            ToKeeper::Trust { statements } => self.take_trust(&statements),
            ToKeeper::Scan { order } => self.start_scan(order),
            ToKeeper::Offer { deployment, manifest, authorisation, server_time } => {
                self.offered(deployment, &manifest, authorisation.as_deref(), server_time)
            }
            ToKeeper::Cancel { deployments } => self.cancel(&deployments),
            ToKeeper::Simulate { order } => {
                self.simulate(order);
                Ok(())
            }
            ToKeeper::ReadChangelogs { megabytes } => {
                self.read_changelogs(megabytes);
                Ok(())
            }
            ToKeeper::WantReport { full } => self.report_again(full),
            ToKeeper::WantEvents { from } => {
                from.iter().try_for_each(|from| self.send_events(from.deployment, from.seq))
            }
            ToKeeper::WantLogs { deployments } => deployments.iter().try_for_each(|id| self.send_log(*id)),
            ToKeeper::Reported { report, .. } => self.reported(report),
            ToKeeper::Mismatch { report } => {
                self.mismatch(report);
                Ok(())
            }
            ToKeeper::ReportRefused { report, code } => {
                tracing::error!(%report, code, "the server refuses a report");
                self.pending = None;
                Ok(())
            }
            ToKeeper::Acknowledged { deployment, seq } => {
                let known = self.state.acknowledged.entry(deployment).or_default();
                *known = seq.max(*known);
                Ok(self.state.store(&self.folder)?)
            }
            ToKeeper::Restored { incarnation } => self.restored(incarnation),
            ToKeeper::Cloned => self.cloned(),
            ToKeeper::Signalled | ToKeeper::Ended { .. } => unreachable!("they end the loop"),
        }
    }

    /// Statements that do not follow from the one in force are refused, and nothing of them is kept.
    fn take_trust(&self, statements: &[String]) -> Result<(), KeeperError> {
        let trust = TrustFolder::new(&self.folder);
        for text in statements {
            // What is not base64 is no envelope either.
            let bytes = STANDARD.decode(text).unwrap_or_default();
            if trust.holds(&bytes)? {
                continue;
            }
            match trust.append(&bytes) {
                Ok(version) => tracing::info!(version, "a newer trust statement is in force"),
                Err(trust::TrustError::Refused { code, reason }) => {
                    tracing::error!(%code, reason, "trust statement refused");
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.tell_status()
    }

    fn identity(&self) -> Result<Option<Identity>, KeeperError> {
        Ok(Identity::load(&self.folder)?)
    }

    fn journals(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// Until the next scan is due; what it waits for comes as an input.
    fn sleep(&self) -> Duration {
        if !self.waiting.is_empty() {
            return WAITING_SLEEP;
        }
        if !self.is_idle() {
            return LONGEST_SLEEP;
        }
        let due = Duration::try_from(self.scan_due_in()).unwrap_or(Duration::ZERO);
        due.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
    }

    fn scan_due_in(&self) -> SignedDuration {
        let hours = self.state.profile.as_ref().map_or(SCAN_HOURS, |profile| profile.scan_interval_hours);
        let Some(last) = self.state.scanned_at else { return SignedDuration::ZERO };
        SignedDuration::from_hours(i64::from(hours)) - self.settings.clock.now().duration_since(last)
    }

    fn refresh_wish(&self, now: bool) -> RefreshWish {
        let minutes =
            self.state.profile.as_ref().map_or(crate::scan::REFRESH_MINUTES, |profile| profile.refresh_minutes);
        if now { RefreshWish::Always } else { RefreshWish::WhenOlderThan(minutes) }
    }

    /// What the next check-in says.
    fn tell_status(&self) -> Result<(), KeeperError> {
        let trust_version = TrustFolder::new(&self.folder).load()?.map_or(0, |statement| statement.version);
        let status = Status {
            scanning: self.scanning,
            facts_hash: self.state.facts_hash.clone(),
            trust_version,
            deployments: self.deployments_here(),
            progress: self.running.as_ref().and_then(|running| running.progress.clone()),
            hardware: Vec::new(),
        };
        self.talker.say(&ToTalker::Status { status });
        Ok(())
    }
}
