//! Approved exceptions (`patch-management.md` 6.7): what they cover is missing, and not overdue.
//!
//! An exception names patches, or has a rule that finds them; it names assets, or tags of whose members it speaks. Who has
//! a tag each block knows. What rules find is worked out anew once catalogue or time have moved
//! ([`Index::settle_exceptions`]); they speak of patches alone, so that nothing that follows from exceptions is asked.

use std::sync::{Mutex, MutexGuard};

use fettle_model::{AssetId, PatchId, TagId};
use fettle_qql::{Context, Entity, Invalid, Purpose, Query, check};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use roaring::RoaringBitmap;
use rustc_hash::FxHashSet;

use crate::ask::asking::Asking;
use crate::ask::{AskError, Deadline, Scope};
use crate::block::Block;
use crate::catalogue::PatchNumber;
use crate::tags::TagNumber;
use crate::{Index, POISONED, Shared};

/// One exception, as long as it is approved.
#[derive(Debug, Clone)]
pub struct Exception {
    pub patches: ExceptedPatches,
    pub assets: Vec<AssetId>,
    /// Whoever has one of these.
    pub tags: Vec<TagId>,
    /// From this moment on it covers nothing.
    pub expires: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExceptedPatches {
    /// What is not in the catalogue is not covered.
    Listed(Vec<PatchId>),
    /// Whatever it finds, among patches of tomorrow too.
    Found(PatchRule),
}

/// QQL about patches that says nothing of assets, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchRule {
    pub text: String,
    /// IANA name of the zone of its dates.
    pub tz: String,
}

/// How much an exception would cover now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExceptionReach {
    pub patches: u64,
    pub assets: u64,
    /// Of them, a patch missing on an asset.
    pub findings: u64,
}

/// Reads a rule with `now` as the as-of instant. Tokens that speak of assets are refused.
pub fn read_patch_rule(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Query, Invalid> {
    let context = Context::new(Entity::Patch, now, zone.clone()).purpose(Purpose::PatchRule);
    check(text, &context).map_err(|mut invalid| {
        invalid.field = "patchQuery";
        invalid
    })
}

/// The approved exceptions.
#[derive(Debug, Default)]
pub(crate) struct Exceptions {
    covered: Vec<Covered>,
    /// Of which catalogue and time the rules have told what they find; `None`: of none yet.
    found_at: Option<FoundAt>,
}

/// What rules about patches look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FoundAt {
    catalogue: u64,
    facts: u64,
    as_of: Timestamp,
}

#[derive(Debug)]
struct Covered {
    patches: FxHashSet<PatchNumber>,
    /// It has told which patches.
    rule: Option<PatchRule>,
    assets: FxHashSet<AssetId>,
    tags: Vec<TagId>,
    expires: Timestamp,
}

impl Covered {
    fn new(shared: &Shared, exception: Exception) -> Self {
        let (listed, rule) = match exception.patches {
            ExceptedPatches::Listed(patches) => (patches, None),
            ExceptedPatches::Found(rule) => (Vec::new(), Some(rule)),
        };
        Self {
            patches: listed.iter().filter_map(|patch| shared.catalogue.number(*patch)).collect(),
            rule,
            assets: exception.assets.into_iter().collect(),
            tags: exception.tags,
            expires: exception.expires,
        }
    }

    fn tags<'s>(&'s self, shared: &'s Shared) -> impl Iterator<Item = TagNumber> + 's {
        self.tags.iter().filter_map(|tag| shared.tags.number(*tag))
    }

    /// Slots of block `at` whose assets it names.
    fn slots(&self, shared: &Shared, at: usize, block: &Block) -> RoaringBitmap {
        let here = self.assets.iter().filter_map(|asset| shared.slots.get(asset)).filter(|slot| slot.block == at);
        let mut slots: RoaringBitmap = here.map(|slot| u32::from(slot.at)).collect();
        for members in self.tags(shared).filter_map(|tag| block.tags.get(&tag)) {
            slots |= members;
        }
        slots
    }

    fn names(&self, shared: &Shared, asset: AssetId, (block, at): (&Block, u16)) -> bool {
        let has = |tag| block.tags.get(&tag).is_some_and(|members| members.contains(u32::from(at)));
        self.assets.contains(&asset) || self.tags(shared).any(has)
    }
}

impl Shared {
    /// Exceptions in force that cover the patch.
    fn exceptions_of(&self, patch: PatchNumber) -> impl Iterator<Item = &Covered> {
        let covered = self.exceptions.covered.iter();
        covered.filter(move |covered| covered.expires > self.as_of && covered.patches.contains(&patch))
    }

