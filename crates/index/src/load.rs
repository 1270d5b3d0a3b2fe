//! Loading at start: postings are built by sorting (component, slot) pairs, never by single inserts, and every patch is
//! judged once.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::bits::Bits;
use crate::columns::{Columns, Counts, MachineFacts};
use crate::contribution::Contribution;
use crate::dictionary::ComponentId;
use crate::judging::{Judged, Judging};
use crate::{BLOCK_SIZE, Index, POISONED, PatchEntry, PatchNumber, Slot};

/// An asset as the database has it.
#[derive(Debug, Clone)]
pub struct LoadedAsset {
    pub columns: Columns,
    pub facts: MachineFacts,
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
            rows.push((slot, asset.columns, asset.facts, counts));
        }
        for (slot, columns, facts, counts) in rows {
            let block = self.block(slot.block);
            let mut block = block.write().expect(POISONED);
            block.columns.put(slot.at, &columns);
            block.columns.facts.put(slot.at, facts);
            if let Some(of_asset) = block.columns.counts_mut(slot.at) {
                *of_asset = counts;
            }
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
        let products = shared.catalogue.products_of_updates();
        shared.catalogue.link(products.iter().map(String::as_str));
        let shared = &*shared;
        let mut heads = shared.catalogue.chain_heads();
        // A source's lines are looked through once for all releases.
        heads.sort_by_key(|head| &head.patch.source);
        for (at, block) in self.all_blocks().iter().enumerate() {
            let mut block = block.write().expect(POISONED);
            let (mut counted, mut missing) = (Contribution::default(), Vec::new());
            let mut judging = Judging::new(&block, at, &shared.dictionary, &shared.slots);
            for head in &heads {
                let chain = shared.catalogue.chain_of(head);
                let judged = judging.chain(&chain);
                counted.add(&shared.catalogue, &chain, &judged);
                missing.extend(bitmaps(&chain, &judged));
            }
            for (number, missing) in missing {
                block.set_missing(number, missing);
            }
            Contribution::default().replace(&mut block, &counted);
            shared.load_updates(&mut block, at);
        }
    }
}

/// What misses each patch of a chain. Often it is what misses the next: whoever is behind both.
fn bitmaps<'a>(chain: &[&PatchEntry], judged: &'a FxHashMap<PatchNumber, Judged>) -> Vec<(PatchNumber, RoaringBitmap)> {
    let mut last: Option<(&'a Bits, RoaringBitmap)> = None;
    let links = chain.iter().filter_map(|link| Some((link.number, &judged.get(&link.number)?.missing)));
    let bitmap = |(number, missing): (PatchNumber, &'a Bits)| {
        let bitmap = match &last {
            Some((bits, bitmap)) if *bits == missing => bitmap.clone(),
            _ => missing.to_bitmap(),
        };
        last = Some((missing, bitmap.clone()));
        (number, bitmap)
    };
    links.map(bitmap).collect()
}
