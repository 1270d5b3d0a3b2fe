//! One job.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::{DryRunId, JobId, PatchId};
use fettle_store::jobs::Job;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::dry_run::state as dry_run_state;
use super::row::{AssetName, JobRow, RunRow, job_row, run_row};
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobDetails {
    #[serde(flatten)]
    pub row: JobRow,
    pub assets: Vec<AssetName>,
    pub patches: Vec<JobPatch>,
    pub options: JobOptionsShown,
    /// Newest first.
    pub runs: Vec<RunRow>,
    pub dry_runs: Vec<DryRunRow>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobPatch {
    #[schema(value_type = Uuid)]
    pub id: PatchId,
    pub title: String,
    pub source: String,
    pub source_version: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JobOptions)]
pub struct JobOptionsShown {
    pub allow_removals: bool,
    pub continue_on_patch_failure: bool,
    pub suppress_reboots: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DryRunRow {
    #[schema(value_type = Uuid)]
    pub id: DryRunId,
    pub created_at: Timestamp,
    /// Waiting until every connected asset has answered; then Finished.
    pub state: String,
}

pub(super) async fn details(app: &AppState, job: Job) -> Result<JobDetails, ApiError> {
    let mut read = app.fleet.database.read().await?;
    let row = job_row(&mut read, &job).await?;
    let mut runs = Vec::new();
    for run in read.runs().of_job(job.id).await? {
        runs.push(run_row(&mut read, &run).await?);
    }
    let mut dry_runs = Vec::new();
    for dry_run in read.dry_runs().of_job(job.id).await? {
        let state = dry_run_state(&read.dry_runs().assets(dry_run.id).await?).to_owned();
        dry_runs.push(DryRunRow { id: dry_run.id, created_at: dry_run.created_at, state });
    }
    let specification = job.specification;
    let assets = specification.assets.iter().map(|asset| AssetName {
        id: *asset,
        name: app.fleet.index.asset(*asset).map_or_else(|| asset.to_string(), |row| row.columns.name),
    });
    let patches = specification.patches.iter().map(|patch| match app.fleet.index.patch_entry(*patch) {
        Some(entry) => JobPatch {
            id: *patch,
            title: entry.patch.title,
            source: entry.patch.source,
            source_version: entry.patch.source_version,
        },
        None => JobPatch { id: *patch, title: patch.to_string(), source: String::new(), source_version: String::new() },
    });
    Ok(JobDetails {
        row,
        assets: assets.collect(),
        patches: patches.collect(),
        options: JobOptionsShown {
            allow_removals: specification.options.allow_removals,
            continue_on_patch_failure: specification.options.continue_on_patch_failure,
            suppress_reboots: specification.options.suppress_reboots,
        },
        runs,
        dry_runs,
    })
}

#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = JobDetails)))]
pub async fn show(State(app): State<Arc<AppState>>, Id(id): Id<JobId>) -> Result<Json<JobDetails>, ApiError> {
    let job = app.fleet.find_job(id).await?;
    Ok(Json(details(&app, job).await?))
}
