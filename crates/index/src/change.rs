//! Changes: a report of one asset, a new patch, an asset that leaves. Each is applied after it was committed.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::block::Block;
use crate::catalogue::{PatchEntry, PatchNumber};
use crate::columns::{Columns, Counts, LastDeployment, MachineFacts};
use crate::contribution::Contribution;
use crate::dictionary::{ComponentId, Counted};
use crate::finding::{Effect, Flip, Here, Status};
use crate::judging::{Judged, Judging};
use crate::shared_block::SharedBlock;
use crate::tags::FactKinds;
use crate::{Index, POISONED, Shared, Slot};
use fettle_catalog::chain::ChainKey;
use fettle_catalog::windows_product;
use fettle_model::AssetId;
use fettle_model::component::Component;
use fettle_model::debian_source::unsigned;
use fettle_model::vulnerability::VulnerabilityFacts;
use jiff::Timestamp;

/// What a report changed: the asset's columns as they are now, and the difference of its components.
#[derive(Debug, Clone)]
pub struct AssetChange {
    pub columns: Columns,
    /// `None`: as they were.
    pub facts: Option<MachineFacts>,
    pub added: Vec<ComponentId>,
    pub removed: Vec<ComponentId>,
}

/// What a change would do, and of which state of asset and catalogue that was said.
#[derive(Debug, Clone)]
pub struct Preview {
    effect: Effect,
    /// `None`: the index did not know the asset.
    revision: Option<u64>,
    generation: u64,
}

impl Preview {
    /// The findings that would flip.
    pub fn flips(&self) -> &[Flip] {
        &self.effect.flips
    }
}

