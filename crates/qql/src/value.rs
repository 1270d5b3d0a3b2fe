//! Values of the kinds that have an order (`qql.md` 3.2, 3.3): what a written value spans, and intervals of spans.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::ops::{Bound, RangeBounds};

use fettle_model::version::Scheme;

use crate::ast::{Comparison, End};

/// Values between two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval<T> {
    pub low: Bound<T>,
    pub high: Bound<T>,
}

impl<T> Interval<T> {
    /// Is `value` in it, by an order of the caller's?
    pub fn contains_by(&self, value: &T, compare: impl Fn(&T, &T) -> Ordering) -> bool {
        let is_above = match &self.low {
            Bound::Included(low) => compare(value, low).is_ge(),
            Bound::Excluded(low) => compare(value, low).is_gt(),
            Bound::Unbounded => true,
        };
        is_above
            && match &self.high {
                Bound::Included(high) => compare(value, high).is_le(),
                Bound::Excluded(high) => compare(value, high).is_lt(),
                Bound::Unbounded => true,
            }
    }

    /// True when nothing can lie between the ends.
    pub fn is_empty_by(&self, compare: impl Fn(&T, &T) -> Ordering) -> bool {
        match (&self.low, &self.high) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
            (Bound::Included(low), Bound::Included(high)) => compare(low, high).is_gt(),
            (Bound::Included(low) | Bound::Excluded(low), Bound::Included(high) | Bound::Excluded(high)) => {
                compare(low, high).is_ge()
            }
        }
    }
}

impl<T: PartialOrd> Interval<T> {
    /// False for what has no place in the order.
    pub fn contains(&self, value: &T) -> bool {
        RangeBounds::contains(&(self.low.as_ref(), self.high.as_ref()), value)
    }
}

impl Interval<IpAddr> {
    /// Addresses of the ends' own family alone (`qql.md` 3.2).
    pub fn contains_address(&self, address: &IpAddr) -> bool {
        let family = match (&self.low, &self.high) {
            (Bound::Included(end) | Bound::Excluded(end), _) | (_, Bound::Included(end) | Bound::Excluded(end)) => {
                Some(end.is_ipv4())
            }
            (Bound::Unbounded, Bound::Unbounded) => None,
        };
        family.is_none_or(|is_ipv4| is_ipv4 == address.is_ipv4()) && self.contains(address)
    }
}

/// What one written value names: a number, an address or a network, a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent<T> {
    pub low: T,
    /// The last that it names, or the first that it does not.
    pub high: Bound<T>,
}

impl<T: Clone> Extent<T> {
    pub(crate) fn of(value: T) -> Self {
        Self { low: value.clone(), high: Bound::Included(value) }
    }

    pub(crate) fn interval(self) -> Interval<T> {
        Interval { low: Bound::Included(self.low), high: self.high }
    }

    /// The table of `qql.md` 3.3; for a single number it says what one expects.
    pub(crate) fn compared(self, comparison: Comparison) -> Interval<T> {
        match comparison {
            Comparison::Greater => Interval { low: self.above(), high: Bound::Unbounded },
            Comparison::GreaterOrEqual => Interval { low: Bound::Included(self.low), high: Bound::Unbounded },
            Comparison::Less => Interval { low: Bound::Unbounded, high: Bound::Excluded(self.low) },
            Comparison::LessOrEqual => Interval { low: Bound::Unbounded, high: self.high },
        }
    }

    pub(crate) fn as_low(&self, end: End) -> Bound<T> {
        match end {
            End::Included => Bound::Included(self.low.clone()),
            End::LeftOut => self.above(),
        }
    }

    pub(crate) fn as_high(&self, end: End) -> Bound<T> {
        match end {
            End::Included => self.high.clone(),
            End::LeftOut => Bound::Excluded(self.low.clone()),
        }
    }

    /// Where what lies behind all of it begins.
    fn above(&self) -> Bound<T> {
        match &self.high {
            Bound::Included(last) => Bound::Excluded(last.clone()),
            Bound::Excluded(next) => Bound::Included(next.clone()),
            Bound::Unbounded => Bound::Unbounded,
        }
    }

    /// Does all of it lie behind all of `other`?
    pub(crate) fn is_after(&self, other: &Self, compare: impl Fn(&T, &T) -> Ordering) -> bool {
        match &other.high {
            Bound::Included(last) => compare(&self.low, last).is_gt(),
            // What names nothing ends where it begins, and does not lie behind itself.
            Bound::Excluded(next) => compare(&self.low, next).is_ge() && compare(&self.low, &other.low).is_gt(),
            Bound::Unbounded => false,
        }
    }
}

/// Versions of agents and operating systems: dotted numbers, of which the shorter goes on with zeros.
pub fn compare_dotted(left: &str, right: &str) -> Ordering {
    Scheme::Winget.compare(left, right).unwrap_or_else(|_| left.cmp(right))
}
