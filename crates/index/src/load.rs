//! Loading at start: postings are built by sorting (component, slot) pairs, never by single inserts, and every patch is
//! judged once.

use crate::asset::{Columns, Counts};
use crate::block::{Row, SlotsOf};
use crate::change::chain_contribution;
use crate::dictionary::ComponentId;
use crate::{BLOCK_SIZE, Index, POISONED, PatchEntry, Slot};

/// An asset as the database has it.
#[derive(Debug, Clone)]
pub struct LoadedAsset {
    pub columns: Columns,
    pub components: Vec<ComponentId>,
}

impl Index {
    /// Fills an empty index. Components must have been added before. Assets are taken block by block, so that no more
    /// than one block's pairs are in memory beside the index.
    pub fn load(&self, assets: impl IntoIterator<Item = LoadedAsset>, patches: impl IntoIterator<Item = PatchEntry>) {
        let mut batch = Vec::new();
        for asset in assets {
            batch.push(asset);
            if batch.len() == BLOCK_SIZE {
                self.load_block(std::mem::take(&mut batch));
            }
        }
        self.load_block(batch);
        self.load_patches(patches);
    }

    /// Adds up to a block of assets to an index that holds whole blocks only; patches come last.
    pub fn load_block(&self, assets: Vec<LoadedAsset>) {
        let mut shared = self.shared.write().expect(POISONED);
        let mut pairs: Vec<(ComponentId, Slot)> = Vec::new();
        let mut rows = Vec::with_capacity(assets.len());
        for asset in assets {
            let slot = shared.slot_for(asset.columns.id);
            let mut counts = Counts::default();
            shared.count_components(&mut counts, &asset.components, &[]);
            pairs.extend(asset.components.iter().map(|component| (*component, slot)));
            rows.push((slot, Row { columns: asset.columns, counts }));
        }
        for (slot, row) in rows {
            self.block(slot.block).write().expect(POISONED).put_row(slot, Some(row));
        }
        pairs.sort_unstable_by_key(|(component, slot)| (slot.block, *component, slot.at));
        for run in pairs.chunk_by(|left, right| left.0 == right.0 && left.1.block == right.1.block) {
            let slots: Vec<u16> = run.iter().map(|(_, slot)| slot.at).collect();
            self.block(run[0].1.block).write().expect(POISONED).post_sorted(run[0].0, &slots);
        }
    }

    /// Puts all patches in and judges each once, after the assets.
    pub fn load_patches(&self, patches: impl IntoIterator<Item = PatchEntry>) {
        let mut shared = self.shared.write().expect(POISONED);
        for entry in patches {
            shared.catalogue.put(entry);
        }
        let shared = &*shared;
        let heads = shared.catalogue.chain_heads(shared.catalogue.all().map(|entry| entry.number));
        for (at, block) in self.all_blocks().iter().enumerate() {
            let mut block = block.write().expect(POISONED);
            let slots = SlotsOf { block: at, slots: &shared.slots };
            for entry in shared.catalogue.all() {
                let judged = block.judge(&shared.dictionary, &slots, entry);
                block.set_missing(entry.number, judged.missing);
            }
            for head in &heads {
                chain_contribution(shared, &block, at, head).add(&mut block, |count, by| *count += by);
            }
        }
    }
}
