//! One's own searches of an entity and those that are shared, by name.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_qql::Entity;
use fettle_qql::token::UnknownEntity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::row::SavedSearchRow;
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Parameters};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchParameters {
    /// `asset`, `patch`, `vulnerability`, `component`, `deployment` or `audit`.
    pub entity: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SavedSearches {
    pub items: Vec<SavedSearchRow>,
}

pub(super) fn entity(name: &str) -> Result<Entity, ApiError> {
    name.parse().map_err(|error: UnknownEntity| ApiError::invalid_field("entity", error.to_string()))
}

#[utoipa::path(get, path = "/v1/saved-searches", tag = "query", params(SearchParameters),
    responses((status = 200, body = SavedSearches)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Parameters(asked): Parameters<SearchParameters>,
) -> Result<Json<SavedSearches>, ApiError> {
    let entity = entity(&asked.entity)?;
    let found = app.fleet.database.read().await?.saved_searches().visible_to(caller.user.id, entity).await?;
    Ok(Json(SavedSearches { items: app.search_rows(&caller, entity, found).await? }))
}
