//! A patch as lists show it.

use fettle_index::PatchEntry;
use fettle_index::query::FindingCount;
use fettle_model::PatchId;
use fettle_model::patch::{Corroboration, Reboot};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::AppState;

#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchRow {
    #[schema(value_type = Uuid)]
    pub id: PatchId,
    pub title: String,
    pub vendor: String,
    /// Of the vendor, such as a DSA; `null` while only machines told of it.
    pub advisory: Option<String>,
    /// Of an update of Windows its article: `KB5034441`.
    pub kb: Option<String>,
    /// Of an update of Windows its bulletin: `MS01-044`.
    pub bulletin: Option<String>,
    /// Of an update of Windows the names of its products, as its vendor writes them.
    pub products: Vec<String>,
    pub source: String,
    pub source_version: String,
    /// `debian:12`.
    pub product: String,
    /// `origin/label/suite/component`; of an advisory, whose it is.
    pub repository: String,
    /// The vendor's; where it gives none, of the highest CVSS score of the CVEs.
    pub severity: String,
    pub is_severity_derived: bool,
    pub category: String,
    pub is_security: bool,
    /// The changelog's word; not a severity.
    pub urgency: Option<String>,
    /// `null` until a changelog was read.
    pub cves: Option<Vec<String>>,
    pub published: Option<Timestamp>,
    pub synced_at: Timestamp,
    pub size_bytes: Option<u64>,
    /// Never, Maybe or Always.
    pub reboot: String,
    pub is_superseded: bool,
    /// No job deploys a disabled one, and it replaces nothing.
    pub enabled: bool,
    /// Its feed took it back: it applies nowhere, replaces nothing and is never deployed.
    pub deleted: bool,
    pub is_hidden: bool,
    /// Why it is hidden.
    pub hidden_reason: Option<String>,
    /// Reported, `ThreeAssets`, `SignedIndex` or Advisory.
    pub corroboration: String,
    pub missing_count: u64,
    pub installed_count: u64,
    /// Assets of which it cannot be told whether they miss it.
    pub undetermined_count: u64,
    /// Of those that miss it: past the due date.
    pub overdue_count: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchName {
    #[schema(value_type = Uuid)]
    pub patch_id: PatchId,
    pub title: String,
}

pub(crate) const fn corroboration_name(corroboration: Corroboration) -> &'static str {
    match corroboration {
        Corroboration::Reported => "Reported",
        Corroboration::ThreeAssets => "ThreeAssets",
        Corroboration::SignedIndex => "SignedIndex",
        Corroboration::Advisory => "Advisory",
    }
}

pub(crate) fn row(entry: PatchEntry, count: FindingCount, is_superseded: bool) -> PatchRow {
    let severity = entry.severity().name().to_owned();
    let is_severity_derived = entry.is_severity_derived();
    let patch = entry.patch;
    PatchRow {
        is_security: patch.is_security(),
        repository: patch.origin(),
        advisory: patch.advisory().map(str::to_owned),
        size_bytes: patch.size_bytes(),
        corroboration: corroboration_name(patch.corroboration()).to_owned(),
        category: patch.category().to_owned(),
        deleted: patch.withdrawn,
        kb: patch.native_id("KB").map(str::to_owned),
        bulletin: patch.native_id("BULLETIN").map(str::to_owned),
        products: patch.update.map(|update| update.products).unwrap_or_default(),
        severity,
        is_severity_derived,
        reboot: match patch.reboot {
            Reboot::Never => "Never",
            Reboot::Maybe => "Maybe",
            Reboot::Always => "Always",
        }
        .to_owned(),
        id: patch.id,
        title: patch.title,
        vendor: patch.vendor,
        source: patch.source,
        source_version: patch.source_version,
        product: patch.product,
        urgency: patch.urgency,
        cves: patch.cves,
        published: patch.published,
        synced_at: entry.synced_at,
        is_superseded,
        enabled: entry.state.enabled,
        is_hidden: entry.state.is_hidden(),
        hidden_reason: entry.state.hidden,
        missing_count: count.missing,
        installed_count: count.installed,
        undetermined_count: count.undetermined,
        overdue_count: count.overdue,
    }
}

impl AppState {
    /// The row of one patch, with its counts and whether it is replaced.
    pub(crate) fn patch_row_counted(&self, entry: PatchEntry) -> PatchRow {
        let is_superseded = self.fleet.index.is_superseded(entry.patch.id);
        let count = self.fleet.index.count_findings(entry.patch.id).unwrap_or_default();
        row(entry, count, is_superseded)
    }
}
