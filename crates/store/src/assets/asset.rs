use fettle_model::{ActivationKeyId, AssetId, ScanStatus};
use jiff::Timestamp;

use super::{AssetFacts, AssetIdentity, AssetInventory};
use crate::column::{FromColumn, ToColumn};
use crate::error::StoreError;
use crate::feed::FeedKind;
use crate::key;
use crate::sql::{Scalar, all, execute, one, optional, row};
use crate::tx::Tx;

/// An asset's key inside the database: small, so that histories are; never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetNumber(pub i64);

impl ToColumn for AssetNumber {
    type Stored = i64;
    fn stored(&self) -> i64 {
        self.0
    }
}

impl FromColumn for AssetNumber {
    type Stored = i64;
    fn loaded(stored: i64) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(Self(stored))
    }
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Asset {
        pub number: AssetNumber,
        pub id: AssetId,
        /// Rises with each [`Assets::update`], which checks it.
        pub revision: u64,
        pub hostname: String,
        pub fqdn: Option<String>,
        pub os_family: String,
        pub os_id: String,
        pub os_version: String,
        /// As people read it.
        pub os_name: String,
        pub arch: String,
        pub agent_version: String,
        pub incarnation: u32,
        pub token_current: Vec<u8>,
        /// Older tokens that are good too, one behind the other.
        pub token_previous: Option<Vec<u8>>,
        /// Of the last manifest that was signed for this asset.
        pub manifest_counter: u64,
        pub scan_status: ScanStatus,
        pub scan_reason: Option<String>,
        pub scanned_at: Option<Timestamp>,
        /// Components left out of the last inventory, for control characters or length.
        pub dropped: u64,
        /// 64 hex digits; empty before the first report.
        pub facts_hash: String,
        pub last_logged_on: Option<String>,
        pub pending_reboot: bool,
        pub enrolled_at: Timestamp,
        pub activation_key: Option<ActivationKeyId>,
        /// Of that key, which may be deleted since. No key changes its title.
        pub activation_key_title: Option<String>,
        /// The asset that this machine was before its identity was dropped.
        pub previous_asset: Option<AssetId>,
        pub retired_at: Option<Timestamp>,
    }
}

/// An asset at its enrolment; it gets its number and revision 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAsset {
    /// `number` and `revision` are not read.
    pub asset: Asset,
    pub inventory: AssetInventory,
    pub facts: AssetFacts,
    pub identity: AssetIdentity,
}

pub struct Assets<'t> {
    pub(crate) tx: &'t mut Tx,
}

/// Saves an asset of the revision that it was read with: `$1` to `$24`.
macro_rules! update_sql {
    () => {
        "UPDATE asset SET revision = revision + 1, hostname = $3, fqdn = $4, os_family = $5, os_id = $6,
             os_version = $7, os_name = $8, arch = $9, agent_version = $10, incarnation = $11, token_current = $12,
             token_previous = $13, manifest_counter = $14, scan_status = $15, scan_reason = $16, scanned_at = $17,
             dropped = $18, facts_hash = $19, last_logged_on = $20, pending_reboot = $21, retired_at = $22,
             os_name_key = $23, last_logged_on_key = $24
         WHERE number = $1 AND revision = $2"
    };
}

/// Runs it, with what more stands in the text behind it.
macro_rules! update {
    ($tx:expr, $operation:expr, $sql:expr, $asset:expr $(, $more:expr)* $(,)?) => {
        execute!(
            $tx,
            $operation,
            $sql,
            $asset.number,
            $asset.revision,
            $asset.hostname,
            $asset.fqdn,
            $asset.os_family,
            $asset.os_id,
            $asset.os_version,
            $asset.os_name,
            $asset.arch,
            $asset.agent_version,
            $asset.incarnation,
            $asset.token_current,
            $asset.token_previous,
            $asset.manifest_counter,
            $asset.scan_status,
            $asset.scan_reason,
            $asset.scanned_at,
            $asset.dropped,
            $asset.facts_hash,
            $asset.last_logged_on,
            $asset.pending_reboot,
            $asset.retired_at,
            key::text(&$asset.os_name),
            $asset.last_logged_on.as_deref().map(key::text)
            $(, $more)*
        )
    };
}

