//! One question while it is answered: what it may see, and what is worked out for it once.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock, RwLockReadGuard};

use roaring::RoaringBitmap;

use super::asset_set::AssetSet;
use super::deadline::{AskError, Deadline};
use super::memo::{Memo, Recalling};
use super::parallel::in_parallel;
use super::scope::Scope;
use super::totals::Totals;
use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::PatchNumber;
use crate::shared_block::SharedBlock;
use crate::{Index, Shared};

/// Numbers of things: of patches and components their own, of vulnerabilities their place among all.
pub(crate) type ThingSet = RoaringBitmap;

/// Each thread has at most one block locked.
pub(crate) struct Asking<'a> {
    pub(crate) shared: &'a Shared,
    blocks: Vec<Arc<SharedBlock>>,
    /// Slots in scope, as they were when the question was asked.
    scope: AssetSet,
    sees_everything: bool,
    deadline: Deadline,
    /// From the last time that the same was asked.
    pub(super) recalling: Option<Recalling>,
    cves: OnceLock<Vec<(&'a str, &'a BTreeSet<PatchNumber>)>>,
    pub(super) totals: Totals,
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
        blocks: Vec<Arc<SharedBlock>>,
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
            totals: Totals::default(),
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
        self.blocks[at].read(self.shared)
    }

    /// Does somebody wait for block `at`, which this question holds?
    pub(super) fn is_waited_for(&self, at: usize) -> bool {
        self.blocks[at].is_waited_for()
    }

    /// Something of each block, in their order: at work on several at once. `of` must not come back here.
    pub(crate) fn per_block<T: Send>(&self, of: impl Fn(usize, &Block) -> T + Sync) -> Vec<T> {
        self.each_block(|at| of(at, &self.block(at)))
    }

    /// The same of what locks its block itself, for it takes long: see [`super::turns`].
    pub(super) fn each_block<T: Send>(&self, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
        in_parallel(self.block_count(), of)
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
}
