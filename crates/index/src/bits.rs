//! Sets of slots for work on whole blocks: one bit each, up to the highest slot. Postings stay in their compact forms;
//! while rules are judged a set is put together and cut many times, which is fastest on plain words.

use std::cell::RefCell;

use roaring::RoaringBitmap;

use crate::posting::slot_of;

const WORD: usize = 64;
/// Of a whole block.
const WORDS: usize = 1_024;
/// Bitmaps with more members keep them as words.
const DENSE: u64 = 4_096;
/// So few members are told one by one.
const FEW: u64 = 64;

thread_local! {
    /// A bitmap, written down.
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Words behind the last may be absent: they are 0. Equal ones are the same set; others may be, too.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) const EMPTY: Self = Self(Vec::new());

    pub(crate) fn insert(&mut self, slot: u16) {
        let word = usize::from(slot) / WORD;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (usize::from(slot) % WORD);
    }

    /// Places of a slice, which are slots, whose value is wanted. Fastest where `is_wanted` does not branch: several values
    /// are then compared at once.
    pub(crate) fn of_each<T>(values: &[T], is_wanted: impl Fn(&T) -> bool) -> Self {
        let (whole, rest) = values.as_chunks::<WORD>();
        let word = |values: &[T]| {
            let mut flags = [0; WORD];
            flags.iter_mut().zip(values).for_each(|(flag, value)| *flag = u8::from(is_wanted(value)));
            word_of(&flags)
        };
        let rest = (!rest.is_empty()).then(|| word(rest));
        Self(whole.iter().map(|values| word(values)).chain(rest).collect())
    }

    pub(crate) fn clear(&mut self, slot: u16) {
        if let Some(word) = self.0.get_mut(usize::from(slot) / WORD) {
            *word &= !(1 << (usize::from(slot) % WORD));
        }
    }

    /// Its memory stays.
    pub(crate) fn clear_all(&mut self) {
        self.0.clear();
    }

    pub(crate) fn contains(&self, slot: u16) -> bool {
        self.0.get(usize::from(slot) / WORD).is_some_and(|word| word >> (usize::from(slot) % WORD) & 1 == 1)
    }

    /// Of a block's bitmap, whose members are slots.
    pub(crate) fn insert_all(&mut self, slots: &RoaringBitmap) {
        let Some(highest) = slots.max() else { return };
        self.insert(slot_of(highest));
        if slots.len() > FEW && self.insert_written(slots) {
            return;
        }
        slots.iter().for_each(|slot| self.set(slot_of(slot)));
    }

    /// Joins what a bitmap is written down as, for it has no other way to its words and members: one by one they take most
    /// of the time of a judgement. False, and nothing is done, where it is written in another form.
    ///
    /// Source of the form: `RoaringFormatSpec`, "no run containers": a cookie, the number of containers, key and size and place
    /// of each, and then, of one with more than 4,096 members, its 1,024 words, of others their 16-bit numbers. All
    /// numbers are little-endian.
    fn insert_written(&mut self, slots: &RoaringBitmap) -> bool {
        const COOKIE: u32 = 12_346;
        const HEAD: usize = 16;
        WRITTEN.with_borrow_mut(|written| {
            written.clear();
            slots.serialize_into(&mut *written).expect("memory is the only thing that writing needs");
            let begin = [COOKIE.to_le_bytes(), 1u32.to_le_bytes()].concat();
            let count = usize::try_from(slots.len()).expect("slots of a block");
            let content = if slots.len() > DENSE { WORDS * size_of::<u64>() } else { count * size_of::<u16>() };
            if !written.starts_with(&begin) || written.len() != HEAD + content {
                return false;
            }
            if slots.len() > DENSE {
                let (words, _) = written[HEAD..].as_chunks();
                self.0.iter_mut().zip(words).for_each(|(word, bytes)| *word |= u64::from_le_bytes(*bytes));
            } else {
                let (members, _) = written[HEAD..].as_chunks();
                for bytes in members {
                    self.set(u16::from_le_bytes(*bytes));
                }
            }
            true
        })
    }

    /// Of a slot that is not above the highest.
    fn set(&mut self, slot: u16) {
        self.0[usize::from(slot) / WORD] |= 1 << (usize::from(slot) % WORD);
    }

    pub(crate) fn of_bitmap(slots: &RoaringBitmap) -> Self {
        let mut bits = Self::default();
        bits.insert_all(slots);
        bits
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub(crate) fn add(&mut self, others: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&others.0);
            return;
        }
        self.grow(others);
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word |= other);
    }

    pub(crate) fn keep(&mut self, others: &Self) {
        self.0.truncate(others.0.len());
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word &= other);
    }

    pub(crate) fn remove(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word &= !other);
    }

    pub(crate) fn flip(&mut self, others: &Self) {
        self.grow(others);
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word ^= other);
    }

    pub(crate) fn and(&self, others: &Self) -> Self {
        Self(self.0.iter().zip(&others.0).map(|(word, other)| word & other).collect())
    }

    pub(crate) fn meets(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).any(|(word, other)| word & other != 0)
    }

    pub(crate) fn without(&self, others: &Self) -> Self {
        let mut rest = self.clone();
        rest.remove(others);
        rest
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.wrapping_sub(1);
                (bit < WORD).then(|| u16::try_from(at * WORD + bit).expect("a slot's word"))
            })
        })
    }

    pub(crate) fn to_bitmap(&self) -> RoaringBitmap {
        if self.is_empty() {
            return RoaringBitmap::new();
        }
        let mut bytes = Vec::with_capacity(self.0.len() * size_of::<u64>());
        self.0.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
        RoaringBitmap::from_lsb0_bytes(0, &bytes)
    }

    fn grow(&mut self, others: &Self) {
        if self.0.len() < others.0.len() {
            self.0.resize(others.0.len(), 0);
        }
    }
}

