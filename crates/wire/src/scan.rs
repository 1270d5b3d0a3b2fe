//! The document that `fettle-agent scan --json` prints (`agent.md` 9). Keys are added, never renamed or removed within
//! a major version.

use fettle_model::{Obstacle, Repository};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanDocument {
    pub summary: Summary,
    /// Every installed package whose candidate, by the machine's own policy, is above the installed version. Sorted by
    /// package, arch.
    pub updates: Vec<Update>,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub packages: usize,
    /// Length of `updates`.
    pub missing: usize,
    pub security: usize,
    /// Distinct CVEs so far.
    pub cves: usize,
    /// Security updates whose changelog has been read …
    pub cves_read: usize,
    /// … of so many.
    pub of: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    pub package: String,
    pub source: String,
    pub arch: String,
    pub installed: String,
    pub candidate: String,
    pub security: bool,
    /// `null` until the changelog was read.
    pub cves: Option<Vec<String>>,
    pub obstacle: Option<Obstacle>,
    /// A restart is expected.
    pub reboot: bool,
    /// The changelog's urgency; not a severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// Date of the fix by the changelog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repo: Option<Repository>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Why the obstacle is there: who holds, what keeps it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle_text: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `RepositoryUnreachable` … or a code of the agent.
    pub code: String,
    #[serde(default)]
    pub repo: Option<Repository>,
    pub text: String,
    #[serde(default)]
    pub list_date: Option<Timestamp>,
}
