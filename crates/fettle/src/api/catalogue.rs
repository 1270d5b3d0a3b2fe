//! Vendors' files.

use fettle_server::api::catalogue::report::{Changes, ImportReport};
use jiff::Timestamp;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    pub(crate) feed: String,
    pub(crate) file_name: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) imported_at: Timestamp,
    pub(crate) imported_by: String,
    pub(crate) report: ImportReport,
    pub(crate) changes: Changes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportAnswer {
    /// `Imported` or `AlreadyImported`.
    pub(crate) outcome: String,
    pub(crate) format: String,
    pub(crate) report: ImportReport,
    pub(crate) changes: Option<Changes>,
}
