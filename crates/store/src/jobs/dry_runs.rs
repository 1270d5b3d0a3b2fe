use fettle_model::job::JobSpecification;
use fettle_model::{AssetId, DryRunId, JobId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::column::words;
use crate::error::StoreError;
use crate::sql::{all, execute, optional, row};
use crate::tx::Tx;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DryRunAssetState {
    Waiting,
    Done,
    NotConnected,
}
words!(DryRunAssetState);

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DryRun {
        pub id: DryRunId,
        /// `None` for a draft that no job has come of.
        pub job: Option<JobId>,
        pub draft: JobSpecification,
        pub created_by: Option<UserId>,
        pub created_at: Timestamp,
    }
}

row! {
    #[derive(Debug, Clone, PartialEq)]
    pub struct DryRunAsset {
        pub dry_run: DryRunId,
        pub asset: AssetId,
        pub asset_name: String,
        pub state: DryRunAssetState,
        /// What the agent is asked to simulate; the wire's order.
        pub orders: Value,
        /// What it answered; the wire's report.
        pub result: Option<Value>,
        pub answered_at: Option<Timestamp>,
    }
}

pub struct DryRuns<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl DryRuns<'_> {
    pub async fn find(&mut self, id: DryRunId) -> Result<Option<DryRun>, StoreError> {
        optional!(self.tx, DryRun, "find a dry run", "SELECT * FROM dry_run WHERE id = $1", id)
    }

    /// Newest first.
    pub async fn of_job(&mut self, job: JobId) -> Result<Vec<DryRun>, StoreError> {
        all!(self.tx, DryRun, "list a job's dry runs", "SELECT * FROM dry_run WHERE job = $1 ORDER BY id DESC", job)
    }

    /// By the assets' names.
    pub async fn assets(&mut self, id: DryRunId) -> Result<Vec<DryRunAsset>, StoreError> {
        all!(
            self.tx,
            DryRunAsset,
            "list a dry run's assets",
            "SELECT * FROM dry_run_asset WHERE dry_run = $1 ORDER BY asset_name, asset",
            id,
        )
    }

    /// What all agents have still to simulate, oldest first.
    pub async fn waiting(&mut self) -> Result<Vec<DryRunAsset>, StoreError> {
        all!(
            self.tx,
            DryRunAsset,
            "list waiting dry runs",
            "SELECT * FROM dry_run_asset WHERE state = 'Waiting' ORDER BY dry_run, asset",
        )
    }

    pub async fn insert(&mut self, dry_run: &DryRun, assets: &[DryRunAsset]) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a dry run",
            "INSERT INTO dry_run (id, job, draft, created_by, created_at) VALUES ($1, $2, $3, $4, $5)",
            dry_run.id,
            dry_run.job,
            dry_run.draft,
            dry_run.created_by,
            dry_run.created_at,
        )?;
        for asset in assets {
            execute!(
                self.tx,
                "insert a dry run's asset",
                "INSERT INTO dry_run_asset (dry_run, asset, asset_name, state, orders, result, answered_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                asset.dry_run,
                asset.asset,
                asset.asset_name,
                asset.state,
                asset.orders,
                asset.result,
                asset.answered_at,
            )?;
        }
        Ok(())
    }

    /// A draft became a job.
    pub async fn put_job(&mut self, id: DryRunId, job: JobId) -> Result<(), StoreError> {
        let rows = execute!(self.tx, "tie a dry run to a job", "UPDATE dry_run SET job = $2 WHERE id = $1", id, job)?;
        StoreError::unless_one(rows, "the dry run")
    }

    /// Saves state and result. False when the asset has answered already: the first answer stays.
    pub async fn answer(&mut self, asset: &DryRunAsset) -> Result<bool, StoreError> {
        execute!(
            self.tx,
            "put a dry run's answer",
            "UPDATE dry_run_asset SET state = $3, result = $4, answered_at = $5
             WHERE dry_run = $1 AND asset = $2 AND state <> 'Done'",
            asset.dry_run,
            asset.asset,
            asset.state,
            asset.result,
            asset.answered_at,
        )
        .map(|rows| rows > 0)
    }
}
