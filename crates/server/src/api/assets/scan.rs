//! "Scan now".

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::{AssetId, ScanId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueuedScan {
    #[schema(value_type = Uuid)]
    pub scan_id: ScanId,
    /// Queued, or what a request within 15 minutes that this one joined has come to.
    pub state: String,
}

#[utoipa::path(post, path = "/v1/assets/{id}/scan", tag = "assets", params(("id" = Uuid, Path)),
    responses((status = 202, body = QueuedScan)))]
pub async fn scan(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<AssetId>,
) -> Result<(StatusCode, Json<QueuedScan>), ApiError> {
    let request = app.fleet.scan_now(&caller.actor, id).await?;
    let queued = QueuedScan { scan_id: request.id, state: format!("{:?}", request.state) };
    Ok((StatusCode::ACCEPTED, Json(queued)))
}
