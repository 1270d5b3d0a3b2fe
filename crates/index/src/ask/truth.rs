//! For which findings of a patch a condition holds, in one block. Sets of slots are not joined before it is known what for:
//! whether there is a finding at all is told without that, as a rule.

use std::borrow::Cow;

use roaring::{MultiOps as _, RoaringBitmap};

/// Where a condition holds, of the slots that have a finding of one patch.
pub(super) enum Truth<'s> {
    Never,
    Always,
    On(Both<'s>),
}

/// The slots that are in all of some sets.
pub(super) struct Both<'s> {
    /// At least one.
    sets: Vec<Cow<'s, RoaringBitmap>>,
    /// Slots without a finding may be in all of them, unless this is true.
    is_exact: bool,
}

impl<'s> Truth<'s> {
    pub(super) const fn of(constant: bool) -> Self {
        if constant { Self::Always } else { Self::Never }
    }

    /// In a set; `is_exact` where each of its slots has a finding.
    pub(super) fn on(set: Cow<'s, RoaringBitmap>, is_exact: bool) -> Self {
        if set.is_empty() { Self::Never } else { Self::On(Both { sets: vec![set], is_exact }) }
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, other) => other,
            (one, Self::Always) => one,
            (Self::On(mut one), Self::On(other)) => {
                one.sets.extend(other.sets);
                one.is_exact |= other.is_exact;
                Self::On(one)
            }
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, _) | (_, Self::Always) => Self::Always,
            (Self::Never, other) => other,
            (one, Self::Never) => one,
            (Self::On(one), Self::On(other)) => {
                let is_exact = one.is_exact && other.is_exact;
                Self::on(Cow::Owned(one.joined().as_ref() | other.joined().as_ref()), is_exact)
            }
        }
    }
}

impl<'s> Both<'s> {
    pub(super) const fn is_exact(&self) -> bool {
        self.is_exact
    }

    pub(super) fn joined(mut self) -> Cow<'s, RoaringBitmap> {
        if self.sets.len() == 1 {
            self.sets.swap_remove(0)
        } else {
            Cow::Owned(self.sets.iter().map(AsRef::as_ref).intersection())
        }
    }

    /// Is a slot in all of them, and in all others?
    pub(super) fn meets<'o>(&'o self, others: impl IntoIterator<Item = &'o RoaringBitmap>) -> bool {
        let mut sets: Vec<&'o RoaringBitmap> = self.sets.iter().map(AsRef::as_ref).chain(others).collect();
        // The last two need not be joined to tell that they meet.
        sets.sort_unstable_by_key(|set| set.len());
        match sets.as_slice() {
            [] => false,
            [one] => !one.is_empty(),
            [one, other] => !one.is_disjoint(other),
            [few @ .., last] => !few.iter().copied().intersection().is_disjoint(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(slots: &[u32], is_exact: bool) -> Truth<'static> {
        Truth::on(Cow::Owned(slots.iter().copied().collect()), is_exact)
    }

    fn told(truth: Truth<'_>) -> Option<(Vec<u32>, bool)> {
        match truth {
            Truth::Never => Some((Vec::new(), true)),
            Truth::Always => None,
            Truth::On(both) => {
                let is_exact = both.is_exact();
                Some((both.joined().iter().collect(), is_exact))
            }
        }
    }

    #[test]
    fn truths_are_joined_as_sets_are() {
        let both = |left, right| told(Truth::and(left, right));
        let either = |left, right| told(Truth::or(left, right));
        assert_eq!(both(on(&[1, 2, 3], false), on(&[2, 3, 4], true)), Some((vec![2, 3], true)));
        assert_eq!(both(on(&[1], false), Truth::Always), Some((vec![1], false)));
        assert_eq!(both(on(&[1], false), Truth::Never), Some((vec![], true)));
        assert_eq!(either(on(&[1], true), on(&[4], false)), Some((vec![1, 4], false)));
        assert_eq!(either(on(&[1], true), Truth::Never), Some((vec![1], true)));
        assert_eq!(either(on(&[1], true), Truth::Always), None);
        assert_eq!(told(on(&[], false)), Some((vec![], true)));
    }

    #[test]
    fn sets_meet_where_one_slot_is_in_all_of_them() {
        let meets = |truth, others: &[RoaringBitmap]| match truth {
            Truth::On(both) => Both::meets(&both, others),
            Truth::Never | Truth::Always => panic!("it is on some slots"),
        };
        let set = |slots: &[u32]| slots.iter().copied().collect::<RoaringBitmap>();
        assert!(meets(on(&[1, 2], true), &[]));
        assert!(meets(on(&[1, 2], true), &[set(&[2, 9])]));
        assert!(!meets(on(&[1, 2], true), &[set(&[3, 9])]));
        let three = || on(&[1, 2, 5], true).and(on(&[2, 5, 6], true));
        assert!(meets(three(), &[set(&[5]), set(&[0, 5])]));
        assert!(!meets(three(), &[set(&[5]), set(&[0, 2])]));
    }
}
