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

/// A feed that the server fetches.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Feed {
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) address: Option<String>,
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) good_at: Option<Timestamp>,
    pub(crate) changed_at: Option<Timestamp>,
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) error: Option<String>,
    /// While it is fetched: so far.
    pub(crate) bytes: Option<u64>,
    /// Of a feed that comes in pages, while a round is not over: so far, and of how many.
    pub(crate) records: Option<u64>,
    pub(crate) records_of: Option<u64>,
}
