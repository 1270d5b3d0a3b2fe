//! Conditions about an asset, a patch, and the finding between them (`qql.md` 3.5): judged patch by patch, for all assets
//! of a block at once.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use fettle_qql::token::TokenId;
use fettle_qql::tokens::PatchToken;
use fettle_qql::typed::Test;
use roaring::RoaringBitmap;

use super::asking::{Asking, ThingSet};
use super::asset_set::AssetSet;
use super::deadline::AskError;
use super::findings::{Findings, Latest, LatestOf};
use super::resolved::{About, OfAsset, OfThing, Resolved};
use super::things::ThingKind;
use super::truth::Truth;
use super::turns::Turns;
use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::{PatchEntry, PatchNumber};

/// A condition for one block: parts that are about assets alone are sets of slots.
enum InBlock<'q> {
    Constant(bool),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Slots(RoaringBitmap),
    Things(ThingSet),
    OfTie(&'q fettle_qql::typed::Leaf),
}

/// The findings of one patch in one block for which a condition holds, not worked out yet.
pub(super) struct Pairs<'f, 'b> {
    condition: &'f InBlock<'f>,
    entry: &'b PatchEntry,
    findings: &'f mut Findings<'b>,
    /// `None`: all of the block.
    scope: Option<&'f RoaringBitmap>,
}

impl Pairs<'_, '_> {
    pub(super) fn any(self) -> bool {
        let Self { condition, entry, findings, scope } = self;
        match truth(condition, entry, findings) {
            Truth::Never => false,
            Truth::Always => findings.is_anywhere(entry, scope),
            Truth::On(both) if both.is_exact() => both.meets(scope),
            // Who misses it is known, and to whom it applies is to be found out.
            Truth::On(both) => {
                both.meets(scope.into_iter().chain([findings.missing(entry).as_ref()]))
                    || both.meets(scope.into_iter().chain([&*findings.applies(entry)]))
            }
        }
    }

    pub(super) fn slots(self) -> RoaringBitmap {
        let Self { condition, entry, findings, scope } = self;
        let slots = match truth(condition, entry, findings) {
            Truth::Never => return RoaringBitmap::new(),
            Truth::Always => findings.applies(entry).as_ref().clone(),
            Truth::On(both) if both.is_exact() => both.joined().into_owned(),
            Truth::On(both) => both.joined().as_ref() & &*findings.applies(entry),
        };
        match scope {
            Some(scope) => slots & scope,
            None => slots,
        }
    }
}

impl<'q> Asking<'_> {
    /// Assets in scope that have a finding for which the condition holds.
    pub(super) fn assets_with_finding(&self, condition: &Resolved<'q>) -> Result<AssetSet, AskError> {
        Ok(self
            .each_pair_set(condition, None, |found: &mut Bits, _, slots| found.insert_all(slots))?
            .into_iter()
            .collect())
    }

    /// Patches with a finding in scope for which the condition holds, on an asset for which `having` holds.
    pub(super) fn patches_with_finding(
        &self,
        condition: &Resolved<'q>,
        having: Option<&Resolved<'q>>,
    ) -> Result<ThingSet, AskError> {
        let condition = self.pair_condition(condition, having)?;
        let entries = self.may_have_pairs(&condition);
        // What was found in one block is not looked for in another.
        let found: Vec<AtomicBool> = entries.iter().map(|_| AtomicBool::new(false)).collect();
        self.each_pairs(&condition, &entries, |(): &mut (), place, pairs| {
            if !found[place].load(Ordering::Relaxed) && pairs.any() {
                found[place].store(true, Ordering::Relaxed);
            }
        })?;
        let found = entries.iter().zip(found).filter(|(_, found)| found.load(Ordering::Relaxed));
        Ok(found.map(|(entry, _)| entry.number.0).collect())
    }

    /// Of each block what `take` made of every patch for which the condition holds for some finding in scope, and of the
    /// slots where.
    pub(super) fn each_pair_set<T: Default + Send>(
        &self,
        condition: &Resolved<'q>,
        having: Option<&Resolved<'q>>,
        take: impl Fn(&mut T, PatchNumber, &RoaringBitmap) + Sync,
    ) -> Result<Vec<T>, AskError> {
        let condition = self.pair_condition(condition, having)?;
        let entries = self.may_have_pairs(&condition);
        self.each_pairs(&condition, &entries, |taken, place, pairs| {
            let slots = pairs.slots();
            if !slots.is_empty() {
                take(taken, entries[place].number, &slots);
            }
        })
    }

