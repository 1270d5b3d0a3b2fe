use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::SavedSearchId;

use super::row::SavedSearchRow;
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[utoipa::path(get, path = "/v1/saved-searches/{id}", tag = "query", params(("id" = Uuid, Path)),
    responses((status = 200, body = SavedSearchRow)))]
pub async fn show(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<SavedSearchId>,
) -> Result<Json<SavedSearchRow>, ApiError> {
    Ok(Json(app.search_row(&caller, id).await?))
}
