//! What a server keeps in memory of each asset, in pages: no more than a few of them are in memory at a time. Pages of
//! one load are read in one [`crate::Database::snapshot`].

use fettle_model::{AssetId, ScanStatus};
use jiff::Timestamp;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::parts::{InventoryRow, unpacked};
use super::{Asset, AssetFacts, AssetInventory, AssetNumber, Assets, Contact};
use crate::error::StoreError;
use crate::inventory;
use crate::sql::{Done, all, optional, row};

/// An asset with its inventory and its last contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedAsset {
    pub asset: Asset,
    pub inventory: AssetInventory,
    pub contact: Option<Contact>,
}

row! {
    /// What a server keeps in memory of an agent.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LoadedAgent {
        pub number: AssetNumber,
        pub id: AssetId,
        pub incarnation: u32,
        pub token_current: Vec<u8>,
        pub token_previous: Option<Vec<u8>>,
        pub scan_status: ScanStatus,
        pub facts_hash: String,
        pub retired_at: Option<Timestamp>,
        pub fingerprint: [u8; 32],
        /// None before the first contact, as what follows.
        pub last_checked_in: Option<Timestamp>,
        pub address: Option<String>,
        pub boot_id: Option<String>,
    }
}

row! {
    struct BesideRow {
        components: Vec<u8>,
        coverage: Vec<u8>,
        facts: Vec<u8>,
        self_check: Vec<u8>,
        last_checked_in: Option<Timestamp>,
        address: Option<String>,
    }
}

/// All that an index keeps of an asset, as it lies in the database: to be unpacked on any thread.
pub struct PackedAsset {
    asset: Asset,
    beside: BesideRow,
}

/// What [`PackedAsset::unpack`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackedAsset {
    pub asset: Asset,
    /// Ids of [`crate::catalogue::Components`], sorted, distinct.
    pub components: Vec<u32>,
    /// As in [`AssetInventory`].
    pub coverage: Vec<u8>,
    pub facts: AssetFacts,
    pub last_checked_in: Option<Timestamp>,
    pub address: Option<String>,
}

impl PackedAsset {
    pub const fn number(&self) -> AssetNumber {
        self.asset.number
    }

    pub fn unpack(self) -> Result<UnpackedAsset, StoreError> {
        let Self { asset, beside } = self;
        Ok(UnpackedAsset {
            asset,
            components: inventory::decode(&beside.components)?,
            coverage: beside.coverage,
            facts: unpacked(&beside.facts, &beside.self_check)?,
            last_checked_in: beside.last_checked_in,
            address: beside.address,
        })
    }
}

impl Done for PackedAsset {
    type Answer = Self;
    fn done(self) -> Self {
        self
    }
}

impl FromRow<'_, SqliteRow> for PackedAsset {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self { asset: Asset::from_row(row)?, beside: BesideRow::from_row(row)? })
    }
}

impl FromRow<'_, PgRow> for PackedAsset {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self { asset: Asset::from_row(row)?, beside: BesideRow::from_row(row)? })
    }
}

/// The columns of both, from one row.
struct AssetWithInventory {
    asset: Asset,
    inventory: InventoryRow,
}

impl Done for AssetWithInventory {
    type Answer = Self;
    fn done(self) -> Self {
        self
    }
}

impl FromRow<'_, SqliteRow> for AssetWithInventory {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self { asset: Asset::from_row(row)?, inventory: InventoryRow::from_row(row)? })
    }
}

impl FromRow<'_, PgRow> for AssetWithInventory {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self { asset: Asset::from_row(row)?, inventory: InventoryRow::from_row(row)? })
    }
}

impl Assets<'_> {
    /// At most `limit` agents of assets above `number`, in order: retired ones too.
    pub async fn agents_after(&mut self, number: AssetNumber, limit: u32) -> Result<Vec<LoadedAgent>, StoreError> {
        all!(
            self.tx,
            LoadedAgent,
            "load agents",
            "SELECT asset.number, id, incarnation, token_current, token_previous, scan_status, facts_hash, retired_at,
                 fingerprint, last_checked_in, address, boot_id
             FROM asset JOIN asset_inventory ON asset_inventory.asset = asset.number
                 LEFT JOIN asset_contact ON asset_contact.asset = asset.number
             WHERE asset.number > $1 ORDER BY asset.number LIMIT $2",
            number,
            limit,
        )
    }

    /// At most `limit` assets above `number` that are not retired, in order.
    pub async fn packed_after(&mut self, number: AssetNumber, limit: u32) -> Result<Vec<PackedAsset>, StoreError> {
        all!(
            self.tx,
            PackedAsset,
            "load assets",
            "SELECT asset.*, components, coverage, facts, self_check, last_checked_in, address
             FROM asset JOIN asset_inventory ON asset_inventory.asset = asset.number
                 JOIN asset_facts ON asset_facts.asset = asset.number
                 LEFT JOIN asset_contact ON asset_contact.asset = asset.number
             WHERE asset.number > $1 AND asset.retired_at IS NULL ORDER BY asset.number LIMIT $2",
            number,
            limit,
        )
    }

    /// One asset with what it has, by one statement: what each report starts from.
    pub async fn find_with_inventory(&mut self, id: AssetId) -> Result<Option<(Asset, AssetInventory)>, StoreError> {
        let found = optional!(
            self.tx,
            AssetWithInventory,
            "find an asset and its inventory",
            "SELECT asset.*, fingerprint, components, ledger, coverage
             FROM asset JOIN asset_inventory ON asset_inventory.asset = asset.number WHERE asset.id = $1",
            id,
        )?;
        found.map(|found| Ok((found.asset, found.inventory.inventory()?))).transpose()
    }

    /// One asset with all that is shown of it.
    pub async fn load(&mut self, id: AssetId) -> Result<Option<LoadedAsset>, StoreError> {
        let Some(asset) = self.find(id).await? else { return Ok(None) };
        let inventory = self.inventory(asset.number).await?;
        let contact = self.contact(id).await?;
        Ok(Some(LoadedAsset { asset, inventory, contact }))
    }
}
