//! Enabling a job: it is authorised, and starts.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::JobId;

use super::show::{JobDetails, details};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[utoipa::path(post, path = "/v1/jobs/{id}/enable", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = JobDetails)))]
pub async fn enable(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<JobId>,
) -> Result<Json<JobDetails>, ApiError> {
    app.index_ready()?;
    let (job, _) = app.fleet.enable_job(&caller.actor, id).await?;
    Ok(Json(details(&app, job).await?))
}
