//! Security patches whose CVEs nobody has read yet, and the assets that could: those that miss them.

use fettle_model::AssetId;
use jiff::Timestamp;

use crate::posting::slot_of;
use crate::{Index, POISONED, PatchNumber};

/// A patch that an asset could read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub patch: PatchNumber,
    /// Of its largest package; whichever holds the changelog is no larger. `None`: an index named no size.
    pub bytes: Option<u64>,
    /// Some of the assets that miss it, in no order.
    pub assets: Vec<AssetId>,
}

impl Index {
    /// Security patches without CVEs that the catalogue has known since `before`, that are missing, and that no newer
    /// patch replaces (a package manager offers the newest alone). Up to `most_assets` assets each.
    pub fn unread(&self, before: Timestamp, most_assets: usize) -> Vec<Unread> {
        let shared = self.shared.read().expect(POISONED);
        let blocks = self.all_blocks();
        let is_unread = |entry: &&crate::PatchEntry| {
            entry.patch.is_security() && entry.patch.cves.is_none() && entry.synced_at <= before
        };
        let mut unread = Vec::new();
        for entry in shared.catalogue.all().filter(is_unread) {
            if shared.catalogue.is_replaced(entry) {
                continue;
            }
            let mut assets = Vec::new();
            for block in &blocks {
                let block = block.read(&shared);
                let Some(missing) = block.missing(entry.number) else { continue };
                let ids = missing.iter().map(|slot| block.columns.id(slot_of(slot)));
                assets.extend(ids.take(most_assets - assets.len()));
            }
            if !assets.is_empty() {
                let bytes = entry.patch.packages.iter().filter_map(|package| package.size_bytes).max();
                unread.push(Unread { patch: entry.number, bytes, assets });
            }
        }
        unread
    }
}