impl Assets<'_> {
    pub async fn find(&mut self, id: AssetId) -> Result<Option<Asset>, StoreError> {
        optional!(self.tx, Asset, "find an asset", "SELECT * FROM asset WHERE id = $1", id)
    }

    /// The asset that was enrolled anew in place of `id`, the newest one.
    pub async fn successor(&mut self, id: AssetId) -> Result<Option<AssetId>, StoreError> {
        optional!(
            self.tx,
            Scalar<AssetId>,
            "find an asset's successor",
            "SELECT id AS value FROM asset WHERE previous_asset = $1 ORDER BY number DESC LIMIT 1",
            id,
        )
        .map(|found| found.map(|Scalar(id)| id))
    }

    pub async fn count(&mut self) -> Result<u64, StoreError> {
        one!(self.tx, Scalar<u64>, "count assets", "SELECT COUNT(*) AS value FROM asset WHERE retired_at IS NULL")
    }

    /// Inserts the asset with its parts, tells the feed, and gives it back with number and revision.
    pub async fn insert(&mut self, new: &NewAsset) -> Result<Asset, StoreError> {
        let asset = &new.asset;
        let inserted = one!(
            self.tx,
            Asset,
            "insert an asset",
            "INSERT INTO asset (id, revision, hostname, fqdn, os_family, os_id, os_version, os_name, arch,
                 agent_version, incarnation, token_current, token_previous, manifest_counter, scan_status, scan_reason,
                 scanned_at, dropped, facts_hash, last_logged_on, pending_reboot, enrolled_at, activation_key,
                 previous_asset, retired_at, os_name_key, last_logged_on_key, activation_key_title)
             VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                 $21, $22, $23, $24, $25, $26, $27)
             RETURNING *",
            asset.id,
            asset.hostname,
            asset.fqdn,
            asset.os_family,
            asset.os_id,
            asset.os_version,
            asset.os_name,
            asset.arch,
            asset.agent_version,
            asset.incarnation,
            asset.token_current,
            asset.token_previous,
            asset.manifest_counter,
            asset.scan_status,
            asset.scan_reason,
            asset.scanned_at,
            asset.dropped,
            asset.facts_hash,
            asset.last_logged_on,
            asset.pending_reboot,
            asset.enrolled_at,
            asset.activation_key,
            asset.previous_asset,
            asset.retired_at,
            key::text(&asset.os_name),
            asset.last_logged_on.as_deref().map(key::text),
            asset.activation_key_title,
        )?;
        self.insert_parts(inserted.number, new).await?;
        self.tx.feed().append(FeedKind::Asset, inserted.id.uuid(), inserted.revision);
        Ok(inserted)
    }

    /// Saves the asset, raises its revision and tells the feed. [`StoreError::Changed`] if it was saved by another
    /// since it was loaded: then nothing is done.
    pub async fn update(&mut self, asset: &mut Asset) -> Result<(), StoreError> {
        let rows = update!(self.tx, "update an asset", update_sql!(), asset)?;
        self.updated(asset, rows)
    }

    /// [`Assets::update`] and [`Assets::put_inventory`], which nearly every report needs; on SQLite in one call (see
    /// `tx.rs`).
    pub async fn update_with_inventory(
        &mut self,
        asset: &mut Asset,
        inventory: &AssetInventory,
    ) -> Result<(), StoreError> {
        if self.tx.is_postgres() {
            self.update(asset).await?;
            return self.put_inventory(asset.number, inventory).await;
        }
        // Every asset has an inventory: where none is touched, the asset was not either.
        let rows = update!(
            self.tx,
            "update an asset with its inventory",
            concat!(
                update_sql!(),
                "; UPDATE asset_inventory SET fingerprint = $25, components = $26, ledger = $27, coverage = $28
                   WHERE asset = $1 AND changes() = 1"
            ),
            asset,
            inventory.fingerprint,
            crate::inventory::encode(&inventory.components),
            inventory.ledger,
            inventory.coverage,
        )?;
        self.updated(asset, rows)
    }

    fn updated(&mut self, asset: &mut Asset, rows: u64) -> Result<(), StoreError> {
        if rows != 1 {
            return Err(StoreError::Changed(asset.id));
        }
        asset.revision += 1;
        self.tx.feed().append(FeedKind::Asset, asset.id.uuid(), asset.revision);
        Ok(())
    }

    /// Saves new tokens alone: no index shows them, so revision and feed stay as they are.
    pub async fn put_tokens(&mut self, number: AssetNumber, current: &[u8], older: &[u8]) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "put an asset's tokens",
            "UPDATE asset SET token_current = $2, token_previous = $3 WHERE number = $1",
            number,
            current,
            older,
        )?;
        StoreError::unless_one(rows, "the asset")
    }

    /// The next number for a manifest of this asset; only rises.
    pub async fn next_manifest_counter(&mut self, number: AssetNumber) -> Result<u64, StoreError> {
        one!(
            self.tx,
            Scalar<u64>,
            "count a manifest",
            "UPDATE asset SET manifest_counter = manifest_counter + 1 WHERE number = $1
             RETURNING manifest_counter AS value",
            number,
        )
    }

    /// At most `limit` assets above `number`, in order, retired ones too.
    pub async fn after(&mut self, number: AssetNumber, limit: u32) -> Result<Vec<Asset>, StoreError> {
        all!(
            self.tx,
            Asset,
            "list assets",
            "SELECT * FROM asset WHERE number > $1 ORDER BY number LIMIT $2",
            number,
            limit,
        )
    }
}
