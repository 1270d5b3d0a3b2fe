//! `POST v1/events` and `v1/logs` (`agent.md` 3.5).

use fettle_model::DeploymentId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Events {
    pub incarnation: u32,
    /// At most 500.
    pub events: Vec<Event>,
}

/// Key: (deployment, incarnation, seq), seq from 1 without gaps. A known key is ignored; a gap is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub deployment: DeploymentId,
    pub seq: u32,
    /// By the agent's clock.
    pub time: Timestamp,
    /// Boot id.
    pub boot: String,
    pub kind: EventKind,
    /// With `state`: the new state's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Shapes in [`detail`]; kept as it came.
    #[serde(default)]
    pub detail: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EventKind {
    /// Set by the server itself.
    Offered,
    State,
    Patch,
    Action,
    Package,
    Refused,
    Resumed,
    Booted,
    RebootDeferred,
    UserDeferred,
    ClockChanged,
    LimitsChanged,
    Health,
    Drain,
    Record,
    EventsDropped,
    #[serde(other)]
    Unknown,
}

impl EventKind {
    const ALL: [Self; 16] = [
        Self::Offered,
        Self::State,
        Self::Patch,
        Self::Action,
        Self::Package,
        Self::Refused,
        Self::Resumed,
        Self::Booted,
        Self::RebootDeferred,
        Self::UserDeferred,
        Self::ClockChanged,
        Self::LimitsChanged,
        Self::Health,
        Self::Drain,
        Self::Record,
        Self::EventsDropped,
    ];

    /// [`EventKind::Unknown`] for a name that this version does not know.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(Self::Unknown)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::State => "state",
            Self::Patch => "patch",
            Self::Action => "action",
            Self::Package => "package",
            Self::Refused => "refused",
            Self::Resumed => "resumed",
            Self::Booted => "booted",
            Self::RebootDeferred => "rebootDeferred",
            Self::UserDeferred => "userDeferred",
            Self::ClockChanged => "clockChanged",
            Self::LimitsChanged => "limitsChanged",
            Self::Health => "health",
            Self::Drain => "drain",
            Self::Record => "record",
            Self::EventsDropped => "eventsDropped",
            Self::Unknown => "unknown",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsAnswer {
    pub token: String,
    /// Highest number per deployment below which all are in.
    pub acked: Vec<Acknowledged>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    pub deployment: DeploymentId,
    pub seq: u32,
}

/// Key: (deployment, incarnation, stream, offset).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogChunk {
    pub incarnation: u32,
    pub deployment: DeploymentId,
    /// `apt`, `stdout`, `stderr`, `installer`.
    pub stream: String,
    /// In bytes from the stream's start.
    pub offset: u64,
    pub text: String,
    pub end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogsAnswer {
    pub token: String,
}

/// Shapes of [`Event::detail`] by kind.
pub mod detail {
    use fettle_model::outcome::{FailureReason, PatchOutcome, SkipReason};
    use fettle_model::{PatchId, Sha256};
    use serde::{Deserialize, Serialize};

    /// Of `state`.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    pub struct State {
        /// With `Received`: the manifest's envelope.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub manifest: Option<Sha256>,
        /// A code or reason name, with `Failed`, `Blocked`, `Skipped`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub pointer: Option<String>,
    }

    /// Of `refused`: the first check of `agent.md` 4.5 that failed.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Refused {
        pub code: String,
        pub text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pointer: Option<String>,
    }

    /// Of `patch`.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Patch {
        pub patch: PatchId,
        pub outcome: PatchOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub failure: Option<FailureReason>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub skipped: Option<SkipReason>,
        /// The package manager's text, or what stands in the way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exit_code: Option<i32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub duration_ms: Option<u64>,
        #[serde(default)]
        pub packages: Vec<PackageMove>,
    }

    /// Of `package`: a package that moved though no patch asked for it.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct PackageMove {
        pub name: String,
        pub arch: String,
        /// Absent: was not installed.
        #[serde(default)]
        pub from: Option<String>,
        /// Absent: was removed.
        #[serde(default)]
        pub to: Option<String>,
    }

    /// Of `resumed`.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Resumed {
        pub text: String,
    }

    /// Of `clockChanged`: what the clock would have shown, and what it shows.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    pub struct ClockChanged {
        pub from: jiff::Timestamp,
        pub to: jiff::Timestamp,
    }

    /// Of `limitsChanged`: hashes of the host limits file; absent where there is no file, or none that is trusted.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct LimitsChanged {
        #[serde(default)]
        pub from: Option<Sha256>,
        #[serde(default)]
        pub to: Option<Sha256>,
    }
}
