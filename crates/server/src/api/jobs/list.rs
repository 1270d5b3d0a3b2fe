//! The list of jobs, newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::row::{JobRow, job_row};
use crate::api::error::{ApiError, Parameters};
use crate::api::list::{Listing, Paging};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct JobParameters {
    #[serde(default)]
    search: String,
    /// Disabled, Enabled or Completed.
    status: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", params(JobParameters),
    responses((status = 200, body = Listing<JobRow>)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<JobParameters>,
) -> Result<Json<Listing<JobRow>>, ApiError> {
    let paging = Paging { search: asked.search, limit: asked.limit, after: asked.after, sort: None };
    let filter = paging.history(asked.status)?;
    let mut read = app.fleet.database.read().await?;
    let page = read.jobs().list(&filter).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for job in &page.items {
        items.push(job_row(&mut read, job).await?);
    }
    let total = usize::try_from(page.total).map_err(ApiError::internal)?;
    Ok(Json(Listing { items, total, next: page.next.map(|id| id.to_string()), facets: Vec::new() }))
}
