//! How many lines of patches are overdue on each asset of a block: however many versions of a source package are late,
//! one update brings them all.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::Shared;
use crate::block::Block;
use crate::catalogue::Line;
use crate::posting::slot_of;
use crate::query::overdue::Enrolled;

/// By slot; of those with none nothing is told.
pub(super) fn overdue_counts(shared: &Shared, at: usize, block: &Block) -> FxHashMap<u16, u32> {
    let mut lines: BTreeMap<Line, RoaringBitmap> = BTreeMap::new();
    let mut enrolled = Enrolled::default();
    for (entry, limit) in shared.overdue_among(block.missing_patches()) {
        let late = enrolled.overdue(shared, (at, block), entry.number, limit);
        if !late.is_empty() {
            *lines.entry(shared.catalogue.line(entry)).or_default() |= late;
        }
    }
    let mut counts = FxHashMap::default();
    for slots in lines.values() {
        slots.iter().for_each(|slot| *counts.entry(slot_of(slot)).or_default() += 1);
    }
    counts
}
