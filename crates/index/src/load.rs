//! Loading at start: assets come in the order of their slots, so postings grow at their end and are never searched, and
//! every patch is judged once.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::bits::Bits;
use crate::columns::{Columns, Counts, MachineFacts};
use crate::contribution::Contribution;
use crate::dictionary::ComponentId;
use crate::judging::{Judged, Judging};
use crate::{Index, POISONED, PatchEntry, PatchNumber};

/// An asset as the database has it.
#[derive(Debug, Clone)]
pub struct LoadedAsset {
    pub columns: Columns,
    pub facts: MachineFacts,
    pub components: Vec<ComponentId>,
}

/// The postings of the block that is being filled: of each component, by its number, the slots that have it.
#[derive(Debug, Default)]
pub struct Loading {
    block: usize,
    slots: Vec<Vec<u16>>,
}

impl Index {
    /// Fills an empty index. Components must have been added before.
    pub fn load(&self, assets: impl IntoIterator<Item = LoadedAsset>, patches: impl IntoIterator<Item = PatchEntry>) {
        let mut loading = Loading::default();
        self.load_assets(&mut loading, assets);
        self.end_assets(loading);
        self.load_patches(patches);
    }

    /// Adds assets to an index into which nothing but these is put; [`Index::end_assets`] comes after the last of them.
    pub fn load_assets(&self, loading: &mut Loading, assets: impl IntoIterator<Item = LoadedAsset>) {
        let mut shared = self.shared.write().expect(POISONED);
        for asset in assets {
            let slot = shared.slot_for(asset.columns.id);
            if slot.block != loading.block {
                self.end_block(loading);
                loading.block = slot.block;
            }
            let mut counts = Counts::default();
            shared.count_components(&mut counts, &asset.components, &[]);
            for component in asset.components {
                let at = component.0 as usize;
                if loading.slots.len() <= at {
                    loading.slots.resize_with(at + 1, Vec::new);
                }
                loading.slots[at].push(slot.at);
            }
            let block = self.block(slot.block);
            let mut block = block.write().expect(POISONED);
            block.columns.put(slot.at, &asset.columns);
            block.columns.facts.put(slot.at, asset.facts);
            if let Some(of_asset) = block.columns.counts_mut(slot.at) {
                *of_asset = counts;
            }
        }
    }

    /// All assets are in.
    pub fn end_assets(&self, mut loading: Loading) {
        self.end_block(&mut loading);
    }

    fn end_block(&self, loading: &mut Loading) {
        let block = self.block(loading.block);
        let mut block = block.write().expect(POISONED);
        block.columns.shrink();
        for (component, slots) in (0..).map(ComponentId).zip(&mut loading.slots) {
            if !slots.is_empty() {
                // In rising order: slots are given one after the other.
                block.post_sorted(component, slots);
                slots.clear();
            }
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
        self.all_blocks().par_iter().enumerate().for_each(|(at, block)| {
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
        });
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
