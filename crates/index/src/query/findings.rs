//! Findings: of one asset, and of one patch.

use fettle_model::{AssetId, PatchId, Repository};
use jiff::Timestamp;
use roaring::RoaringBitmap;

use super::overdue::Enrolled;
use crate::block::Block;
use crate::finding::{Here, Status};
use crate::judging::Judging;
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

/// On how many assets a patch is missing and installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FindingCount {
    pub missing: u64,
    pub installed: u64,
    /// Of those that miss it: past the due date.
    pub overdue: u64,
}

impl Index {
    /// Every patch that applies to the asset, in no order; empty for an unknown asset.
    pub fn findings(&self, asset: AssetId) -> Vec<Finding> {
        let shared = self.shared.read().expect(POISONED);
        let Some(slot) = shared.slots.get(&asset).copied() else { return Vec::new() };
        let block = self.block(slot.block);
        let block = block.read().expect(POISONED);
        let enrolled = block.columns.enrolled_at(slot.at);
        let mut here = Here::new(&shared.dictionary, Some((&block, slot.at)));
        let judged = shared.catalogue.all().map(|entry| (entry, here.status(asset, entry)));
        let applying: Vec<_> = judged.filter(|(_, status)| *status != Status::NotApplicable).collect();
        applying
            .into_iter()
            .map(|(entry, status)| {
                let newer = shared.catalogue.newer(entry);
                let replaced = newer.into_iter().any(|newer| here.status(asset, newer) != Status::NotApplicable);
                let due = shared.clock(entry).due(enrolled);
                let is_excepted = shared.is_excepted(entry.number, asset);
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

    /// Patches that replace it and that it replaces, nearest first.
    pub fn supersedence(&self, patch: PatchId) -> (Vec<PatchEntry>, Vec<PatchEntry>) {
        let shared = self.shared.read().expect(POISONED);
        let Some(entry) = shared.catalogue.number(patch).and_then(|number| shared.catalogue.get(number)) else {
            return (Vec::new(), Vec::new());
        };
        let cloned = |entries: Vec<&PatchEntry>| entries.into_iter().cloned().collect();
        (cloned(shared.catalogue.newer(entry)), cloned(shared.catalogue.older(entry)))
    }

    pub(super) fn count(&self, shared: &Shared, entry: &PatchEntry, enrolled: &mut Enrolled) -> FindingCount {
        let mut count = FindingCount::default();
        let overdue_before = shared.overdue_before(entry);
        for (at, block) in self.all_blocks().iter().enumerate() {
            let block = block.read().expect(POISONED);
            count.missing += block.missing(entry.number).map_or(0, RoaringBitmap::len);
            count.overdue +=
                overdue_before.map_or(0, |limit| enrolled.overdue(shared, (at, &block), entry.number, limit).len());
            let mut judging = Judging::new(&block, at, &shared.dictionary, &shared.slots);
            count.installed += judging.judge(entry).installed().len();
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
    let judge = || Judging::new(block, at, &shared.dictionary, &shared.slots).judge(entry);
    match status {
        Status::Missing => block.missing(entry.number).cloned().unwrap_or_default(),
        Status::Installed => judge().installed().to_bitmap(),
        Status::NotApplicable => block.columns.taken().to_bitmap() - judge().applies.to_bitmap(),
    }
}
