//! Numbers and moments, as columns keep them: whole, moments in microseconds.

use std::ops::{Bound, RangeInclusive};

use fettle_qql::value::Interval;
use jiff::Timestamp;

/// The microseconds that stand for moments within the ends. A moment between two is kept as the earlier.
pub(crate) fn in_microseconds(range: &Interval<Timestamp>) -> RangeInclusive<i64> {
    let down = |moment: Timestamp| moment.as_nanosecond().div_euclid(1_000);
    let up = |moment: Timestamp| -((-moment.as_nanosecond()).div_euclid(1_000));
    let whole = |micros: i128| i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX });
    let low = match range.low {
        Bound::Included(low) => Bound::Included(whole(up(low))),
        Bound::Excluded(low) => Bound::Excluded(whole(down(low))),
        Bound::Unbounded => Bound::Unbounded,
    };
    let high = match range.high {
        Bound::Included(high) => Bound::Included(whole(down(high))),
        Bound::Excluded(high) => Bound::Excluded(whole(up(high))),
        Bound::Unbounded => Bound::Unbounded,
    };
    whole_numbers(&Interval { low, high })
}

/// The whole numbers within the ends, both of them included. No column keeps the first and the last of all numbers.
pub(crate) const fn whole_numbers(range: &Interval<i64>) -> RangeInclusive<i64> {
    let low = match range.low {
        Bound::Included(low) => low,
        Bound::Excluded(low) => low.saturating_add(1),
        Bound::Unbounded => i64::MIN,
    };
    let high = match range.high {
        Bound::Included(high) => high,
        Bound::Excluded(high) => high.saturating_sub(1),
        Bound::Unbounded => i64::MAX,
    };
    low..=high
}

/// The first moment for which a condition holds that holds for all later ones too; none: it holds for none.
pub(crate) fn first_where(holds: impl Fn(Timestamp) -> bool) -> Option<Timestamp> {
    let at = |micros| Timestamp::from_microsecond(micros).expect("between the first moment and the last");
    // Whole seconds at both ends: of their parts not all can be written in microseconds.
    let (mut low, mut high) = (Timestamp::MIN.as_second() * 1_000_000, Timestamp::MAX.as_second() * 1_000_000);
    if !holds(at(high)) {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(at(middle)) { high = middle } else { low = middle + 1 }
    }
    Some(at(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_moment_is_found() {
        let first = Timestamp::from_microsecond(1_769_293_696_000_001).expect("a moment");
        assert_eq!(first_where(|moment| moment >= first), Some(first));
        assert_eq!(first_where(|_| false), None);
        assert_eq!(first_where(|_| true).map(Timestamp::as_second), Some(Timestamp::MIN.as_second()));
    }

    #[test]
    fn ends_between_two_microseconds_are_kept_apart() {
        let at = |nanos| Timestamp::from_nanosecond(nanos).expect("a moment");
        let range = Interval { low: Bound::Included(at(1_500)), high: Bound::Excluded(at(2_500)) };
        assert_eq!(in_microseconds(&range), 2..=2);
        let range = Interval { low: Bound::Excluded(at(-1_500)), high: Bound::Included(at(-500)) };
        assert_eq!(in_microseconds(&range), -1..=-1);
    }
}