    fn pair_condition(
        &self,
        condition: &Resolved<'q>,
        having: Option<&Resolved<'q>>,
    ) -> Result<Resolved<'q>, AskError> {
        Ok(match having {
            None => self.with_thing_sets(condition)?,
            Some(having) => Resolved::And(vec![self.with_thing_sets(condition)?, self.with_thing_sets(having)?]),
        })
    }

    /// Patches of which the condition may hold for a finding in scope.
    fn may_have_pairs(&self, condition: &Resolved<'q>) -> Vec<&PatchEntry> {
        let catalogue = &self.shared.catalogue;
        let mut entries: Vec<&PatchEntry> = if self.is_narrow() && requires_missing(condition) {
            let missed = self.missed_in_scope(|patch| may_hold(condition, patch));
            missed.into_iter().filter_map(|patch| catalogue.get(patch)).collect()
        } else {
            catalogue.all().filter(|entry| may_hold(condition, entry.number)).collect()
        };
        // A source's lines are looked through once for all its patches.
        entries.sort_unstable_by_key(|entry| (&entry.patch.source, entry.number));
        entries
    }

    /// Of each block what `take` made of the pairs of each patch, which it gets by its place among them.
    fn each_pairs<T: Default + Send>(
        &self,
        condition: &Resolved<'q>,
        entries: &[&PatchEntry],
        take: impl Fn(&mut T, usize, Pairs<'_, '_>) + Sync,
    ) -> Result<Vec<T>, AskError> {
        let catalogue = &self.shared.catalogue;
        let latest: Option<LatestOf> = asks_for_latest(condition)
            .then(|| entries.iter().map(|entry| (entry.number, Latest::of(catalogue, entry))).collect());
        let of_block = |at: usize| {
            let mut taken = T::default();
            if self.in_scope(at).is_empty() {
                return Ok(taken);
            }
            let in_block = self.in_block(at, &self.block(at), condition);
            let mut turns = Turns::of(entries.iter().enumerate());
            while turns.has_more() {
                self.check()?;
                let block = self.block(at);
                let scope = self.limits(at, &block);
                let mut findings = Findings::new(self.shared, at, &block).knowing(latest.as_ref());
                for (place, entry) in turns.begin(|| self.is_waited_for(at)) {
                    let (condition, findings, scope) = (&in_block, &mut findings, scope.as_ref());
                    take(&mut taken, place, Pairs { condition, entry, findings, scope });
                }
            }
            Ok(taken)
        };
        self.each_block(of_block).into_iter().collect()
    }

    /// Replaces what is about patches alone by the patches for which it holds.
    fn with_thing_sets(&self, condition: &Resolved<'q>) -> Result<Resolved<'q>, AskError> {
        if is_about_patches_alone(condition) {
            let things = self.things_where(ThingKind::Patch, condition)?;
            return Ok(Resolved::OfThing(OfThing::Within(things)));
        }
        let all = |parts: &[Resolved<'q>], joined: fn(Vec<Resolved<'q>>) -> Resolved<'q>| {
            // Patches are looked through once for all that is about them alone.
            let (alone, others): (Vec<_>, Vec<_>) = parts.iter().cloned().partition(is_about_patches_alone);
            let alone = (!alone.is_empty()).then(|| joined(alone));
            let parts = alone.iter().chain(&others).map(|part| self.with_thing_sets(part));
            let mut parts = parts.collect::<Result<Vec<_>, _>>()?;
            // What can be told of the patch alone is told first.
            parts.sort_by_key(|part| cost(part));
            Ok(joined(parts))
        };
        Ok(match condition {
            Resolved::And(parts) => all(parts, Resolved::And)?,
            Resolved::Or(parts) => all(parts, Resolved::Or)?,
            Resolved::Not(inner) => Resolved::Not(Box::new(self.with_thing_sets(inner)?)),
            other => other.clone(),
        })
    }

    /// Replaces what is about assets alone by the slots for which it holds.
    fn in_block(&self, at: usize, block: &Block, condition: &Resolved<'q>) -> InBlock<'q> {
        let about = condition.about();
        if about.assets && !about.things && !about.ties {
            return InBlock::Slots(self.slots_where(at, block, condition).to_bitmap());
        }
        let all = |parts: &[Resolved<'q>]| parts.iter().map(|part| self.in_block(at, block, part)).collect();
        match condition {
            Resolved::Constant(constant) => InBlock::Constant(*constant),
            Resolved::And(parts) => InBlock::And(all(parts)),
            Resolved::Or(parts) => InBlock::Or(all(parts)),
            Resolved::Not(inner) => InBlock::Not(Box::new(self.in_block(at, block, inner))),
            Resolved::OfThing(OfThing::Within(things)) => InBlock::Things(things.clone()),
            Resolved::OfTie(leaf) => InBlock::OfTie(leaf),
            // All other conditions about things or assets alone were replaced by sets.
            Resolved::OfThing(_) | Resolved::OfAsset(_) => InBlock::Constant(false),
        }
    }
}

fn is_about_patches_alone(condition: &Resolved<'_>) -> bool {
    condition.about() == About { things: true, ..About::default() }
}

fn asks_for_latest(condition: &Resolved<'_>) -> bool {
    match condition {
        Resolved::And(parts) | Resolved::Or(parts) => parts.iter().any(asks_for_latest),
        Resolved::Not(inner) => asks_for_latest(inner),
        Resolved::OfTie(leaf) => leaf.token.id == TokenId::Patch(PatchToken::IsLatest),
        Resolved::Constant(_) | Resolved::OfAsset(_) | Resolved::OfThing(_) => false,
    }
}

/// The condition holds for nothing but patches that are missing.
fn requires_missing(condition: &Resolved<'_>) -> bool {
    match condition {
        Resolved::Constant(constant) => !*constant,
        Resolved::And(parts) => parts.iter().any(requires_missing),
        Resolved::Or(parts) => parts.iter().all(requires_missing),
        Resolved::OfTie(leaf) => match (leaf.token.id, &leaf.test) {
            (TokenId::Patch(PatchToken::PatchStatus), Test::OneOf(places)) => {
                leaf.token.choice("Missing").is_some_and(|(missing, _)| places.as_slice() == [missing])
            }
            _ => false,
        },
        _ => false,
    }
}

/// False where the condition holds for no finding of the patch, whatever the asset.
fn may_hold(condition: &Resolved<'_>, patch: PatchNumber) -> bool {
    match condition {
        Resolved::Constant(constant) => *constant,
        Resolved::And(parts) => parts.iter().all(|part| may_hold(part, patch)),
        Resolved::Or(parts) => parts.iter().any(|part| may_hold(part, patch)),
        Resolved::OfThing(OfThing::Within(things)) => things.contains(patch.0),
        _ => true,
    }
}

fn cost(condition: &Resolved<'_>) -> u8 {
    match condition {
        Resolved::Constant(_) => 0,
        Resolved::OfThing(_) => 1,
        Resolved::OfTie(_) => 2,
        Resolved::OfAsset(OfAsset::Within(_)) => 3,
        _ => 4,
    }
}

fn truth<'s, 'b: 's>(condition: &'s InBlock<'_>, entry: &'b PatchEntry, findings: &mut Findings<'b>) -> Truth<'s> {
    match condition {
        InBlock::Constant(constant) => Truth::of(*constant),
        InBlock::Things(things) => Truth::of(things.contains(entry.number.0)),
        InBlock::Slots(slots) => Truth::on(Cow::Borrowed(slots), false),
        InBlock::OfTie(leaf) => findings.holding(entry, leaf),
        InBlock::And(parts) => {
            let mut all = Truth::Always;
            for part in parts {
                all = all.and(truth(part, entry, findings));
                if matches!(all, Truth::Never) {
                    break;
                }
            }
            all
        }
        InBlock::Or(parts) => {
            let mut any = Truth::Never;
            for part in parts {
                any = any.or(truth(part, entry, findings));
                if matches!(any, Truth::Always) {
                    break;
                }
            }
            any
        }
        InBlock::Not(inner) => {
            let inner = truth(inner, entry, findings);
            findings.not(entry, inner)
        }
    }
}
