//! Cancelling a run (`patch-management.md` 9). Cancelling twice is the same as once.

use fettle_model::{DeploymentState, RunId};
use fettle_store::jobs::Run;
use serde_json::json;

use super::JobError;
use super::events::conclude_run;
use crate::Fleet;
use crate::access::Actor;

impl Fleet {
    /// A deployment that was never offered becomes Canceled at once; any other is told, and finishes what it is in.
    pub async fn cancel_run(&self, actor: &Actor, id: RunId) -> Result<Run, JobError> {
        let run = self.database.read().await?.runs().find(id).await?.ok_or(JobError::NotFound("run"))?;
        if run.finished_at.is_some() && run.cancel_requested_at.is_none() {
            return Err(JobError::RunOver);
        }
        let now = self.clock.now();
        let record = self.audit(actor, "job.cancelRun", ("run", Some(id.to_string()), None), json!({}));
        let committed = self
            .database
            .write(async move |tx| {
                let mut run = tx.runs().find(id).await?.ok_or(JobError::NotFound("run"))?;
                if run.cancel_requested_at.is_none() {
                    run.cancel_requested_at = Some(now);
                    tx.runs().update(&run).await?;
                    tx.audit().insert(&record).await?;
                }
                let all = fettle_store::ListFilter { limit: 1_000, ..fettle_store::ListFilter::default() };
                let mut changed = Vec::new();
                let mut filter = all;
                loop {
                    let page = tx.deployments().of_run(id, &filter).await?;
                    for mut deployment in page.items {
                        if deployment.state.is_terminal() {
                            continue;
                        }
                        deployment.cancel_requested = true;
                        deployment.changed_at = now;
                        if deployment.state == DeploymentState::Pending && deployment.offered_at.is_none() {
                            deployment.state = DeploymentState::Canceled;
                            deployment.set_by_server = true;
                            deployment.ended_at = Some(now);
                        }
                        tx.deployments().update(&deployment).await?;
                        changed.push(deployment);
                    }
                    filter.after = page.next;
                    if filter.after.is_none() {
                        break;
                    }
                }
                if let Some(deployment) = changed.first() {
                    conclude_run(tx, deployment, now).await?;
                }
                let run = tx.runs().find(id).await?.ok_or(JobError::NotFound("run"))?;
                Ok::<_, JobError>((run, changed))
            })
            .await?;
        let (run, changed) = committed.value;
        for deployment in changed {
            if let Some(agent) = self.agents.get(deployment.asset) {
                let mut state = agent.state();
                if deployment.state.is_terminal() {
                    state.orders_mut().drop_all_of(deployment.id);
                } else {
                    state.orders_mut().add_cancel(deployment.id);
                }
                drop(state);
                agent.wake.notify_waiters();
            }
            self.show_deployment(&deployment);
        }
        Ok(run)
    }
}
