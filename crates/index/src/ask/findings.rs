//! What ties a patch to the assets of one block (`qql.md` 8.2, ◊): sets of slots, worked out when they are asked for.

use std::borrow::Cow;
use std::rc::Rc;

use fettle_catalog::judge::UndeterminedReason;
use fettle_model::Obstacle;
use fettle_qql::token::TokenId;
use fettle_qql::tokens::PatchToken;
use fettle_qql::typed::{Leaf, Test};
use fettle_qql::value::Interval;
use jiff::Timestamp;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::moment;
use super::obstacles::obstacles;
use super::truth::Truth;
use crate::audience::AudienceNumber;
use crate::block::Block;
use crate::catalogue::{Catalogue, PatchEntry, PatchNumber};
use crate::judging::Judging;
use crate::query::overdue::Enrolled;
use crate::{Shared, bits::Bits};

/// By what it is kept where patches apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Applying {
    To(AudienceNumber),
    Alone(PatchNumber),
}

/// Where a patch is the latest, as far as the catalogue tells.
#[derive(Debug, Clone)]
pub(super) enum Latest {
    /// Wherever it applies.
    Everywhere,
    Nowhere,
    /// Where none of these applies.
    Without(Vec<PatchNumber>),
}

impl Latest {
    pub(super) fn of(catalogue: &Catalogue, entry: &PatchEntry) -> Self {
        if entry.patch.update.is_some() {
            // All updates of a product apply to its machines.
            return if catalogue.is_replaced(entry) { Self::Nowhere } else { Self::Everywhere };
        }
        let newer = catalogue.newer(entry);
        let audience = catalogue.audience(entry.number);
        if newer.is_empty() {
            Self::Everywhere
        } else if newer.iter().any(|newer| catalogue.audience(newer.number) == audience) {
            Self::Nowhere
        } else {
            Self::Without(newer.into_iter().map(|newer| newer.number).collect())
        }
    }
}

/// Of the patches that are asked about, found once for all blocks.
pub(super) type LatestOf = FxHashMap<PatchNumber, Latest>;

/// Findings of one block while its lock is held.
pub(crate) struct Findings<'b> {
    shared: &'b Shared,
    block: &'b Block,
    at: usize,
    judging: Judging<'b>,
    applies: FxHashMap<Applying, Rc<RoaringBitmap>>,
    latest: Option<&'b LatestOf>,
    enrolled: Enrolled,
    scanned: FxHashMap<*const Leaf, RoaringBitmap>,
}

impl<'b> Findings<'b> {
    pub(crate) fn new(shared: &'b Shared, at: usize, block: &'b Block) -> Self {
        Self {
            shared,
            block,
            at,
            judging: Judging::new(block, at, &shared.dictionary, &shared.slots),
            applies: FxHashMap::default(),
            latest: None,
            enrolled: Enrolled::default(),
            scanned: FxHashMap::default(),
        }
    }

    pub(super) fn knowing(self, latest: Option<&'b LatestOf>) -> Self {
        Self { latest, ..self }
    }

    /// Where there is a finding of the patch: it is missing or installed, or that cannot be told.
    pub(crate) fn applies(&mut self, entry: &'b PatchEntry) -> Rc<RoaringBitmap> {
        let audience = self.shared.catalogue.audience(entry.number);
        let applying = audience.map_or(Applying::Alone(entry.number), Applying::To);
        if let Some(known) = self.applies.get(&applying) {
            return Rc::clone(known);
        }
        let applies = Rc::new(self.judging.applies(entry).to_bitmap());
        self.applies.insert(applying, Rc::clone(&applies));
        applies
    }

    /// On how many slots of `scope` the patch is installed; `None`: of the block.
    pub(crate) fn installed_count(&mut self, entry: &'b PatchEntry, scope: Option<&RoaringBitmap>) -> u64 {
        let Some(scope) = scope else { return self.block.installed_count(entry.number) };
        let applies = self.applies(entry).intersection_len(scope);
        // Wherever it is missing, or cannot be told, it applies.
        let others = [self.block.missing(entry.number), self.block.undetermined(entry.number)];
        applies - others.iter().flatten().map(|slots| slots.intersection_len(scope)).sum::<u64>()
    }

    /// Of how many slots of `scope` it cannot be told; `None`: of the block.
    pub(crate) fn undetermined_count(&self, entry: &PatchEntry, scope: Option<&RoaringBitmap>) -> u64 {
        let slots = self.block.undetermined(entry.number);
        slots.map_or(0, |slots| scope.map_or_else(|| slots.len(), |scope| slots.intersection_len(scope)))
    }

