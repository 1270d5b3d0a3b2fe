//! Changing a tag.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::TagId;

use super::body::TagBody;
use super::row::TagDetails;
use super::{judged, settled};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Input};
use crate::state::AppState;

/// Puts the tag in place of the revision that is named. A change of more than a fifth of the members, and of 50 at least,
/// is refused with `TAG_BIG_CHANGE` until `confirm` says how many join and leave.
#[utoipa::path(put, path = "/v1/tags/{id}", tag = "tags", params(("id" = Uuid, Path)), request_body = TagBody,
    responses((status = 200, body = TagDetails)))]
pub async fn edit(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<TagId>,
    Input(body): Input<TagBody>,
) -> Result<Json<TagDetails>, ApiError> {
    app.index_ready()?;
    let Some(revision) = body.revision else {
        return Err(ApiError::invalid_field("revision", "a change names the revision that it is of"));
    };
    let confirm = body.confirm;
    let draft = body.draft(&app, Some(id)).await?;
    let judged = judged(&app, Some(id), draft, 0).await?;
    app.fleet.edit_tag(&caller.actor, (id, revision), judged, confirm).await?;
    settled(&app).await?;
    app.tag_details(id).await.map(Json)
}
