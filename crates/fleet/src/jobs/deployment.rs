//! A deployment takes an event: pure functions from row and event to the next row.

use fettle_model::DeploymentState;
use fettle_model::run::{RunState, result_of};
use fettle_store::jobs::{Deployment, DeploymentPatch, Run, StoredEvent};
use fettle_wire::message::events::detail;
use jiff::Timestamp;

/// Applies a `state` event. What the table does not allow is answered with a note, and the state stays.
pub(crate) fn take_state(deployment: &mut Deployment, event: &StoredEvent) -> Option<String> {
    let name = event.state.as_deref().unwrap_or_default();
    let Some(to) = DeploymentState::from_name(name) else {
        return Some(format!("`{name}` is a state that this server does not know"));
    };
    let is_late_truth =
        to.is_terminal() && deployment.state.is_provisional(deployment.set_by_server, deployment.offered_at.is_some());
    if !is_late_truth && let Err(impossible) = deployment.state.go(to) {
        return Some(impossible.to_string());
    }
    let told: detail::State = serde_json::from_value(event.detail.clone()).unwrap_or_default();
    deployment.state = to;
    deployment.reason = told.reason.map(|reason| fettle_model::text::cleaned(&reason, 64));
    deployment.text = told.text.map(|text| fettle_model::text::cleaned(&text, 4_096));
    deployment.set_by_server = false;
    deployment.reboot_pending =
        to == DeploymentState::PendingReboot || (deployment.reboot_pending && !to.is_terminal());
    if to.kind() == fettle_model::deployment::StateKind::Active && deployment.started_at.is_none() {
        deployment.started_at = Some(event.time);
    }
    deployment.ended_at = to.is_terminal().then_some(event.time);
    deployment.changed_at = event.received_at;
    if to.is_terminal() {
        deployment.progress_step = None;
        deployment.progress_percent = None;
        deployment.progress_bytes = None;
    }
    None
}

/// The row of a `patch` event, or a note why it makes none.
pub(crate) fn take_patch(rows: &[DeploymentPatch], event: &StoredEvent) -> Result<DeploymentPatch, String> {
    let told: detail::Patch =
        serde_json::from_value(event.detail.clone()).map_err(|error| format!("the outcome cannot be read: {error}"))?;
    let row = rows.iter().find(|row| row.patch == told.patch).ok_or("the deployment does not hold this patch")?;
    Ok(DeploymentPatch {
        outcome: told.outcome,
        failure: told.failure,
        skipped: told.skipped,
        text: told.text.map(|text| fettle_model::text::cleaned(&text, 16_384)),
        exit_code: told.exit_code,
        duration_ms: told.duration_ms,
        packages: serde_json::to_value(&told.packages).expect("package moves are JSON"),
        ..row.clone()
    })
}

/// What a run has come to, from its deployments' states alone.
pub(crate) fn conclude(run: &mut Run, states: impl IntoIterator<Item = DeploymentState>, now: Timestamp) {
    let states: Vec<_> = states.into_iter().collect();
    let has_started = |state: &DeploymentState| {
        !matches!(state, DeploymentState::Pending | DeploymentState::Received) && state.is_applicable()
    };
    if run.started_at.is_none() && states.iter().any(has_started) {
        run.started_at = Some(now);
    }
    run.result = result_of(&states);
    run.state = match (run.result, run.cancel_requested_at, run.started_at) {
        (Some(_), Some(_), _) => RunState::Canceled,
        (Some(_), None, _) => RunState::Finished,
        (None, _, Some(_)) => RunState::Running,
        (None, _, None) => RunState::Published,
    };
    run.finished_at = run.result.map(|_| run.finished_at.unwrap_or(now));
}
