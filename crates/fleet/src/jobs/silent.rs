//! Deployments of agents that fell silent, or came back as they were before, always come to an end
//! (`patch-management.md` 12.2): set by the server, provisionally; the agent's own word replaces it.

use fettle_model::deployment::StateKind;
use fettle_model::{AssetId, DeploymentState};
use fettle_store::StoreError;
use fettle_store::jobs::Deployment;
use jiff::{SignedDuration, Timestamp};

use super::events::conclude_run;
use crate::Fleet;

impl Fleet {
    /// Ends what waits in vain; gives how many. Idempotent; run each minute.
    pub async fn end_silent_deployments(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let limit = SignedDuration::from_hours(24 * i64::from(self.settings.silent_days));
        let unfinished = self.database.read().await?.deployments().unfinished().await?;
        let heard = |deployment: &Deployment| {
            self.agents.get(deployment.asset).and_then(|agent| agent.state().connection.last_checked_in)
        };
        let ending: Vec<_> = unfinished
            .into_iter()
            .filter_map(|deployment| {
                let silent = now.duration_since(heard(&deployment).unwrap_or(deployment.changed_at));
                let to = ends_as(&deployment, silent, limit)?;
                Some((deployment, to))
            })
            .collect();
        let ended = ending.len();
        for (deployment, to) in ending {
            self.end(deployment, (to, "AgentSilent"), now).await?;
        }
        Ok(ended)
    }

    /// Ends what an asset had begun when an older state of it came back: its agent has no journal of it any more. What
    /// it had not begun is offered again, under the new incarnation.
    pub(crate) async fn end_restored(&self, asset: AssetId) -> Result<(), StoreError> {
        let now = self.clock.now();
        let unfinished = self.database.read().await?.deployments().unfinished_of_asset(asset).await?;
        for deployment in unfinished.into_iter().filter(|deployment| deployment.state != DeploymentState::Pending) {
            let id = deployment.id;
            self.end(deployment, (DeploymentState::TimedOut, "Restored"), now).await?;
            if let Some(agent) = self.agents.get(asset) {
                agent.state().orders_mut().drop_all_of(id);
            }
        }
        Ok(())
    }

    async fn end(
        &self,
        mut deployment: Deployment,
        (to, reason): (DeploymentState, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let from = deployment.state;
        deployment.state = to;
        deployment.reason = Some(reason.to_owned());
        deployment.set_by_server = true;
        deployment.ended_at = Some(now);
        deployment.changed_at = now;
        let saved = deployment.clone();
        let write = self.database.write(async move |tx| {
            let current = tx.deployments().find(saved.id).await?;
            if current.is_some_and(|current| current.state == from) {
                tx.deployments().update(&saved).await?;
                conclude_run(tx, &saved, now).await?;
            }
            Ok::<_, StoreError>(())
        });
        write.await.map_err(StoreError::from)?;
        self.show_deployment(&deployment);
        Ok(())
    }
}

/// The state that silence gives: cancelled work after the limit; a restart or a rescan after a day; other active work
/// after the limit. Work that waits for its asset waits as long as it takes, and so does a restart that nobody orders.
fn ends_as(deployment: &Deployment, silent: SignedDuration, limit: SignedDuration) -> Option<DeploymentState> {
    let day = SignedDuration::from_hours(24);
    match deployment.state {
        DeploymentState::PendingReboot => None,
        DeploymentState::Rebooting | DeploymentState::Verifying if silent >= day => Some(DeploymentState::TimedOut),
        _ if deployment.cancel_requested && silent >= limit => Some(DeploymentState::Canceled),
        state if state.kind() == StateKind::Active && silent >= limit => Some(DeploymentState::TimedOut),
        _ => None,
    }
}
