//! Dry runs (`safety.md` 11, kind `Live`): connected agents simulate on their own state; nothing is changed by it.

use fettle_model::job::JobSpecification;
use fettle_model::{AssetId, DryRunId, JobId};
use fettle_store::jobs::{DryRun, DryRunAsset, DryRunAssetState};
use fettle_wire::message::dry_run::{DryRunAnswer, DryRunOrder, DryRunReport};

use super::JobError;
use super::target::manifest_patches;
use crate::Fleet;
use crate::access::Actor;
use crate::agents::Agent;
use crate::agents::orders::Order;
use crate::refusal::Refused;

impl Fleet {
    /// Asks the assets of a draft, or of a job, what would happen.
    pub async fn dry_run(
        &self,
        actor: &Actor,
        draft: JobSpecification,
        job: Option<JobId>,
    ) -> Result<DryRun, JobError> {
        self.check_job(&draft)?;
        if draft.assets.is_empty() {
            return Err(JobError::Partial("assets"));
        }
        if draft.patches.is_empty() {
            return Err(JobError::Partial("patches"));
        }
        let now = self.clock.now();
        let dry_run = DryRun {
            id: DryRunId::new(now, self.entropy.as_ref()),
            job,
            draft,
            created_by: Some(actor.user),
            created_at: now,
        };
        let mut assets = Vec::new();
        for asset in &dry_run.draft.assets {
            assets.push(self.dry_run_on(&dry_run, *asset).await?);
        }
        let (saved, rows) = (dry_run.clone(), assets.clone());
        self.database.write(async move |tx| tx.dry_runs().insert(&saved, &rows).await.map_err(JobError::from)).await?;
        for asset in assets.iter().filter(|asset| asset.state == DryRunAssetState::Waiting) {
            if let Some(agent) = self.agents.get(asset.asset) {
                agent.state().orders_mut().simulate.push(Order::new(dry_run.id));
                agent.wake.notify_waiters();
            }
        }
        Ok(dry_run)
    }

    async fn dry_run_on(&self, dry_run: &DryRun, asset: AssetId) -> Result<DryRunAsset, JobError> {
        let agent = self.agents.get(asset).ok_or(JobError::NotFound("asset"))?;
        let targets = self.target(asset, dry_run.draft.work, &dry_run.draft.patches).await?;
        let order = DryRunOrder {
            id: dry_run.id,
            work: dry_run.draft.work,
            patches: manifest_patches(&targets),
            allow_removals: dry_run.draft.options.allow_removals,
        };
        let connected = agent.is_connected(self.clock.now(), self.settings.check_in_seconds);
        Ok(DryRunAsset {
            dry_run: dry_run.id,
            asset,
            asset_name: self.index.asset(asset).map_or_else(|| asset.to_string(), |row| row.columns.name),
            state: if connected { DryRunAssetState::Waiting } else { DryRunAssetState::NotConnected },
            orders: serde_json::to_value(order).expect("an order is JSON"),
            result: None,
            answered_at: None,
        })
    }

    /// The orders of the dry runs that wait for the agent.
    pub(crate) async fn simulations(
        &self,
        agent: &Agent,
        waiting: &[Order<DryRunId>],
    ) -> Result<Vec<DryRunOrder>, Refused> {
        let mut orders = Vec::new();
        for dry_run in waiting {
            let assets = self.database.read().await?.dry_runs().assets(dry_run.what).await?;
            let own = assets.into_iter().find(|row| row.asset == agent.asset && row.state == DryRunAssetState::Waiting);
            match own {
                Some(row) => orders.push(serde_json::from_value(row.orders).map_err(Refused::internal)?),
                None => agent.state().orders_mut().simulate.retain(|order| order.what != dry_run.what),
            }
        }
        Ok(orders)
    }

    /// Takes what an agent's simulation said.
    pub async fn dry_run_report(&self, agent: &Agent, report: DryRunReport) -> Result<DryRunAnswer, Refused> {
        let id = report.id;
        let assets = self.database.read().await?.dry_runs().assets(id).await?;
        let mut row = assets
            .into_iter()
            .find(|row| row.asset == agent.asset)
            .ok_or_else(|| Refused::invalid("no such dry run of this agent").at("/id"))?;
        row.state = DryRunAssetState::Done;
        row.result = Some(serde_json::to_value(report).map_err(Refused::internal)?);
        row.answered_at = Some(self.clock.now());
        let write = self.database.write(async move |tx| tx.dry_runs().answer(&row).await);
        let taken = write.await.map_err(fettle_store::StoreError::from)?.value;
        agent.state().orders_mut().simulate.retain(|order| order.what != id);
        Ok(DryRunAnswer { taken })
    }
}
