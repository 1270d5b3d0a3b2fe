//! The assets of one block that have one thing. A one-member bitmap costs 231 bytes, so the small cases have forms of
//! their own.

use roaring::RoaringBitmap;

use crate::bits::Bits;

/// Largest posting that is kept as a sorted list: up to here it is smaller than a bitmap.
const FEW: usize = 32;

/// Never empty: a posting that loses its last member is taken out of its map.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Posting {
    One(u16),
    /// Sorted, two to [`FEW`] members.
    Few(Box<[u16]>),
    Many(RoaringBitmap),
}

impl Posting {
    /// Of slots in rising order, at least one.
    pub(crate) fn from_sorted(slots: &[u16]) -> Self {
        match slots {
            [one] => Self::One(*one),
            few if few.len() <= FEW => Self::Few(few.into()),
            many => {
                let grown = RoaringBitmap::from_sorted_iter(many.iter().map(|slot| u32::from(*slot)))
                    .expect("the caller's slots rise");
                // It grew by doubling: a copy is as large as it has to be.
                Self::Many(RoaringBitmap::clone(&grown))
            }
        }
    }

    pub(crate) fn contains(&self, slot: u16) -> bool {
        match self {
            Self::One(one) => *one == slot,
            Self::Few(few) => few.binary_search(&slot).is_ok(),
            Self::Many(many) => many.contains(u32::from(slot)),
        }
    }

    pub(crate) fn insert(&mut self, slot: u16) {
        if self.contains(slot) {
            return;
        }
        match self {
            Self::Many(many) => {
                many.insert(u32::from(slot));
            }
            Self::One(_) | Self::Few(_) => {
                let mut slots: Vec<u16> = self.slots().collect();
                let at = slots.partition_point(|other| *other < slot);
                slots.insert(at, slot);
                *self = Self::from_sorted(&slots);
            }
        }
    }

    /// True when nothing would be left: then it stays as it is, for its map to be rid of.
    #[must_use]
    pub(crate) fn remove(&mut self, slot: u16) -> bool {
        match self {
            Self::One(one) => return *one == slot,
            Self::Many(many) if many.len() > FEW as u64 => {
                many.remove(u32::from(slot));
            }
            Self::Few(_) | Self::Many(_) => {
                let slots: Vec<u16> = self.slots().filter(|other| *other != slot).collect();
                *self = Self::from_sorted(&slots);
            }
        }
        false
    }

    pub(crate) fn add_to(&self, bits: &mut Bits) {
        match self {
            Self::One(one) => bits.insert(*one),
            Self::Few(few) => few.iter().for_each(|slot| bits.insert(*slot)),
            Self::Many(many) => bits.insert_all(many),
        }
    }

    /// Members that are in `within`; `None`: all.
    pub(crate) fn count(&self, within: Option<&RoaringBitmap>) -> u64 {
        match (self, within) {
            (Self::One(_), None) => 1,
            (Self::Few(few), None) => few.len() as u64,
            (Self::Many(many), None) => many.len(),
            (Self::Many(many), Some(within)) => many.intersection_len(within),
            (_, Some(within)) => self.slots().filter(|slot| within.contains(u32::from(*slot))).count() as u64,
        }
    }

    pub(crate) fn to_bitmap(&self) -> RoaringBitmap {
        match self {
            Self::Many(many) => many.clone(),
            few => few.slots().map(u32::from).collect(),
        }
    }

    /// Adds the members to a bitmap.
    pub(crate) fn join(&self, bitmap: &mut RoaringBitmap) {
        match self {
            Self::Many(many) => *bitmap |= many,
            few => bitmap.extend(few.slots().map(u32::from)),
        }
    }

    pub(crate) fn meets(&self, others: &Bits) -> bool {
        self.slots().any(|slot| others.contains(slot))
    }

    fn slots(&self) -> Box<dyn Iterator<Item = u16> + '_> {
        match self {
            Self::One(one) => Box::new(std::iter::once(*one)),
            Self::Few(few) => Box::new(few.iter().copied()),
            Self::Many(many) => Box::new(many.iter().map(slot_of)),
        }
    }
}

/// Members of a block's bitmaps are slots of that block.
pub(crate) fn slot_of(member: u32) -> u16 {
    u16::try_from(member).expect("a block's bitmap holds 16-bit slots")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_set(steps in proptest::collection::vec((any::<bool>(), 0u16..100), 1..300)) {
            let mut model = BTreeSet::new();
            let mut posting: Option<Posting> = None;
            for (add, slot) in steps {
                if add {
                    model.insert(slot);
                    match &mut posting {
                        Some(posting) => posting.insert(slot),
                        None => posting = Some(Posting::One(slot)),
                    }
                } else {
                    model.remove(&slot);
                    if posting.as_mut().is_some_and(|posting| posting.remove(slot)) {
                        posting = None;
                    }
                }
                let members: BTreeSet<u16> = posting.iter().flat_map(Posting::slots).collect();
                prop_assert_eq!(&members, &model);
            }
        }
    }
}
