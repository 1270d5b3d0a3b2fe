//! A block: everything about up to 65,536 assets, behind one lock.

use std::collections::BTreeMap;

use jiff::Timestamp;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::asset::{Columns, Counts};
use crate::catalogue::{PatchEntry, PatchNumber};
use crate::dictionary::{ComponentId, Dictionary, Version};
use crate::posting::{Posting, slot_of};
use crate::{BLOCK_SIZE, Slot};
use fettle_catalog::rule::{Clause, Reach};
use fettle_model::AssetId;

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

    /// Judges a rule over distinct components: which assets it applies to, and which of them miss it.
    pub(crate) fn judge(&self, dictionary: &Dictionary, slots: &SlotsOf<'_>, entry: &PatchEntry) -> Judged {
        let rule = &entry.rule;
        let mut concerned = self.union(dictionary.product(&rule.product).iter().copied());
        if let Some(repository) = &rule.repository {
            concerned &= self.union(dictionary.repository(repository).iter().copied());
        }
        let mut judged = Judged::default();
        if concerned.is_empty() {
            return judged;
        }
        for clause in &rule.clauses {
            let mut clause_judged = if clause.newest_counts() {
                self.judge_newest(dictionary, clause)
            } else {
                self.judge_every(dictionary, clause)
            };
            if let Some(reached) = slots.reached(clause) {
                clause_judged.applies &= &reached;
                clause_judged.missing &= &reached;
            }
            judged.applies |= clause_judged.applies;
            judged.missing |= clause_judged.missing;
        }
        judged.applies &= &concerned;
        judged.missing &= &concerned;
        judged
    }

    /// Whoever has an instance below the fixed version misses it.
    fn judge_every(&self, dictionary: &Dictionary, clause: &Clause) -> Judged {
        let (below, above) = dictionary.cut(clause);
        let of = |versions: &[Version]| {
            let concerned = versions.iter().filter(|version| clause.concerns(&version.architecture));
            self.union(concerned.map(|version| version.component))
        };
        let missing = of(below);
        Judged { applies: of(above) | &missing, missing }
    }

    /// Whoever has a family of packages of which none is at or above the fixed version misses it.
    fn judge_newest(&self, dictionary: &Dictionary, clause: &Clause) -> Judged {
        let (below, above) = dictionary.cut(clause);
        let by_kin = |versions| {
            let mut kin: FxHashMap<_, RoaringBitmap> = FxHashMap::default();
            for version in versions {
                *kin.entry(dictionary.kin(version)).or_default() |= self.union(std::iter::once(version.component));
            }
            kin
        };
        let above = by_kin(above);
        let mut judged = Judged::default();
        for (kin, old) in by_kin(below) {
            judged.applies |= &old;
            judged.missing |= above.get(&kin).map_or_else(|| old.clone(), |new| &old - new);
        }
        for new in above.values() {
            judged.applies |= new;
        }
        judged
    }

    fn union(&self, components: impl Iterator<Item = ComponentId>) -> RoaringBitmap {
        let mut union = RoaringBitmap::new();
        for component in components {
            if let Some(posting) = self.postings.get(&component) {
                posting.add_to(&mut union);
            }
        }
        union
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

#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) applies: RoaringBitmap,
    pub(crate) missing: RoaringBitmap,
}

impl Judged {
    pub(crate) fn installed(&self) -> RoaringBitmap {
        &self.applies - &self.missing
    }
}

/// Where the reporters of a clause stand in one block.
pub(crate) struct SlotsOf<'a> {
    pub(crate) block: usize,
    pub(crate) slots: &'a FxHashMap<AssetId, Slot>,
}

impl SlotsOf<'_> {
    /// `None`: everyone.
    fn reached(&self, clause: &Clause) -> Option<RoaringBitmap> {
        match &clause.reach {
            Reach::Everyone => None,
            Reach::Reporters(assets) => Some(self.of(assets).collect()),
        }
    }

    /// Slots of those assets that stand in this block.
    pub(crate) fn of<'i>(&self, assets: impl IntoIterator<Item = &'i AssetId>) -> impl Iterator<Item = u32> {
        let here = assets.into_iter().filter_map(|asset| self.slots.get(asset));
        here.filter(|slot| slot.block == self.block).map(|slot| u32::from(slot.at))
    }
}
