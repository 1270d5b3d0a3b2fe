//! Deleting a job; its runs and results stay readable.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::JobId;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[utoipa::path(delete, path = "/v1/jobs/{id}", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn delete(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<JobId>,
) -> Result<StatusCode, ApiError> {
    app.fleet.delete_job(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
