//! What should have been in by now. Whether a finding is overdue follows from the patch's clock and the asset's
//! enrolment (`model::sla`), so the overdue assets of a patch are those that miss it and enrolled before one moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use fettle_model::AssetId;
use fettle_model::sla::PatchClock;
use jiff::Timestamp;
use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::block::Block;
use crate::catalogue::Line;
use crate::shared_block::SharedBlock;
use crate::{Index, POISONED, PatchEntry, PatchNumber, Shared};

/// Assets by the moment before which they enrolled, block by block: patches of one class ask for the same moment.
#[derive(Debug, Default)]
pub(crate) struct Enrolled(FxHashMap<(usize, Timestamp), RoaringBitmap>);

impl Enrolled {
    /// Slots of block `at` on which the patch is missing and overdue. `limit` is [`Shared::overdue_before`].
    pub(crate) fn overdue(
        &mut self,
        shared: &Shared,
        (at, block): (usize, &Block),
        patch: PatchNumber,
        limit: Timestamp,
    ) -> RoaringBitmap {
        let Some(missing) = block.missing(patch) else { return RoaringBitmap::new() };
        let before = self.0.entry((at, limit)).or_insert_with(|| block.columns.enrolled_before(limit));
        (missing & &*before) - shared.excepted(patch, at, block)
    }
}

impl Shared {
    pub(crate) fn clock(&self, entry: &PatchEntry) -> PatchClock {
        let facts = entry.patch.cves.iter().flatten().map(|cve| self.catalogue.facts(cve));
        let exploited = facts.filter_map(|facts| facts.known_exploited.as_ref().map(|listed| listed.due_date));
        PatchClock::new(&self.sla, entry.severity(), entry.patch.published.unwrap_or(entry.synced_at), exploited)
    }

    /// Assets that miss the patch and enrolled before this are overdue.
    pub(crate) fn overdue_before(&self, entry: &PatchEntry) -> Option<Timestamp> {
        self.clock(entry).overdue_before(self.as_of)
    }

    /// Every patch that is shown, that some asset misses and of which one can be overdue, with its moment.
    pub(super) fn overdue_patches(&self, blocks: &[Arc<SharedBlock>]) -> Vec<(&PatchEntry, Timestamp)> {
        let mut missing = FxHashSet::default();
        for block in blocks {
            missing.extend(block.read(self).missing_patches());
        }
        self.overdue_among(missing)
    }

    /// Of these patches those that are shown and of which an asset can be overdue, with their moments.
    pub(crate) fn overdue_among(
        &self,
        patches: impl IntoIterator<Item = PatchNumber>,
    ) -> Vec<(&PatchEntry, Timestamp)> {
        let entries = patches.into_iter().filter_map(|number| self.catalogue.get(number));
        let shown = entries.filter(|entry| !entry.state.is_hidden());
        shown.filter_map(|entry| Some((entry, self.overdue_before(entry)?))).collect()
    }
}

/// Slots of a block with a patch that is overdue.
pub(super) fn slots_overdue(
    shared: &Shared,
    at: usize,
    block: &Block,
    patches: &[(&PatchEntry, Timestamp)],
) -> RoaringBitmap {
    let mut enrolled = Enrolled::default();
    let mut slots = RoaringBitmap::new();
    for (entry, limit) in patches {
        slots |= enrolled.overdue(shared, (at, block), entry.number, *limit);
    }
    slots
}

impl Index {
    /// Of each asset the lines of patches (a source package in a release, updates of Windows that replace each
    /// other) of which one is overdue: however many
    /// versions are late, one update brings them all.
    pub fn overdue_counts(&self, assets: impl IntoIterator<Item = AssetId>) -> FxHashMap<AssetId, u32> {
        let shared = self.shared.read().expect(POISONED);
        let patches = shared.overdue_patches(&self.all_blocks());
        let mut counts = FxHashMap::default();
        for asset in assets {
            let Some(slot) = shared.slots.get(&asset).copied() else { continue };
            let block = self.block(slot.block);
            let block = block.read(&shared);
            let enrolled = block.columns.enrolled_at(slot.at);
            let misses = |entry: &PatchEntry| {
                block.missing(entry.number).is_some_and(|missing| missing.contains(u32::from(slot.at)))
                    && !shared.is_excepted(entry.number, asset, (&block, slot.at))
            };
            let late = patches.iter().filter(|(entry, limit)| enrolled < *limit && misses(entry));
            let lines: BTreeSet<Line> = late.map(|(entry, _)| shared.catalogue.line(entry)).collect();
            counts.insert(asset, u32::try_from(lines.len()).expect("a catalogue's patches fit"));
        }
        counts
    }

    /// When the clock of a patch started on an asset that enrolled then, and until when it has to be in.
    pub fn clock(&self, patch: PatchNumber, enrolled: Timestamp) -> Option<(Timestamp, Option<Timestamp>)> {
        let shared = self.shared.read().expect(POISONED);
        let clock = shared.clock(shared.catalogue.get(patch)?);
        Some((clock.start(enrolled), clock.due(enrolled)))
    }

    /// The moment as of which it is told what is overdue.
    pub fn as_of(&self) -> Timestamp {
        self.shared.read().expect(POISONED).as_of
    }
}
