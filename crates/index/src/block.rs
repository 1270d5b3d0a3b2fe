//! A block: everything about up to 65,536 assets, behind one lock.

use std::collections::BTreeMap;

use jiff::Timestamp;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::asset::{Columns, Counts};
use crate::bits::Bits;
use crate::catalogue::PatchNumber;
use crate::dictionary::ComponentId;
use crate::posting::{Posting, slot_of};
use crate::{BLOCK_SIZE, Slot};

#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) rows: Vec<Option<Row>>,
    postings: FxHashMap<ComponentId, Posting>,
    missing: FxHashMap<PatchNumber, RoaringBitmap>,
    /// By day since 1970: due dates follow from the enrolment.
    enrolled: BTreeMap<i64, RoaringBitmap>,
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) columns: Columns,
    pub(crate) counts: Counts,
}

impl Block {
    pub(crate) fn row(&self, slot: Slot) -> Option<&Row> {
        self.rows.get(usize::from(slot.at)).and_then(Option::as_ref)
    }

    pub(crate) fn row_mut(&mut self, slot: Slot) -> Option<&mut Row> {
        self.rows.get_mut(usize::from(slot.at)).and_then(Option::as_mut)
    }

    pub(crate) fn put_row(&mut self, slot: Slot, row: Option<Row>) {
        let at = usize::from(slot.at);
        if self.rows.len() <= at {
            self.rows.resize_with((at + 1).next_power_of_two().min(BLOCK_SIZE), || None);
        }
        if let Some(enrolled) = row.as_ref().map(|row| row.columns.enrolled_at) {
            self.enrolled.entry(day(enrolled)).or_default().insert(u32::from(slot.at));
        }
        let before = std::mem::replace(&mut self.rows[at], row);
        let is_day_left = |before: &Row| {
            self.row(slot).is_none_or(|row| day(row.columns.enrolled_at) != day(before.columns.enrolled_at))
        };
        if let Some(before) = before.filter(is_day_left)
            && let Some(slots) = self.enrolled.get_mut(&day(before.columns.enrolled_at))
        {
            slots.remove(u32::from(slot.at));
        }
    }

    /// Slots of assets that enrolled before a moment.
    pub(crate) fn enrolled_before(&self, moment: Timestamp) -> RoaringBitmap {
        let mut slots = RoaringBitmap::new();
        for (_, of_day) in self.enrolled.range(..day(moment)) {
            slots |= of_day;
        }
        let is_before = |slot: &u32| {
            self.row(Slot { block: 0, at: slot_of(*slot) }).is_some_and(|row| row.columns.enrolled_at < moment)
        };
        slots.extend(self.enrolled.get(&day(moment)).into_iter().flatten().filter(is_before));
        slots
    }

    pub(crate) fn has(&self, component: ComponentId, slot: u16) -> bool {
        self.postings.get(&component).is_some_and(|posting| posting.contains(slot))
    }

    pub(crate) fn has_any(&self, component: ComponentId) -> bool {
        self.postings.contains_key(&component)
    }

    pub(crate) fn post(&mut self, component: ComponentId, slot: u16) {
        match self.postings.entry(component) {
            std::collections::hash_map::Entry::Occupied(mut posting) => posting.get_mut().insert(slot),
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(Posting::One(slot));
            }
        }
    }

    /// A whole posting of slots in rising order; the component had none.
    pub(crate) fn post_sorted(&mut self, component: ComponentId, slots: &[u16]) {
        self.postings.insert(component, Posting::from_sorted(slots));
    }

    pub(crate) fn unpost(&mut self, component: ComponentId, slot: u16) {
        if let Some(posting) = self.postings.remove(&component)
            && let Some(rest) = posting.without(slot)
        {
            self.postings.insert(component, rest);
        }
    }

    /// Takes an asset out of all postings and findings.
    pub(crate) fn clear(&mut self, slot: Slot) {
        let components: Vec<_> =
            self.postings.iter().filter(|(_, posting)| posting.contains(slot.at)).map(|(id, _)| *id).collect();
        for component in components {
            self.unpost(component, slot.at);
        }
        for missing in self.missing.values_mut() {
            missing.remove(u32::from(slot.at));
        }
        self.put_row(slot, None);
    }

    /// Slots that miss the patch, latest or not.
    pub(crate) fn missing(&self, patch: PatchNumber) -> Option<&RoaringBitmap> {
        self.missing.get(&patch)
    }

    /// Patches that some slot misses, in no order.
    pub(crate) fn missing_patches(&self) -> impl Iterator<Item = PatchNumber> {
        self.missing.keys().copied()
    }

    pub(crate) fn set_missing(&mut self, patch: PatchNumber, slots: RoaringBitmap) {
        if slots.is_empty() {
            self.missing.remove(&patch);
        } else {
            self.missing.insert(patch, slots);
        }
    }

    pub(crate) fn mark_missing(&mut self, patch: PatchNumber, slot: u16, is_missing: bool) {
        let slot = u32::from(slot);
        if is_missing {
            self.missing.entry(patch).or_default().insert(slot);
        } else if let Some(slots) = self.missing.get_mut(&patch) {
            slots.remove(slot);
            if slots.is_empty() {
                self.missing.remove(&patch);
            }
        }
    }

    /// Slots that have any of the components.
    pub(crate) fn union(&self, components: impl Iterator<Item = ComponentId>) -> Bits {
        let mut union = Bits::default();
        components.for_each(|component| self.add_slots(component, &mut union));
        union
    }

    pub(crate) fn add_slots(&self, component: ComponentId, bits: &mut Bits) {
        if let Some(posting) = self.postings.get(&component) {
            posting.add_to(bits);
        }
    }

    pub(crate) fn rows_with_slots(&self) -> impl Iterator<Item = (u16, &Row)> {
        self.rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| row.as_ref().map(|row| (u16::try_from(at).expect("below the block size"), row)))
    }
}

fn day(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(86_400)
}
