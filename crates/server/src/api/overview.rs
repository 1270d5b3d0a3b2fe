//! The figures of the first page.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::PatchId;
use fettle_store::catalogue::VulnerabilityFormat;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;
use crate::state::AppState;

/// So many patches are called urgent.
const URGENT: usize = 10;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverviewFigures {
    pub assets: usize,
    pub assets_scanned: usize,
    pub assets_pending: usize,
    pub assets_failed: usize,
    /// Failed and pending ones: never counted as compliant.
    pub assets_not_assessed: usize,
    pub packages: u64,
    /// Missing patches that nothing newer replaces, summed over assets.
    pub updates_missing: u64,
    pub security_missing: u64,
    /// Patches of which it cannot be told whether they are missing, summed over assets.
    pub updates_undetermined: u64,
    pub cves: usize,
    pub cves_read: usize,
    pub cves_of: usize,
    /// Known exploited vulnerabilities that an asset is exposed to; `null` before CISA's catalogue was read.
    pub known_exploited: Option<usize>,
    pub reboot_pending: usize,
    /// Assets with a missing patch that is past its due date.
    pub assets_overdue: u64,
    pub urgent: Vec<UrgentPatch>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UrgentPatch {
    #[schema(value_type = Uuid)]
    pub patch_id: PatchId,
    pub title: String,
    pub security: bool,
    pub cves: Option<Vec<String>>,
    /// The changelog's word; not a severity.
    pub urgency: Option<String>,
    /// Assets that lack it.
    pub missing: u64,
    pub published: Option<Timestamp>,
}

impl AppState {
    /// Refuses a list while the index loads.
    pub(crate) fn index_ready(&self) -> Result<(), ApiError> {
        let loading = &self.fleet.loading;
        if loading.is_ready() { Ok(()) } else { Err(ApiError::index_starting(loading.percent())) }
    }

    /// None of them is known where nobody told of any: that is not the same as none.
    async fn counted_known_exploited(&self, count: usize) -> Result<Option<usize>, ApiError> {
        let is_known = count > 0
            || self.fleet.database.read().await?.vulnerability_documents().is_there(VulnerabilityFormat::Kev).await?;
        Ok(is_known.then_some(count))
    }
}

#[utoipa::path(get, path = "/v1/overview", tag = "overview", responses((status = 200, body = OverviewFigures)))]
pub async fn overview(State(app): State<Arc<AppState>>) -> Result<Json<OverviewFigures>, ApiError> {
    app.index_ready()?;
    let figures = app.fleet.index.overview(URGENT);
    let known_exploited = app.counted_known_exploited(figures.known_exploited).await?;
    let urgent = figures.urgent.into_iter().map(|(entry, missing)| UrgentPatch {
        patch_id: entry.patch.id,
        security: entry.patch.is_security(),
        title: entry.patch.title,
        cves: entry.patch.cves,
        urgency: entry.patch.urgency,
        missing,
        published: entry.patch.published,
    });
    Ok(Json(OverviewFigures {
        assets: figures.assets,
        assets_scanned: figures.scanned,
        assets_pending: figures.pending,
        assets_failed: figures.failed,
        assets_not_assessed: figures.pending + figures.failed,
        packages: figures.packages,
        updates_missing: figures.missing,
        security_missing: figures.missing_security,
        updates_undetermined: figures.undetermined,
        cves: figures.cves,
        cves_read: figures.cves_read,
        cves_of: figures.cves_of,
        known_exploited,
        reboot_pending: figures.reboot_pending,
        assets_overdue: figures.overdue,
        urgent: urgent.collect(),
    }))
}
