//! A run: its figures, its deployments, cancelling it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::outcome::PatchOutcome;
use fettle_model::{DeploymentId, RunId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::row::{DeploymentRow, JobRow, RunRow, job_row, run_row};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Parameters};
use crate::api::list::{Facet, FacetValue, Listing, Paging};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
pub struct RunDetails {
    #[serde(flatten)]
    pub row: RunRow,
    pub job: JobRow,
}

#[utoipa::path(get, path = "/v1/runs/{id}", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = RunDetails)))]
pub async fn show(State(app): State<Arc<AppState>>, Id(id): Id<RunId>) -> Result<Json<RunDetails>, ApiError> {
    let mut read = app.fleet.database.read().await?;
    let run = read.runs().find(id).await?.ok_or_else(|| ApiError::not_found("run"))?;
    let job = read.jobs().find(run.job).await?.ok_or_else(|| ApiError::not_found("job"))?;
    Ok(Json(RunDetails { row: run_row(&mut read, &run).await?, job: job_row(&mut read, &job).await? }))
}

#[utoipa::path(post, path = "/v1/runs/{id}/cancel", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = RunRow)))]
pub async fn cancel(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<RunId>,
) -> Result<Json<RunRow>, ApiError> {
    let run = app.fleet.cancel_run(&caller.actor, id).await?;
    let mut read = app.fleet.database.read().await?;
    Ok(Json(run_row(&mut read, &run).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct RunParameters {
    /// A deployment's state.
    state: Option<String>,
    #[serde(default)]
    search: String,
    limit: Option<usize>,
    after: Option<String>,
}

#[utoipa::path(get, path = "/v1/runs/{id}/deployments", tag = "jobs", params(("id" = Uuid, Path), RunParameters),
    responses((status = 200, body = Listing<DeploymentRow>)))]
pub async fn deployments(
    State(app): State<Arc<AppState>>,
    Id(id): Id<RunId>,
    Parameters(asked): Parameters<RunParameters>,
) -> Result<Json<Listing<DeploymentRow>>, ApiError> {
    let paging = Paging { search: asked.search, limit: asked.limit, after: asked.after, sort: None };
    let filter = paging.history(asked.state)?;
    let mut read = app.fleet.database.read().await?;
    read.runs().find(id).await?.ok_or_else(|| ApiError::not_found("run"))?;
    let page = read.deployments().of_run(id, &filter).await?;
    let mut outcomes: BTreeMap<DeploymentId, Vec<(PatchOutcome, u64)>> = BTreeMap::new();
    for count in read.deployments().outcomes_of_run(id).await? {
        outcomes.entry(count.deployment).or_default().push((count.outcome, count.count));
    }
    let states = read.deployments().states_of_run(id).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for deployment in page.items {
        let counted = outcomes.remove(&deployment.id).unwrap_or_default();
        let listed = read.deployments().with_job(deployment).await?;
        items.push(app.deployment_row(listed, counted));
    }
    let values = states.iter().map(|count| FacetValue {
        value: count.state.name().to_owned(),
        label: count.state.name().to_owned(),
        count: usize::try_from(count.count).unwrap_or(usize::MAX),
    });
    let facets = vec![Facet { name: "state".to_owned(), values: values.collect() }];
    let total = usize::try_from(page.total).map_err(ApiError::internal)?;
    Ok(Json(Listing { items, total, next: page.next.map(|id| id.to_string()), facets }))
}
