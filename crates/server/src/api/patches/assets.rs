//! The assets that miss a patch, that have it, or of which that cannot be told.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_catalog::judge::{AssetView, judge};
use fettle_fleet::ledger::{Ledger, since};
use fettle_index::query::{AssetFilter, AssetSort};
use fettle_index::{ComponentId, Status};
use fettle_model::PatchId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::assets::patches::status_of;
use crate::api::assets::row::AssetRow;
use crate::api::error::{ApiError, Id, Parameters};
use crate::api::list::{Listing, Paging};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct PatchAssetParameters {
    /// Missing, Installed or Undetermined; Missing.
    status: Option<String>,
    #[serde(default)]
    search: String,
    limit: Option<usize>,
    after: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PatchAsset {
    pub asset: AssetRow,
    pub status: String,
    pub obstacle: Option<String>,
    /// Of Undetermined: why.
    #[serde(rename = "findingReason")]
    pub finding_reason: Option<String>,
    pub since: Timestamp,
    #[serde(rename = "dueDate")]
    pub due_date: Option<Timestamp>,
    /// An approved exception covers the patch here.
    #[serde(rename = "isExcepted")]
    pub is_excepted: bool,
    #[serde(rename = "isOverdue")]
    pub is_overdue: bool,
}

#[utoipa::path(get, path = "/v1/patches/{id}/assets", tag = "patches",
    params(("id" = Uuid, Path), PatchAssetParameters), responses((status = 200, body = Listing<PatchAsset>)))]
pub async fn assets(
    State(app): State<Arc<AppState>>,
    Id(id): Id<PatchId>,
    Parameters(asked): Parameters<PatchAssetParameters>,
) -> Result<Json<Listing<PatchAsset>>, ApiError> {
    app.index_ready()?;
    let entry = app.fleet.index.patch_entry(id).ok_or_else(|| ApiError::not_found("patch"))?;
    let status = asked.status.as_deref().map_or(Ok(Status::Missing), status_of)?;
    let paging = Paging { search: asked.search, limit: asked.limit, after: asked.after, sort: None };
    let page = paging.page()?;
    let filter = AssetFilter { search: paging.search.clone(), patch: Some((id, status)), ..AssetFilter::default() };
    let found = app.fleet.index.assets(&filter, AssetSort::Name, false, page);
    let mut read = app.fleet.database.read().await?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for row in found.rows {
        let asset = row.columns.id;
        let Some(loaded) = read.assets().load(asset).await? else { continue };
        let components = app.fleet.index.components(loaded.inventory.components.into_iter().map(ComponentId));
        let judged = judge(&entry.rule, asset, &AssetView::new(&components));
        let ledger = Ledger::decode(&loaded.inventory.ledger).map_err(ApiError::internal)?;
        let due_date = app.fleet.index.clock(entry.number, row.columns.enrolled_at).and_then(|(_, due)| due);
        let is_excepted = app.fleet.index.is_excepted(entry.number, asset);
        rows.push(PatchAsset {
            is_excepted,
            is_overdue: status == Status::Missing
                && !is_excepted
                && due_date.is_some_and(|due| due < app.fleet.index.as_of()),
            due_date,
            since: since(entry.synced_at, row.columns.enrolled_at, ledger.changed(entry.number)),
            asset: app.asset_row(row),
            status: status.name().to_owned(),
            obstacle: judged.obstacle.map(|obstacle| obstacle.name().to_owned()),
            finding_reason: judged.undetermined.map(|reason| reason.name().to_owned()),
        });
    }
    Ok(Json(Listing::new(rows, found.total, page, found.facets)))
}