    pub(crate) fn missing(&self, entry: &PatchEntry) -> Cow<'b, RoaringBitmap> {
        self.block.missing(entry.number).map_or_else(|| Cow::Owned(RoaringBitmap::new()), Cow::Borrowed)
    }

    fn undetermined(&self, entry: &PatchEntry) -> Cow<'b, RoaringBitmap> {
        self.block.undetermined(entry.number).map_or_else(|| Cow::Owned(RoaringBitmap::new()), Cow::Borrowed)
    }

    /// Is there a finding of the patch on a slot of `scope`? `None`: on any. Where it is missing that is known already.
    pub(super) fn is_anywhere(&mut self, entry: &'b PatchEntry, scope: Option<&RoaringBitmap>) -> bool {
        let meets = |slots: &RoaringBitmap| scope.map_or(!slots.is_empty(), |scope| !slots.is_disjoint(scope));
        self.block.missing(entry.number).is_some_and(meets) || meets(&self.applies(entry))
    }

    /// The findings of which the test holds.
    pub(super) fn holding(&mut self, entry: &'b PatchEntry, leaf: &Leaf) -> Truth<'b> {
        let TokenId::Patch(token) = leaf.token.id else { return Truth::Never };
        let slots = match (token, &leaf.test) {
            (PatchToken::PatchStatus, Test::OneOf(places)) => return self.with_status(entry, leaf, places),
            (
                PatchToken::LastFoundDate | PatchToken::DueDate | PatchToken::Obstacle | PatchToken::FindingReason,
                Test::Null,
            ) => {
                let present = self.holding(entry, &Leaf { token: leaf.token, test: Test::Present });
                return self.not(entry, present);
            }
            // The others have a value wherever there is a finding.
            (_, Test::Null) => return Truth::Never,
            (PatchToken::LastFoundDate, _) => self.missing(entry).as_ref() & self.scanned(leaf),
            (PatchToken::DueDate, test) => return self.due(entry, test),
            (PatchToken::Obstacle, test) => self.obstructed(entry, leaf, test),
            (PatchToken::FindingReason, test) => return self.with_reason(entry, leaf, test),
            (_, Test::Present) => return Truth::Always,
            (PatchToken::IsLatest, Test::Bool(flags)) => return self.flagged(entry, flags, Self::latest),
            (PatchToken::IsOverdue, Test::Bool(flags)) => return self.flagged(entry, flags, Self::overdue),
            (PatchToken::IsExcepted, Test::Bool(flags)) => return self.flagged(entry, flags, Self::excepted),
            _ => return Truth::Never,
        };
        Truth::on(Cow::Owned(slots), true)
    }

    /// All other findings.
    pub(super) fn not(&mut self, entry: &'b PatchEntry, truth: Truth<'_>) -> Truth<'b> {
        match truth {
            Truth::Never => Truth::Always,
            Truth::Always => Truth::Never,
            Truth::On(both) => Truth::on(Cow::Owned(&*self.applies(entry) - both.joined().as_ref()), true),
        }
    }

    fn flagged(
        &mut self,
        entry: &'b PatchEntry,
        flags: &[bool],
        of: fn(&mut Self, &'b PatchEntry) -> Truth<'b>,
    ) -> Truth<'b> {
        match flags {
            [] => Truth::Never,
            [true] => of(self, entry),
            [false] => {
                let flagged = of(self, entry);
                self.not(entry, flagged)
            }
            _ => Truth::Always,
        }
    }

    fn with_status(&mut self, entry: &'b PatchEntry, leaf: &Leaf, places: &[usize]) -> Truth<'b> {
        let asks_for = |name: &str| leaf.token.choice(name).is_some_and(|(place, _)| places.contains(&place));
        let missing = Truth::on(self.missing(entry), true);
        let undetermined = Truth::on(self.undetermined(entry), true);
        let wanted = |asked: bool, slots: Truth<'b>| if asked { slots } else { Truth::Never };
        // Who has it installed is what is left.
        if asks_for("Installed") {
            let others = wanted(!asks_for("Missing"), missing).or(wanted(!asks_for("Undetermined"), undetermined));
            return self.not(entry, others);
        }
        wanted(asks_for("Missing"), missing).or(wanted(asks_for("Undetermined"), undetermined))
    }

    /// Rules over packages leave one thing open: what is from outside of the release.
    fn with_reason(&self, entry: &PatchEntry, leaf: &Leaf, test: &Test) -> Truth<'b> {
        let foreign = leaf.token.choice(UndeterminedReason::ForeignVersion.name());
        let is_wanted = match test {
            Test::OneOf(places) => foreign.is_some_and(|(place, _)| places.contains(&place)),
            _ => true,
        };
        if is_wanted { Truth::on(self.undetermined(entry), true) } else { Truth::Never }
    }

    /// Where nothing newer that applies replaces it.
    fn latest(&mut self, entry: &'b PatchEntry) -> Truth<'b> {
        let catalogue = &self.shared.catalogue;
        let known = self.latest.and_then(|latest| latest.get(&entry.number)).map(Cow::Borrowed);
        match &*known.unwrap_or_else(|| Cow::Owned(Latest::of(catalogue, entry))) {
            Latest::Everywhere => Truth::Always,
            Latest::Nowhere => Truth::Never,
            Latest::Without(newer) => {
                let mut latest = self.applies(entry).as_ref().clone();
                for newer in newer.iter().filter_map(|number| catalogue.get(*number)) {
                    latest -= &*self.applies(newer);
                }
                Truth::on(Cow::Owned(latest), true)
            }
        }
    }

    fn excepted(&mut self, entry: &'b PatchEntry) -> Truth<'b> {
        let excepted = self.shared.excepted(entry.number, self.at, self.block);
        if excepted.is_empty() {
            return Truth::Never;
        }
        Truth::on(Cow::Owned(excepted & &*self.applies(entry)), true)
    }

    fn overdue(&mut self, entry: &'b PatchEntry) -> Truth<'b> {
        let Some(limit) = self.shared.overdue_before(entry) else { return Truth::Never };
        let overdue = self.enrolled.overdue(self.shared, (self.at, self.block), entry.number, limit);
        Truth::on(Cow::Owned(overdue), true)
    }

    /// A later enrolment never makes an earlier due date, so those due within a span enrolled within one.
    fn due(&mut self, entry: &'b PatchEntry, test: &Test) -> Truth<'b> {
        let clock = self.shared.clock(entry);
        if clock.due(Timestamp::UNIX_EPOCH).is_none() {
            return Truth::Never;
        }
        let Test::Date(range) = test else { return Truth::Always };
        let due = |enrolled| clock.due(enrolled).unwrap_or(Timestamp::MAX);
        let begin = moment::first_where(|enrolled| !is_below(range, due(enrolled)));
        let end = moment::first_where(|enrolled| is_above(range, due(enrolled)));
        let before = |moment: Option<Timestamp>| match moment {
            Some(moment) => self.block.columns.enrolled_before(moment),
            None => self.block.columns.taken().to_bitmap(),
        };
        Truth::on(Cow::Owned(before(end) - before(begin)), false)
    }

    fn scanned(&mut self, leaf: &Leaf) -> &RoaringBitmap {
        let column = &self.block.columns.scanned_at;
        self.scanned.entry(std::ptr::from_ref(leaf)).or_insert_with(|| {
            let slots: Bits = match &leaf.test {
                Test::Date(range) => column.slots_within(&moment::in_microseconds(range)),
                _ => column.slots_where(|_| true),
            };
            slots.to_bitmap()
        })
    }

    fn obstructed(&self, entry: &PatchEntry, leaf: &Leaf, test: &Test) -> RoaringBitmap {
        let missing = self.missing(entry);
        if missing.is_empty() {
            return RoaringBitmap::new();
        }
        let found = obstacles(self.shared, (self.at, self.block), entry, &missing);
        let is_wanted = |obstacle: Obstacle| match test {
            Test::OneOf(places) => leaf.token.choice(obstacle.name()).is_some_and(|(place, _)| places.contains(&place)),
            _ => true,
        };
        let mut slots = RoaringBitmap::new();
        for (_, of_obstacle) in found.into_iter().filter(|(obstacle, _)| is_wanted(*obstacle)) {
            slots |= of_obstacle;
        }
        slots
    }
}

fn is_below(range: &Interval<Timestamp>, moment: Timestamp) -> bool {
    let above_low = Interval { low: range.low, high: std::ops::Bound::Unbounded };
    !above_low.contains(&moment)
}

fn is_above(range: &Interval<Timestamp>, moment: Timestamp) -> bool {
    let below_high = Interval { low: std::ops::Bound::Unbounded, high: range.high };
    !below_high.contains(&moment)
}
