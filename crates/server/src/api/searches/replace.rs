//! Renaming a search, or giving it another query.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::SavedSearchId;

use super::row::{SavedSearchRow, SearchBody};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Input};
use crate::state::AppState;

/// Only the owner may; what the body does not name is empty afterwards.
#[utoipa::path(put, path = "/v1/saved-searches/{id}", tag = "query", params(("id" = Uuid, Path)),
    request_body = SearchBody, responses((status = 200, body = SavedSearchRow)))]
pub async fn replace(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<SavedSearchId>,
    Input(search): Input<SearchBody>,
) -> Result<Json<SavedSearchRow>, ApiError> {
    let saved = app.fleet.replace_search(&caller.actor, id, search.into()).await?;
    Ok(Json(app.search_row(&caller, saved.id).await?))
}
