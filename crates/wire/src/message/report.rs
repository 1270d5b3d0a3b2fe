//! `POST v1/report`: inventory, facts, scan result (`agent.md` 3.4).

use fettle_model::asset::{Facts, RebootReason};
use fettle_model::{ReportId, Repository, ScanId, Sha256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::WireComponent;
use crate::fingerprint::Fingerprint;
use crate::message::check_in::Next;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub report_id: ReportId,
    pub incarnation: u32,
    pub mode: Mode,
    /// Absent in a full report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Fingerprint>,
    /// After the report is applied.
    pub to: Fingerprint,
    /// Components that the agent itself left out, for control characters or length.
    #[serde(default)]
    pub dropped: u32,
    #[serde(default)]
    pub add: Vec<WireComponent>,
    /// Empty in a full report.
    #[serde(default)]
    pub remove: Vec<WireComponent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<FactsReport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanReport>,
    /// What the package manager knows of the offers in `add`, and of earlier ones whose changelog was read since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offer_details: Vec<OfferDetails>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    Diff,
    Full,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FactsReport {
    /// 64 hex digits of the SHA-256 of the facts' JSON: what `factsHash` of a check-in repeats.
    pub hash: String,
    #[serde(flatten)]
    pub facts: Facts,
    #[serde(default)]
    pub self_check: Vec<SelfCheck>,
    /// Absent from agents that know of no limits file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitsReport>,
}

/// What the host limits file says (`safety.md` 3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LimitsReport {
    pub monitor_only: bool,
    /// Of the file's bytes; absent where there is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<Sha256>,
    /// Names of the keys that limit something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Why the file is not trusted: there is no work then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid: Option<String>,
}

impl FactsReport {
    pub fn new(facts: Facts, self_check: Vec<SelfCheck>) -> Self {
        let json = serde_json::to_vec(&(&facts, &self_check)).expect("facts are JSON");
        Self { hash: crate::sha256(&json).hex(), facts, self_check, limits: None }
    }

    /// The same facts with the host's limits, in a hash over all of them.
    #[must_use]
    pub fn with_limits(self, limits: LimitsReport) -> Self {
        let json = serde_json::to_vec(&(&self.facts, &self.self_check, &limits)).expect("facts are JSON");
        Self { hash: crate::sha256(&json).hex(), limits: Some(limits), ..self }
    }

    pub fn pending_reboot(&self) -> &[RebootReason] {
        &self.facts.pending_reboot
    }
}

/// One line of the agent's self-check (`automation.md` 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfCheck {
    /// `AG-02` ….
    pub id: String,
    /// `Passed`, `Warning`, `Failed`.
    pub result: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanReport {
    #[serde(default)]
    pub id: Option<ScanId>,
    pub kind: String,
    pub result: ScanResult,
    /// A code of `agent.md` 3.4, with `Failed`.
    #[serde(default)]
    pub reason: Option<String>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    #[serde(default)]
    pub watch_revision: u64,
    #[serde(default)]
    pub collectors: Vec<Collector>,
    #[serde(default)]
    pub refresh: Vec<Refresh>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScanResult {
    Scanned,
    Failed,
    NotSupported,
    #[serde(other)]
    Unknown,
}

/// How one part of a scan went. A failed collector keeps its old components: silence is never absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Collector {
    pub name: String,
    /// `Ok` or `Failed`.
    pub result: String,
    #[serde(default)]
    pub took_ms: u64,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
}

/// How the lists of one repository were had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refresh {
    pub repo: Repository,
    /// `Ok`, `RepositoryUnreachable`, `RepositoryStale`, `RepositoryUntrusted`, `AccessDenied`.
    pub result: String,
    #[serde(default)]
    pub text: Option<String>,
    /// Date of the Release file in use.
    #[serde(default)]
    pub list_date: Option<Timestamp>,
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// `Own`, `Machine` or `None`.
    #[serde(default)]
    pub lists: String,
    /// Where the machine has it from, without user and password.
    #[serde(default)]
    pub uri: Option<String>,
    /// Distribution of the source entry: `bookworm-security`.
    #[serde(default)]
    pub distribution: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferDetails {
    pub name: String,
    pub arch: String,
    pub candidate: String,
    pub repo: Repository,
    pub source: String,
    pub source_version: String,
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// Of the .deb, as the signed index says.
    #[serde(default)]
    pub sha256: Option<Sha256>,
    /// A restart is expected: kernel, C library, init, or the package says so.
    #[serde(default)]
    pub reboot: bool,
    /// From the changelog inside the candidate's .deb, entries newer than the installed version; absent: not read yet.
    #[serde(default)]
    pub changelog: Option<ChangelogFacts>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangelogFacts {
    pub cves: Vec<String>,
    /// Highest `urgency=` of those entries; never a severity.
    #[serde(default)]
    pub urgency: Option<String>,
    /// Date of the newest entry.
    #[serde(default)]
    pub date: Option<Timestamp>,
    /// The entries' text, at most 16,384 characters.
    #[serde(default)]
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportAnswer {
    pub token: String,
    pub revision: u64,
    pub next: Next,
}
