//! Live agents: thousands of them in this process, that speak the real agents' wire to a running server.
//!
//! Each has a key and a certificate of its own and makes its calls with the client of the real agent, holds and waits as
//! that one does, and stands for the machine of the seed that a simulated fleet has under the same number. What it is told
//! to do to its machine it leaves undone, and counts.

mod agent;
mod conversation;
mod durations;
mod enrolment;
mod errand;
mod fleet;
mod limits;
mod state;
mod storm;
mod tally;
mod trouble;

use std::collections::BTreeMap;
use std::path::PathBuf;

use fettle_agent_core::key_pair::KeyPairError;
use fettle_agent_core::settings::Settings;
use fettle_agent_core::talker::client::ClientError;
use fettle_agent_core::talker::enrolment::EnrolError;
use serde::Serialize;

pub use durations::Quantiles;
pub use fleet::LiveFleet;
pub use storm::StormSummary;
pub use tally::{ChangesSummary, Counts, LeftUndone};

const POISONED: &str = "no holder of an agent's state panics";

/// What is run.
#[derive(Debug, Clone)]
pub struct Live {
    /// Where and with what agents enrol: the install line.
    pub settings: Settings,
    pub agents: u32,
    pub seed: u64,
    /// Packages of the smallest and of the largest image.
    pub packages: (usize, usize),
    /// Keys, certificates and ids, for another run; `None`: they end with this one.
    pub state: Option<PathBuf>,
    /// Agents that have a second connection open at one time: these need file descriptors too.
    pub second_connections: u32,
}

impl Live {
    /// So many second connections at most, with so many changed check-ins a second: each is kept for ten seconds after it
    /// was used (`agent.md` 3.6).
    pub fn second_connections(agents: u32, changes_per_second: u32) -> u32 {
        agents.min(changes_per_second.saturating_mul(11))
    }

    pub const fn new(settings: Settings, agents: u32, seed: u64) -> Self {
        Self { settings, agents, seed, packages: (300, 700), state: None, second_connections: 0 }
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub agents: u32,
    pub seed: u64,
    /// In this run.
    pub enrolled: u32,
    /// Until each was connected, in seconds; `None`: not all were.
    pub connected_after_s: Option<f64>,
    /// At the end.
    pub connected: u32,
    /// Retired or revoked meanwhile.
    pub gone: u32,
    /// Of the whole run.
    pub seconds: f64,
    pub check_ins: u64,
    pub reports: u64,
    pub storm: Option<StormSummary>,
    pub changes: Option<ChangesSummary>,
    /// Calls that failed, by kind.
    pub errors: BTreeMap<String, u64>,
    pub left_undone: LeftUndone,
}

#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    #[error("no server answers at {uri}")]
    NoServer { uri: String, source: reqwest::Error },
    #[error("what answers at {uri} is no Fettle server's port for agents")]
    NoAgentServer { uri: String },
    #[error("the CA of the server at {uri} is not the one of ServerCa; nothing was sent")]
    Untrusted { uri: String, source: reqwest::Error },
    #[error("the server refuses to enrol more agents: {message}; {enrolled} of {wanted} have enrolled")]
    EnrolmentRefused { code: String, message: String, enrolled: u32, wanted: u32 },
    #[error("an agent cannot enrol")]
    Enrolment(#[source] EnrolError),
    #[error("the address of {host} cannot be found")]
    Address { host: String, source: std::io::Error },
    #[error("{} cannot be used", directory.display())]
    State { directory: PathBuf, source: std::io::Error },
    #[error("{} is in use by another run", directory.display())]
    StateInUse { directory: PathBuf },
    #[error("{} holds other agents: {reason}", directory.display())]
    OtherState { directory: PathBuf, reason: String },
    #[error("so many agents need {needed} file descriptors, and this process may have {has}")]
    Descriptors { needed: u32, has: u64 },
    #[error("so many agents need {needed} ports towards one address, and this machine gives {has}")]
    Ports { needed: u32, has: u32 },
    #[error("the keys of an agent cannot be made")]
    Keys(#[from] KeyPairError),
    #[error("an agent's client cannot be made")]
    Client(#[from] ClientError),
    #[error("an agent's task ended early")]
    Task(#[from] tokio::task::JoinError),
}

impl LiveError {
    /// The server's code where it gave one, else ours in the same form.
    pub fn code(&self) -> &str {
        match self {
            Self::NoServer { .. } => "UNREACHABLE",
            Self::NoAgentServer { .. } => "NOT_FETTLE",
            Self::Untrusted { .. } => "SERVER_UNTRUSTED",
            Self::EnrolmentRefused { code, .. } => code,
            Self::Enrolment(_) => "ENROLMENT_FAILED",
            Self::Address { .. } => "ADDRESS_UNKNOWN",
            Self::State { .. } => "STATE_UNUSABLE",
            Self::StateInUse { .. } => "STATE_IN_USE",
            Self::OtherState { .. } => "STATE_OF_OTHERS",
            Self::Descriptors { .. } => "DESCRIPTORS_LACK",
            Self::Ports { .. } => "PORTS_LACK",
            Self::Keys(_) | Self::Client(_) | Self::Task(_) => "AGENT_FAILED",
        }
    }
}
