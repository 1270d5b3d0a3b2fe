//! Jobs, runs and deployments as lists show them.

use std::collections::BTreeMap;

use fettle_model::outcome::PatchOutcome;
use fettle_model::run::{RunResult, RunState};
use fettle_model::{AssetId, DeploymentId, DeploymentState, JobId, RunId};
use fettle_store::Tx;
use fettle_store::jobs::{Job, ListedDeployment, Run};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobRow {
    #[schema(value_type = Uuid)]
    pub id: JobId,
    pub name: String,
    pub description: String,
    /// Install, or Rollback (shown as Uninstall).
    pub work: String,
    /// Disabled, Enabled or Completed.
    pub status: String,
    pub owner: String,
    pub created_at: Timestamp,
    pub patch_count: usize,
    pub asset_count: usize,
    pub revision: u64,
    pub last_run: Option<RunRow>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunRow {
    #[schema(value_type = Uuid)]
    pub id: RunId,
    #[schema(value_type = Uuid)]
    pub job_id: JobId,
    pub number: u64,
    #[schema(value_type = String)]
    pub state: RunState,
    #[schema(value_type = Option<String>)]
    pub result: Option<RunResult>,
    pub published_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Deployments by state.
    pub counts: BTreeMap<String, u64>,
    pub applicable: u64,
    pub reported: u64,
    pub completion_percent: u64,
    pub asset_success_percent: u64,
    pub patch_success_percent: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentRow {
    #[schema(value_type = Uuid)]
    pub id: DeploymentId,
    #[schema(value_type = Uuid)]
    pub run_id: RunId,
    #[schema(value_type = Uuid)]
    pub job_id: JobId,
    pub job_name: String,
    pub work: String,
    pub asset: AssetName,
    #[schema(value_type = String)]
    pub state: DeploymentState,
    pub reason: Option<String>,
    pub text: Option<String>,
    /// The agent refused the manifest with this code; the state stays Pending.
    pub refused_code: Option<String>,
    pub cancel_requested: bool,
    pub published_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub progress: Option<Progress>,
    /// Patches by outcome.
    pub counts: BTreeMap<String, u64>,
    pub reboot_pending: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AssetName {
    #[schema(value_type = Uuid)]
    pub id: AssetId,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    pub step: String,
    /// 0–100.
    pub percent: Option<u8>,
    pub bytes: Option<u64>,
}

pub(super) async fn job_row(read: &mut Tx, job: &Job) -> Result<JobRow, ApiError> {
    let last_run = match read.runs().last_of_job(job.id).await? {
        Some(run) => Some(run_row(read, &run).await?),
        None => None,
    };
    Ok(JobRow {
        id: job.id,
        name: job.name.clone(),
        description: job.specification.description.clone(),
        work: job.work.name().to_owned(),
        status: job.status.name().to_owned(),
        owner: job.owner_name.clone(),
        created_at: job.created_at,
        patch_count: job.specification.patches.len(),
        asset_count: job.specification.assets.len(),
        revision: job.revision,
        last_run,
    })
}

/// A run with the figures of `patch-management.md` 14.
pub(super) async fn run_row(read: &mut Tx, run: &Run) -> Result<RunRow, ApiError> {
    let states = read.deployments().states_of_run(run.id).await?;
    let outcomes = read.deployments().outcomes_of_run(run.id).await?;
    let count = |wanted: &dyn Fn(DeploymentState) -> bool| -> u64 {
        states.iter().filter(|count| wanted(count.state)).map(|count| count.count).sum()
    };
    let waits = |state| state == DeploymentState::PendingReboot;
    let applicable = count(&DeploymentState::is_applicable);
    let reported = count(&|state| state.is_applicable() && (state.is_terminal() || waits(state)));
    let successful = count(&|state| state == DeploymentState::Completed || waits(state));
    let patches = |wanted: &[PatchOutcome]| -> u64 {
        outcomes.iter().filter(|count| wanted.contains(&count.outcome)).map(|count| count.count).sum()
    };
    let good = patches(&[PatchOutcome::Success, PatchOutcome::Installed]);
    let failed = patches(&[PatchOutcome::Failed]);
    Ok(RunRow {
        id: run.id,
        job_id: run.job,
        number: run.number,
        state: run.state,
        result: run.result,
        published_at: run.published_at,
        started_at: run.started_at,
        finished_at: run.finished_at,
        counts: states.iter().map(|count| (count.state.name().to_owned(), count.count)).collect(),
        applicable,
        reported,
        completion_percent: percent(reported, applicable),
        asset_success_percent: percent(successful, applicable),
        patch_success_percent: percent(good, good + failed),
    })
}

/// Rounded down; 100 where there is nothing to count.
fn percent(part: u64, whole: u64) -> u64 {
    (part * 100).checked_div(whole).unwrap_or(100)
}

impl AppState {
    pub(crate) fn deployment_row(
        &self,
        listed: ListedDeployment,
        outcomes: impl IntoIterator<Item = (PatchOutcome, u64)>,
    ) -> DeploymentRow {
        let ListedDeployment { deployment, job_name, work } = listed;
        let mut counts = BTreeMap::new();
        for (outcome, count) in outcomes {
            *counts.entry(outcome.name().to_owned()).or_default() += count;
        }
        let agent = self.fleet.agents.get(deployment.asset);
        let progress = agent.and_then(|agent| agent.state().progress.clone());
        let progress =
            progress.filter(|progress| progress.deployment == deployment.id && !deployment.state.is_terminal());
        DeploymentRow {
            id: deployment.id,
            run_id: deployment.run,
            job_id: deployment.job,
            job_name,
            work: work.name().to_owned(),
            asset: AssetName { id: deployment.asset, name: deployment.asset_name },
            state: deployment.state,
            reason: deployment.reason,
            text: deployment.text,
            refused_code: deployment.refused_code,
            cancel_requested: deployment.cancel_requested,
            published_at: deployment.published_at,
            started_at: deployment.started_at,
            ended_at: deployment.ended_at,
            progress: progress.map(|progress| Progress {
                step: progress.step,
                percent: progress.percent,
                bytes: progress.bytes,
            }),
            counts,
            reboot_pending: deployment.reboot_pending,
        }
    }
}
