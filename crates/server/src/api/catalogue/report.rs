//! What a file held, as the API and the command line tell it.

use std::collections::BTreeMap;

use fettle_catalog::import::Imported;
use fettle_catalog::reading;
use fettle_fleet::catalogue::advisories;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Records by their noun in the plural.
    pub read: BTreeMap<String, u64>,
    /// What is known of the file's signature, for formats that can carry one.
    pub signature: Option<String>,
    /// Records that were left out.
    pub dropped: Tally,
    /// References to something that the file does not hold, or that nobody knows.
    pub unresolved: Tally,
    /// Values that were left out while their record was kept.
    pub warnings: Tally,
}

/// Things of several reasons, and the first of them with their places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    pub total: u64,
    pub reasons: Vec<Reason>,
    pub examples: Vec<Example>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    pub reason: String,
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Example {
    /// `line 12`.
    pub place: String,
    pub reason: String,
    /// What stands there.
    pub detail: String,
}

/// What an import did: to patches, or to facts of vulnerabilities, of which `changed` counts new ones and ended ones too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Patches of machines' offers that became those of an advisory; counted in `changed` too.
    pub joined: usize,
    /// Patches that their feed took back; counted in `added` or `changed` too.
    #[serde(default)]
    pub withdrawn: usize,
}

impl From<&Imported> for ImportReport {
    fn from(imported: &Imported) -> Self {
        let report = &imported.report;
        Self {
            read: report.read.iter().map(|(noun, count)| ((*noun).to_owned(), *count)).collect(),
            signature: imported.signature.clone(),
            dropped: Tally::from(&report.dropped),
            unresolved: Tally::from(&report.unresolved),
            warnings: Tally::from(&report.warnings),
        }
    }
}

impl From<&reading::Tally> for Tally {
    fn from(tally: &reading::Tally) -> Self {
        let reasons = tally.reasons().map(|(reason, count)| Reason { reason: reason.to_owned(), count });
        let examples = tally.examples().iter().map(|example| Example {
            place: example.place.to_string(),
            reason: example.reason.to_owned(),
            detail: example.detail.clone(),
        });
        Self { total: tally.total(), reasons: reasons.collect(), examples: examples.collect() }
    }
}

impl From<advisories::Imported> for Changes {
    fn from(imported: advisories::Imported) -> Self {
        let advisories::Imported { added, changed, unchanged, joined, withdrawn } = imported;
        Self { added, changed, unchanged, joined, withdrawn }
    }
}
