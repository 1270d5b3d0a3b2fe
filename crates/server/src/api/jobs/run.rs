//! A run: its figures, its deployments, cancelling it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::RunId;
use fettle_store::query::Within;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::deployments::of_run;
use super::row::{DeploymentRow, JobRow, RunRow, job_row, run_row};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Parameters};
use crate::api::list::{Facet, FacetValue, Listing};
use crate::api::query::QueryParameters;
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
    /// QQL, about deployments; joined with the others.
    #[serde(default)]
    query: String,
    /// As of `/v1/deployments`.
    sort: Option<String>,
    /// IANA name of the zone of dates that name none; UTC.
    tz: Option<String>,
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
    let mut read = app.fleet.database.read().await?;
    read.runs().find(id).await?.ok_or_else(|| ApiError::not_found("run"))?;
    let states = read.deployments().states_of_run(id).await?;
    drop(read);
    let within = Within {
        run: Some(id),
        state: asked.state.as_deref(),
        search: Some(asked.search.trim()).filter(|search| !search.is_empty()),
    };
    let parameters = QueryParameters {
        query: asked.query,
        sort: asked.sort,
        limit: asked.limit,
        after: asked.after,
        tz: asked.tz,
        ..QueryParameters::default()
    };
    let found = of_run(&app, &parameters, within).await?;
    let values = states.iter().map(|count| FacetValue {
        value: count.state.name().to_owned(),
        label: count.state.name().to_owned(),
        count: usize::try_from(count.count).unwrap_or(usize::MAX),
    });
    let facets = vec![Facet { name: "state".to_owned(), values: values.collect() }];
    let total = usize::try_from(found.total).map_err(ApiError::internal)?;
    Ok(Json(Listing { items: found.items, total, next: found.next, facets }))
}