/// One bit for each flag, which is 0 or 1. Of eight bytes at a time: the product's highest byte adds up each of them at a
/// place of its own.
fn word_of(flags: &[u8; WORD]) -> u64 {
    const PLACES: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = flags.as_chunks::<8>();
    let byte = |flags: &[u8; 8]| u64::from_le_bytes(*flags).wrapping_mul(PLACES) >> 56;
    eights.iter().enumerate().fold(0, |word, (at, flags)| word | byte(flags) << (8 * at))
}

impl FromIterator<u16> for Bits {
    fn from_iter<T: IntoIterator<Item = u16>>(slots: T) -> Self {
        let mut bits = Self::default();
        slots.into_iter().for_each(|slot| bits.insert(slot));
        bits
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set() -> impl Strategy<Value = BTreeSet<u16>> {
        proptest::collection::btree_set(prop_oneof![0u16..200, any::<u16>()], 0..30)
    }

    fn changed(set: &BTreeSet<u16>, change: impl Fn(&mut Bits)) -> Vec<u16> {
        let mut bits: Bits = set.iter().copied().collect();
        change(&mut bits);
        bits.iter().collect()
    }

    proptest! {
        #[test]
        fn behaves_as_a_set(left in set(), right in set()) {
            let others: Bits = right.iter().copied().collect();
            let of = |slots: Vec<u16>| slots.into_iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(of(changed(&left, |bits| bits.add(&others))), &left | &right);
            prop_assert_eq!(of(changed(&left, |bits| bits.keep(&others))), &left & &right);
            prop_assert_eq!(of(changed(&left, |bits| *bits = bits.and(&others))), &left & &right);
            prop_assert_eq!(of(changed(&left, |bits| *bits = bits.without(&others))), &left - &right);
            prop_assert_eq!(of(changed(&left, |bits| bits.flip(&others))), &left ^ &right);
            let bits: Bits = left.iter().copied().collect();
            prop_assert_eq!((bits.len(), bits.is_empty()), (left.len() as u64, left.is_empty()));
            prop_assert_eq!(bits.to_bitmap(), left.iter().copied().map(u32::from).collect::<RoaringBitmap>());
        }
    }

    proptest! {
        #[test]
        fn places_of_a_slice_are_its_wanted_values(values in proptest::collection::vec(0u8..3, 0..300)) {
            let places = (0u16..).zip(&values).filter(|(_, value)| **value == 1).map(|(place, _)| place);
            let found = Bits::of_each(&values, |value| *value == 1);
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), places.collect::<Vec<_>>());
        }
    }

    #[test]
    fn dense_and_sparse_bitmaps_are_joined_alike() {
        for (step, highest) in [(1, 5_000), (3, 65_535), (7, 60_000), (20, 65_535), (2_000, 65_535)] {
            let bitmap: RoaringBitmap = (0..=highest).step_by(step).collect();
            let mut bits: Bits = [1, 9].into_iter().collect();
            bits.insert_all(&bitmap);
            let expected = bitmap | RoaringBitmap::from([1, 9]);
            assert_eq!(bits.iter().map(u32::from).collect::<RoaringBitmap>(), expected, "every {step} up to {highest}");
            let mut bits = Bits::default();
            bits.insert(u16::MAX);
            assert!(bits.insert_written(&expected), "every {step} up to {highest}");
        }
    }
}
