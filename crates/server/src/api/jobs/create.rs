//! Making a job, and perhaps enabling it at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::job::{JobOptions, JobSpecification, Work};
use fettle_model::{AssetId, PatchId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::show::{JobDetails, details};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

/// What a person asks for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobDraft {
    /// 1–255 characters.
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Install or Rollback.
    #[schema(value_type = String)]
    pub work: Work,
    #[schema(value_type = Vec<Uuid>)]
    pub assets: Vec<AssetId>,
    #[schema(value_type = Vec<Uuid>)]
    pub patches: Vec<PatchId>,
    #[serde(default)]
    pub options: DraftOptions,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftOptions {
    pub allow_removals: Option<bool>,
    pub continue_on_patch_failure: Option<bool>,
    pub suppress_reboots: Option<bool>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewJob {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[schema(value_type = String)]
    pub work: Work,
    #[schema(value_type = Vec<Uuid>)]
    pub assets: Vec<AssetId>,
    #[schema(value_type = Vec<Uuid>)]
    pub patches: Vec<PatchId>,
    #[serde(default)]
    pub options: DraftOptions,
    /// Starts it at once.
    #[serde(default)]
    pub enable: bool,
}

impl From<JobDraft> for JobSpecification {
    fn from(draft: JobDraft) -> Self {
        let defaults = JobOptions::default();
        Self {
            name: draft.name,
            description: draft.description,
            work: draft.work,
            assets: draft.assets,
            patches: draft.patches,
            options: JobOptions {
                allow_removals: draft.options.allow_removals.unwrap_or(defaults.allow_removals),
                continue_on_patch_failure: draft
                    .options
                    .continue_on_patch_failure
                    .unwrap_or(defaults.continue_on_patch_failure),
                suppress_reboots: draft.options.suppress_reboots.unwrap_or(defaults.suppress_reboots),
            },
        }
    }
}

#[utoipa::path(post, path = "/v1/jobs", tag = "jobs", request_body = NewJob,
    responses((status = 201, body = JobDetails)))]
pub async fn create(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(new): Input<NewJob>,
) -> Result<(StatusCode, Json<JobDetails>), ApiError> {
    app.index_ready()?;
    let NewJob { name, description, work, assets, patches, options, enable } = new;
    let draft = JobDraft { name, description, work, assets, patches, options };
    if enable && (draft.assets.is_empty() || draft.patches.is_empty()) {
        let lacking = if draft.assets.is_empty() { "assets" } else { "patches" };
        return Err(fettle_fleet::jobs::JobError::Partial(lacking).into());
    }
    let mut job = app.fleet.create_job(&caller.actor, draft.into()).await?;
    if enable {
        job = app.fleet.enable_job(&caller.actor, job.id).await?.0;
    }
    Ok((StatusCode::CREATED, Json(details(&app, job).await?)))
}
