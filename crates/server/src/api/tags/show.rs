//! One tag with its pins.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::TagId;

use super::row::TagDetails;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[utoipa::path(get, path = "/v1/tags/{id}", tag = "tags", params(("id" = Uuid, Path)),
    responses((status = 200, body = TagDetails)))]
pub async fn show(State(app): State<Arc<AppState>>, Id(id): Id<TagId>) -> Result<Json<TagDetails>, ApiError> {
    app.index_ready()?;
    app.tag_details(id).await.map(Json)
}
