//! Jobs: what to install or uninstall, and on which assets (`patch-management.md` 8). This first cut holds jobs on
//! demand with patches and assets chosen by hand.

use serde::{Deserialize, Serialize};

use crate::ids::{AssetId, PatchId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Work {
    Install,
    /// Shown as "Uninstall".
    Rollback,
}

impl Work {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Install => "Install",
            Self::Rollback => "Rollback",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum JobStatus {
    Disabled,
    Enabled,
    Completed,
}

impl JobStatus {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disabled => "Disabled",
            Self::Enabled => "Enabled",
            Self::Completed => "Completed",
        }
    }
}

/// What a person asks for. Limits are checked where it comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobSpecification {
    /// 1–255 characters.
    pub name: String,
    /// 0–2,000 characters.
    pub description: String,
    pub work: Work,
    /// Up to `job.maxIndividualAssets` (50; 1–5,000).
    pub assets: Vec<AssetId>,
    /// Up to 2,000.
    pub patches: Vec<PatchId>,
    pub options: JobOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobOptions {
    /// Packages may be removed where the package manager wants it; else such a patch fails with `REMOVAL_REFUSED`.
    pub allow_removals: bool,
    /// After a failed patch the rest go on.
    pub continue_on_patch_failure: bool,
    /// No restart is ordered; the deployment stays `PendingReboot` until the machine restarts by other means.
    pub suppress_reboots: bool,
}

impl Default for JobOptions {
    fn default() -> Self {
        Self { allow_removals: false, continue_on_patch_failure: true, suppress_reboots: true }
    }
}
