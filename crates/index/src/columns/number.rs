//! Whole numbers and moments of a block's assets.

use std::ops::RangeInclusive;

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

    /// Slots that have a number of the range.
    pub(crate) fn slots_within(&self, range: &RangeInclusive<i64>) -> Bits {
        let (low, high) = ((*range.start()).max(NONE + 1), *range.end());
        if low > high {
            return Bits::default();
        }
        let width = high.wrapping_sub(low).cast_unsigned();
        // Below `low` it wraps around to what is above the range.
        Bits::of_each(&self.0, |number| number.wrapping_sub(low).cast_unsigned() <= width)
    }

    /// Slots that have a number for which `is_wanted` holds.
    pub(crate) fn slots_where(&self, is_wanted: impl Fn(i64) -> bool) -> Bits {
        Bits::of_each(&self.0, |number| *number != NONE && is_wanted(*number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_no_slot_without_a_number() {
        let mut column = NumberColumn::default();
        for (slot, number) in [(1, Some(5)), (3, Some(-7)), (4, None), (70, Some(i64::MAX))] {
            column.set(slot, number);
        }
        let within = |range| column.slots_within(&range).iter().collect::<Vec<_>>();
        assert_eq!(within(-7..=5), [1, 3]);
        assert_eq!(within(i64::MIN..=i64::MAX), [1, 3, 70]);
        assert_eq!(within(6..=i64::MAX), [70]);
        #[expect(clippy::reversed_empty_ranges, reason = "it is asked for")]
        let none = within(5..=-7);
        assert!(none.is_empty());
    }
}
