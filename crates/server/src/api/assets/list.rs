//! The list of assets.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_index::Index;
use fettle_index::query::{AssetFilter, AssetSort};
use fettle_model::ScanStatus;
use fettle_qql::Entity;
use serde::Deserialize;
use utoipa::IntoParams;

use super::row::AssetRow;
use crate::api::error::{ApiError, Parameters};
use crate::api::list::{Listing, Paging, YesNo, unknown_sort};
use crate::api::narrowed::{Narrowing, Texts};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct AssetParameters {
    #[serde(default)]
    search: String,
    /// QQL about what is listed.
    query: Option<String>,
    /// QQL about patches that they have a finding of, and the finding.
    having_query: Option<String>,
    /// IANA name of the zone of dates that name none; UTC.
    tz: Option<String>,
    sort: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
    /// Pending, Scanned, Failed or `NotSupported`.
    #[param(value_type = Option<String>)]
    scan_status: Option<ScanStatus>,
    /// As the column shows it.
    os: Option<String>,
    #[param(value_type = Option<String>)]
    pending_reboot: Option<YesNo>,
    #[param(value_type = Option<String>)]
    missing: Option<YesNo>,
    /// Has a missing patch that is past its due date.
    #[param(value_type = Option<String>)]
    overdue: Option<YesNo>,
    /// Lacks a patch that fixes it: `CVE-2026-0001`.
    cve: Option<String>,
    /// Vulnerable to this CVE by their distribution's own tracker, with a fix or without.
    affected: Option<String>,
}

#[utoipa::path(get, path = "/v1/assets", tag = "assets", params(AssetParameters),
    responses((status = 200, body = Listing<AssetRow>)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<AssetParameters>,
) -> Result<Json<Listing<AssetRow>>, ApiError> {
    app.index_ready()?;
    let paging = Paging { search: asked.search, sort: asked.sort, limit: asked.limit, after: asked.after };
    let (column, descending) = paging.sort();
    let texts = Texts { query: asked.query.as_deref(), having: asked.having_query.as_deref(), tz: asked.tz.as_deref() };
    let narrowing = Narrowing::read(&app, Entity::Asset, texts)?;
    let among = match narrowing {
        Some(narrowing) => Some(narrowing.ids(Arc::clone(&app), Index::ask_ids).await?),
        None => None,
    };
    let affected = match asked.affected {
        Some(cve) => Some(app.fleet.statements_on(&cve.to_uppercase()).await?),
        None => None,
    };
    let filter = AssetFilter {
        search: paging.search.clone(),
        scan_status: asked.scan_status,
        operating_system: asked.os,
        pending_reboot: asked.pending_reboot.map(bool::from),
        missing: asked.missing.map(bool::from),
        overdue: asked.overdue.map(bool::from),
        patch: None,
        cve: asked.cve.map(|cve| cve.to_uppercase()),
        affected,
        among,
    };
    let page = paging.page()?;
    let found = app.fleet.index.assets(&filter, sort(column)?, descending, page);
    Ok(Json(Listing::new(app.asset_rows(found.rows), found.total, page, found.facets)))
}

fn sort(column: Option<&str>) -> Result<AssetSort, ApiError> {
    Ok(match column {
        None | Some("name") => AssetSort::Name,
        Some("operatingSystem") => AssetSort::OperatingSystem,
        Some("scanStatus") => AssetSort::ScanStatus,
        Some("scannedAt") => AssetSort::ScannedAt,
        Some("missingPatchCount") => AssetSort::Missing,
        Some("missingSecurityCount") => AssetSort::MissingSecurity,
        Some("installedPatchCount") => AssetSort::Installed,
        Some("undeterminedPatchCount") => AssetSort::Undetermined,
        Some("lastCheckedIn") => AssetSort::LastCheckedIn,
        Some("lastLoggedOnUser") => AssetSort::LastLoggedOnUser,
        Some(other) => return Err(unknown_sort(other)),
    })
}
