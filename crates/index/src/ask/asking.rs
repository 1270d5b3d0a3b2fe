//! One question while it is answered: what it may see, and what is worked out for it once.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::{Arc, OnceLock, RwLock, RwLockReadGuard};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use roaring::{MultiOps as _, RoaringBitmap};
use rustc_hash::{FxHashMap, FxHashSet};

use super::asset_set::AssetSet;
use super::deadline::{AskError, Deadline};
use super::findings::Findings;
use super::memo::{Memo, Recalling};
use super::scope::Scope;
use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::PatchNumber;
use crate::{Index, POISONED, Shared};

/// Numbers of things: of patches and components their own, of vulnerabilities their place among all.
pub(crate) type ThingSet = RoaringBitmap;

/// Each thread has at most one block locked.
pub(crate) struct Asking<'a> {
    pub(crate) shared: &'a Shared,
    blocks: Vec<Arc<RwLock<Block>>>,
    /// Slots in scope, as they were when the question was asked.
    scope: AssetSet,
    sees_everything: bool,
    deadline: Deadline,
    /// From the last time that the same was asked.
    pub(super) recalling: Option<Recalling>,
    cves: OnceLock<Vec<(&'a str, &'a BTreeSet<PatchNumber>)>>,
    missing: OnceLock<FxHashMap<PatchNumber, u64>>,
    installed: OnceLock<FxHashMap<PatchNumber, u64>>,
    exposure: OnceLock<Vec<u64>>,
    asset_counts: OnceLock<FxHashMap<u32, u64>>,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(index: &Index, shared: &'a Shared, scope: &Scope, deadline: Deadline) -> Self {
        let blocks = index.all_blocks();
        let sees_everything = matches!(scope, Scope::Everything);
        let scope = scope.slots(shared, &blocks);
        Self::seeing(shared, blocks, (scope, sees_everything), deadline)
    }

    /// About these assets alone, for as long as it takes.
    pub(crate) fn within(index: &Index, shared: &'a Shared, assets: AssetSet) -> Self {
        Self::seeing(shared, index.all_blocks(), (assets, false), Deadline::default())
    }

    fn seeing(
        shared: &'a Shared,
        blocks: Vec<Arc<RwLock<Block>>>,
        (scope, sees_everything): (AssetSet, bool),
        deadline: Deadline,
    ) -> Self {
        Self {
            shared,
            scope,
            sees_everything,
            blocks,
            deadline,
            recalling: None,
            cves: OnceLock::new(),
            missing: OnceLock::new(),
            installed: OnceLock::new(),
            exposure: OnceLock::new(),
            asset_counts: OnceLock::new(),
        }
    }

    /// What was found out the last time is taken over. Not for queries that say something of other assets.
    pub(crate) fn remember(&mut self, memo: Memo) {
        self.recalling = Some(Recalling::new(memo));
    }

    pub(crate) fn into_memo(self) -> Option<Memo> {
        self.recalling.map(Recalling::end)
    }

    pub(crate) fn check(&self) -> Result<(), AskError> {
        self.deadline.check()
    }

    pub(crate) fn block_count(&self) -> usize {
        self.blocks.len()
    }

    pub(crate) fn block(&self, at: usize) -> RwLockReadGuard<'_, Block> {
        self.blocks[at].read().expect(POISONED)
    }

    /// Something of each block, in their order: at work on several at once. `of` must not come back here.
    pub(crate) fn per_block<T: Send>(&self, of: impl Fn(usize, &Block) -> T + Sync) -> Vec<T> {
        let of = |at: usize| of(at, &self.block(at));
        match self.block_count() {
            // One block does not pay for a change of thread.
            count @ 0..=1 => (0..count).map(of).collect(),
            count => (0..count).into_par_iter().map(of).collect(),
        }
    }

    /// Slots of block `at` in scope.
    pub(crate) fn in_scope(&self, at: usize) -> &Bits {
        self.scope.block(at)
    }

    /// The same where there are others in the block, too; `None`: all of it is in scope.
    pub(super) fn limits(&self, at: usize, block: &Block) -> Option<RoaringBitmap> {
        let scope = self.in_scope(at);
        (!self.sees_everything && scope != block.columns.taken()).then(|| scope.to_bitmap())
    }

    pub(crate) fn assets_in_scope(&self) -> u64 {
        self.scope.len()
    }

    /// Every CVE that a patch names, in order: a vulnerability's number is its place here.
    pub(crate) fn cves(&self) -> &[(&'a str, &'a BTreeSet<PatchNumber>)] {
        let shared = self.shared;
        self.cves.get_or_init(|| shared.catalogue.cves().collect())
    }

    /// Assets in scope that miss the patch. Counted for all patches at once.
    pub(crate) fn missing_count(&self, patch: PatchNumber) -> u64 {
        let make = || {
            let of_block = |at: usize, block: &Block| {
                let scope = self.limits(at, block);
                let count = |missing: &RoaringBitmap| {
                    scope.as_ref().map_or_else(|| missing.len(), |scope| missing.intersection_len(scope))
                };
                block.all_missing().map(|(patch, missing)| (patch, count(missing))).collect()
            };
            sums(self.per_block(of_block))
        };
        self.missing.get_or_init(make).get(&patch).copied().unwrap_or_default()
    }

    /// Assets in scope that have the patch. Counted for all patches at once.
    pub(crate) fn installed_count(&self, patch: PatchNumber) -> u64 {
        let make = || {
            let mut entries: Vec<_> = self.shared.catalogue.all().collect();
            // A source's lines are looked through once for all its patches.
            entries.sort_by_key(|entry| &entry.patch.source);
            let of_block = |at: usize, block: &Block| {
                let scope = self.limits(at, block);
                let mut findings = Findings::new(self.shared, at, block);
                entries.iter().map(|entry| (entry.number, findings.installed_count(entry, scope.as_ref()))).collect()
            };
            sums(self.per_block(of_block))
        };
        self.installed.get_or_init(make).get(&patch).copied().unwrap_or_default()
    }

    /// Assets in scope that lack a patch which fixes the vulnerability. CVEs of the same patches expose the same assets.
    pub(crate) fn exposed(&self, vulnerability: u32) -> u64 {
        let make = || {
            let fixes: FxHashSet<&BTreeSet<PatchNumber>> = self.cves().iter().map(|(_, patches)| *patches).collect();
            let of_block = |at: usize, block: &Block| {
                let scope = self.limits(at, block);
                fixes.iter().map(|patches| (*patches, exposed_count(block, patches, scope.as_ref()))).collect()
            };
            let exposed = sums(self.per_block(of_block));
            self.cves().iter().map(|(_, patches)| exposed.get(patches).copied().unwrap_or_default()).collect()
        };
        self.exposure.get_or_init(make).get(vulnerability as usize).copied().unwrap_or_default()
    }

    /// Slots in scope that lack one of the patches.
    pub(crate) fn exposed_slots<'p>(
        &self,
        at: usize,
        block: &Block,
        patches: impl IntoIterator<Item = &'p PatchNumber>,
    ) -> Bits {
        let mut slots = Bits::default();
        for missing in patches.into_iter().filter_map(|patch| block.missing(*patch)) {
            slots.insert_all(missing);
        }
        slots.keep(self.in_scope(at));
        slots
    }

    /// Assets in scope that have the component. Counted for all components at once.
    pub(crate) fn assets_with(&self, component: u32) -> u64 {
        let make = || {
            let of_block = |at: usize, block: &Block| {
                let scope = self.limits(at, block);
                block.posting_counts(scope.as_ref()).map(|(component, count)| (component.0, count)).collect()
            };
            sums(self.per_block(of_block))
        };
        self.asset_counts.get_or_init(make).get(&component).copied().unwrap_or_default()
    }
}

/// Of each thing the sum of what the blocks have.
fn sums<T: Eq + Hash>(blocks: Vec<Vec<(T, u64)>>) -> FxHashMap<T, u64> {
    let mut sums = FxHashMap::default();
    for (thing, count) in blocks.into_iter().flatten().filter(|(_, count)| *count > 0) {
        *sums.entry(thing).or_default() += count;
    }
    sums
}

/// Slots of `scope` that lack one of the patches; of most vulnerabilities there is one patch, whose slots are counted as
/// they stand.
fn exposed_count(block: &Block, patches: &BTreeSet<PatchNumber>, scope: Option<&RoaringBitmap>) -> u64 {
    let count = |slots: &RoaringBitmap| scope.map_or_else(|| slots.len(), |scope| slots.intersection_len(scope));
    let missing: Vec<_> = patches.iter().filter_map(|patch| block.missing(*patch)).collect();
    match missing.as_slice() {
        [] => 0,
        [one] => count(one),
        several => count(&several.iter().copied().union()),
    }
}
