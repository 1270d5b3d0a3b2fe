//! What a patch that its feed takes back leaves behind: its findings are over, and the history says since when they were.

use std::collections::BTreeMap;

use fettle_index::PatchNumber;
use fettle_model::AssetId;
use fettle_store::StoreError;
use fettle_store::catalogue::{ClosedFinding, FindingCause};
use jiff::Timestamp;

use crate::Fleet;
use crate::ledger::Ledger;

impl Fleet {
    /// The findings that end when these patches are taken back now: a row for each asset that misses one. To be stored in
    /// the transaction that takes them back.
    pub(super) async fn ended_by_withdrawal(
        &self,
        patches: &[PatchNumber],
        now: Timestamp,
    ) -> Result<Vec<ClosedFinding>, StoreError> {
        // An asset's ledger is read once for all that it misses of them.
        let mut lacking: BTreeMap<AssetId, (Timestamp, Vec<PatchNumber>)> = BTreeMap::new();
        for patch in patches {
            for (asset, enrolled) in self.index.missing_on(*patch) {
                lacking.entry(asset).or_insert_with(|| (enrolled, Vec::new())).1.push(*patch);
            }
        }
        let mut ended = Vec::new();
        let mut read = self.database.read().await?;
        for (asset, (enrolled, patches)) in lacking {
            let Some(agent) = self.agents.get(asset) else { continue };
            let inventory = read.assets().inventory(agent.number).await?;
            let ledger = Ledger::decode(&inventory.ledger)
                .map_err(|error| StoreError::Damaged { object: "asset's ledger", reason: error.to_string() })?;
            let (asset, ending) = ((agent.number, enrolled), (now, FindingCause::Catalogue));
            ended.extend(patches.into_iter().filter_map(|patch| self.closed_finding(asset, patch, &ledger, ending)));
        }
        Ok(ended)
    }
}
