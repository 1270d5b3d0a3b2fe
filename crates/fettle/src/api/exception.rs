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
    pub(crate) assets: Vec<AssetName>,
    pub(crate) requested_by: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AssetName {
    pub(crate) name: String,
}
