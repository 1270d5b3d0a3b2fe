//! How much an exception would cover.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_fleet::decisions::exceptions::NewException as Asked;
use fettle_model::{AssetId, PatchId, TagId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::ask::blocking;
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

/// As in a new exception.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExceptionTargets {
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub patches: Vec<PatchId>,
    pub patch_query: Option<String>,
    pub tz: Option<String>,
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub assets: Vec<AssetId>,
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub tags: Vec<TagId>,
}

/// How much it covers as catalogue and tags are now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionReach {
    pub patches: u64,
    pub assets: u64,
    /// Of these patches missing on these assets.
    pub missing_findings: u64,
}

#[utoipa::path(post, path = "/v1/exceptions/preview", tag = "exceptions", request_body = ExceptionTargets,
    responses((status = 200, body = ExceptionReach)))]
pub async fn preview(
    State(app): State<Arc<AppState>>,
    Input(targets): Input<ExceptionTargets>,
) -> Result<Json<ExceptionReach>, ApiError> {
    app.index_ready()?;
    let ExceptionTargets { patches, patch_query, tz, assets, tags } = targets;
    let (reason, expires_at) = (String::new(), Timestamp::MAX);
    let asked = Asked { patches, patch_query, tz, assets, tags, reason, expires_at };
    let reach = blocking(move || app.fleet.preview_exception(asked)).await??;
    Ok(Json(ExceptionReach { patches: reach.patches, assets: reach.assets, missing_findings: reach.findings }))
}
