//! What the history keeps of a finding that ends: since when it was, and what its clock said.

use fettle_index::PatchNumber;
use fettle_store::assets::AssetNumber;
use fettle_store::catalogue::{ClosedFinding, FindingCause};
use jiff::Timestamp;

use crate::Fleet;
use crate::ledger::{Ledger, since};

impl Fleet {
    /// The patch, missing until now on an asset that enrolled then; `None`: the index does not know the patch. No
    /// deployment has a part in it.
    pub(crate) fn closed_finding(
        &self,
        (asset, enrolled): (AssetNumber, Timestamp),
        patch: PatchNumber,
        ledger: &Ledger,
        (now, cause): (Timestamp, FindingCause),
    ) -> Option<ClosedFinding> {
        let learnt = self.index.synced_at(patch)?;
        let (sla_start, due) = self.index.clock(patch, enrolled)?;
        Some(ClosedFinding {
            asset,
            patch: fettle_store::catalogue::PatchNumber(patch.0),
            since: since(learnt, enrolled, ledger.changed(patch)),
            sla_start: Some(sla_start),
            due,
            closed: now,
            cause,
            deployment: None,
        })
    }
}
