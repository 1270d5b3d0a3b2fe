//! Keeping a search.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::entity;
use super::row::{SavedSearchRow, SearchBody};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSearch {
    /// `asset`, `patch`, `vulnerability`, `component`, `deployment` or `audit`.
    pub entity: String,
    pub search: SearchBody,
}

#[utoipa::path(post, path = "/v1/saved-searches", tag = "query", request_body = NewSearch,
    responses((status = 201, body = SavedSearchRow)))]
pub async fn create(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(new): Input<NewSearch>,
) -> Result<(StatusCode, Json<SavedSearchRow>), ApiError> {
    let saved = app.fleet.save_search(&caller.actor, entity(&new.entity)?, new.search.into()).await?;
    Ok((StatusCode::CREATED, Json(app.search_row(&caller, saved.id).await?)))
}
