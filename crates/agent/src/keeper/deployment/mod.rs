//! A deployment from its journal to its terminal state, on a thread of its own (`agent.md` 6). What was begun is known
//! from the journal alone, so that an agent that was killed goes on where it was.

mod detection;
mod execution;
mod holding;
mod installing;
mod logs;
pub mod memory;
mod record;
mod verifying;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fettle_model::{Clock, DeploymentId, DeploymentState};
use fettle_wire::document::TrustStatement;
use fettle_wire::message::check_in::Progress;
use fettle_wire::message::{Event, LogChunk};

use super::check::Accepted;
use super::clock_watch::ClockWatch;
use super::identity::Identity;
use super::input::Inputs;
use super::journal::{Journal, JournalError};
use super::{Input, check};
use crate::collector_process::Collectors;
use crate::facts::Machine;
use crate::limits::{HostLimits, LimitsFile};
use crate::platform::apt::Apt;
use crate::scan::Scan;

pub use self::execution::{end_damaged, end_unbegun, run};
pub use self::logs::whole_log;
pub use self::memory::Memory;

/// What a deployment's thread tells the keeper.
#[derive(Debug)]
pub enum Said {
    Event(Event),
    Log(LogChunk),
    Progress(Progress),
    /// The scan that verified; reported like any other.
    Scanned(Box<Scan>),
    /// Terminal, or waiting for a restart.
    Finished(DeploymentId),
    /// It could not go on; the next start of the agent tries again.
    Broke(DeploymentId, String),
}

/// The one deployment that runs.
#[derive(Debug)]
pub struct Running {
    pub id: DeploymentId,
    pub state: DeploymentState,
    pub progress: Option<Progress>,
    pub cancel: Cancel,
}

/// Set once, by the keeper; read between steps.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Everything that an execution works with.
#[derive(Debug)]
pub struct Work {
    pub id: DeploymentId,
    pub accepted: Accepted,
    pub manifest_bytes: Vec<u8>,
    pub authorisation_bytes: Vec<u8>,
    pub journal: Journal,
    pub memory: Memory,
    pub trust: TrustStatement,
    pub identity: Identity,
    pub monitor_only: bool,
    pub limits: LimitsFile,
    /// Names of packages that a security repository offered an update of when the deployment was begun.
    pub security: BTreeSet<String>,
    /// Against the server's clock, at the last contact.
    pub clock_offset: Option<jiff::SignedDuration>,
    pub machine: Machine,
    pub collectors: Collectors,
    pub platform: Apt,
    /// The keeper's folder; journals are in `journal/` of it.
    pub folder: PathBuf,
    pub boot: String,
    pub clock: Arc<dyn Clock>,
    pub clock_watch: ClockWatch,
    pub inputs: Inputs,
    pub cancel: Cancel,
    /// It was begun by an agent that ended.
    pub resumed: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the worker's files could not be used")]
    Worker(#[source] std::io::Error),
    #[error("the record key could not be used: {0}")]
    Record(String),
}

impl Work {
    fn say(&self, said: Said) {
        self.inputs.send(Input::Deployment(said));
    }

    fn situation<'a>(&'a self, limits: &'a HostLimits) -> check::Situation<'a> {
        check::Situation {
            trust: &self.trust,
            identity: self.identity,
            counter: 0,
            revisions: &NO_REVISIONS,
            now: self.clock.now(),
            server_time: self.clock.now(),
            monitor_only: self.monitor_only,
            limits,
            security: &self.security,
            free_bytes: u64::MAX,
            journal_room: u64::MAX,
        }
    }
}

static NO_REVISIONS: std::collections::BTreeMap<fettle_model::JobId, u64> = std::collections::BTreeMap::new();
