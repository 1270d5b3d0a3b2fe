//! What keeper and talker say to each other: JSON lines (`agent.md` 1.1). They share nothing else, so that they can be
//! two processes; the keeper trusts the talker as far as the wire: not at all.

use std::fmt;
use std::sync::Arc;

use fettle_model::{DeploymentId, ReportId};
use fettle_wire::Fingerprint;
use fettle_wire::limit::MAX_LINE;
use fettle_wire::message::check_in::{DeploymentHere, EventsFrom, Profile, Progress, ScanOrder};
use fettle_wire::message::dry_run::{DryRunOrder, DryRunReport};
use fettle_wire::message::enrol::HardwareId;
use fettle_wire::message::{Event, LogChunk, Report};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// From the talker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "camelCase")]
pub enum ToKeeper {
    /// The first contact of this process, or of a new enrolment, was answered.
    Connected {
        fingerprint: Fingerprint,
    },
    /// A check-in was answered.
    Contact {
        server_time: Timestamp,
    },
    Scan {
        order: ScanOrder,
    },
    Profile {
        profile: Profile,
    },
    /// Work, with the envelopes as they came, in base64.
    Offer {
        deployment: DeploymentId,
        manifest: String,
        authorisation: Option<String>,
        server_time: Timestamp,
    },
    /// Trust statements above the version in force, in order, in base64.
    Trust {
        statements: Vec<String>,
    },
    Cancel {
        deployments: Vec<DeploymentId>,
    },
    Simulate {
        order: DryRunOrder,
    },
    ReadChangelogs {
        megabytes: u32,
    },
    /// The server asks for a report: everything, or the difference.
    WantReport {
        full: bool,
    },
    WantEvents {
        from: Vec<EventsFrom>,
    },
    WantLogs {
        deployments: Vec<DeploymentId>,
    },
    /// The server has committed a report.
    Reported {
        report: ReportId,
        to: Fingerprint,
    },
    /// The server's inventory is another than a difference began with.
    Mismatch {
        report: ReportId,
    },
    /// A report was refused for good.
    ReportRefused {
        report: ReportId,
        code: String,
    },
    Acknowledged {
        deployment: DeploymentId,
        seq: u32,
    },
    /// A restored snapshot goes on under a new incarnation.
    Restored {
        incarnation: u32,
    },
    /// The identity was dropped: another machine has it.
    Cloned,
    /// A signal asks the agent to end. What a worker does goes on without it.
    Signalled,
    /// The talker has ended, with the reason.
    Ended {
        reason: String,
    },
}

/// From the keeper.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "camelCase")]
pub enum ToTalker {
    Report {
        report: Box<Report>,
    },
    Events {
        events: Vec<Event>,
    },
    Log {
        chunk: LogChunk,
    },
    DryRun {
        report: DryRunReport,
    },
    /// What the next check-in says.
    Status {
        status: Status,
    },
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    pub scanning: bool,
    pub facts_hash: String,
    pub trust_version: u64,
    pub deployments: Vec<DeploymentHere>,
    pub progress: Option<Progress>,
    pub hardware: Vec<HardwareId>,
}

#[derive(Debug, thiserror::Error)]
pub enum LineError {
    #[error("a line between keeper and talker has {length} bytes, at most {MAX_LINE} are taken")]
    TooLong { length: usize },
    #[error("a line between keeper and talker is not a known message")]
    Unknown(#[source] serde_json::Error),
}

pub fn write_line<T: Serialize>(message: &T) -> Result<String, LineError> {
    let line = serde_json::to_string(message).expect("messages are JSON");
    if line.len() > MAX_LINE { Err(LineError::TooLong { length: line.len() }) } else { Ok(line) }
}

pub fn read_line<T: DeserializeOwned>(line: &str) -> Result<T, LineError> {
    if line.len() > MAX_LINE {
        return Err(LineError::TooLong { length: line.len() });
    }
    serde_json::from_str(line).map_err(LineError::Unknown)
}

/// The talker's end towards the keeper.
#[derive(Clone)]
pub struct KeeperLine(pub Arc<dyn Fn(String) + Send + Sync>);

impl fmt::Debug for KeeperLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeeperLine")
    }
}

impl KeeperLine {
    /// A keeper that is gone ends the program, so nobody misses the message.
    pub fn say(&self, message: &ToKeeper) {
        match write_line(message) {
            Ok(line) => (self.0)(line),
            Err(error) => tracing::error!(%error, "message to the keeper dropped"),
        }
    }
}

/// The keeper's end towards the talker.
#[derive(Debug, Clone)]
pub struct TalkerLine(pub tokio::sync::mpsc::UnboundedSender<String>);

impl TalkerLine {
    pub fn say(&self, message: &ToTalker) {
        match write_line(message) {
            Ok(line) => drop(self.0.send(line)),
            Err(error) => tracing::error!(%error, "message to the talker dropped"),
        }
    }
}
