//! What a patch that its feed takes back leaves behind: its findings are over, and the history says since when they were.

use fettle_index::PatchNumber;
use fettle_store::StoreError;
use fettle_store::catalogue::{ClosedFinding, FindingCause};
use jiff::Timestamp;

use crate::Fleet;
use crate::ledger::{Ledger, since};

impl Fleet {
    /// The findings that end when these patches are taken back now: a row for each asset that misses one. To be stored in
    /// the transaction that takes them back.
    pub(super) async fn ended_by_withdrawal(
        &self,
        patches: &[PatchNumber],
        now: Timestamp,
    ) -> Result<Vec<ClosedFinding>, StoreError> {
        let mut ended = Vec::new();
        let mut read = self.database.read().await?;
        for patch in patches {
            let Some(learnt) = self.index.synced_at(*patch) else { continue };
            for (asset, enrolled) in self.index.missing_on(*patch) {
                let Some(agent) = self.agents.get(asset) else { continue };
                let inventory = read.assets().inventory(agent.number).await?;
                let ledger = Ledger::decode(&inventory.ledger)
                    .map_err(|error| StoreError::Damaged { object: "asset's ledger", reason: error.to_string() })?;
                let Some((sla_start, due)) = self.index.clock(*patch, enrolled) else { continue };
                ended.push(ClosedFinding {
                    asset: agent.number,
                    patch: fettle_store::catalogue::PatchNumber(patch.0),
                    since: since(learnt, enrolled, ledger.changed(*patch)),
                    sla_start: Some(sla_start),
                    due,
                    closed: now,
                    cause: FindingCause::Catalogue,
                    deployment: None,
                });
            }
        }
        Ok(ended)
    }
}
