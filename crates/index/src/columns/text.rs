//! Texts of a block's assets: each distinct text once, and a code for each slot. A question about texts is asked of the
//! distinct ones; which assets have them is then a walk over the codes.

use std::cmp::Ordering;
use std::hash::BuildHasher as _;
use std::sync::{Arc, OnceLock};

use fettle_qql::text::sorted_words;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::bits::Bits;

/// Code of "no text".
const NONE: u32 = 0;

#[derive(Debug, Default)]
pub(crate) struct TextColumn {
    codes: Vec<u32>,
    /// Code `n` stands at `n - 1`.
    texts: Vec<Held>,
    by_text: HashTable<u32>,
    free: Vec<u32>,
    /// Made when it is asked for, gone with the next text that is new.
    ranks: OnceLock<Arc<Ranks>>,
}

#[derive(Debug)]
struct Held {
    text: Box<str>,
    holders: u32,
}

/// Places of texts in an order.
#[derive(Debug)]
pub(crate) struct Ranks {
    /// By code; that of code 0 is the last.
    of_code: Box<[u32]>,
    /// Of each place one of the codes.
    codes: Box<[u32]>,
}

impl Ranks {
    fn new<T>(mut codes: Vec<(T, u32)>, count: usize, compare: impl Fn(&T, &T) -> Ordering) -> Self {
        codes.sort_unstable_by(|left, right| compare(&left.0, &right.0).then(left.1.cmp(&right.1)));
        let mut of_code = vec![u32::MAX; count];
        let mut first = Vec::new();
        for (rank, run) in (0u32..).zip(codes.chunk_by(|left, right| compare(&left.0, &right.0).is_eq())) {
            for (_, code) in run {
                of_code[*code as usize] = rank;
            }
            first.push(run[0].1);
        }
        Self { of_code: of_code.into(), codes: first.into() }
    }

    /// None of code 0.
    pub(crate) fn of(&self, code: u32) -> Option<u32> {
        self.of_code.get(code as usize).copied().filter(|rank| *rank != u32::MAX)
    }

    /// How many places are before a text, and whether the next place is its own, where `compare` holds the text of a code
    /// against it.
    pub(crate) fn find(&self, compare: impl Fn(u32) -> Ordering) -> (u32, bool) {
        let before = self.codes.partition_point(|code| compare(*code).is_lt());
        let is_own = self.codes.get(before).is_some_and(|code| compare(*code).is_eq());
        (u32::try_from(before).expect("no more texts than slots"), is_own)
    }
}

impl TextColumn {
    pub(crate) fn get(&self, slot: u16) -> Option<&str> {
        self.text(self.code(slot))
    }

    pub(crate) fn set(&mut self, slot: u16, text: Option<&str>) {
        if self.get(slot) == text {
            return;
        }
        let code = text.map_or(NONE, |text| self.hold(text));
        let at = usize::from(slot);
        if self.codes.len() <= at {
            self.codes.resize(at + 1, NONE);
        }
        let before = std::mem::replace(&mut self.codes[at], code);
        self.release(before);
    }

    /// 0: no text; else less than [`TextColumn::code_count`].
    pub(crate) fn code(&self, slot: u16) -> u32 {
        self.codes.get(usize::from(slot)).copied().unwrap_or(NONE)
    }

    /// One more than the highest code.
    pub(crate) fn code_count(&self) -> usize {
        self.texts.len() + 1
    }

    pub(crate) fn text(&self, code: u32) -> Option<&str> {
        let held = self.texts.get(usize::try_from(code).ok()?.checked_sub(1)?)?;
        (held.holders > 0).then_some(&*held.text)
    }

    /// Slots whose text is one of those that `is_wanted` holds for.
    pub(crate) fn slots_where(&self, mut is_wanted: impl FnMut(&str) -> bool) -> Bits {
        let mut wanted = vec![false; self.code_count()];
        let mut any = false;
        for (code, _) in self.held().filter(|(_, text)| is_wanted(text)) {
            wanted[code as usize] = true;
            any = true;
        }
        if any { Bits::of_each(&self.codes, |code| wanted[*code as usize]) } else { Bits::default() }
    }

