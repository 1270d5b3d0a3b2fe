use fettle_model::job::Work;
use fettle_model::{AssetId, DeploymentId, DeploymentState, JobId, RunId, Sha256};
use jiff::Timestamp;

use crate::error::StoreError;
use crate::feed::FeedKind;
use crate::key;
use crate::list::{ListFilter, Page};
use crate::sql::{Scalar, all, execute, one, optional, row};
use crate::tx::Tx;

row! {
    /// One asset's part in a run.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Deployment {
        pub id: DeploymentId,
        pub run: RunId,
        pub job: JobId,
        pub asset: AssetId,
        /// At publication; for lists and searches.
        pub asset_name: String,
        pub state: DeploymentState,
        /// Code or reason name of the state.
        pub reason: Option<String>,
        pub text: Option<String>,
        /// The agent refused the manifest with this code; the state stays Pending.
        pub refused_code: Option<String>,
        /// The state is the server's own word, which the agent's may replace.
        pub set_by_server: bool,
        pub cancel_requested: bool,
        pub reboot_pending: bool,
        /// Envelope of the manifest that was offered last, as it was signed.
        pub manifest: Option<Vec<u8>>,
        pub manifest_hash: Option<Sha256>,
        pub counter: Option<u64>,
        /// Of the asset, when the manifest was made.
        pub incarnation: u32,
        /// Highest event number below which all are in.
        pub last_seq: u32,
        pub progress_step: Option<String>,
        pub progress_percent: Option<u8>,
        pub progress_bytes: Option<u64>,
        pub published_at: Timestamp,
        pub offered_at: Option<Timestamp>,
        pub started_at: Option<Timestamp>,
        /// Set with a terminal state.
        pub ended_at: Option<Timestamp>,
        pub changed_at: Timestamp,
    }
}

row! {
    struct JobOfDeployment {
        id: JobId,
        name: String,
        work: Work,
    }
}

/// A deployment with what its job says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDeployment {
    pub deployment: Deployment,
    pub job_name: String,
    pub work: Work,
}

row! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct StateCount {
        pub state: DeploymentState,
        pub count: u64,
    }
}

