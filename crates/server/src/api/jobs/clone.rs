//! A Disabled copy of a job.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::JobId;

use super::show::{JobDetails, details};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[utoipa::path(post, path = "/v1/jobs/{id}/clone", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 201, body = JobDetails)))]
pub async fn clone(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<JobId>,
) -> Result<(StatusCode, Json<JobDetails>), ApiError> {
    app.index_ready()?;
    let job = app.fleet.clone_job(&caller.actor, id).await?;
    Ok((StatusCode::CREATED, Json(details(&app, job).await?)))
}
