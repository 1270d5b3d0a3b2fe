//! The manifest: what one agent shall do in one deployment (`agent.md` 4.2). Must lie within its authorisation.

use fettle_model::job::Work;
use fettle_model::{AssetId, DeploymentId, JobId, OrganisationId, PatchId, RunId, Sha256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub const FORMAT: &str = "fettle-manifest/1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    pub organisation: OrganisationId,
    pub agent: AssetId,
    pub incarnation: u32,
    pub deployment: DeploymentId,
    pub run: RunId,
    pub job: JobId,
    /// Hash of the authorisation's envelope.
    pub authorisation: Sha256,
    /// Per agent, only ever rising; fsynced before use.
    pub counter: u64,
    pub issued: Timestamp,
    /// The later of `end` and 7 days after `issued`, at most 40 days.
    pub expires: Timestamp,
    pub start: Timestamp,
    /// Absent: no patch window.
    #[serde(default)]
    pub end: Option<Timestamp>,
    pub work: Work,
    pub patches: Vec<ManifestPatch>,
    pub options: ManifestOptions,
    pub limits: ManifestLimits,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestPatch {
    pub id: PatchId,
    pub title: String,
    /// From 1.
    pub order: u32,
    pub packages: Vec<ManifestPackage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestPackage {
    /// `apt`.
    pub manager: String,
    pub name: String,
    pub arch: String,
    /// Install: what the machine was offered. Rollback: the version to go back from; the agent takes the highest
    /// earlier one that the archive lists.
    pub version: String,
    /// A newer candidate of the same repository is taken.
    pub or_newer: bool,
    #[serde(default)]
    pub sha256: Option<Sha256>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestOptions {
    pub continue_on_patch_failure: bool,
    pub allow_removals: bool,
    pub suppress_reboots: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestLimits {
    /// In seconds; 10–720 minutes.
    pub installer_timeout_s: u64,
}
