//! One asset's part in a run: patches, what else moved, events, logs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::outcome::{FailureReason, PatchOutcome, SkipReason};
use fettle_model::{DeploymentId, PatchId};
use fettle_store::jobs::{DeploymentPatch, LogChunk, StoredEvent};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::row::DeploymentRow;
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentDetails {
    #[serde(flatten)]
    pub row: DeploymentRow,
    pub patches: Vec<PatchResult>,
    /// Packages that moved though no patch asked for them.
    #[schema(value_type = Vec<Object>)]
    pub also_moved: Vec<Value>,
    pub events: Vec<EventShown>,
    pub logs: Vec<Log>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchResult {
    #[schema(value_type = Uuid)]
    pub patch_id: PatchId,
    pub title: String,
    #[schema(value_type = String)]
    pub outcome: PatchOutcome,
    #[schema(value_type = Option<String>)]
    pub failure: Option<FailureReason>,
    #[schema(value_type = Option<String>)]
    pub skipped: Option<SkipReason>,
    pub text: Option<String>,
    pub exit_code: Option<i32>,
    pub duration_ms: Option<u64>,
    #[schema(value_type = Vec<Object>)]
    pub packages: Value,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
pub struct EventShown {
    pub seq: u32,
    pub time: Timestamp,
    pub received_at: Timestamp,
    pub kind: String,
    pub state: Option<String>,
    #[schema(value_type = Object)]
    pub detail: Value,
    /// Why the server did not apply it.
    pub note: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Log {
    pub stream: String,
    pub text: String,
    /// The last part is in.
    pub complete: bool,
}

#[utoipa::path(get, path = "/v1/deployments/{id}", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = DeploymentDetails)))]
pub async fn show(
    State(app): State<Arc<AppState>>,
    Id(id): Id<DeploymentId>,
) -> Result<Json<DeploymentDetails>, ApiError> {
    let mut read = app.fleet.database.read().await?;
    let found = read.deployments().find(id).await?.ok_or_else(|| ApiError::not_found("deployment"))?;
    let patches = read.deployments().patches(id).await?;
    let events = read.events().of_deployment(id).await?;
    let chunks = read.logs().of_deployment(id).await?;
    let listed = read.deployments().with_job(found).await?;
    drop(read);
    let also_moved = events.iter().filter(|event| event.kind == "package").map(|event| event.detail.clone()).collect();
    Ok(Json(DeploymentDetails {
        row: app.deployment_row(listed, patches.iter().map(|patch| (patch.outcome, 1))),
        patches: patches.into_iter().map(|patch| result(&app, patch)).collect(),
        also_moved,
        events: events.into_iter().map(event).collect(),
        logs: logs(chunks),
    }))
}

fn result(app: &AppState, patch: DeploymentPatch) -> PatchResult {
    let title = app.fleet.index.patch_entry(patch.patch).map(|entry| entry.patch.title);
    PatchResult {
        patch_id: patch.patch,
        title: title.unwrap_or_else(|| patch.patch.to_string()),
        outcome: patch.outcome,
        failure: patch.failure,
        skipped: patch.skipped,
        text: patch.text,
        exit_code: patch.exit_code,
        duration_ms: patch.duration_ms,
        packages: patch.packages,
    }
}

fn event(event: StoredEvent) -> EventShown {
    EventShown {
        seq: event.seq,
        time: event.time,
        received_at: event.received_at,
        kind: event.kind,
        state: event.state,
        detail: event.detail,
        note: event.note,
    }
}

/// Parts are in the order of stream and place.
fn logs(chunks: Vec<LogChunk>) -> Vec<Log> {
    let mut logs: Vec<Log> = Vec::new();
    for chunk in chunks {
        match logs.last_mut().filter(|log| log.stream == chunk.stream) {
            Some(log) => {
                log.text.push_str(&chunk.text);
                log.complete |= chunk.is_last;
            }
            None => logs.push(Log { stream: chunk.stream, text: chunk.text, complete: chunk.is_last }),
        }
    }
    logs
}
