//! What stands beside an asset's row: inventory (rewritten with each changed report), facts, identity.

use fettle_model::asset::Facts;
use serde_json::Value;

use super::{AssetNumber, Assets, NewAsset};
use crate::error::StoreError;
use crate::inventory;
use crate::packed;
use crate::sql::{execute, optional, row};

/// What an asset has, and what its last scan said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetInventory {
    /// Sum of the component hashes (`agent.md` 3.4).
    pub fingerprint: [u8; 32],
    /// Ids of [`crate::catalogue::Components`], sorted, distinct.
    pub components: Vec<u32>,
    /// When the asset's own components changed a finding; the caller's format.
    pub ledger: Vec<u8>,
    /// Collectors and repositories of the last scan, as [`packed::pack`] made it of the caller's type.
    pub coverage: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetFacts {
    pub facts: Facts,
    /// The agent's self-check, as it came.
    pub self_check: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetIdentity {
    /// Hardware traits, as they came.
    pub hardware: Value,
    /// Boots whose tokens came in turn; `None` where nothing speaks of a clone. The caller's shape.
    pub alternation: Option<Value>,
    /// The signed statement about the record key.
    pub record_key: Vec<u8>,
}

row! {
    pub(super) struct InventoryRow {
        fingerprint: [u8; 32],
        components: Vec<u8>,
        ledger: Vec<u8>,
        coverage: Vec<u8>,
    }
}

impl InventoryRow {
    pub(super) fn inventory(self) -> Result<AssetInventory, StoreError> {
        Ok(AssetInventory {
            fingerprint: self.fingerprint,
            components: inventory::decode(&self.components)?,
            ledger: self.ledger,
            coverage: self.coverage,
        })
    }
}

row! {
    struct FactsRow {
        facts: Vec<u8>,
        self_check: Vec<u8>,
    }
}

pub(super) fn unpacked(facts: &[u8], self_check: &[u8]) -> Result<AssetFacts, StoreError> {
    Ok(AssetFacts { facts: packed::unpack(facts, "facts")?, self_check: packed::unpack(self_check, "self-check")? })
}

row! {
    struct IdentityRow {
        hardware: Vec<u8>,
        alternation: Option<Vec<u8>>,
        record_key: Vec<u8>,
    }
}

impl Assets<'_> {
    pub async fn inventory(&mut self, number: AssetNumber) -> Result<AssetInventory, StoreError> {
        let row = optional!(
            self.tx,
            InventoryRow,
            "find an inventory",
            "SELECT fingerprint, components, ledger, coverage FROM asset_inventory WHERE asset = $1",
            number,
        )?;
        row.ok_or(StoreError::Gone { object: "the asset's inventory" })?.inventory()
    }

    /// Together with [`Assets::update`], which tells the feed.
    pub async fn put_inventory(&mut self, number: AssetNumber, inventory: &AssetInventory) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "put an inventory",
            "UPDATE asset_inventory SET fingerprint = $2, components = $3, ledger = $4, coverage = $5
             WHERE asset = $1",
            number,
            inventory.fingerprint,
            inventory::encode(&inventory.components),
            inventory.ledger,
            inventory.coverage,
        )?;
        StoreError::unless_one(rows, "the asset's inventory")
    }

    pub async fn facts(&mut self, number: AssetNumber) -> Result<AssetFacts, StoreError> {
        let row = optional!(
            self.tx,
            FactsRow,
            "find an asset's facts",
            "SELECT facts, self_check FROM asset_facts WHERE asset = $1",
            number,
        )?
        .ok_or(StoreError::Gone { object: "the asset's facts" })?;
        unpacked(&row.facts, &row.self_check)
    }

    pub async fn put_facts(&mut self, number: AssetNumber, facts: &AssetFacts) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "put an asset's facts",
            "UPDATE asset_facts SET facts = $2, self_check = $3 WHERE asset = $1",
            number,
            packed::pack(&facts.facts),
            packed::pack(&facts.self_check),
        )?;
        StoreError::unless_one(rows, "the asset's facts")
    }

    pub async fn identity(&mut self, number: AssetNumber) -> Result<AssetIdentity, StoreError> {
        let row = optional!(
            self.tx,
            IdentityRow,
            "find an asset's identity",
            "SELECT hardware, alternation, record_key FROM asset_identity WHERE asset = $1",
            number,
        )?
        .ok_or(StoreError::Gone { object: "the asset's identity" })?;
        let alternation = row.alternation.as_deref().map(|packed| packed::unpack(packed, "alternation")).transpose()?;
        Ok(AssetIdentity {
            hardware: packed::unpack(&row.hardware, "hardware")?,
            alternation,
            record_key: row.record_key,
        })
    }

    pub async fn put_identity(&mut self, number: AssetNumber, identity: &AssetIdentity) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "put an asset's identity",
            "UPDATE asset_identity SET hardware = $2, alternation = $3, record_key = $4 WHERE asset = $1",
            number,
            packed::pack(&identity.hardware),
            identity.alternation.as_ref().map(packed::pack),
            identity.record_key,
        )?;
        StoreError::unless_one(rows, "the asset's identity")
    }

    pub(super) async fn insert_parts(&mut self, number: AssetNumber, new: &NewAsset) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert an inventory",
            "INSERT INTO asset_inventory (asset, fingerprint, components, ledger, coverage)
             VALUES ($1, $2, $3, $4, $5)",
            number,
            new.inventory.fingerprint,
            inventory::encode(&new.inventory.components),
            new.inventory.ledger,
            new.inventory.coverage,
        )?;
        execute!(
            self.tx,
            "insert an asset's facts",
            "INSERT INTO asset_facts (asset, facts, self_check) VALUES ($1, $2, $3)",
            number,
            packed::pack(&new.facts.facts),
            packed::pack(&new.facts.self_check),
        )?;
        execute!(
            self.tx,
            "insert an asset's identity",
            "INSERT INTO asset_identity (asset, hardware, alternation, record_key) VALUES ($1, $2, $3, $4)",
            number,
            packed::pack(&new.identity.hardware),
            new.identity.alternation.as_ref().map(packed::pack),
            new.identity.record_key,
        )
        .map(drop)
    }
}
