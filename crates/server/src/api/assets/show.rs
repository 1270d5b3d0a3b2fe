//! One asset.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_fleet::agents::report::Coverage;
use fettle_model::asset::Facts;
use fettle_model::{ActivationKeyId, AssetId};
use fettle_store::assets::Asset;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::row::AssetRow;
use crate::api::error::{ApiError, Id};
use crate::api::tags::row::TagName;
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetDetails {
    #[serde(flatten)]
    pub row: AssetRow,
    #[schema(value_type = Object)]
    pub facts: Facts,
    pub enrolled_at: Timestamp,
    pub incarnation: u32,
    /// With which it enrolled; the key may be deleted since.
    pub activation_key: Option<KeyName>,
    #[schema(value_type = Option<Uuid>)]
    pub previous_asset_id: Option<AssetId>,
    /// The asset that this machine became when it enrolled anew.
    #[schema(value_type = Option<Uuid>)]
    pub previous_of: Option<AssetId>,
    pub dropped_components: u64,
    #[schema(value_type = Vec<Object>)]
    pub collectors: Value,
    #[schema(value_type = Vec<Object>)]
    pub repositories: Value,
    #[schema(value_type = Vec<Object>)]
    pub self_check: Value,
    pub certificate_not_after: Option<Timestamp>,
    pub profile: ProfileShown,
    /// By path.
    pub tags: Vec<TagName>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KeyName {
    #[schema(value_type = Uuid)]
    pub id: ActivationKeyId,
    pub title: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Profile)]
pub struct ProfileShown {
    pub check_in_seconds: u32,
    pub scan_interval_hours: u32,
}

fn key_name(asset: &Asset) -> Option<KeyName> {
    let (id, title) = asset.activation_key.zip(asset.activation_key_title.clone())?;
    Some(KeyName { id, title })
}

#[utoipa::path(get, path = "/v1/assets/{id}", tag = "assets", params(("id" = Uuid, Path)),
    responses((status = 200, body = AssetDetails)))]
pub async fn show(State(app): State<Arc<AppState>>, Id(id): Id<AssetId>) -> Result<Json<AssetDetails>, ApiError> {
    app.index_ready()?;
    let row = app.fleet.index.asset(id).ok_or_else(|| ApiError::not_found("asset"))?;
    let mut read = app.fleet.database.read().await?;
    let loaded = read.assets().load(id).await?.ok_or_else(|| ApiError::not_found("asset"))?;
    let facts = read.assets().facts(loaded.asset.number).await?;
    let certificates = read.certificates().of_asset(id).await?;
    let previous_of = read.assets().successor(id).await?;
    drop(read);
    let coverage = match loaded.inventory.coverage.as_slice() {
        [] => Coverage::default(),
        packed => fettle_store::packed::unpack(packed, "coverage")?,
    };
    let good = certificates.iter().filter(|certificate| certificate.revoked_at.is_none());
    Ok(Json(AssetDetails {
        row: app.asset_row(row),
        facts: facts.facts,
        enrolled_at: loaded.asset.enrolled_at,
        incarnation: loaded.asset.incarnation,
        activation_key: key_name(&loaded.asset),
        previous_asset_id: loaded.asset.previous_asset,
        previous_of,
        dropped_components: loaded.asset.dropped,
        collectors: serde_json::to_value(coverage.collectors).map_err(ApiError::internal)?,
        repositories: serde_json::to_value(coverage.refresh).map_err(ApiError::internal)?,
        self_check: facts.self_check,
        certificate_not_after: good.map(|certificate| certificate.not_after).max(),
        tags: app.tag_names(app.fleet.index.tags_of(id)),
        profile: ProfileShown {
            check_in_seconds: app.fleet.settings.check_in_seconds,
            scan_interval_hours: app.fleet.settings.scan_interval_hours,
        },
    }))
}
