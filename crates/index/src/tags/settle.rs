//! Bringing members up to date with what has changed.

use std::sync::Arc;

use fettle_model::AssetId;
use fettle_qql::Query;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::TagNumber;
use super::dependencies::Dependencies;
use super::kinds::FactKinds;
use super::pending::Changes;
use super::registry::Tag;
use crate::ask::asking::Asking;
use crate::ask::asset_set::AssetSet;
use crate::ask::memo::Memo;
use crate::ask::{Deadline, Scope};
use crate::bits::Bits;
use crate::block::Block;
use crate::{Index, POISONED, Shared};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Assets that had changed.
    pub assets: usize,
    /// Rules that were judged for some assets, and for all.
    pub rules: usize,
    pub whole_rules: usize,
    /// Assets that joined a tag or left it, each as often as it did.
    pub moves: u64,
}

/// What is kept from one time to the next.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    memos: FxHashMap<TagNumber, (Arc<Query>, Memo)>,
}

impl Settling {
    /// Of the same query.
    fn memo(&mut self, tag: TagNumber, query: &Arc<Query>) -> &mut Memo {
        let (of, memo) = self.memos.entry(tag).or_insert_with(|| (Arc::clone(query), Memo::default()));
        if !Arc::ptr_eq(of, query) {
            *of = Arc::clone(query);
            *memo = Memo::default();
        }
        memo
    }
}

/// Slots by block.
type Slots = Vec<RoaringBitmap>;

/// For which assets a rule is judged.
enum Concerned {
    None,
    All,
    Some(Slots),
}

/// Assets that changed, by where they stand.
struct Dirty {
    blocks: Vec<FxHashMap<u16, FactKinds>>,
    /// Of all of them, those that left too.
    kinds: FactKinds,
}

impl Dirty {
    fn new(shared: &Shared, changed: &FxHashMap<AssetId, FactKinds>) -> Self {
        let mut dirty = Self { blocks: Vec::new(), kinds: FactKinds::NONE };
        for (asset, kinds) in changed {
            dirty.kinds = dirty.kinds.and(*kinds);
            let Some(slot) = shared.slots.get(asset) else { continue };
            if dirty.blocks.len() <= slot.block {
                dirty.blocks.resize_with(slot.block + 1, FxHashMap::default);
            }
            dirty.blocks[slot.block].insert(slot.at, *kinds);
        }
        dirty
    }

    fn slots(&self, wanted: FactKinds) -> Slots {
        if !self.kinds.meets(wanted) {
            return Slots::new();
        }
        let of_block = |block: &FxHashMap<u16, FactKinds>| {
            block.iter().filter(|(_, kinds)| kinds.meets(wanted)).map(|(slot, _)| u32::from(*slot)).collect()
        };
        self.blocks.iter().map(of_block).collect()
    }
}

impl Index {
    /// Brings members up to date with all changes until now. Where nothing changed it does nothing.
    pub fn settle_tags(&self) -> Settled {
        let mut settling = self.tags.settling.lock().expect(POISONED);
        self.settle_blocks(&self.shared.read().expect(POISONED));
        let changes = self.tags.pending.take();
        let mut settled = Settled { assets: changes.assets.len(), ..Settled::default() };
        if changes.is_empty() {
            return settled;
        }
        if changes.clock {
            let mut shared = self.shared_for_writing();
            let as_of = shared.as_of;
            shared.tags.read_again(as_of);
        }
        if changes.catalogue {
            settling.memos.values_mut().for_each(|(_, memo)| memo.forget_things());
        }
        let (order, dirty) = {
            let shared = self.shared.read().expect(POISONED);
            (shared.tags.order().to_vec(), Dirty::new(&shared, &changes.assets))
        };
        let mut moved: FxHashMap<TagNumber, Slots> = FxHashMap::default();
        for number in order {
            // Others get their turn between two rules.
            let shared = self.shared.read().expect(POISONED);
            let Some(tag) = shared.tags.get(number) else { continue };
            let slots = match concerned(tag, &changes, &dirty, &moved) {
                Concerned::None => continue,
                Concerned::All => {
                    settled.whole_rules += 1;
                    None
                }
                Concerned::Some(slots) => {
                    settled.rules += 1;
                    Some(slots)
                }
            };
            let of_tag = self.judge_tag(&shared, tag, slots, &mut settling);
            settled.moves += of_tag.iter().map(RoaringBitmap::len).sum::<u64>();
            moved.insert(number, of_tag);
        }
        settled
    }

