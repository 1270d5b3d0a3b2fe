//! Conditions about an asset, a patch, and the finding between them (`qql.md` 3.5): judged patch by patch, for all assets
//! of a block at once.

use std::borrow::Cow;

use fettle_qql::token::TokenId;
use fettle_qql::tokens::PatchToken;
use fettle_qql::typed::Test;
use roaring::{MultiOps as _, RoaringBitmap};

use super::asking::{Asking, ThingSet};
use super::asset_set::AssetSet;
use super::deadline::AskError;
use super::findings::Findings;
use super::resolved::{OfAsset, OfThing, Resolved};
use super::things::ThingKind;
use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::{PatchEntry, PatchNumber};

/// Where a condition holds, of the slots that have a finding.
enum Truth<'s> {
    Never,
    Always,
    /// Slots without a finding may be among them, unless it `is_exact`.
    On {
        slots: Cow<'s, RoaringBitmap>,
        is_exact: bool,
    },
}

impl Truth<'_> {
    const fn of(constant: bool) -> Self {
        if constant { Self::Always } else { Self::Never }
    }
}

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
        let found = self.each_pair_set(condition, having, |found: &mut ThingSet, patch, _| {
            found.insert(patch.0);
        })?;
        Ok(found.into_iter().union())
    }

    /// Of each block what `take` made of every patch for which the condition holds for some finding in scope, and of the
    /// slots where.
    pub(super) fn each_pair_set<T: Default + Send>(
        &self,
        condition: &Resolved<'q>,
        having: Option<&Resolved<'q>>,
        take: impl Fn(&mut T, PatchNumber, &RoaringBitmap) + Sync,
    ) -> Result<Vec<T>, AskError> {
        let condition = match having {
            None => self.with_thing_sets(condition)?,
            Some(having) => Resolved::And(vec![self.with_thing_sets(condition)?, self.with_thing_sets(having)?]),
        };
        let catalogue = &self.shared.catalogue;
        let mut entries: Vec<&PatchEntry> = if self.is_narrow() && requires_missing(&condition) {
            let missed = self.missed_in_scope(|patch| may_hold(&condition, patch));
            missed.into_iter().filter_map(|patch| catalogue.get(patch)).collect()
        } else {
            catalogue.all().filter(|entry| may_hold(&condition, entry.number)).collect()
        };
        // A source's lines are looked through once for all its patches.
        entries.sort_unstable_by_key(|entry| (&entry.patch.source, entry.number));
        let of_block = |at: usize, block: &Block| {
            let mut taken = T::default();
            if self.in_scope(at).is_empty() {
                return Ok(taken);
            }
            let in_block = self.in_block(at, block, &condition);
            let scope = self.in_scope(at).to_bitmap();
            let mut findings = Findings::new(self.shared, at, block);
            for (number, entry) in entries.iter().enumerate() {
                if number % 256 == 0 {
                    self.check()?;
                }
                let slots = match truth(&in_block, entry, &mut findings) {
                    Truth::Never => continue,
                    Truth::Always => &*findings.applies(entry) & &scope,
                    Truth::On { slots, is_exact: true } => slots.as_ref() & &scope,
                    Truth::On { slots, is_exact: false } => (slots.as_ref() & &scope) & &*findings.applies(entry),
                };
                if !slots.is_empty() {
                    take(&mut taken, entry.number, &slots);
                }
            }
            Ok(taken)
        };
        self.per_block(of_block).into_iter().collect()
    }

    /// Replaces what is about patches alone by the patches for which it holds.
    fn with_thing_sets(&self, condition: &Resolved<'q>) -> Result<Resolved<'q>, AskError> {
        let about = condition.about();
        if about.things && !about.assets && !about.ties {
            let things = self.things_where(ThingKind::Patch, condition)?;
            return Ok(Resolved::OfThing(OfThing::Within(things)));
        }
        let all = |parts: &[Resolved<'q>]| {
            // What can be told of the patch alone is told first.
            let mut parts: Vec<_> = parts.iter().map(|part| self.with_thing_sets(part)).collect::<Result<_, _>>()?;
            parts.sort_by_key(|part| cost(part));
            Ok(parts)
        };
        Ok(match condition {
            Resolved::And(parts) => Resolved::And(all(parts)?),
            Resolved::Or(parts) => Resolved::Or(all(parts)?),
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
        InBlock::Slots(slots) => Truth::On { slots: Cow::Borrowed(slots), is_exact: false },
        InBlock::OfTie(leaf) => Truth::On { slots: findings.holding(entry, leaf), is_exact: true },
        InBlock::And(parts) => all_of(parts, entry, findings),
        InBlock::Or(parts) => any_of(parts, entry, findings),
        InBlock::Not(inner) => match truth(inner, entry, findings) {
            Truth::Never => Truth::Always,
            Truth::Always => Truth::Never,
            Truth::On { slots, .. } => {
                Truth::On { slots: Cow::Owned(&*findings.applies(entry) - slots.as_ref()), is_exact: true }
            }
        },
    }
}

fn all_of<'s, 'b: 's>(parts: &'s [InBlock<'_>], entry: &'b PatchEntry, findings: &mut Findings<'b>) -> Truth<'s> {
    let mut all = Truth::Always;
    for part in parts {
        all = match (all, truth(part, entry, findings)) {
            (_, Truth::Never) => return Truth::Never,
            (Truth::Always, part) => part,
            (all, Truth::Always) => all,
            (Truth::On { slots, is_exact }, Truth::On { slots: others, is_exact: are_exact }) => {
                let both = slots.as_ref() & others.as_ref();
                if both.is_empty() {
                    return Truth::Never;
                }
                Truth::On { slots: Cow::Owned(both), is_exact: is_exact || are_exact }
            }
            (Truth::Never, _) => return Truth::Never,
        };
    }
    all
}

fn any_of<'s, 'b: 's>(parts: &'s [InBlock<'_>], entry: &'b PatchEntry, findings: &mut Findings<'b>) -> Truth<'s> {
    let mut any = Truth::Never;
    for part in parts {
        any = match (any, truth(part, entry, findings)) {
            (_, Truth::Always) | (Truth::Always, _) => return Truth::Always,
            (Truth::Never, part) => part,
            (any, Truth::Never) => any,
            (Truth::On { slots, is_exact }, Truth::On { slots: others, is_exact: are_exact }) => {
                Truth::On { slots: Cow::Owned(slots.as_ref() | others.as_ref()), is_exact: is_exact && are_exact }
            }
        };
    }
    any
}
