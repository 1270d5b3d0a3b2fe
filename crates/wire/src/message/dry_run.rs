//! Dry runs: the agent simulates on its own state and says what would happen (`safety.md` 11, kind `Live`).
//!
//! The order comes with a check-in's answer (`simulate`), the result goes to `POST v1/dry-run`. Both are unsigned:
//! nothing is changed by them.

use fettle_model::job::Work;
use fettle_model::outcome::FailureReason;
use fettle_model::{DryRunId, PatchId};
use serde::{Deserialize, Serialize};

use crate::document::manifest::ManifestPatch;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRunOrder {
    pub id: DryRunId,
    pub work: Work,
    pub patches: Vec<ManifestPatch>,
    pub allow_removals: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRunReport {
    pub id: DryRunId,
    /// What the package manager's simulation says; empty where it could not run.
    pub changes: Vec<PlannedChange>,
    /// Per patch what would come of it.
    pub patches: Vec<DryRunPatch>,
    pub download_bytes: Option<u64>,
    /// Difference of installed size; negative: space is given back.
    pub disk_bytes: Option<i64>,
    pub reboot_expected: bool,
    /// A simulation that could not run, with the package manager's text.
    #[serde(default)]
    pub problem: Option<DryRunProblem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunProblem {
    pub reason: FailureReason,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    pub name: String,
    pub arch: String,
    /// Absent: not installed before.
    #[serde(default)]
    pub from: Option<String>,
    /// Absent: would be removed.
    #[serde(default)]
    pub to: Option<String>,
    /// Asked for; else it moves along.
    pub wanted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunPatch {
    pub patch: PatchId,
    pub verdict: DryRunVerdict,
    /// Why it would fail; with the package manager's text or the names that stand in the way.
    #[serde(default)]
    pub reason: Option<FailureReason>,
    #[serde(default)]
    pub text: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DryRunVerdict {
    WouldInstall,
    WouldRollBack,
    /// Already there, or already absent.
    Installed,
    NotApplicable,
    WouldFail,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRunAnswer {
    pub taken: bool,
}
