//! Retiring an asset (`patch-management.md` 2.2): by a person, or because its agent was uninstalled.

use fettle_model::{AssetId, DeploymentState};
use fettle_store::StoreError;
use fettle_store::audit::NewAuditRecord;
use serde_json::json;

use super::state::Agent;
use crate::Fleet;
use crate::access::Actor;
use crate::jobs::JobError;
use crate::jobs::events::conclude_run;

impl Fleet {
    /// Retires an asset for a person.
    pub async fn retire(&self, actor: &Actor, id: AssetId) -> Result<(), JobError> {
        let agent = self.agents.get(id).filter(|agent| !agent.state().retired).ok_or(JobError::NotFound("asset"))?;
        let name = self.index.asset(id).map(|row| row.columns.name);
        let record =
            self.audit(actor, "asset.delete", ("asset", Some(id.to_string()), name), json!({ "retired": true }));
        Ok(self.retire_agent(&agent, record).await?)
    }

    /// Revokes the asset's certificates, ends its deployments as Skipped where that is allowed, and hides it. Of one
    /// that is retired already, nothing is left to do.
    pub(crate) async fn retire_agent(&self, agent: &Agent, record: NewAuditRecord) -> Result<(), StoreError> {
        let _turn = agent.turn.lock().await;
        if agent.state().retired {
            return Ok(());
        }
        let (id, now) = (agent.asset, self.clock.now());
        self.database
            .write(async move |tx| {
                let mut row = tx.assets().find(id).await?.ok_or(StoreError::Gone { object: "the asset" })?;
                row.retired_at = Some(now);
                tx.assets().update(&mut row).await?;
                tx.certificates().revoke_all(id, now).await?;
                tx.tags().delete_pins_of(id).await?;
                for mut deployment in tx.deployments().unfinished_of_asset(id).await? {
                    deployment.state = match deployment.state {
                        DeploymentState::Pending | DeploymentState::PendingReboot => DeploymentState::Skipped,
                        // What it was doing is not known any more; should it speak again, it is refused.
                        _ => DeploymentState::TimedOut,
                    };
                    deployment.reason = Some("AssetRetired".to_owned());
                    deployment.set_by_server = true;
                    deployment.ended_at = Some(now);
                    deployment.changed_at = now;
                    tx.deployments().update(&deployment).await?;
                    conclude_run(tx, &deployment, now).await?;
                }
                tx.audit().insert(&record).await
            })
            .await?;
        let mut state = agent.state();
        state.retired = true;
        state.certificates.clear();
        state.orders = None;
        drop(state);
        agent.wake.notify_waiters();
        self.index.remove_asset(id);
        Ok(())
    }
}
