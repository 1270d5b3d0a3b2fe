//! Catalogue entries, and why one is missing on an asset.

use jiff::Timestamp;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatchRow {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) vendor: String,
    pub(crate) source: String,
    pub(crate) source_version: String,
    pub(crate) repository: String,
    pub(crate) is_security: bool,
    /// The changelog's word; not a severity.
    pub(crate) urgency: Option<String>,
    pub(crate) cves: Option<Vec<String>>,
    pub(crate) published: Option<Timestamp>,
    pub(crate) size_bytes: Option<u64>,
    pub(crate) reboot: String,
    pub(crate) corroboration: String,
    pub(crate) missing_count: u64,
    pub(crate) installed_count: u64,
    #[serde(default)]
    pub(crate) undetermined_count: u64,
    #[serde(default)]
    pub(crate) overdue_count: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatchDetails {
    #[serde(flatten)]
    pub(crate) row: PatchRow,
    pub(crate) description: String,
    pub(crate) packages: Vec<PatchPackage>,
    pub(crate) superseded_by: Vec<Reference>,
    /// Which assets it applies to, in words.
    pub(crate) rule: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatchPackage {
    pub(crate) name: String,
    pub(crate) architecture: String,
    pub(crate) fixed_version: String,
    pub(crate) size_bytes: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reference {
    pub(crate) title: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    pub(crate) status: String,
    pub(crate) sentence: String,
    pub(crate) obstacle_text: Option<String>,
    pub(crate) superseded_by: Vec<Reference>,
    pub(crate) since: Option<Timestamp>,
    #[serde(default)]
    pub(crate) due_date: Option<Timestamp>,
    #[serde(default)]
    pub(crate) is_overdue: bool,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) source: EvidenceSource,
    pub(crate) evaluated_at: Timestamp,
    pub(crate) inventory_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Evidence {
    pub(crate) check: String,
    pub(crate) subject: String,
    pub(crate) found: String,
    pub(crate) op: String,
    pub(crate) expected: String,
    pub(crate) holds: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvidenceSource {
    pub(crate) feed: String,
    pub(crate) native_id: String,
    pub(crate) text: String,
}
