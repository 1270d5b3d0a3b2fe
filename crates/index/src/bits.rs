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

    /// Places of a slice, which are slots, whose value is wanted.
    pub(crate) fn of_each<T>(values: &[T], is_wanted: impl Fn(&T) -> bool) -> Self {
        let word = |values: &[T]| {
            values.iter().enumerate().fold(0, |word, (bit, value)| word | u64::from(is_wanted(value)) << bit)
        };
        Self(values.chunks(WORD).map(word).collect())
    }

    pub(crate) fn clear(&mut self, slot: u16) {
        if let Some(word) = self.0.get_mut(usize::from(slot) / WORD) {
            *word &= !(1 << (usize::from(slot) % WORD));
        }
    }

    pub(crate) fn contains(&self, slot: u16) -> bool {
        self.0.get(usize::from(slot) / WORD).is_some_and(|word| word >> (usize::from(slot) % WORD) & 1 == 1)
    }

    /// Of a block's bitmap, whose members are slots.
    pub(crate) fn insert_all(&mut self, slots: &RoaringBitmap) {
        let Some(highest) = slots.max() else { return };
        self.insert(slot_of(highest));
        if slots.len() > DENSE && self.insert_words(slots) {
            return;
        }
        // Many at a time: one by one they cost three times as much.
        let mut buffer = [0; 256];
        let mut members = slots.iter();
        loop {
            let some = members.next_many(&mut buffer);
            if some.is_empty() {
                return;
            }
            for slot in some.iter().map(|slot| *slot as usize) {
                self.0[slot / WORD] |= 1 << (slot % WORD);
            }
        }
    }

    /// Joins whole words, for which a bitmap is written down: it has no other way to its words, and one by one the members
    /// of a dense one take most of the time of a judgement. False, and nothing is done, where it is written in another form.
    ///
    /// Source of the form: `RoaringFormatSpec`, "no run containers": a cookie, the number of containers, key and size and place
    /// of each, and then, of one with more than 4,096 members, its 1,024 words. All numbers are little-endian.
    fn insert_words(&mut self, slots: &RoaringBitmap) -> bool {
        const COOKIE: u32 = 12_346;
        const HEAD: usize = 16;
        WRITTEN.with_borrow_mut(|written| {
            written.clear();
            slots.serialize_into(&mut *written).expect("memory is the only thing that writing needs");
            let begin = [COOKIE.to_le_bytes(), 1u32.to_le_bytes()].concat();
            if !written.starts_with(&begin) || written.len() != HEAD + WORDS * size_of::<u64>() {
                return false;
            }
            let (words, _) = written[HEAD..].as_chunks();
            self.0.iter_mut().zip(words).for_each(|(word, bytes)| *word |= u64::from_le_bytes(*bytes));
            true
        })
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

    #[test]
    fn dense_and_sparse_bitmaps_are_joined_alike() {
        for (step, highest) in [(1, 5_000), (3, 65_535), (7, 60_000), (20, 65_535)] {
            let bitmap: RoaringBitmap = (0..=highest).step_by(step).collect();
            let mut bits: Bits = [1, 9].into_iter().collect();
            bits.insert_all(&bitmap);
            let expected = bitmap | RoaringBitmap::from([1, 9]);
            assert_eq!(bits.iter().map(u32::from).collect::<RoaringBitmap>(), expected, "every {step} up to {highest}");
            let written = expected.len() > DENSE;
            assert_eq!(Bits::default().insert_words(&expected), written, "every {step} up to {highest}");
        }
    }
}
