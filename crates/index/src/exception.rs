//! Approved exceptions (`patch-management.md` 6.7): what they cover is missing, and not overdue.

use fettle_model::{AssetId, PatchId};
use jiff::Timestamp;
use roaring::RoaringBitmap;
use rustc_hash::FxHashSet;

use crate::catalogue::PatchNumber;
use crate::{Index, POISONED, Shared};

/// One exception, as long as it is approved.
#[derive(Debug, Clone)]
pub struct Exception {
    pub patches: Vec<PatchId>,
    pub assets: Vec<AssetId>,
    /// From this moment on it covers nothing.
    pub expires: Timestamp,
}

#[derive(Debug)]
pub(crate) struct Covered {
    patches: FxHashSet<PatchNumber>,
    assets: FxHashSet<AssetId>,
    expires: Timestamp,
}

impl Shared {
    /// Exceptions in force that cover the patch.
    fn exceptions_of(&self, patch: PatchNumber) -> impl Iterator<Item = &Covered> {
        self.exceptions.iter().filter(move |covered| covered.expires > self.as_of && covered.patches.contains(&patch))
    }

    pub(crate) fn is_excepted(&self, patch: PatchNumber, asset: AssetId) -> bool {
        self.exceptions_of(patch).any(|covered| covered.assets.contains(&asset))
    }

    /// Slots of block `at` on which the patch is excepted.
    pub(crate) fn excepted(&self, patch: PatchNumber, at: usize) -> RoaringBitmap {
        let covered = self.exceptions_of(patch).flat_map(|covered| &covered.assets);
        let here = covered.filter_map(|asset| self.slots.get(asset)).filter(|slot| slot.block == at);
        here.map(|slot| u32::from(slot.at)).collect()
    }
}

impl Index {
    /// Replaces the approved exceptions. What is not in the catalogue is not covered.
    pub fn set_exceptions(&self, exceptions: impl IntoIterator<Item = Exception>) {
        let mut shared = self.shared_for_writing();
        let exceptions = exceptions.into_iter().map(|exception| Covered {
            patches: exception.patches.iter().filter_map(|patch| shared.catalogue.number(*patch)).collect(),
            assets: exception.assets.into_iter().collect(),
            expires: exception.expires,
        });
        let exceptions = exceptions.collect();
        shared.exceptions = exceptions;
    }

    /// True while an approved exception covers the patch on the asset.
    pub fn is_excepted(&self, patch: PatchNumber, asset: AssetId) -> bool {
        self.shared.read().expect(POISONED).is_excepted(patch, asset)
    }
}
