//! Updates of Windows judged product by product: many are put in at once, for each changes how others stand.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::{Catalogue, PatchEntry, PatchNumber};
use crate::contribution::Contribution;
use crate::judging::{Found, Judging};
use crate::{Index, Shared};

impl Index {
    /// Puts patches or newer revisions of them in, and judges them on the whole fleet. Updates of Windows are judged
    /// together, each product once, however many they are.
    pub fn put_patches(&self, entries: impl IntoIterator<Item = PatchEntry>) {
        let mut updates = Vec::new();
        for entry in entries {
            if entry.patch.update.is_some() { updates.push(entry) } else { self.put_patch_of_packages(entry) }
        }
        if !updates.is_empty() {
            self.put_updates(updates);
        }
    }

    /// As [`Index::put_patches`].
    pub fn put_patch(&self, entry: PatchEntry) {
        self.put_patches([entry]);
    }

    fn put_updates(&self, entries: Vec<PatchEntry>) {
        let mut shared = self.shared_for_writing();
        let products = shared.catalogue.products_touched(&entries);
        let blocks = self.all_blocks();
        let mut before = Vec::with_capacity(blocks.len());
        for (at, block) in blocks.iter().enumerate() {
            let block = block.read(&shared);
            let mut contribution = Contribution::default();
            for product in &products {
                add(&mut contribution, &shared, &block, at, product);
            }
            before.push(contribution);
        }
        for entry in entries {
            shared.catalogue.put(entry);
        }
        shared.catalogue.link(products.iter().map(String::as_str));
        for ((at, block), before) in blocks.iter().enumerate().zip(before) {
            let mut block = block.write(&shared);
            let mut after = Contribution::default();
            for product in &products {
                judge(&shared, &mut block, at, product);
                add(&mut after, &shared, &block, at, product);
            }
            before.replace(&mut block, &after);
        }
        self.tags.pending.note_catalogue();
    }
}

impl Shared {
    /// Judges all updates on a block that was just loaded, and adds what they count.
    pub(crate) fn load_updates(&self, block: &mut Block, at: usize) {
        let mut counted = Contribution::default();
        for product in self.catalogue.products_of_updates() {
            judge(self, block, at, &product);
            add(&mut counted, self, block, at, &product);
        }
        Contribution::default().replace(block, &counted);
    }
}

/// Notes who misses each update of a product.
fn judge(shared: &Shared, block: &mut Block, at: usize, product: &str) {
    let judged: Vec<(PatchNumber, Found)> = {
        let mut judging = Judging::new(block, at, &shared.dictionary, &shared.slots);
        if judging.of_product(product).is_empty() {
            return;
        }
        let updates = shared.catalogue.updates_of(product);
        updates.into_iter().map(|entry| (entry.number, judging.judge(entry).found())).collect()
    };
    for (number, found) in judged {
        block.set_findings(number, found);
    }
}

/// Adds what a product's updates count, by what is kept of who misses them.
fn add(contribution: &mut Contribution, shared: &Shared, block: &Block, at: usize, product: &str) {
    let mut judging = Judging::new(block, at, &shared.dictionary, &shared.slots);
    let applies = judging.of_product(product);
    if applies.is_empty() {
        return;
    }
    let updates = shared.catalogue.updates_of(product);
    let missing: FxHashMap<PatchNumber, Bits> =
        updates.iter().filter_map(|entry| Some((entry.number, bits(block.missing(entry.number)?)))).collect();
    contribution.add_updates(&shared.catalogue, applies, &updates, &missing);
}

fn bits(slots: &RoaringBitmap) -> Bits {
    let mut bits = Bits::default();
    bits.insert_all(slots);
    bits
}

impl Contribution {
    /// Adds the updates of a product, which apply to the same assets. One that another in force replaces counts as
    /// missing nowhere; a hidden one is not counted, nor is a withdrawn one.
    fn add_updates(
        &mut self,
        catalogue: &Catalogue,
        applies: &Bits,
        updates: &[&PatchEntry],
        missing: &FxHashMap<PatchNumber, Bits>,
    ) {
        let judged = updates.iter().filter(|entry| !entry.patch.withdrawn);
        for entry in judged.filter(|entry| !entry.state.is_hidden()) {
            let Some(of_update) = missing.get(&entry.number) else {
                self.add_installed(applies.clone());
                continue;
            };
            self.add_installed(applies.without(of_update));
            if catalogue.is_replaced(entry) {
                continue;
            }
            let mut security = Bits::default();
            if entry.patch.is_security() {
                security.add(of_update);
            } else {
                let of_security = catalogue.replaced(entry).filter(|older| older.patch.is_security());
                of_security.filter_map(|older| missing.get(&older.number)).for_each(|older| security.add(older));
            }
            self.add_missing(of_update.clone(), &security);
        }
    }
}
