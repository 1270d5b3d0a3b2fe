//! Jobs and their runs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Named;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobDraft {
    pub(crate) name: String,
    pub(crate) work: &'static str,
    pub(crate) assets: Vec<String>,
    pub(crate) patches: Vec<String>,
    pub(crate) options: JobOptions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobOptions {
    pub(crate) allow_removals: bool,
    pub(crate) continue_on_patch_failure: bool,
    pub(crate) suppress_reboots: bool,
}

/// A draft that becomes a job.
#[derive(Debug, Serialize)]
pub(crate) struct NewJob<'a> {
    #[serde(flatten)]
    pub(crate) draft: &'a JobDraft,
    pub(crate) enable: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) work: String,
    pub(crate) status: String,
    pub(crate) owner: String,
    pub(crate) created_at: Timestamp,
    pub(crate) patch_count: u64,
    pub(crate) asset_count: u64,
    pub(crate) last_run: Option<RunRow>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JobDetails {
    #[serde(flatten)]
    pub(crate) row: JobRow,
    pub(crate) assets: Vec<Named>,
    pub(crate) patches: Vec<JobPatch>,
    pub(crate) runs: Vec<RunRow>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JobPatch {
    pub(crate) title: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunRow {
    pub(crate) id: String,
    pub(crate) number: u64,
    pub(crate) state: String,
    pub(crate) result: Option<String>,
    pub(crate) published_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
    /// Deployments by state.
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) applicable: u64,
    pub(crate) reported: u64,
}

impl RunRow {
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state.as_str(), "Finished" | "Canceled")
    }

    /// True when an ended run did what it was for.
    pub(crate) fn is_good(&self) -> bool {
        matches!(self.result.as_deref(), Some("Succeeded" | "NothingToDo"))
    }

    /// The result, or the state as long as there is none.
    pub(crate) fn outcome(&self) -> &str {
        self.result.as_deref().unwrap_or(&self.state)
    }
}
