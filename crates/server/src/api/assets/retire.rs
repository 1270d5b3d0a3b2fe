//! Retiring an asset: hidden from lists, its certificate revoked, its open work ended.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::AssetId;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[utoipa::path(delete, path = "/v1/assets/{id}", tag = "assets", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn retire(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<AssetId>,
) -> Result<StatusCode, ApiError> {
    app.index_ready()?;
    app.fleet.retire(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