pub struct Deployments<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Deployments<'_> {
    pub async fn find(&mut self, id: DeploymentId) -> Result<Option<Deployment>, StoreError> {
        optional!(self.tx, Deployment, "find a deployment", "SELECT * FROM deployment WHERE id = $1", id)
    }

    /// A run's deployments, newest first. State: a [`DeploymentState`]; the search is in the assets' names.
    pub async fn of_run(&mut self, run: RunId, filter: &ListFilter) -> Result<Page<Deployment>, StoreError> {
        let pattern = filter.pattern();
        let deployments = all!(
            self.tx,
            Deployment,
            "list a run's deployments",
            "SELECT * FROM deployment
             WHERE run = $1 AND ($2 IS NULL OR lower(asset_name) LIKE $2 ESCAPE '\\')
               AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR id < $4)
             ORDER BY id DESC LIMIT $5",
            run,
            pattern,
            filter.state,
            filter.after,
            filter.fetch(),
        )?;
        let total = one!(
            self.tx,
            Scalar<u64>,
            "count a run's deployments",
            "SELECT COUNT(*) AS value FROM deployment
             WHERE run = $1 AND ($2 IS NULL OR lower(asset_name) LIKE $2 ESCAPE '\\')
               AND ($3 IS NULL OR state = $3)",
            run,
            pattern,
            filter.state,
        )?;
        Ok(Page::new(deployments, total, filter, |deployment| deployment.id.uuid()))
    }

    /// How many of a run's deployments are in each state.
    pub async fn states_of_run(&mut self, run: RunId) -> Result<Vec<StateCount>, StoreError> {
        all!(
            self.tx,
            StateCount,
            "count a run's states",
            "SELECT state, COUNT(*) AS count FROM deployment WHERE run = $1 GROUP BY state ORDER BY state",
            run,
        )
    }

    /// An asset's deployments, newest first, with their jobs.
    pub async fn of_asset(&mut self, asset: AssetId, limit: u32) -> Result<Vec<ListedDeployment>, StoreError> {
        let deployments = all!(
            self.tx,
            Deployment,
            "list an asset's deployments",
            "SELECT * FROM deployment WHERE asset = $1 ORDER BY id DESC LIMIT $2",
            asset,
            limit,
        )?;
        let mut listed = Vec::with_capacity(deployments.len());
        for deployment in deployments {
            listed.push(self.with_job(deployment).await?);
        }
        Ok(listed)
    }

    /// Adds what the job says.
    pub async fn with_job(&mut self, deployment: Deployment) -> Result<ListedDeployment, StoreError> {
        let job = one!(
            self.tx,
            JobOfDeployment,
            "find a deployment's job",
            "SELECT id, name, work FROM job WHERE id = $1",
            deployment.job,
        )?;
        debug_assert_eq!(job.id, deployment.job);
        Ok(ListedDeployment { deployment, job_name: job.name, work: job.work })
    }

    /// An asset's deployments that are not over, oldest first: what it may still be given, or is at work on.
    pub async fn unfinished_of_asset(&mut self, asset: AssetId) -> Result<Vec<Deployment>, StoreError> {
        all!(
            self.tx,
            Deployment,
            "list an asset's unfinished deployments",
            "SELECT * FROM deployment WHERE asset = $1 AND ended_at IS NULL ORDER BY id",
            asset,
        )
    }

    /// All deployments that are not over, oldest first.
    pub async fn unfinished(&mut self) -> Result<Vec<Deployment>, StoreError> {
        all!(
            self.tx,
            Deployment,
            "list unfinished deployments",
            "SELECT * FROM deployment WHERE ended_at IS NULL ORDER BY id",
        )
    }

    /// The newest deployment of each asset above `asset`, by asset: what an index shows.
    pub async fn last_of_assets(&mut self, after: Option<AssetId>, limit: u32) -> Result<Vec<Deployment>, StoreError> {
        all!(
            self.tx,
            Deployment,
            "list the assets' last deployments",
            "SELECT * FROM deployment AS newest
             WHERE ($1 IS NULL OR asset > $1)
               AND NOT EXISTS (SELECT 1 FROM deployment AS newer WHERE newer.asset = newest.asset AND newer.id > newest.id)
             ORDER BY asset LIMIT $2",
            after,
            limit,
        )
    }

    /// Inserts it and tells the feed.
    pub async fn insert(&mut self, deployment: &Deployment) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a deployment",
            "INSERT INTO deployment (id, run, job, asset, asset_name, state, reason, text, refused_code, set_by_server,
                 cancel_requested, reboot_pending, manifest, manifest_hash, counter, incarnation, last_seq,
                 progress_step, progress_percent, progress_bytes, published_at, offered_at, started_at, ended_at,
                 changed_at, asset_name_key, text_key, duration_s)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                 $22, $23, $24, $25, $26, $27, $28)",
            deployment.id,
            deployment.run,
            deployment.job,
            deployment.asset,
            deployment.asset_name,
            deployment.state,
            deployment.reason,
            deployment.text,
            deployment.refused_code,
            deployment.set_by_server,
            deployment.cancel_requested,
            deployment.reboot_pending,
            deployment.manifest,
            deployment.manifest_hash,
            deployment.counter,
            deployment.incarnation,
            deployment.last_seq,
            deployment.progress_step,
            deployment.progress_percent,
            deployment.progress_bytes,
            deployment.published_at,
            deployment.offered_at,
            deployment.started_at,
            deployment.ended_at,
            deployment.changed_at,
            key::text(&deployment.asset_name),
            deployment.text.as_deref().map(key::text),
            key::seconds(deployment.started_at, deployment.ended_at),
        )?;
        self.tell(deployment);
        Ok(())
    }

    /// Saves all but the keys and the publication, and tells the feed.
    pub async fn update(&mut self, deployment: &Deployment) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "update a deployment",
            "UPDATE deployment SET state = $2, reason = $3, text = $4, refused_code = $5, set_by_server = $6,
                 cancel_requested = $7, reboot_pending = $8, manifest = $9, manifest_hash = $10, counter = $11,
                 incarnation = $12, last_seq = $13, progress_step = $14, progress_percent = $15, progress_bytes = $16,
                 offered_at = $17, started_at = $18, ended_at = $19, changed_at = $20, text_key = $21,
                 duration_s = $22
             WHERE id = $1",
            deployment.id,
            deployment.state,
            deployment.reason,
            deployment.text,
            deployment.refused_code,
            deployment.set_by_server,
            deployment.cancel_requested,
            deployment.reboot_pending,
            deployment.manifest,
            deployment.manifest_hash,
            deployment.counter,
            deployment.incarnation,
            deployment.last_seq,
            deployment.progress_step,
            deployment.progress_percent,
            deployment.progress_bytes,
            deployment.offered_at,
            deployment.started_at,
            deployment.ended_at,
            deployment.changed_at,
            deployment.text.as_deref().map(key::text),
            key::seconds(deployment.started_at, deployment.ended_at),
        )?;
        StoreError::unless_one(rows, "the deployment")?;
        self.tell(deployment);
        Ok(())
    }

    /// Deployments have no revision of their own; a reader loads the row.
    fn tell(&mut self, deployment: &Deployment) {
        self.tx.feed().append(FeedKind::Deployment, deployment.id.uuid(), 0);
    }
}
