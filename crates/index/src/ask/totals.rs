//! On how many assets in scope there is each patch, vulnerability and component: counted for all at once when it is asked
//! of one.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::OnceLock;

use roaring::{MultiOps as _, RoaringBitmap};
use rustc_hash::{FxHashMap, FxHashSet};

use super::asking::{Asking, ThingSet};
use super::findings::Findings;
use super::turns::Turns;
use crate::block::Block;
use crate::catalogue::{PatchEntry, PatchNumber};
use crate::dictionary::ComponentId;

/// What was counted for this question.
#[derive(Default)]
pub(super) struct Totals {
    missing: OnceLock<FxHashMap<PatchNumber, u64>>,
    installed: OnceLock<FxHashMap<PatchNumber, u64>>,
    exposure: OnceLock<Vec<u64>>,
    with_component: OnceLock<FxHashMap<u32, u64>>,
}

/// Slots in scope; `None`: all of the block.
pub(super) type Within = Option<RoaringBitmap>;

impl<'a> Asking<'a> {
    /// Assets in scope that miss the patch.
    pub(crate) fn missing_count(&self, patch: PatchNumber) -> u64 {
        let counts = self.totals.missing.get_or_init(|| self.missing_counts(self.shared.catalogue.numbers()));
        counts.get(&patch).copied().unwrap_or_default()
    }

    /// From now on [`Asking::missing_count`] is asked of these alone: others need not be counted.
    pub(super) fn narrow_missing_counts(&self, patches: &ThingSet) {
        self.totals.missing.get_or_init(|| self.missing_counts(patches));
    }

    fn missing_counts(&self, patches: &ThingSet) -> FxHashMap<PatchNumber, u64> {
        let patches: Vec<PatchNumber> = patches.iter().map(PatchNumber).collect();
        self.sums(&patches, |block, within, patch| {
            block.missing(*patch).map_or(0, |missing| count_within(missing, within))
        })
    }

    /// Assets in scope that have the patch.
    pub(crate) fn installed_count(&self, patch: PatchNumber) -> u64 {
        let make = || {
            let mut entries: Vec<_> = self.shared.catalogue.all().collect();
            // A source's lines are looked through once for all its patches.
            entries.sort_by_key(|entry| &entry.patch.source);
            let of_block = |at: usize| {
                let mut counts = Vec::new();
                let mut turns = Turns::of(&entries);
                while turns.has_more() {
                    let block = self.block(at);
                    let scope = self.limits(at, &block);
                    let mut findings = Findings::new(self.shared, at, &block);
                    let count =
                        |entry: &&'a PatchEntry| (entry.number, findings.installed_count(entry, scope.as_ref()));
                    counts.extend(turns.begin(|| self.is_waited_for(at)).map(count));
                }
                counts
            };
            added_up(self.each_block(of_block))
        };
        self.totals.installed.get_or_init(make).get(&patch).copied().unwrap_or_default()
    }

    /// Assets in scope that lack a patch which fixes the vulnerability. CVEs of the same patches expose the same assets.
    pub(crate) fn exposed(&self, vulnerability: u32) -> u64 {
        let make = || {
            let fixes: FxHashSet<&BTreeSet<PatchNumber>> = self.cves().iter().map(|(_, patches)| *patches).collect();
            let fixes: Vec<_> = fixes.into_iter().collect();
            let exposed = self.sums(&fixes, |block, within, patches| exposed_count(block, patches, within));
            self.cves().iter().map(|(_, patches)| exposed.get(patches).copied().unwrap_or_default()).collect()
        };
        self.totals.exposure.get_or_init(make).get(vulnerability as usize).copied().unwrap_or_default()
    }

    /// Assets in scope that have the component.
    pub(crate) fn assets_with(&self, component: u32) -> u64 {
        let make = || {
            let components: Vec<u32> = self.shared.dictionary.all().map(|(id, _)| id.0).collect();
            self.sums(&components, |block, within, id| block.count_any(&[ComponentId(*id)], within.as_ref()))
        };
        self.totals.with_component.get_or_init(make).get(&component).copied().unwrap_or_default()
    }

    /// Of each thing what the blocks have, added up; without those of which they have none.
    fn sums<T: Copy + Eq + Hash + Send + Sync>(
        &self,
        things: &[T],
        of: impl Fn(&Block, &Within, &T) -> u64 + Sync,
    ) -> FxHashMap<T, u64> {
        let of_block = |at: usize| {
            let mut counts = Vec::new();
            let mut turns = Turns::of(things);
            while turns.has_more() {
                let block = self.block(at);
                let within = self.limits(at, &block);
                let count = |thing: &T| (*thing, of(&block, &within, thing));
                counts.extend(turns.begin(|| self.is_waited_for(at)).map(count).filter(|(_, count)| *count > 0));
            }
            counts
        };
        added_up(self.each_block(of_block))
    }
}

fn added_up<T: Eq + Hash>(blocks: Vec<Vec<(T, u64)>>) -> FxHashMap<T, u64> {
    let mut sums = FxHashMap::default();
    for (thing, count) in blocks.into_iter().flatten().filter(|(_, count)| *count > 0) {
        *sums.entry(thing).or_default() += count;
    }
    sums
}

/// How many of the slots are within.
pub(super) fn count_within(slots: &RoaringBitmap, within: &Within) -> u64 {
    within.as_ref().map_or_else(|| slots.len(), |within| slots.intersection_len(within))
}

/// Slots of `within` that lack one of the patches; of most vulnerabilities there is one patch, whose slots are counted as
/// they stand.
fn exposed_count(block: &Block, patches: &BTreeSet<PatchNumber>, within: &Within) -> u64 {
    let missing: Vec<_> = patches.iter().filter_map(|patch| block.missing(*patch)).collect();
    match missing.as_slice() {
        [] => 0,
        [one] => count_within(one, within),
        several => count_within(&several.iter().copied().union(), within),
    }
}
