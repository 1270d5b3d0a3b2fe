//! The search that one's own list opens with.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::SavedSearchId;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

/// The caller's list opens with it, and with no other of its entity.
#[utoipa::path(put, path = "/v1/saved-searches/{id}/default", tag = "query", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn set(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<SavedSearchId>,
) -> Result<StatusCode, ApiError> {
    app.fleet.set_default_search(caller.user.id, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's list opens with it no longer.
#[utoipa::path(delete, path = "/v1/saved-searches/{id}/default", tag = "query", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn unset(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<SavedSearchId>,
) -> Result<StatusCode, ApiError> {
    app.fleet.set_default_search(caller.user.id, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
