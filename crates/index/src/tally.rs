//! Counting for many assets at once.

use crate::bits::Bits;

/// A number for each slot of a block, in binary: plane `n` holds the slots whose number has bit `n`. Adding one for a
/// whole set of slots takes a few operations on sets, not one for each slot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Vec<Bits>);

impl Tally {
    /// One more for each of these slots.
    pub(crate) fn add(&mut self, slots: Bits) {
        self.add_at(0, slots);
    }

    /// Each number grows by the other's.
    pub(crate) fn join(&mut self, other: Self) {
        for (place, plane) in other.0.into_iter().enumerate() {
            self.add_at(place, plane);
        }
    }

    /// The power of two of `place` more for each of these slots.
    fn add_at(&mut self, place: usize, slots: Bits) {
        if self.0.len() < place {
            self.0.resize(place, Bits::EMPTY);
        }
        let mut carry = slots;
        for plane in &mut self.0[place..] {
            if carry.is_empty() {
                return;
            }
            let both = plane.and(&carry);
            plane.flip(&carry);
            carry = both;
        }
        if !carry.is_empty() {
            self.0.push(carry);
        }
    }

    /// Calls `change` for slots whose number is another in `after`: with what is to be added, then with what is to be
    /// taken away, which may be parts of the difference.
    pub(crate) fn differences(&self, after: &Self, mut change: impl FnMut(u16, Change)) {
        let nothing = Bits::default();
        let planes = self.0.len().max(after.0.len());
        let pair = |plane: usize| (self.0.get(plane).unwrap_or(&nothing), after.0.get(plane).unwrap_or(&nothing));
        for plane in 0..planes {
            let (before, after) = pair(plane);
            after.without(before).iter().for_each(|slot| change(slot, Change::Add(1 << plane)));
        }
        for plane in 0..planes {
            let (before, after) = pair(plane);
            before.without(after).iter().for_each(|slot| change(slot, Change::Take(1 << plane)));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Add(u32),
    Take(u32),
}

impl Change {
    pub(crate) const fn apply(self, count: &mut u32) {
        match self {
            Self::Add(by) => *count += by,
            Self::Take(by) => *count -= by,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn tally(sets: &[BTreeSet<u16>]) -> (Tally, BTreeMap<u16, u32>) {
        let (mut tally, mut plain) = (Tally::default(), BTreeMap::new());
        for set in sets {
            tally.add(set.iter().copied().collect());
            for slot in set {
                *plain.entry(*slot).or_default() += 1;
            }
        }
        (tally, plain)
    }

    fn sets() -> impl Strategy<Value = Vec<BTreeSet<u16>>> {
        proptest::collection::vec(proptest::collection::btree_set(0u16..20, 0..20), 0..12)
    }

    proptest! {
        #[test]
        fn counts_as_one_by_one(before in sets(), after in sets()) {
            let ((before, mut counts), (after, wanted)) = (tally(&before), tally(&after));
            before.differences(&after, |slot, change| change.apply(counts.entry(slot).or_default()));
            counts.retain(|_, count| *count > 0);
            prop_assert_eq!(counts, wanted);
        }

        #[test]
        fn two_joined_count_as_one(left in sets(), right in sets()) {
            let (mut joined, _) = tally(&left);
            joined.join(tally(&right).0);
            let mut counts = BTreeMap::new();
            Tally::default().differences(&joined, |slot, change| change.apply(counts.entry(slot).or_default()));
            prop_assert_eq!(counts, tally(&[left, right].concat()).1);
        }
    }
}
