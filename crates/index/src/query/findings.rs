//! Findings: of one asset, and of one patch.

use std::cell::LazyCell;

use fettle_model::patch::Patch;
use fettle_model::{AssetId, PatchId, Repository};
use jiff::Timestamp;
use roaring::RoaringBitmap;

use super::overdue::Enrolled;
use crate::block::Block;
use crate::finding::{Here, Status};
use crate::judging::Judging;
use crate::posting::slot_of;
use crate::{Index, POISONED, PatchEntry, PatchNumber, Shared};

/// The status of one patch on one asset.
#[derive(Debug, Clone)]
pub struct Finding {
    pub entry: PatchEntry,
    pub status: Status,
    /// Nothing newer that applies here replaces it.
    pub is_latest: bool,
    /// Until when the patch has to be in; `None`: no rule gives it a date.
    pub due: Option<Timestamp>,
    /// An approved exception covers it.
    pub is_excepted: bool,
    /// Missing, past its due date, and not excepted.
    pub is_overdue: bool,
}

/// On how many assets a patch is missing and installed, and of how many it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FindingCount {
    pub missing: u64,
    pub installed: u64,
    pub undetermined: u64,
    /// Of those that miss it: past the due date.
    pub overdue: u64,
}

impl Index {
    /// Every patch that applies to the asset, in no order; empty for an unknown asset.
    pub fn findings(&self, asset: AssetId) -> Vec<Finding> {
        let shared = self.shared.read().expect(POISONED);
        let Some(slot) = shared.slots.get(&asset).copied() else { return Vec::new() };
        let block = self.block(slot.block);
        let block = block.read(&shared);
        let enrolled = block.columns.enrolled_at(slot.at);
        let has = |component| block.has(component, slot.at);
        let mut here = Here::new(&shared.dictionary, &has);
        let judged = shared.catalogue.all().map(|entry| (entry, here.status(asset, entry)));
        let applying: Vec<_> = judged.filter(|(_, status)| *status != Status::NotApplicable).collect();
        applying
            .into_iter()
            .map(|(entry, status)| {
                // All updates of a product apply to its machines.
                let replaced = if entry.patch.update.is_some() {
                    shared.catalogue.is_replaced(entry)
                } else {
                    let newer = shared.catalogue.newer(entry);
                    newer.into_iter().any(|newer| here.status(asset, newer) != Status::NotApplicable)
                };
                let due = shared.clock(entry).due(enrolled);
                let is_excepted = shared.is_excepted(entry.number, asset, (&block, slot.at));
                let is_late = status == Status::Missing && due.is_some_and(|due| due < shared.as_of);
                Finding {
                    entry: entry.clone(),
                    status,
                    is_latest: !replaced,
                    due,
                    is_excepted,
                    is_overdue: is_late && !is_excepted,
                }
            })
            .collect()
    }

    /// One patch of the catalogue, with its counts.
    pub fn patch(&self, patch: PatchId) -> Option<(PatchEntry, FindingCount)> {
        let shared = self.shared.read().expect(POISONED);
        let entry = shared.catalogue.get(shared.catalogue.number(patch)?)?;
        Some((entry.clone(), self.count(&shared, entry, &mut Enrolled::default())))
    }

    /// One patch of the catalogue, without counting.
    pub fn patch_entry(&self, patch: PatchId) -> Option<PatchEntry> {
        let shared = self.shared.read().expect(POISONED);
        shared.catalogue.get(shared.catalogue.number(patch)?).cloned()
    }

    /// Looks at a patch of the catalogue without a copy; `look` must not ask the index anything.
    pub fn with_patch<T>(&self, patch: PatchId, look: impl FnOnce(&PatchEntry) -> T) -> Option<T> {
        let shared = self.shared.read().expect(POISONED);
        shared.catalogue.get(shared.catalogue.number(patch)?).map(look)
    }

    /// The patches that are `wanted`, in no order; it must not ask the index anything.
    pub fn patches_where(&self, wanted: impl Fn(&Patch) -> bool) -> Vec<PatchId> {
        let shared = self.shared.read().expect(POISONED);
        shared.catalogue.all().filter(|entry| wanted(&entry.patch)).map(|entry| entry.patch.id).collect()
    }

