//! A block: everything about up to 65,536 assets, behind one lock.

use std::collections::hash_map::Entry;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::Slot;
use crate::bits::Bits;
use crate::catalogue::PatchNumber;
use crate::columns::BlockColumns;
use crate::dictionary::ComponentId;
use crate::finding::{Flip, Status};
use crate::judging::Found;
use crate::posting::Posting;
use crate::tags::TagNumber;

#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) columns: BlockColumns,
    postings: FxHashMap<ComponentId, Posting>,
    missing: FxHashMap<PatchNumber, RoaringBitmap>,
    /// Of whom it cannot be told whether they miss the patch; few patches have any.
    undetermined: FxHashMap<PatchNumber, RoaringBitmap>,
    /// On how many assets each patch is installed: who they are is found out when it is asked, for that takes as much
    /// memory as the postings. Without those that are installed nowhere.
    installed: FxHashMap<PatchNumber, u32>,
    /// Who has each tag; of tags that nobody has nothing is kept.
    pub(crate) tags: FxHashMap<TagNumber, RoaringBitmap>,
}

impl Block {
    pub(crate) fn has(&self, component: ComponentId, slot: u16) -> bool {
        self.postings.get(&component).is_some_and(|posting| posting.contains(slot))
    }

    pub(crate) fn has_any(&self, component: ComponentId) -> bool {
        self.postings.contains_key(&component)
    }

    pub(crate) fn post(&mut self, component: ComponentId, slot: u16) {
        match self.postings.entry(component) {
            Entry::Occupied(mut posting) => posting.get_mut().insert(slot),
            Entry::Vacant(vacant) => {
                vacant.insert(Posting::One(slot));
            }
        }
    }

    /// A whole posting of slots in rising order; the component had none.
    pub(crate) fn post_sorted(&mut self, component: ComponentId, slots: &[u16]) {
        self.postings.insert(component, Posting::from_sorted(slots));
    }

    pub(crate) fn unpost(&mut self, component: ComponentId, slot: u16) {
        if let Entry::Occupied(mut posting) = self.postings.entry(component)
            && posting.get_mut().remove(slot)
        {
            posting.remove();
        }
    }

    /// Takes an asset out of all postings and findings. `installed`: the patches that it has.
    pub(crate) fn clear(&mut self, slot: Slot, installed: &[PatchNumber]) {
        for patch in installed {
            self.note_installed(*patch, false);
        }
        let components: Vec<_> =
            self.postings.iter().filter(|(_, posting)| posting.contains(slot.at)).map(|(id, _)| *id).collect();
        for component in components {
            self.unpost(component, slot.at);
        }
        for findings in [&mut self.missing, &mut self.undetermined] {
            findings.retain(|_, slots| {
                slots.remove(u32::from(slot.at));
                !slots.is_empty()
            });
        }
        self.tags.retain(|_, slots| {
            slots.remove(u32::from(slot.at));
            !slots.is_empty()
        });
        self.columns.remove(slot.at);
    }

    /// Slots that miss the patch, latest or not.
    pub(crate) fn missing(&self, patch: PatchNumber) -> Option<&RoaringBitmap> {
        self.missing.get(&patch)
    }

    /// Slots of which it cannot be told whether they miss the patch.
    pub(crate) fn undetermined(&self, patch: PatchNumber) -> Option<&RoaringBitmap> {
        self.undetermined.get(&patch)
    }

    /// Patches that an asset here misses, and where.
    pub(crate) fn all_missing(&self) -> impl Iterator<Item = (PatchNumber, &RoaringBitmap)> {
        self.missing.iter().map(|(patch, slots)| (*patch, slots))
    }

    /// Components that an asset on one of the slots has.
    pub(crate) fn components_on<'b>(&'b self, slots: &'b Bits) -> impl Iterator<Item = ComponentId> + 'b {
        self.postings.iter().filter(|(_, posting)| posting.meets(slots)).map(|(component, _)| *component)
    }

