use fettle_model::AssetId;
use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{all, execute, row};
use crate::tx::Tx;

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Certificate {
        /// Big-endian, as in the certificate.
        pub serial: Vec<u8>,
        pub asset: AssetId,
        pub not_before: Timestamp,
        pub not_after: Timestamp,
        /// First use; the one before stays good until then.
        pub used_at: Option<Timestamp>,
        pub revoked_at: Option<Timestamp>,
    }
}

pub struct Certificates<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Certificates<'_> {
    pub async fn insert(&mut self, certificate: &Certificate) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a certificate",
            "INSERT INTO certificate (serial, asset, not_before, not_after, used_at, revoked_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            certificate.serial,
            certificate.asset,
            certificate.not_before,
            certificate.not_after,
            certificate.used_at,
            certificate.revoked_at,
        )
        .map(drop)
    }

    /// Newest first.
    pub async fn of_asset(&mut self, asset: AssetId) -> Result<Vec<Certificate>, StoreError> {
        all!(
            self.tx,
            Certificate,
            "list an asset's certificates",
            "SELECT * FROM certificate WHERE asset = $1 ORDER BY not_before DESC, serial",
            asset,
        )
    }

    /// Certificates above `serial`, in order: what a server keeps in memory. Begin with an empty serial.
    pub async fn after(&mut self, serial: &[u8], limit: u32) -> Result<Vec<Certificate>, StoreError> {
        all!(
            self.tx,
            Certificate,
            "list certificates",
            "SELECT * FROM certificate WHERE serial > $1 ORDER BY serial LIMIT $2",
            serial,
            limit,
        )
    }

    /// Notes the first use of `serial`, and revokes the asset's older ones.
    pub async fn note_first_use(&mut self, asset: AssetId, serial: &[u8], now: Timestamp) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "note a certificate's first use",
            "UPDATE certificate SET used_at = $2 WHERE serial = $1 AND used_at IS NULL",
            serial,
            now,
        )?;
        execute!(
            self.tx,
            "revoke older certificates",
            "UPDATE certificate SET revoked_at = $3
             WHERE asset = $1 AND serial <> $2 AND revoked_at IS NULL
               AND not_before <= (SELECT newer.not_before FROM certificate AS newer WHERE newer.serial = $2)",
            asset,
            serial,
            now,
        )
        .map(drop)
    }

    /// Revokes all of an asset's certificates; gives how many were good until now.
    pub async fn revoke_all(&mut self, asset: AssetId, now: Timestamp) -> Result<u64, StoreError> {
        execute!(
            self.tx,
            "revoke an asset's certificates",
            "UPDATE certificate SET revoked_at = $2 WHERE asset = $1 AND revoked_at IS NULL",
            asset,
            now,
        )
    }
}
