//! Assets, their software and their patches.

use jiff::Timestamp;
use serde::Deserialize;

use super::patch::PatchRow;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssetRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) fqdn: Option<String>,
    pub(crate) operating_system: String,
    pub(crate) address: Option<String>,
    pub(crate) scan_status: String,
    pub(crate) scan_reason: Option<String>,
    pub(crate) scanned_at: Option<Timestamp>,
    pub(crate) agent_status: String,
    pub(crate) agent_version: String,
    pub(crate) last_checked_in: Option<Timestamp>,
    pub(crate) connected: bool,
    pub(crate) missing_patch_count: u64,
    pub(crate) missing_security_count: u64,
    pub(crate) installed_patch_count: u64,
    #[serde(default)]
    pub(crate) undetermined_patch_count: u64,
    /// Source packages with a missing patch that is past its due date.
    #[serde(default)]
    pub(crate) overdue_count: u64,
    pub(crate) package_count: u64,
    pub(crate) pending_reboot: bool,
    pub(crate) last_logged_on_user: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssetDetails {
    #[serde(flatten)]
    pub(crate) row: AssetRow,
    pub(crate) enrolled_at: Timestamp,
    pub(crate) dropped_components: u64,
    pub(crate) collectors: Vec<CollectorResult>,
    pub(crate) repositories: Vec<RepositoryState>,
    pub(crate) self_check: Vec<SelfCheck>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CollectorResult {
    pub(crate) name: String,
    pub(crate) result: String,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RepositoryState {
    pub(crate) repo: String,
    pub(crate) result: String,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SelfCheck {
    pub(crate) id: String,
    pub(crate) result: String,
    pub(crate) text: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SoftwareRow {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) architecture: Option<String>,
    pub(crate) candidate: Option<String>,
    pub(crate) obstacle: Option<String>,
}

/// A patch as it stands on one asset.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssetPatchRow {
    #[serde(flatten)]
    pub(crate) patch: PatchRow,
    pub(crate) status: String,
    /// False when a later version of the same patch is offered here.
    pub(crate) is_latest: bool,
    pub(crate) obstacle: Option<String>,
    /// Of what cannot be told: why.
    #[serde(default)]
    pub(crate) finding_reason: Option<String>,
    pub(crate) since: Timestamp,
    #[serde(default)]
    pub(crate) due_date: Option<Timestamp>,
    #[serde(default)]
    pub(crate) is_overdue: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestedScan {
    pub(crate) scan_id: String,
}