    /// The patches of one repository, in no order.
    pub fn patches_of(&self, repository: &Repository) -> Vec<PatchEntry> {
        let shared = self.shared.read().expect(POISONED);
        shared.catalogue.all().filter(|entry| entry.patch.repository.as_ref() == Some(repository)).cloned().collect()
    }

    /// The patches of a Debian source package in a release, oldest first.
    pub fn patches_of_source(&self, product: &str, source: &str) -> Vec<PatchEntry> {
        self.shared.read().expect(POISONED).catalogue.of_source(product, source).cloned().collect()
    }

    /// When the catalogue learnt the patch of a number.
    pub fn synced_at(&self, number: PatchNumber) -> Option<Timestamp> {
        self.shared.read().expect(POISONED).catalogue.get(number).map(|entry| entry.synced_at)
    }

    /// Assets that miss the patch, with when they enrolled; in no order.
    pub fn missing_on(&self, number: PatchNumber) -> Vec<(AssetId, Timestamp)> {
        let shared = self.shared.read().expect(POISONED);
        let mut assets = Vec::new();
        for block in self.all_blocks() {
            let block = block.read(&shared);
            let slots = block.missing(number).into_iter().flatten().map(slot_of);
            assets.extend(slots.map(|slot| (block.columns.id(slot), block.columns.enrolled_at(slot))));
        }
        assets
    }

    /// Patches that replace it and that it replaces, nearest first.
    pub fn supersedence(&self, patch: PatchId) -> (Vec<PatchEntry>, Vec<PatchEntry>) {
        let shared = self.shared.read().expect(POISONED);
        let Some(entry) = shared.catalogue.number(patch).and_then(|number| shared.catalogue.get(number)) else {
            return (Vec::new(), Vec::new());
        };
        let cloned = |entries: Vec<&PatchEntry>| entries.into_iter().cloned().collect();
        (cloned(shared.catalogue.newer(entry)), cloned(shared.catalogue.older(entry)))
    }

    /// True where a patch that is in force replaces it.
    pub fn is_superseded(&self, patch: PatchId) -> bool {
        let shared = self.shared.read().expect(POISONED);
        let entry = shared.catalogue.number(patch).and_then(|number| shared.catalogue.get(number));
        entry.is_some_and(|entry| shared.catalogue.is_replaced(entry))
    }

    /// On how many assets the patch is missing and installed.
    pub fn count_findings(&self, patch: PatchId) -> Option<FindingCount> {
        let shared = self.shared.read().expect(POISONED);
        let entry = shared.catalogue.get(shared.catalogue.number(patch)?)?;
        Some(self.count(&shared, entry, &mut Enrolled::default()))
    }

    pub(super) fn count(&self, shared: &Shared, entry: &PatchEntry, enrolled: &mut Enrolled) -> FindingCount {
        let mut count = FindingCount::default();
        // Looks at what is known of each CVE: not for the many patches that no asset misses.
        let overdue_before = LazyCell::new(|| shared.overdue_before(entry));
        for (at, block) in self.all_blocks().iter().enumerate() {
            let block = block.read(shared);
            if let Some(missing) = block.missing(entry.number) {
                count.missing += missing.len();
                let late = overdue_before.map(|limit| enrolled.overdue(shared, (at, &block), entry.number, limit));
                count.overdue += late.map_or(0, |late| late.len());
            }
            count.installed += block.installed_count(entry.number);
            count.undetermined += block.undetermined(entry.number).map_or(0, RoaringBitmap::len);
        }
        count
    }
}

/// Slots of a block on which the patch has the status.
pub(super) fn slots_with(
    shared: &Shared,
    block: &Block,
    at: usize,
    entry: &PatchEntry,
    status: Status,
) -> RoaringBitmap {
    let mut judging = Judging::new(block, at, &shared.dictionary, &shared.slots);
    match status {
        Status::Missing => block.missing(entry.number).cloned().unwrap_or_default(),
        Status::Undetermined => block.undetermined(entry.number).cloned().unwrap_or_default(),
        Status::Installed => judging.installed(entry).to_bitmap(),
        Status::NotApplicable => block.columns.taken().to_bitmap() - judging.applies(entry).to_bitmap(),
    }
}