    /// Has an asset on one of the slots the component?
    pub(crate) fn has_on(&self, component: ComponentId, slots: &Bits) -> bool {
        self.postings.get(&component).is_some_and(|posting| posting.meets(slots))
    }

    /// Patches that some slot misses, in no order.
    pub(crate) fn missing_patches(&self) -> impl Iterator<Item = PatchNumber> {
        self.missing.keys().copied()
    }

    /// On how many assets the patch is installed.
    pub(crate) fn installed_count(&self, patch: PatchNumber) -> u64 {
        self.installed.get(&patch).copied().map_or(0, u64::from)
    }

    /// Of a patch that was judged on all assets.
    pub(crate) fn set_findings(&mut self, patch: PatchNumber, found: Found) {
        set(&mut self.missing, patch, found.missing);
        set(&mut self.undetermined, patch, found.undetermined);
        match u32::try_from(found.installed).expect("no more than slots") {
            0 => self.installed.remove(&patch),
            installed => self.installed.insert(patch, installed),
        };
    }

    /// One asset more that has the patch, or one less.
    fn note_installed(&mut self, patch: PatchNumber, is_installed: bool) {
        let count = self.installed.entry(patch).or_default();
        debug_assert!(is_installed || *count > 0, "it was counted when it was installed");
        *count = if is_installed { *count + 1 } else { count.saturating_sub(1) };
        if *count == 0 {
            self.installed.remove(&patch);
        }
    }

    /// A finding of one asset is another one now.
    pub(crate) fn flip(&mut self, flip: Flip, slot: u16) {
        for (findings, status) in [(&mut self.missing, Status::Missing), (&mut self.undetermined, Status::Undetermined)]
        {
            if flip.from == status || flip.to == status {
                mark(findings, flip.patch, slot, flip.to == status);
            }
        }
        if flip.from == Status::Installed || flip.to == Status::Installed {
            self.note_installed(flip.patch, flip.to == Status::Installed);
        }
    }

    /// Slots that have any of the components.
    pub(crate) fn union(&self, components: impl Iterator<Item = ComponentId>) -> Bits {
        let mut union = Bits::default();
        components.for_each(|component| self.add_slots(component, &mut union));
        union
    }

    /// Of each of the components the slots of `within`, or of all, that have it, added up: no fewer than have any of them.
    pub(crate) fn sum_of_counts(&self, components: &[ComponentId], within: Option<&RoaringBitmap>) -> u64 {
        components
            .iter()
            .filter_map(|component| self.postings.get(component))
            .map(|posting| posting.count(within))
            .sum()
    }

    /// How many slots of `within`, or of all, have any of the components.
    pub(crate) fn count_any(&self, components: &[ComponentId], within: Option<&RoaringBitmap>) -> u64 {
        let mut here = components.iter().filter_map(|component| self.postings.get(component));
        match (here.next(), here.next()) {
            (None, _) => 0,
            (Some(one), None) => one.count(within),
            (Some(one), Some(other)) => {
                let mut union = one.to_bitmap();
                [other].into_iter().chain(here).for_each(|posting| posting.join(&mut union));
                within.map_or_else(|| union.len(), |within| union.intersection_len(within))
            }
        }
    }

    pub(crate) fn add_slots(&self, component: ComponentId, bits: &mut Bits) {
        if let Some(posting) = self.postings.get(&component) {
            posting.add_to(bits);
        }
    }
}

fn set(findings: &mut FxHashMap<PatchNumber, RoaringBitmap>, patch: PatchNumber, slots: RoaringBitmap) {
    if slots.is_empty() {
        findings.remove(&patch);
    } else {
        findings.insert(patch, slots);
    }
}

fn mark(findings: &mut FxHashMap<PatchNumber, RoaringBitmap>, patch: PatchNumber, slot: u16, has: bool) {
    let slot = u32::from(slot);
    if has {
        findings.entry(patch).or_default().insert(slot);
    } else if let Some(slots) = findings.get_mut(&patch) {
        slots.remove(slot);
        if slots.is_empty() {
            findings.remove(&patch);
        }
    }
}
