//! What ties a patch to the assets of one block (`qql.md` 8.2, ◊): sets of slots, worked out when they are asked for.

use std::borrow::Cow;
use std::rc::Rc;

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
use crate::audience::AudienceNumber;
use crate::block::Block;
use crate::catalogue::{PatchEntry, PatchNumber};
use crate::judging::Judging;
use crate::query::overdue::Enrolled;
use crate::{Shared, bits::Bits};

/// By what it is kept where patches apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Applying {
    To(AudienceNumber),
    Alone(PatchNumber),
}

/// Findings of one block while its lock is held.
pub(crate) struct Findings<'b> {
    shared: &'b Shared,
    block: &'b Block,
    at: usize,
    judging: Judging<'b>,
    applies: FxHashMap<Applying, Rc<RoaringBitmap>>,
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
            enrolled: Enrolled::default(),
            scanned: FxHashMap::default(),
        }
    }

    /// Where there is a finding of the patch: it is missing or installed.
    pub(crate) fn applies(&mut self, entry: &'b PatchEntry) -> Rc<RoaringBitmap> {
        let audience = self.shared.catalogue.audience(entry.number);
        let applying = audience.map_or(Applying::Alone(entry.number), Applying::To);
        if let Some(known) = self.applies.get(&applying) {
            return Rc::clone(known);
        }
        let applies = Rc::new(self.judging.judge(entry).applies.to_bitmap());
        self.applies.insert(applying, Rc::clone(&applies));
        applies
    }

    /// On how many slots of `scope` the patch is installed.
    pub(crate) fn installed_count(&mut self, entry: &'b PatchEntry, scope: &RoaringBitmap) -> u64 {
        let applies = self.applies(entry).intersection_len(scope);
        // Wherever it is missing it applies.
        applies - self.block.missing(entry.number).map_or(0, |missing| missing.intersection_len(scope))
    }

    pub(crate) fn missing(&self, entry: &PatchEntry) -> Cow<'b, RoaringBitmap> {
        self.block.missing(entry.number).map_or_else(|| Cow::Owned(RoaringBitmap::new()), Cow::Borrowed)
    }

    /// Slots with a finding of which the test holds.
    pub(crate) fn holding(&mut self, entry: &'b PatchEntry, leaf: &Leaf) -> Cow<'b, RoaringBitmap> {
        let TokenId::Patch(token) = leaf.token.id else { return Cow::default() };
        let slots = match (token, &leaf.test) {
            (PatchToken::PatchStatus, Test::OneOf(places)) => return self.with_status(entry, leaf, places),
            (PatchToken::LastFoundDate | PatchToken::DueDate | PatchToken::Obstacle, Test::Null) => {
                let present = self.holding(entry, &Leaf { token: leaf.token, test: Test::Present });
                &*self.applies(entry) - present.as_ref()
            }
            // The others have a value wherever there is a finding.
            (_, Test::Null) => RoaringBitmap::new(),
            (PatchToken::LastFoundDate, _) => self.missing(entry).as_ref() & self.scanned(leaf),
            (PatchToken::DueDate, test) => self.due(entry, test),
            (PatchToken::Obstacle, test) => self.obstructed(entry, leaf, test),
            (_, Test::Present) => self.applies(entry).as_ref().clone(),
            (PatchToken::IsLatest, Test::Bool(flags)) => {
                let latest = self.latest(entry);
                self.flagged(entry, latest, flags)
            }
            (PatchToken::IsOverdue, Test::Bool(flags)) => {
                let overdue = self.overdue(entry);
                self.flagged(entry, overdue, flags)
            }
            (PatchToken::IsExcepted, Test::Bool(flags)) => {
                let excepted = self.shared.excepted(entry.number, self.at) & &*self.applies(entry);
                self.flagged(entry, excepted, flags)
            }
            _ => RoaringBitmap::new(),
        };
        Cow::Owned(slots)
    }

    fn flagged(&mut self, entry: &'b PatchEntry, set: RoaringBitmap, flags: &[bool]) -> RoaringBitmap {
        match flags {
            [true] => set,
            [false] => &*self.applies(entry) - set,
            [] => RoaringBitmap::new(),
            _ => self.applies(entry).as_ref().clone(),
        }
    }

    fn with_status(&mut self, entry: &'b PatchEntry, leaf: &Leaf, places: &[usize]) -> Cow<'b, RoaringBitmap> {
        let asks_for = |name: &str| leaf.token.choice(name).is_some_and(|(place, _)| places.contains(&place));
        match (asks_for("Missing"), asks_for("Installed")) {
            (true, false) => self.missing(entry),
            (false, true) => Cow::Owned(&*self.applies(entry) - self.missing(entry).as_ref()),
            (true, true) => Cow::Owned(self.applies(entry).as_ref().clone()),
            (false, false) => Cow::default(),
        }
    }

    /// Where nothing newer that applies replaces it.
    fn latest(&mut self, entry: &'b PatchEntry) -> RoaringBitmap {
        let shared = self.shared;
        if entry.patch.update.is_some() {
            // All updates of a product apply to its machines.
            let is_replaced = shared.catalogue.is_replaced(entry);
            return if is_replaced { RoaringBitmap::new() } else { self.applies(entry).as_ref().clone() };
        }
        let newer = shared.catalogue.newer(entry);
        let audience = shared.catalogue.audience(entry.number);
        if newer.iter().any(|newer| shared.catalogue.audience(newer.number) == audience) {
            return RoaringBitmap::new();
        }
        let mut latest = self.applies(entry).as_ref().clone();
        for newer in newer {
            latest -= &*self.applies(newer);
        }
        latest
    }

    fn overdue(&mut self, entry: &PatchEntry) -> RoaringBitmap {
        let Some(limit) = self.shared.overdue_before(entry) else { return RoaringBitmap::new() };
        self.enrolled.overdue(self.shared, (self.at, self.block), entry.number, limit)
    }

    /// A later enrolment never makes an earlier due date, so those due within a span enrolled within one.
    fn due(&mut self, entry: &'b PatchEntry, test: &Test) -> RoaringBitmap {
        let clock = self.shared.clock(entry);
        if clock.due(Timestamp::UNIX_EPOCH).is_none() {
            return RoaringBitmap::new();
        }
        let applies = self.applies(entry);
        let Test::Date(range) = test else { return applies.as_ref().clone() };
        let due = |enrolled| clock.due(enrolled).unwrap_or(Timestamp::MAX);
        let begin = moment::first_where(|enrolled| !is_below(range, due(enrolled)));
        let end = moment::first_where(|enrolled| is_above(range, due(enrolled)));
        let before = |moment: Option<Timestamp>| match moment {
            Some(moment) => self.block.columns.enrolled_before(moment),
            None => self.block.columns.taken().to_bitmap(),
        };
        &*applies & (before(end) - before(begin))
    }

    fn scanned(&mut self, leaf: &Leaf) -> &RoaringBitmap {
        let column = &self.block.columns.scanned_at;
        self.scanned.entry(std::ptr::from_ref(leaf)).or_insert_with(|| {
            let slots: Bits = match &leaf.test {
                Test::Date(range) => {
                    let range = moment::in_microseconds(range);
                    column.slots_where(|micros| range.contains(&micros))
                }
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
