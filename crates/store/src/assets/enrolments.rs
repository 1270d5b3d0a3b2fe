use fettle_model::{AssetId, EnrolmentId, Sha256};
use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{execute, optional, row};
use crate::tx::Tx;

row! {
    /// An enrolment that was answered: the same one again gets the same asset.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Enrolment {
        pub id: EnrolmentId,
        pub asset: AssetId,
        /// Of the public key that was asked for: a repetition must be for the same. Earlier versions kept the hash of the
        /// request's bytes.
        pub csr_hash: Sha256,
        /// Of the certificate that was answered last.
        pub serial: Vec<u8>,
        pub enrolled_at: Timestamp,
    }
}

pub struct Enrolments<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Enrolments<'_> {
    pub async fn find(&mut self, id: EnrolmentId) -> Result<Option<Enrolment>, StoreError> {
        optional!(self.tx, Enrolment, "find an enrolment", "SELECT * FROM enrolment WHERE id = $1", id)
    }

    pub async fn insert(&mut self, enrolment: &Enrolment) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert an enrolment",
            "INSERT INTO enrolment (id, asset, csr_hash, serial, enrolled_at) VALUES ($1, $2, $3, $4, $5)",
            enrolment.id,
            enrolment.asset,
            enrolment.csr_hash,
            enrolment.serial,
            enrolment.enrolled_at,
        )
        .map(drop)
    }

    /// A repetition was answered with another certificate.
    pub async fn put_serial(&mut self, id: EnrolmentId, serial: &[u8]) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "put an enrolment's certificate",
            "UPDATE enrolment SET serial = $2 WHERE id = $1",
            id,
            serial,
        )?;
        StoreError::unless_one(rows, "the enrolment")
    }
}
