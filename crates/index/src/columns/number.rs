//! Whole numbers and moments of a block's assets.

use jiff::Timestamp;

use crate::bits::Bits;

/// No number. No count and no moment is that low.
const NONE: i64 = i64::MIN;

#[derive(Debug, Default)]
pub(crate) struct NumberColumn(Vec<i64>);

impl NumberColumn {
    pub(crate) fn get(&self, slot: u16) -> Option<i64> {
        self.0.get(usize::from(slot)).copied().filter(|number| *number != NONE)
    }

    pub(crate) fn set(&mut self, slot: u16, number: Option<i64>) {
        let at = usize::from(slot);
        if self.0.len() <= at {
            self.0.resize(at + 1, NONE);
        }
        self.0[at] = number.unwrap_or(NONE);
    }

    /// Gives back memory that was kept for more assets.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    /// In whole microseconds: finer than any database keeps.
    pub(crate) fn moment(&self, slot: u16) -> Option<Timestamp> {
        self.get(slot).and_then(|micros| Timestamp::from_microsecond(micros).ok())
    }

    pub(crate) fn set_moment(&mut self, slot: u16, moment: Option<Timestamp>) {
        self.set(slot, moment.map(Timestamp::as_microsecond));
    }

    /// Slots that have a number for which `is_wanted` holds.
    pub(crate) fn slots_where(&self, is_wanted: impl Fn(i64) -> bool) -> Bits {
        Bits::of_each(&self.0, |number| *number != NONE && is_wanted(*number))
    }
}
