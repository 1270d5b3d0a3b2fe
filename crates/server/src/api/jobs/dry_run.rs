//! Dry runs: what would happen, before anything does.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::{AssetId, DryRunId, JobId, PatchId};
use fettle_store::jobs::{DryRunAsset, DryRunAssetState};
use fettle_wire::message::dry_run::{DryRunReport, DryRunVerdict, PlannedChange};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::create::JobDraft;
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Input};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    #[schema(value_type = Uuid)]
    pub id: DryRunId,
    pub created_at: Timestamp,
    /// Waiting until every connected asset has answered; then Finished.
    pub state: String,
    pub assets: Vec<DryRunResult>,
    pub totals: Totals,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DryRunResult {
    #[schema(value_type = Uuid)]
    pub id: AssetId,
    pub name: String,
    /// Waiting, Done or `NotConnected`.
    pub state: String,
    #[schema(value_type = Vec<Object>)]
    pub changes: Vec<PlannedChange>,
    pub patches: Vec<DryRunPatch>,
    pub download_bytes: Option<u64>,
    pub disk_bytes: Option<i64>,
    pub reboot_expected: bool,
    pub problem: Option<Problem>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DryRunPatch {
    #[schema(value_type = Uuid)]
    pub patch_id: PatchId,
    pub title: String,
    /// `WouldInstall`, `WouldRollBack`, Installed, `NotApplicable` or `WouldFail`.
    #[schema(value_type = String)]
    pub verdict: DryRunVerdict,
    pub reason: Option<String>,
    pub text: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    pub reason: String,
    pub text: String,
}

#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    pub assets: usize,
    pub answered: usize,
    pub changes: usize,
    pub removals: usize,
    pub download_bytes: u64,
    pub reboots: usize,
    pub would_fail: usize,
}

#[utoipa::path(post, path = "/v1/dry-runs", tag = "jobs", request_body = JobDraft,
    responses((status = 202, body = DryRun)))]
pub async fn of_draft(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(draft): Input<JobDraft>,
) -> Result<(StatusCode, Json<DryRun>), ApiError> {
    app.index_ready()?;
    let dry_run = app.fleet.dry_run(&caller.actor, draft.into(), None).await?;
    Ok((StatusCode::ACCEPTED, Json(shown(&app, dry_run.id).await?)))
}

#[utoipa::path(post, path = "/v1/jobs/{id}/dry-runs", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 202, body = DryRun)))]
pub async fn of_job(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<JobId>,
) -> Result<(StatusCode, Json<DryRun>), ApiError> {
    app.index_ready()?;
    let job = app.fleet.find_job(id).await?;
    let dry_run = app.fleet.dry_run(&caller.actor, job.specification, Some(id)).await?;
    Ok((StatusCode::ACCEPTED, Json(shown(&app, dry_run.id).await?)))
}

#[utoipa::path(get, path = "/v1/dry-runs/{id}", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = DryRun)))]
pub async fn show(State(app): State<Arc<AppState>>, Id(id): Id<DryRunId>) -> Result<Json<DryRun>, ApiError> {
    Ok(Json(shown(&app, id).await?))
}

async fn shown(app: &AppState, id: DryRunId) -> Result<DryRun, ApiError> {
    let mut read = app.fleet.database.read().await?;
    let dry_run = read.dry_runs().find(id).await?.ok_or_else(|| ApiError::not_found("dry run"))?;
    let rows = read.dry_runs().assets(id).await?;
    drop(read);
    let state = state(&rows).to_owned();
    let mut assets = Vec::with_capacity(rows.len());
    for row in rows {
        assets.push(result(app, row)?);
    }
    Ok(DryRun { id, created_at: dry_run.created_at, state, totals: totals(&assets), assets })
}

/// Waiting as long as a connected asset has not answered.
pub(super) fn state(rows: &[DryRunAsset]) -> &'static str {
    if rows.iter().any(|row| row.state == DryRunAssetState::Waiting) { "Waiting" } else { "Finished" }
}

fn result(app: &AppState, row: DryRunAsset) -> Result<DryRunResult, ApiError> {
    let state = match row.state {
        DryRunAssetState::Waiting => "Waiting",
        DryRunAssetState::Done => "Done",
        DryRunAssetState::NotConnected => "NotConnected",
    };
    let report: Option<DryRunReport> =
        row.result.map(serde_json::from_value).transpose().map_err(ApiError::internal)?;
    let mut shown = DryRunResult {
        id: row.asset,
        name: row.asset_name,
        state: state.to_owned(),
        changes: Vec::new(),
        patches: Vec::new(),
        download_bytes: None,
        disk_bytes: None,
        reboot_expected: false,
        problem: None,
    };
    if let Some(report) = report {
        let patches = report.patches.into_iter().map(|patch| DryRunPatch {
            patch_id: patch.patch,
            title: app
                .fleet
                .index
                .patch_entry(patch.patch)
                .map_or_else(|| patch.patch.to_string(), |entry| entry.patch.title),
            verdict: patch.verdict,
            reason: patch.reason.map(reason_name),
            text: patch.text,
        });
        shown.patches = patches.collect();
        shown.changes = report.changes;
        shown.download_bytes = report.download_bytes;
        shown.disk_bytes = report.disk_bytes;
        shown.reboot_expected = report.reboot_expected;
        shown.problem =
            report.problem.map(|problem| Problem { reason: reason_name(problem.reason), text: problem.text });
    }
    Ok(shown)
}

fn reason_name(reason: fettle_model::outcome::FailureReason) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{reason:?}"),
    }
}

fn totals(assets: &[DryRunResult]) -> Totals {
    let mut totals = Totals { assets: assets.len(), ..Totals::default() };
    for asset in assets {
        totals.answered += usize::from(asset.state == "Done");
        totals.changes += asset.changes.len();
        totals.removals += asset.changes.iter().filter(|change| change.to.is_none()).count();
        totals.download_bytes += asset.download_bytes.unwrap_or(0);
        totals.reboots += usize::from(asset.reboot_expected);
        totals.would_fail += asset.patches.iter().filter(|patch| patch.verdict == DryRunVerdict::WouldFail).count();
    }
    totals
}
