use fettle_model::job::{JobSpecification, JobStatus, Work};
use fettle_model::{JobId, UserId};
use jiff::Timestamp;

use crate::error::StoreError;
use crate::key;
use crate::list::{ListFilter, Page};
use crate::sql::{Scalar, all, execute, one, optional, row};
use crate::tx::Tx;

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Job {
        pub id: JobId,
        /// As in the specification; for lists.
        pub name: String,
        pub work: Work,
        pub status: JobStatus,
        /// From 1; an authorisation belongs to one.
        pub revision: u64,
        pub owner: Option<UserId>,
        /// The owner's user name; stays when the user goes.
        pub owner_name: String,
        pub specification: JobSpecification,
        pub created_at: Timestamp,
        pub changed_at: Timestamp,
        /// A deleted job is kept for its runs and results, and shown nowhere else.
        pub deleted_at: Option<Timestamp>,
    }
}

pub struct Jobs<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Jobs<'_> {
    /// A deleted one too: its runs stay readable.
    pub async fn find(&mut self, id: JobId) -> Result<Option<Job>, StoreError> {
        optional!(self.tx, Job, "find a job", "SELECT * FROM job WHERE id = $1", id)
    }

    /// Jobs that are not deleted, newest first. State: a [`JobStatus`].
    pub async fn list(&mut self, filter: &ListFilter) -> Result<Page<Job>, StoreError> {
        let pattern = filter.pattern();
        let jobs = all!(
            self.tx,
            Job,
            "list jobs",
            "SELECT * FROM job
             WHERE deleted_at IS NULL AND ($1 IS NULL OR lower(name) LIKE $1 ESCAPE '\\')
               AND ($2 IS NULL OR status = $2) AND ($3 IS NULL OR id < $3)
             ORDER BY id DESC LIMIT $4",
            pattern,
            filter.state,
            filter.after,
            filter.fetch(),
        )?;
        let total = one!(
            self.tx,
            Scalar<u64>,
            "count jobs",
            "SELECT COUNT(*) AS value FROM job
             WHERE deleted_at IS NULL AND ($1 IS NULL OR lower(name) LIKE $1 ESCAPE '\\')
               AND ($2 IS NULL OR status = $2)",
            pattern,
            filter.state,
        )?;
        Ok(Page::new(jobs, total, filter, |job| job.id.uuid()))
    }

    pub async fn insert(&mut self, job: &Job) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a job",
            "INSERT INTO job (id, name, work, status, revision, owner, owner_name, specification, created_at,
                 changed_at, deleted_at, name_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            job.id,
            job.name,
            job.work,
            job.status,
            job.revision,
            job.owner,
            job.owner_name,
            job.specification,
            job.created_at,
            job.changed_at,
            job.deleted_at,
            key::text(&job.name),
        )
        .map(drop)
    }

    /// Saves all but id and creation.
    pub async fn update(&mut self, job: &Job) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "update a job",
            "UPDATE job SET name = $2, work = $3, status = $4, revision = $5, owner = $6, owner_name = $7,
                 specification = $8, changed_at = $9, deleted_at = $10, name_key = $11
             WHERE id = $1",
            job.id,
            job.name,
            job.work,
            job.status,
            job.revision,
            job.owner,
            job.owner_name,
            job.specification,
            job.changed_at,
            job.deleted_at,
            key::text(&job.name),
        )?;
        StoreError::unless_one(rows, "the job")
    }
}
