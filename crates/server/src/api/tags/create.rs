//! A new tag.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::body::TagBody;
use super::row::TagDetails;
use super::{judged, settled};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

#[utoipa::path(post, path = "/v1/tags", tag = "tags", request_body = TagBody,
    responses((status = 201, body = TagDetails)))]
pub async fn create(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(body): Input<TagBody>,
) -> Result<(StatusCode, Json<TagDetails>), ApiError> {
    app.index_ready()?;
    let draft = body.draft(&app, None).await?;
    let judged = judged(&app, None, draft, 0).await?;
    let tag = app.fleet.create_tag(&caller.actor, judged).await?;
    settled(&app).await?;
    Ok((StatusCode::CREATED, Json(app.tag_details(tag.id).await?)))
}
