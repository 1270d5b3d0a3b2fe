//! All tags, as a tree.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::row::TagRow;
use crate::api::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagTree {
    /// Each below its parent, siblings by name; `depth` says how far in.
    pub items: Vec<TagRow>,
    pub total: usize,
}

/// All tags with their numbers of members: there are at most 10,000.
#[utoipa::path(get, path = "/v1/tags", tag = "tags", responses((status = 200, body = TagTree)))]
pub async fn list(State(app): State<Arc<AppState>>) -> Result<Json<TagTree>, ApiError> {
    app.index_ready()?;
    let items = app.tag_rows().await?;
    Ok(Json(TagTree { total: items.len(), items }))
}
