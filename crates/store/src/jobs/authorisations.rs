use fettle_model::{AuthorisationId, JobId, Sha256};
use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{execute, optional, row};
use crate::tx::Tx;

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredAuthorisation {
        /// Of the envelope's bytes; how agents ask for it.
        pub hash: Sha256,
        pub id: AuthorisationId,
        pub job: JobId,
        pub revision: u64,
        /// As it was signed.
        pub envelope: Vec<u8>,
        pub created_at: Timestamp,
    }
}

pub struct Authorisations<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Authorisations<'_> {
    pub async fn find(&mut self, hash: Sha256) -> Result<Option<StoredAuthorisation>, StoreError> {
        optional!(
            self.tx,
            StoredAuthorisation,
            "find an authorisation",
            "SELECT * FROM authorisation WHERE hash = $1",
            hash,
        )
    }

    /// The newest of a job.
    pub async fn of_job(&mut self, job: JobId) -> Result<Option<StoredAuthorisation>, StoreError> {
        optional!(
            self.tx,
            StoredAuthorisation,
            "find a job's authorisation",
            "SELECT * FROM authorisation WHERE job = $1 ORDER BY revision DESC, id DESC LIMIT 1",
            job,
        )
    }

    pub async fn insert(&mut self, authorisation: &StoredAuthorisation) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert an authorisation",
            "INSERT INTO authorisation (hash, id, job, revision, envelope, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            authorisation.hash,
            authorisation.id,
            authorisation.job,
            authorisation.revision,
            authorisation.envelope,
            authorisation.created_at,
        )
        .map(drop)
    }
}