impl Index {
    /// Makes components known, before any asset has them.
    pub fn add_components<'a>(&self, components: impl IntoIterator<Item = (ComponentId, &'a Component)>) {
        let mut shared = self.shared_for_writing();
        for (id, component) in components {
            shared.dictionary.add(id, component);
        }
    }

    /// What a change of components would do to the asset's findings; changes nothing.
    ///
    /// `has`: has the asset the component now? As the index knows it; whoever reports has the list at hand, which is read
    /// much faster than so many postings.
    pub fn preview(
        &self,
        asset: AssetId,
        has: impl Fn(ComponentId) -> bool,
        added: &[ComponentId],
        removed: &[ComponentId],
    ) -> Preview {
        let shared = self.shared.read().expect(POISONED);
        let revision = shared.slots.get(&asset).and_then(|slot| {
            let block = self.block(slot.block);
            // If a change of this asset waits there, the preview is of no use, and the asset is judged anew.
            block.read_without_waiting().columns.revision(slot.at)
        });
        let effect = Effect::of(&shared, &has, asset, added, removed);
        Preview { effect, revision, generation: shared.catalogue.generation() }
    }

    /// Applies a committed report. A change of an older revision than the index has is left alone.
    ///
    /// `preview` is of the same change: it spares judging again, if neither the asset nor the catalogue changed since.
    pub fn change_asset(&self, change: AssetChange, preview: Option<Preview>) {
        let slot = self.slot_for(change.columns.id);
        let shared = self.shared.read().expect(POISONED);
        let pending = Arc::clone(&self.tags.pending);
        self.block(slot.block).change(&shared, move |block, shared| {
            let asset = change.columns.id;
            let kinds = apply(block, slot.at, shared, change, preview);
            pending.note_asset(asset, kinds);
        });
    }

    /// When and whence an asset was last heard of.
    pub fn note_contact(&self, asset: AssetId, last_checked_in: Timestamp, address: Option<&str>) {
        let address = address.map(str::to_owned);
        self.at_slot(asset, FactKinds::CONTACT, move |block, slot| {
            block.columns.put_contact(slot, Some(last_checked_in), address.as_deref());
        });
    }

    /// The asset's row shows its newest deployment; an older one is left alone.
    pub fn note_deployment(&self, asset: AssetId, last: LastDeployment) {
        self.at_slot(asset, FactKinds::NONE, move |block, slot| {
            let known = block.columns.last_deployment(slot);
            if known.is_none_or(|known| known.deployment <= last.deployment) {
                block.columns.put_last_deployment(slot, last);
            }
        });
    }

    /// Of an asset that is not known nothing is changed.
    fn at_slot(&self, asset: AssetId, kinds: FactKinds, change: impl FnOnce(&mut Block, u16) + Send + 'static) {
        let shared = self.shared.read().expect(POISONED);
        let Some(slot) = shared.slots.get(&asset).copied() else { return };
        let pending = Arc::clone(&self.tags.pending);
        self.block(slot.block).change(&shared, move |block, _| {
            change(block, slot.at);
            pending.note_asset(asset, kinds);
        });
    }

    /// One that is no update of Windows.
    pub(crate) fn put_patch_of_packages(&self, entry: PatchEntry) {
        let mut shared = self.shared_for_writing();
        let blocks = self.all_blocks();
        let number = entry.number;
        // A revision may stand in another chain than the one before it.
        let left =
            shared.catalogue.get(number).filter(|known| !ChainKey::of(&known.patch).is_of(&entry.patch)).cloned();
        // The patch itself is judged with its chain, before the catalogue has it: the two share their lines.
        let judge = |(at, block): (usize, &Arc<SharedBlock>)| {
            let block = block.read(&shared);
            let mut judging = Judging::new(&block, at, &shared.dictionary, &shared.slots);
            let mut chain = judging.chain(&shared.catalogue.chain_of(&entry));
            if let Some(left) = &left {
                chain.extend(judging.chain(&shared.catalogue.chain_of(left)));
            }
            (chain, judging.judge(&entry))
        };
        let judged: Vec<_> = blocks.iter().enumerate().map(judge).collect();
        let of_chains = |shared: &Shared, judged: &FxHashMap<PatchNumber, Judged>, entry: &PatchEntry| {
            contribution(shared, judged, std::iter::once(entry).chain(&left))
        };
        let before: Vec<_> = judged.iter().map(|(chain, _)| of_chains(&shared, chain, &entry)).collect();
        if !shared.catalogue.put(entry) {
            return;
        }
        let Some(entry) = shared.catalogue.get(number) else { return };
        for ((block, (mut chain, of_patch)), before) in blocks.iter().zip(judged).zip(before) {
            let mut block = block.write(&shared);
            block.set_findings(number, of_patch.found());
            // Of its chains no other patch is judged otherwise than before.
            chain.insert(number, of_patch);
            before.replace(&mut block, &of_chains(&shared, &chain, entry));
        }
        self.tags.pending.note_catalogue();
    }

    /// Replaces what is known of vulnerabilities; of those that no patch names nothing is kept.
    pub fn put_facts(&self, facts: impl IntoIterator<Item = (String, VulnerabilityFacts)>) {
        let mut facts = facts.into_iter().peekable();
        // Most reports bring none.
        if facts.peek().is_none() {
            return;
        }
        let mut shared = self.shared_for_writing();
        for (cve, facts) in facts {
            shared.catalogue.put_facts(cve, facts);
        }
        self.tags.pending.note_catalogue();
    }

    /// Takes a retired asset out of everything.
    pub fn remove_asset(&self, asset: AssetId) {
        let mut shared = self.shared_for_writing();
        let Some(slot) = shared.slots.remove(&asset) else { return };
        shared.free_slots.push(slot);
        let block = self.block(slot.block);
        let mut block = block.write(&shared);
        let installed: Vec<PatchNumber> = {
            let has = |component| block.has(component, slot.at);
            let mut here = Here::new(&shared.dictionary, &has);
            let installed = shared.catalogue.all().filter(|entry| here.status(asset, entry) == Status::Installed);
            installed.map(|entry| entry.number).collect()
        };
        block.clear(slot, &installed);
        drop(block);
        self.tags.pending.note_asset(asset, FactKinds::PRESENCE);
    }

    pub(crate) fn slot_for(&self, asset: AssetId) -> Slot {
        if let Some(slot) = self.shared.read().expect(POISONED).slots.get(&asset) {
            return *slot;
        }
        self.shared_for_writing().slot_for(asset)
    }
}