    pub(crate) fn slots_with_text(&self) -> Bits {
        Bits::of_each(&self.codes, |code| *code != NONE)
    }

    /// The order of the texts by their words ([`sorted_words`]); texts that differ in other signs alone share a place.
    pub(crate) fn ranks(&self) -> Arc<Ranks> {
        let make = || {
            let codes = self.held().map(|(code, text)| (sorted_words(text), code)).collect();
            Arc::new(Ranks::new(codes, self.code_count(), |left: &String, right| left.cmp(right)))
        };
        Arc::clone(self.ranks.get_or_init(make))
    }

    /// By another order than that of text.
    pub(crate) fn ranks_by(&self, compare: impl Fn(&str, &str) -> Ordering) -> Arc<Ranks> {
        let codes = self.held().map(|(code, text)| (text, code)).collect();
        Arc::new(Ranks::new(codes, self.code_count(), |left: &&str, right| compare(left, right)))
    }

    fn held(&self) -> impl Iterator<Item = (u32, &str)> {
        (1u32..).zip(&self.texts).filter(|(_, held)| held.holders > 0).map(|(code, held)| (code, &*held.text))
    }

    fn hold(&mut self, text: &str) -> u32 {
        let Self { texts, by_text, free, ranks, .. } = self;
        let held = |code: u32| &texts[code as usize - 1];
        if let Some(code) = by_text.find(hash(text), |code| &*held(*code).text == text).copied() {
            texts[code as usize - 1].holders += 1;
            return code;
        }
        ranks.take();
        let new = Held { text: text.into(), holders: 1 };
        let code = if let Some(code) = free.pop() {
            texts[code as usize - 1] = new;
            code
        } else {
            texts.push(new);
            u32::try_from(texts.len()).expect("no more texts than slots")
        };
        by_text.insert_unique(hash(text), code, |code| hash(&texts[*code as usize - 1].text));
        code
    }

    fn release(&mut self, code: u32) {
        let Some(held) = (code as usize).checked_sub(1).and_then(|at| self.texts.get_mut(at)) else { return };
        held.holders -= 1;
        if held.holders == 0 {
            if let Ok(entry) = self.by_text.find_entry(hash(&held.text), |other| *other == code) {
                entry.remove();
            }
            held.text = Box::default();
            self.free.push(code);
        }
    }
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_map(steps in proptest::collection::vec((0u16..20, proptest::option::of("[ab]{0,2}")), 0..80)) {
            let mut column = TextColumn::default();
            let mut plain: BTreeMap<u16, String> = BTreeMap::new();
            for (slot, text) in steps {
                column.set(slot, text.as_deref());
                match text {
                    Some(text) => plain.insert(slot, text),
                    None => plain.remove(&slot),
                };
                for slot in 0..20 {
                    prop_assert_eq!(column.get(slot), plain.get(&slot).map(String::as_str));
                }
                let with_a = plain.iter().filter(|(_, text)| text.contains('a')).map(|(slot, _)| *slot);
                let found: Vec<u16> = column.slots_where(|text| text.contains('a')).iter().collect();
                prop_assert_eq!(found, with_a.collect::<Vec<_>>());
                prop_assert_eq!(column.slots_with_text().len(), plain.len() as u64);
                let ranks = column.ranks();
                let rank = |slot: u16| ranks.of(column.code(slot)).expect("it has a text");
                for (left, right) in plain.keys().zip(plain.keys().skip(1)) {
                    prop_assert_eq!(rank(*left).cmp(&rank(*right)), plain[left].cmp(&plain[right]));
                }
                let distinct: std::collections::BTreeSet<_> = plain.values().collect();
                prop_assert_eq!(column.by_text.len(), distinct.len());
                prop_assert!(column.texts.len() - column.free.len() == distinct.len());
            }
        }
    }
}
