//! `POST v1/check-in` (`agent.md` 3.3). The usual answer has only `serverTime` and `next`.

use fettle_model::{DeploymentId, DeploymentState, ScanId, Sha256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::message::dry_run::DryRunOrder;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckIn {
    pub incarnation: u32,
    pub token: String,
    pub boot_id: String,
    pub clock: Timestamp,
    /// Of the inventory that the agent believes the server has.
    pub fingerprint: Fingerprint,
    pub facts_hash: String,
    #[serde(default)]
    pub profile_revision: u64,
    #[serde(default)]
    pub watch_revision: u64,
    pub trust_version: u64,
    pub agent_version: String,
    /// How long the agent wishes to be held, in seconds; 0: not at all.
    pub hold_s: u32,
    #[serde(default)]
    pub events_waiting: u32,
    #[serde(default)]
    pub deployments: Vec<DeploymentHere>,
    #[serde(default)]
    pub leases: Vec<DeploymentId>,
    #[serde(default)]
    pub progress: Option<Progress>,
    #[serde(default)]
    pub scanning: bool,
    /// Hardware traits, sent with the first check-in of a process and when they changed; absent: as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Vec<crate::message::enrol::HardwareId>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentHere {
    pub id: DeploymentId,
    pub state: DeploymentState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub deployment: DeploymentId,
    pub step: String,
    /// 0–100.
    #[serde(default)]
    pub percent: Option<u8>,
    #[serde(default)]
    pub bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInAnswer {
    pub server_time: Timestamp,
    pub next: Next,
    /// Only with an answer that commits something about the asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub want: Vec<Want>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events_from: Vec<EventsFrom>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_version: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<WorkOrder>,
    /// Told at each check-in until the agent's terminal event is in; twice is as once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancel: Vec<DeploymentId>,
    /// Simulate and report; changes nothing, so it needs no signature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub simulate: Vec<DryRunOrder>,
    /// Read changelogs of these updates, at most so many megabytes in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_changelogs: Option<ReadChangelogs>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub want_logs: Vec<DeploymentId>,
}

impl CheckInAnswer {
    pub const fn nothing_new(server_time: Timestamp, next: Next) -> Self {
        Self {
            server_time,
            next,
            token: None,
            want: Vec::new(),
            events_from: Vec::new(),
            scan: None,
            profile: None,
            trust_version: None,
            work: Vec::new(),
            cancel: Vec::new(),
            simulate: Vec::new(),
            read_changelogs: None,
            want_logs: Vec::new(),
        }
    }

    /// True when the answer tells the agent something beyond when to come again.
    pub fn has_news(&self) -> bool {
        *self != Self::nothing_new(self.server_time, self.next)
    }
}

/// The next check-in is due after `afterS` (0–3,600) and a random part of `spreadS`, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Next {
    pub after_s: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub spread_s: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(value: &u32) -> bool {
    *value == 0
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Want {
    /// A difference.
    Report,
    /// Everything: fingerprints differ, and no base is shared.
    Full,
    Facts,
    Events,
    /// From a newer server.
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsFrom {
    pub deployment: DeploymentId,
    pub seq: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanOrder {
    /// Absent for a scan that the schedule asks for.
    #[serde(default)]
    pub id: Option<ScanId>,
    /// `VM`.
    pub kind: String,
    #[serde(default)]
    pub refresh: bool,
}

/// The fields of the agent profile that the agent reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    pub revision: u64,
    /// 30–3,600.
    pub check_in_seconds: u32,
    /// 4–168.
    pub scan_interval_hours: u32,
    /// 15–1,440.
    pub refresh_minutes: u32,
    /// 10–720.
    pub installer_timeout_minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrder {
    pub deployment: DeploymentId,
    /// Base64 of the manifest's envelope.
    pub manifest: String,
    /// SHA-256 of the authorisation's envelope; fetched by it if not at hand.
    pub authorisation: Sha256,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadChangelogs {
    pub max_megabytes: u32,
}
