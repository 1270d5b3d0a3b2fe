//! Deleting a tag.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::TagId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::settled;
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Parameters};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeleteParameters {
    /// Refused when the tag is of another revision; left out: whatever it is.
    revision: Option<u64>,
}

/// Refused with `TAG_IN_USE` while there are tags below it, or rules name it.
#[utoipa::path(delete, path = "/v1/tags/{id}", tag = "tags", params(("id" = Uuid, Path), DeleteParameters),
    responses((status = 204)))]
pub async fn delete(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<TagId>,
    Parameters(asked): Parameters<DeleteParameters>,
) -> Result<StatusCode, ApiError> {
    app.index_ready()?;
    app.fleet.delete_tag(&caller.actor, id, asked.revision).await?;
    settled(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}
