//! The authorisation: what a person allowed; belongs to one job revision (`agent.md` 4.1).

use fettle_model::job::Work;
use fettle_model::{AssetId, AuthorisationId, JobId, OrganisationId, PatchId, Sha256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub const FORMAT: &str = "fettle-authorisation/1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorisation {
    /// [`FORMAT`].
    pub format: String,
    pub organisation: OrganisationId,
    pub id: AuthorisationId,
    pub job: JobId,
    pub job_name: String,
    /// Agents keep the highest seen per job and refuse lower ones.
    pub revision: u64,
    pub work: Work,
    /// User name.
    pub requested_by: String,
    pub patches: Vec<AuthorisedPatch>,
    pub allow_removals: bool,
    pub allow_downgrade: bool,
    pub reboot: RebootRule,
    pub targets: Targets,
    pub not_before: Timestamp,
    /// At most 400 days after `notBefore`.
    pub end: Timestamp,
    /// Hash of the dry run that was looked at.
    #[serde(default)]
    pub dry_run: Option<Sha256>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorisedPatch {
    pub id: PatchId,
    pub title: String,
    pub packages: Vec<AuthorisedPackage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorisedPackage {
    /// `apt`.
    pub manager: String,
    pub name: String,
    /// Install: the least version that may be put on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// Rollback: only versions below this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RebootRule {
    Never,
    IfNeeded,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Targets {
    /// Up to 5,000, checked by the agent; absent: any.
    pub agents: Option<Vec<AssetId>>,
    /// Labels of the host limits file, of which the machine has at least one; empty: any machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host_labels: Vec<String>,
}
