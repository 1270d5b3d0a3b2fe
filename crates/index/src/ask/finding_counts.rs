//! How many findings of a kind each asset of a block has, counted when it is asked: by slot; of those with none nothing is
//! told.

use std::collections::BTreeSet;

use fettle_model::Severity;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::findings::{Findings, Latest};
use crate::Shared;
use crate::block::Block;
use crate::catalogue::{PatchEntry, PatchNumber};
use crate::posting::slot_of;

pub(super) type Counts = FxHashMap<u16, u32>;

/// Missing patches that nothing newer replaces there, of the highest severity.
pub(super) fn missing_critical(shared: &Shared, at: usize, block: &Block) -> Counts {
    let mut findings = Findings::new(shared, at, block);
    let mut counts = Counts::default();
    for entry in shown_missing(shared, block).filter(|entry| entry.severity() == Severity::Critical) {
        add(&mut counts, &latest_missing(shared, &mut findings, entry), 1);
    }
    counts
}

/// Missing patches that nothing newer replaces there, and that an approved exception covers.
pub(super) fn excepted(shared: &Shared, at: usize, block: &Block) -> Counts {
    let mut findings = Findings::new(shared, at, block);
    let mut counts = Counts::default();
    for entry in shown_missing(shared, block) {
        let excepted = shared.excepted(entry.number, at, block);
        if !excepted.is_empty() {
            add(&mut counts, &(latest_missing(shared, &mut findings, entry) & excepted), 1);
        }
    }
    counts
}

/// Vulnerabilities that a missing patch fixes. Those of the same patches expose the same assets.
pub(super) fn vulnerabilities(shared: &Shared, block: &Block) -> Counts {
    let mut of_patches: FxHashMap<&BTreeSet<PatchNumber>, u32> = FxHashMap::default();
    for (_, patches) in shared.catalogue.cves() {
        *of_patches.entry(patches).or_default() += 1;
    }
    let mut counts = Counts::default();
    for (patches, number) in of_patches {
        let exposed = patches.iter().filter_map(|patch| block.missing(*patch));
        add(&mut counts, &exposed.fold(RoaringBitmap::new(), |slots, missing| slots | missing), number);
    }
    counts
}

/// Patches that some asset misses, and that people did not hide; those of a source follow each other, for their lines are
/// looked through once.
fn shown_missing<'b>(shared: &'b Shared, block: &Block) -> impl Iterator<Item = &'b PatchEntry> {
    let entries = block.missing_patches().filter_map(|number| shared.catalogue.get(number));
    let mut shown: Vec<&PatchEntry> = entries.filter(|entry| !entry.state.is_hidden()).collect();
    shown.sort_unstable_by_key(|entry| (&entry.patch.source, entry.number));
    shown.into_iter()
}

fn latest_missing<'b>(shared: &'b Shared, findings: &mut Findings<'b>, entry: &'b PatchEntry) -> RoaringBitmap {
    let newer = match Latest::of(&shared.catalogue, entry) {
        Latest::Nowhere => return RoaringBitmap::new(),
        Latest::Everywhere => Vec::new(),
        Latest::Without(newer) => newer,
    };
    let mut latest = findings.missing(entry).into_owned();
    for newer in newer.into_iter().filter_map(|number| shared.catalogue.get(number)) {
        latest -= &*findings.applies(newer);
    }
    latest
}

fn add(counts: &mut Counts, slots: &RoaringBitmap, number: u32) {
    slots.iter().for_each(|slot| *counts.entry(slot_of(slot)).or_default() += number);
}
