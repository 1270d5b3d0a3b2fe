//! What an index needs of each asset, in pages: no more than one page is in memory at a time.

use fettle_model::AssetId;
use jiff::Timestamp;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::parts::InventoryRow;
use super::{Asset, AssetInventory, AssetNumber, Assets, Contact};
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
    struct BesideRow {
        number: AssetNumber,
        fingerprint: [u8; 32],
        components: Vec<u8>,
        ledger: Vec<u8>,
        coverage: Vec<u8>,
        last_checked_in: Option<Timestamp>,
        address: Option<String>,
        boot_id: Option<String>,
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
    /// At most `limit` assets above `number`, in order. Call it in a [`crate::Database::snapshot`].
    pub async fn load_after(&mut self, number: AssetNumber, limit: u32) -> Result<Vec<LoadedAsset>, StoreError> {
        let assets = self.after(number, limit).await?;
        let beside = all!(
            self.tx,
            BesideRow,
            "load inventories",
            "SELECT asset.number, fingerprint, components, ledger, coverage, last_checked_in, address, boot_id
             FROM asset JOIN asset_inventory ON asset_inventory.asset = asset.number
                 LEFT JOIN asset_contact ON asset_contact.asset = asset.number
             WHERE asset.number > $1 ORDER BY asset.number LIMIT $2",
            number,
            limit,
        )?;
        assets.into_iter().zip(beside).map(|(asset, row)| joined(asset, row)).collect()
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

    /// One asset as [`Assets::load_after`] gives it.
    pub async fn load(&mut self, id: AssetId) -> Result<Option<LoadedAsset>, StoreError> {
        let Some(asset) = self.find(id).await? else { return Ok(None) };
        let inventory = self.inventory(asset.number).await?;
        let contact = self.contact(id).await?;
        Ok(Some(LoadedAsset { asset, inventory, contact }))
    }
}

fn joined(asset: Asset, row: BesideRow) -> Result<LoadedAsset, StoreError> {
    if asset.number != row.number {
        return Err(StoreError::Gone { object: "an asset's inventory" });
    }
    let contact = row.last_checked_in.map(|last_checked_in| Contact {
        asset: row.number,
        last_checked_in,
        address: row.address,
        boot_id: row.boot_id.unwrap_or_default(),
    });
    let inventory = AssetInventory {
        fingerprint: row.fingerprint,
        components: inventory::decode(&row.components)?,
        ledger: row.ledger,
        coverage: row.coverage,
    };
    Ok(LoadedAsset { asset, inventory, contact })
}
