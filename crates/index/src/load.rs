//! Loading at start: assets come in the order of their slots, so postings grow at their end and are never searched, and
//! every patch is judged once.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;
use rustc_hash::FxHashMap;

use crate::bits::Bits;
use crate::block::Block;
use crate::columns::{Columns, Counts, MachineFacts};
use crate::contribution::Contribution;
use crate::dictionary::ComponentId;
use crate::judging::{Found, Judged, Judging};
use crate::{Index, POISONED, PatchEntry, PatchNumber, Shared};

/// Into so many parts for each core the chains are divided: some are done before others.
const PARTS: usize = 4;

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
    /// What came last, not yet among them: component and slot.
    pairs: Vec<(ComponentId, u16)>,
}

impl Loading {
    /// Puts what came last at the ends of its postings: by component, for to go from one to another for each pair would
    /// leave the processor waiting for memory.
    fn take_up(&mut self) {
        let highest = self.pairs.iter().map(|(component, _)| component.0 as usize + 1).max().unwrap_or(0);
        if self.slots.len() < highest {
            self.slots.resize_with(highest, Vec::new);
        }
        let mut ends = vec![0usize; highest];
        for (component, _) in &self.pairs {
            ends[component.0 as usize] += 1;
        }
        let mut end = 0;
        for of_component in &mut ends {
            end += *of_component;
            *of_component = end - *of_component;
        }
        let mut sorted = vec![0u16; self.pairs.len()];
        for (component, slot) in &self.pairs {
            let next = &mut ends[component.0 as usize];
            sorted[*next] = *slot;
            *next += 1;
        }
        let mut begin = 0;
        for (slots, end) in self.slots.iter_mut().zip(ends) {
            slots.extend_from_slice(&sorted[begin..end]);
            begin = end;
        }
        self.pairs.clear();
    }
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
        let mut shared = self.shared_for_writing();
        for asset in assets {
            let slot = shared.slot_for(asset.columns.id);
            if slot.block != loading.block {
                self.end_block(&shared, loading);
                loading.block = slot.block;
            }
            let mut counts = Counts::default();
            shared.count_components(&mut counts, &asset.components, &[]);
            loading.pairs.extend(asset.components.into_iter().map(|component| (component, slot.at)));
            let block = self.block(slot.block);
            let mut block = block.write(&shared);
            block.columns.put(slot.at, &asset.columns);
            block.columns.facts.put(slot.at, asset.facts);
            if let Some(of_asset) = block.columns.counts_mut(slot.at) {
                *of_asset = counts;
            }
        }
        loading.take_up();
    }

    /// All assets are in.
    pub fn end_assets(&self, mut loading: Loading) {
        self.end_block(&self.shared.read().expect(POISONED), &mut loading);
    }

    fn end_block(&self, shared: &Shared, loading: &mut Loading) {
        loading.take_up();
        let block = self.block(loading.block);
        let mut block = block.write(shared);
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
        let mut shared = self.shared_for_writing();
        for entry in patches {
            shared.catalogue.put(entry);
        }
        let products = shared.catalogue.products_of_updates();
        shared.catalogue.link(products.iter().map(String::as_str));
        let shared = &*shared;
        let mut heads = shared.catalogue.chain_heads();
        // A source's lines are looked through once for all releases.
        heads.sort_by_key(|head| &head.patch.source);
        let blocks = self.all_blocks();
        // Where there are fewer blocks than cores, the cores share a block.
        let parts = (PARTS * rayon::current_num_threads()).div_ceil(blocks.len().max(1));
        let part = heads.len().div_ceil(parts).max(1);
        blocks.par_iter().enumerate().for_each(|(at, block)| {
            let mut block = block.write(shared);
            let judged: Vec<_> = heads.par_chunks(part).map(|heads| Part::of(shared, &block, at, heads)).collect();
            let mut counted = Contribution::default();
            for part in judged {
                for (number, found) in part.findings {
                    block.set_findings(number, found);
                }
                counted.join(part.counted);
            }
            Contribution::default().replace(&mut block, &counted);
            shared.load_updates(&mut block, at);
        });
    }
}

/// What some of the chains say of a block.
struct Part {
    counted: Contribution,
    findings: Vec<(PatchNumber, Found)>,
}

impl Part {
    fn of(shared: &Shared, block: &Block, at: usize, heads: &[&PatchEntry]) -> Self {
        let mut part = Self { counted: Contribution::default(), findings: Vec::new() };
        let mut judging = Judging::new(block, at, &shared.dictionary, &shared.slots);
        for head in heads {
            let chain = shared.catalogue.chain_of(head);
            let judged = judging.chain(&chain);
            part.counted.add(&shared.catalogue, &chain, &judged);
            part.findings.extend(found(&chain, &judged));
        }
        part
    }
}

/// What is found of each patch of a chain. Often whoever misses one misses the next: who is behind both.
fn found(chain: &[&PatchEntry], judged: &FxHashMap<PatchNumber, Judged>) -> Vec<(PatchNumber, Found)> {
    let mut all: Vec<(PatchNumber, Found)> = Vec::with_capacity(chain.len());
    let mut last: Option<&Bits> = None;
    for (number, judged) in chain.iter().filter_map(|link| Some((link.number, judged.get(&link.number)?))) {
        let missing = &judged.missing;
        let bitmap = match all.last() {
            Some((_, found)) if last == Some(missing) => found.missing.clone(),
            _ => missing.to_bitmap(),
        };
        last = Some(missing);
        all.push((number, judged.found_with(bitmap)));
    }
    all
}
