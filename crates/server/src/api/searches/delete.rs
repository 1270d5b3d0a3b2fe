use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::SavedSearchId;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

/// Only the owner may.
#[utoipa::path(delete, path = "/v1/saved-searches/{id}", tag = "query", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn delete(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<SavedSearchId>,
) -> Result<StatusCode, ApiError> {
    app.fleet.delete_search(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
