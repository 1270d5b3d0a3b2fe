//! Exceptions from due dates.

use jiff::Timestamp;
use serde::Deserialize;

use super::patch::Reference;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExceptionRow {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) reason: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) patches: Vec<Reference>,
    pub(crate) patch_query: Option<String>,
    pub(crate) assets: Vec<AssetName>,
    pub(crate) tags: Vec<TagName>,
    pub(crate) requested_by: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AssetName {
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct TagName {
    pub(crate) path: String,
}

/// How much one would cover now.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExceptionReach {
    pub(crate) patches: u64,
    pub(crate) assets: u64,
    pub(crate) missing_findings: u64,
}