    /// `place`: where the asset stands.
    pub(crate) fn is_excepted(&self, patch: PatchNumber, asset: AssetId, place: (&Block, u16)) -> bool {
        self.exceptions_of(patch).any(|covered| covered.names(self, asset, place))
    }

    /// Slots of block `at` on which the patch is excepted.
    pub(crate) fn excepted(&self, patch: PatchNumber, at: usize, block: &Block) -> RoaringBitmap {
        self.exceptions_of(patch).fold(RoaringBitmap::new(), |slots, covered| slots | covered.slots(self, at, block))
    }

    fn found_at(&self) -> FoundAt {
        FoundAt { catalogue: self.catalogue.generation(), facts: self.catalogue.facts_generation(), as_of: self.as_of }
    }
}

impl Index {
    /// Replaces the approved exceptions.
    pub fn set_exceptions(&self, exceptions: impl IntoIterator<Item = Exception>) {
        let turn = self.exceptions_turn.lock().expect(POISONED);
        {
            let mut shared = self.shared_for_writing();
            let covered = exceptions.into_iter().map(|exception| Covered::new(&shared, exception)).collect();
            shared.exceptions = Exceptions { covered, found_at: None };
        }
        self.find_excepted(&turn);
    }

    /// Lets rules tell anew which patches they find, where catalogue or time have moved since they did.
    pub fn settle_exceptions(&self) {
        self.find_excepted(&self.exceptions_turn.lock().expect(POISONED));
    }

    /// `turn` is held, so that nobody replaces the exceptions meanwhile.
    fn find_excepted(&self, _turn: &MutexGuard<'_, ()>) {
        let (found_at, found) = {
            let shared = self.shared.read().expect(POISONED);
            let exceptions = &shared.exceptions;
            let found_at = shared.found_at();
            if exceptions.found_at == Some(found_at) || exceptions.covered.iter().all(|covered| covered.rule.is_none())
            {
                return;
            }
            let found = exceptions.covered.iter().map(|covered| Some(self.found(&shared, covered.rule.as_ref()?)));
            (found_at, found.collect::<Vec<_>>())
        };
        let mut shared = self.shared_for_writing();
        for (covered, found) in shared.exceptions.covered.iter_mut().zip(found) {
            if let Some(found) = found {
                covered.patches = found;
            }
        }
        shared.exceptions.found_at = Some(found_at);
    }

    /// A rule that made sense once and does not any more, for the language changed, finds nothing.
    fn found(&self, shared: &Shared, rule: &PatchRule) -> FxHashSet<PatchNumber> {
        let zone = TimeZone::get(&rule.tz).ok();
        let query = zone.and_then(|zone| read_patch_rule(&rule.text, &zone, shared.as_of).ok());
        let found = query.and_then(|query| self.patches_found(shared, &query, Deadline::default()).ok());
        found.unwrap_or_default()
    }

    fn patches_found(
        &self,
        shared: &Shared,
        query: &Query,
        deadline: Deadline,
    ) -> Result<FxHashSet<PatchNumber>, AskError> {
        let asking = Asking::new(self, shared, &Scope::Everything, deadline);
        Ok(asking.patches_by_rule(&query.root)?.into_iter().map(PatchNumber).collect())
    }

    /// How much it would cover now. `query`: the patches, where it has a rule.
    pub fn preview_exception(
        &self,
        exception: Exception,
        query: Option<&Query>,
        deadline: Deadline,
    ) -> Result<ExceptionReach, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let mut covered = Covered::new(&shared, exception);
        if let Some(query) = query {
            covered.patches = self.patches_found(&shared, query, deadline)?;
        }
        let mut reach = ExceptionReach { patches: covered.patches.len() as u64, ..ExceptionReach::default() };
        for (at, block) in self.all_blocks().iter().enumerate() {
            let block = block.read(&shared);
            let slots = covered.slots(&shared, at, &block);
            reach.assets += slots.len();
            let missing = covered.patches.iter().filter_map(|patch| block.missing(*patch));
            reach.findings += missing.map(|missing| missing.intersection_len(&slots)).sum::<u64>();
        }
        Ok(reach)
    }

    /// True while an approved exception covers the patch on the asset.
    pub fn is_excepted(&self, patch: PatchNumber, asset: AssetId) -> bool {
        let shared = self.shared.read().expect(POISONED);
        let Some(slot) = shared.slots.get(&asset).copied() else { return false };
        let block = self.block(slot.block);
        let block = block.read(&shared);
        shared.is_excepted(patch, asset, (&block, slot.at))
    }
}

/// One at a time replaces the exceptions, or what their rules find.
pub(crate) type Turn = Mutex<()>;