    /// `None`: for all assets. Gives the slots whose assets joined or left.
    fn judge_tag(&self, shared: &Shared, tag: &Tag, slots: Option<Slots>, settling: &mut Settling) -> Slots {
        let rule = tag.rule.good();
        let is_of_all = slots.is_none();
        let mut asking = match slots {
            None => Asking::new(self, shared, &Scope::Everything, Deadline::default()),
            Some(slots) => {
                let within: AssetSet = slots.iter().map(Bits::of_bitmap).collect();
                Asking::within(self, shared, within)
            }
        };
        // What a rule says of other assets is not the same for long.
        if let Some(rule) = rule.filter(|rule| rule.dependencies.others.is_none()) {
            asking.remember(std::mem::take(settling.memo(tag.number, &rule.query)));
        }
        let condition = rule.map(|rule| {
            asking.resolve(&rule.query.root).expect("there is time, and what a rule is about is in the index")
        });
        let mut moved = Slots::new();
        for at in 0..asking.block_count() {
            let candidates = asking.in_scope(at);
            if candidates.is_empty() {
                moved.push(RoaringBitmap::new());
                continue;
            }
            let found = match &condition {
                None => Bits::default(),
                Some(condition) => asking.among(at, &asking.block(at), condition),
            };
            let pins = if is_of_all { Pins::InBlock(shared, at) } else { Pins::OfEach };
            let block = self.block(at);
            moved.push(put_members(&mut block.write(shared), tag, candidates, found, pins));
        }
        if let (Some(memo), Some(rule)) = (asking.into_memo(), rule) {
            *settling.memo(tag.number, &rule.query) = memo;
        }
        moved
    }
}

fn concerned(tag: &Tag, changes: &Changes, dirty: &Dirty, moved: &FxHashMap<TagNumber, Slots>) -> Concerned {
    if changes.tags.contains(&tag.number) {
        return Concerned::All;
    }
    let none = Dependencies::default();
    let dependencies = tag.rule.good().map_or(&none, |rule| &rule.dependencies);
    if changes.catalogue && dependencies.catalogue || changes.clock && dependencies.clock {
        return Concerned::All;
    }
    let mut slots = dirty.slots(dependencies.own.and(FactKinds::PRESENCE));
    for used in tag.uses.iter().filter_map(|used| moved.get(used)) {
        if slots.len() < used.len() {
            slots.resize(used.len(), RoaringBitmap::new());
        }
        slots.iter_mut().zip(used).for_each(|(slots, used)| *slots |= used);
    }
    let is_none = slots.iter().all(RoaringBitmap::is_empty);
    match dependencies.others {
        Some(others) if !is_none || dirty.kinds.meets(others) => Concerned::All,
        _ if is_none => Concerned::None,
        _ => Concerned::Some(slots),
    }
}

/// How pins are looked up: of a whole block, or asset by asset.
#[derive(Clone, Copy)]
enum Pins<'s> {
    InBlock(&'s Shared, usize),
    OfEach,
}

/// `found`: of the candidates those for which the rule holds.
fn put_members(block: &mut Block, tag: &Tag, candidates: &Bits, mut found: Bits, pins: Pins<'_>) -> RoaringBitmap {
    let candidates = candidates.and(block.columns.taken());
    if matches!(tag.rule, super::rule::HeldRule::Broken) {
        return RoaringBitmap::new();
    }
    match pins {
        Pins::InBlock(shared, at) => {
            let slots = |assets: &rustc_hash::FxHashSet<AssetId>| -> Bits {
                let here = assets.iter().filter_map(|asset| shared.slots.get(asset));
                here.filter(|slot| slot.block == at).map(|slot| slot.at).collect()
            };
            found.add(&slots(&tag.pinned_in));
            found.remove(&slots(&tag.pinned_out));
        }
        Pins::OfEach => {
            for slot in candidates.iter() {
                let asset = block.columns.id(slot);
                if tag.pinned_out.contains(&asset) {
                    found.clear(slot);
                } else if tag.pinned_in.contains(&asset) {
                    found.insert(slot);
                }
            }
        }
    }
    found.keep(&candidates);
    let held = block.tags.entry(tag.number).or_default();
    let moved = (&*held & candidates.to_bitmap()) ^ found.to_bitmap();
    *held ^= &moved;
    if held.is_empty() {
        block.tags.remove(&tag.number);
    }
    moved
}