/// Gives the kinds of facts that are not as they were.
fn apply(block: &mut Block, slot: u16, shared: &Shared, change: AssetChange, preview: Option<Preview>) -> FactKinds {
    let revision = block.columns.revision(slot);
    if revision.is_some_and(|revision| revision > change.columns.revision) {
        return FactKinds::NONE;
    }
    let kinds = FactKinds::of_difference(&block.columns, slot, &change.columns);
    let generation = shared.catalogue.generation();
    let Effect { flips, counted } = match preview {
        Some(preview) if preview.revision == revision && preview.generation == generation => preview.effect,
        _ => {
            let has = |component| block.has(component, slot);
            Effect::of(shared, &has, change.columns.id, &change.added, &change.removed)
        }
    };
    let kinds = kinds
        .and(FactKinds::COMPONENTS.when(!change.added.is_empty() || !change.removed.is_empty()))
        .and(FactKinds::FINDINGS.when(!flips.is_empty() || counted.0 != counted.1))
        .and(FactKinds::FACTS.when(change.facts.is_some()));
    change.removed.iter().for_each(|id| block.unpost(*id, slot));
    change.added.iter().for_each(|id| block.post(*id, slot));
    for flip in flips {
        block.flip(flip, slot);
    }
    block.columns.put(slot, &change.columns);
    if let Some(facts) = change.facts {
        block.columns.facts.put(slot, facts);
    }
    if let Some(counts) = block.columns.counts_mut(slot) {
        counts.replace_findings(counted.0, counted.1);
        shared.count_components(counts, &change.added, &change.removed);
    }
    kinds
}

impl Shared {
    pub(crate) fn slot_for(&mut self, asset: AssetId) -> Slot {
        if let Some(slot) = self.slots.get(&asset) {
            return *slot;
        }
        let slot = self.free_slots.pop().unwrap_or_else(|| {
            self.next_slot += 1;
            Slot::of(self.next_slot - 1, self.block_size)
        });
        self.slots.insert(asset, slot);
        slot
    }

    /// At least one patch of each chain that the change may touch: by package name, of releases that the asset may be of; all
    /// when the release or the repositories changed.
    pub(crate) fn touched<'a>(
        &'a self,
        added: &[ComponentId],
        removed: &[ComponentId],
        mut is_of: impl FnMut(&'a str) -> bool,
    ) -> FxHashSet<PatchNumber> {
        let mut patches: FxHashSet<PatchNumber> = FxHashSet::default();
        for id in added.iter().chain(removed) {
            match self.dictionary.component(*id) {
                Some(Component::Deb { name, source, source_version, .. }) => {
                    let (source, _) = unsigned(source, source_version);
                    let heads = self.catalogue.heads_of_deb(name, &source);
                    patches.extend(heads.filter(|head| is_of(&head.product)).map(|head| head.number));
                }
                Some(Component::Rpm { name, .. }) => {
                    let heads = self.catalogue.heads_of_rpm(name);
                    patches.extend(heads.filter(|head| is_of(&head.product)).map(|head| head.number));
                }
                Some(Component::Kb { article }) => patches.extend(self.catalogue.touched_by(*article)),
                Some(Component::Msi { name, .. }) => {
                    let product = windows_product::of_program(name);
                    patches.extend(self.catalogue.updates_of(&product).first().map(|entry| entry.number));
                }
                Some(Component::Os { .. } | Component::Repo { .. }) => {
                    return self.catalogue.heads_of_all().collect();
                }
                _ => {}
            }
        }
        patches
    }

    pub(crate) fn count_components(&self, counts: &mut Counts, added: &[ComponentId], removed: &[ComponentId]) {
        let count = |components: &[ComponentId]| {
            let mut count = Counts::default();
            for component in components {
                match self.dictionary.counted(*component) {
                    Counted::Nothing => {}
                    Counted::Package => count.packages += 1,
                    Counted::Offer => count.offers += 1,
                }
            }
            count
        };
        let (more, fewer) = (count(added), count(removed));
        counts.packages = counts.packages + more.packages - fewer.packages;
        counts.offers = counts.offers + more.offers - fewer.offers;
    }
}

/// What the chains of these add to counts, as the catalogue has them now.
fn contribution<'a>(
    shared: &Shared,
    judged: &FxHashMap<PatchNumber, Judged>,
    entries: impl Iterator<Item = &'a PatchEntry>,
) -> Contribution {
    let mut contribution = Contribution::default();
    for entry in entries {
        contribution.add(&shared.catalogue, &shared.catalogue.chain_of(entry), judged);
    }
    contribution
}
