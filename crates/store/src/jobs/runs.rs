use fettle_model::run::{RunResult, RunState};
use fettle_model::{JobId, PatchId, RunId, Sha256};
use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{Scalar, all, execute, one, optional, row};
use crate::tx::Tx;

row! {
    /// One execution of a job.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Run {
        pub id: RunId,
        pub job: JobId,
        /// Counted per job from 1.
        pub number: u64,
        /// Of the job, as it was published.
        pub revision: u64,
        pub authorisation: Option<Sha256>,
        pub state: RunState,
        pub result: Option<RunResult>,
        /// Stored once, not per asset.
        pub patches: Vec<PatchId>,
        pub cancel_requested_at: Option<Timestamp>,
        pub published_at: Timestamp,
        pub started_at: Option<Timestamp>,
        pub finished_at: Option<Timestamp>,
    }
}

pub struct Runs<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Runs<'_> {
    pub async fn find(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        optional!(self.tx, Run, "find a run", "SELECT * FROM run WHERE id = $1", id)
    }

    /// Newest first.
    pub async fn of_job(&mut self, job: JobId) -> Result<Vec<Run>, StoreError> {
        all!(self.tx, Run, "list a job's runs", "SELECT * FROM run WHERE job = $1 ORDER BY number DESC", job)
    }

    pub async fn last_of_job(&mut self, job: JobId) -> Result<Option<Run>, StoreError> {
        optional!(
            self.tx,
            Run,
            "find a job's last run",
            "SELECT * FROM run WHERE job = $1 ORDER BY number DESC LIMIT 1",
            job,
        )
    }

    /// Runs that are not over, oldest first.
    pub async fn unfinished(&mut self) -> Result<Vec<Run>, StoreError> {
        all!(self.tx, Run, "list unfinished runs", "SELECT * FROM run WHERE finished_at IS NULL ORDER BY id")
    }

    pub async fn next_number(&mut self, job: JobId) -> Result<u64, StoreError> {
        one!(
            self.tx,
            Scalar<u64>,
            "number a run",
            "SELECT COALESCE(MAX(number), 0) + 1 AS value FROM run WHERE job = $1",
            job,
        )
    }

    pub async fn insert(&mut self, run: &Run) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a run",
            "INSERT INTO run (id, job, number, revision, authorisation, state, result, patches, cancel_requested_at,
                 published_at, started_at, finished_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            run.id,
            run.job,
            run.number,
            run.revision,
            run.authorisation,
            run.state,
            run.result,
            run.patches,
            run.cancel_requested_at,
            run.published_at,
            run.started_at,
            run.finished_at,
        )
        .map(drop)
    }

    /// Saves what changes in a run's life.
    pub async fn update(&mut self, run: &Run) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "update a run",
            "UPDATE run SET authorisation = $2, state = $3, result = $4, cancel_requested_at = $5, started_at = $6,
                 finished_at = $7
             WHERE id = $1",
            run.id,
            run.authorisation,
            run.state,
            run.result,
            run.cancel_requested_at,
            run.started_at,
            run.finished_at,
        )?;
        StoreError::unless_one(rows, "the run")
    }
}
