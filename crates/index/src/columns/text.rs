//! Texts of a block's assets: each distinct text once, and a code for each slot. A question about texts is asked of the
//! distinct ones; which assets have them is then a walk over the codes.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use fettle_qql::sieve::Sieve;
use fettle_qql::text::sorted_words;

use super::ranks::Ranks;
use super::texts::Texts;
use crate::bits::Bits;

/// Code of "no text".
const NONE: u32 = 0;

#[derive(Debug, Default)]
pub(crate) struct TextColumn {
    codes: Vec<u32>,
    texts: Texts,
    /// Made when it is asked for, gone with the next text that is new.
    ranks: OnceLock<Arc<Ranks>>,
}

impl TextColumn {
    pub(crate) fn get(&self, slot: u16) -> Option<&str> {
        self.text(self.code(slot))
    }

    pub(crate) fn set(&mut self, slot: u16, text: Option<&str>) {
        if self.get(slot) == text {
            return;
        }
        let code = text.map_or(NONE, |text| {
            let (code, is_new) = self.texts.hold(text);
            if is_new {
                self.ranks.take();
            }
            code
        });
        let at = usize::from(slot);
        if self.codes.len() <= at {
            self.codes.resize(at + 1, NONE);
        }
        let before = std::mem::replace(&mut self.codes[at], code);
        self.texts.release(before);
        if self.texts.is_mostly_idle() {
            self.compact();
        }
    }

    fn compact(&mut self) {
        let (texts, new) = self.texts.compacted();
        self.texts = texts;
        self.codes.iter_mut().for_each(|code| *code = new[*code as usize]);
        self.ranks.take();
    }

    /// Gives back memory that was kept for more assets.
    pub(super) fn shrink(&mut self) {
        self.codes.shrink_to_fit();
        self.texts.shrink();
    }

    /// 0: no text; else less than [`TextColumn::code_count`].
    pub(crate) fn code(&self, slot: u16) -> u32 {
        self.codes.get(usize::from(slot)).copied().unwrap_or(NONE)
    }

    /// One more than the highest code.
    pub(crate) const fn code_count(&self) -> usize {
        self.texts.highest_code() + 1
    }

    pub(crate) fn text(&self, code: u32) -> Option<&str> {
        self.texts.get(code)
    }

    /// Slots whose text is one of those that `is_wanted` holds for.
    pub(crate) fn slots_where(&self, is_wanted: impl Fn(&str) -> bool) -> Bits {
        let mut wanted = vec![false; self.code_count()];
        self.texts.held().filter(|(_, text)| is_wanted(text)).for_each(|(code, _)| wanted[code as usize] = true);
        self.slots_of(&wanted)
    }

    /// The same of what `matches`, which holds for nothing that the sieve keeps back.
    pub(crate) fn slots_matching(&self, sieve: &Sieve, matches: impl Fn(&str) -> bool) -> Bits {
        self.slots_of(&self.texts.mark(sieve, matches))
    }

    /// `wanted`: of each code.
    fn slots_of(&self, wanted: &[bool]) -> Bits {
        let mut codes = (0u32..).zip(wanted).filter(|(_, wanted)| **wanted).map(|(code, _)| code);
        match (codes.next(), codes.next()) {
            (None, _) => Bits::default(),
            // Codes of many slots are compared with one at once; a table is asked for each.
            (Some(one), None) => Bits::of_each(&self.codes, |code| *code == one),
            _ => Bits::of_each(&self.codes, |code| wanted[*code as usize]),
        }
    }

    pub(crate) fn slots_with_text(&self) -> Bits {
        Bits::of_each(&self.codes, |code| *code != NONE)
    }

    /// The order of the texts by their words ([`sorted_words`]); texts that differ in other signs alone share a place.
    pub(crate) fn ranks(&self) -> Arc<Ranks> {
        let make = || {
            let codes = self.texts.held().map(|(code, text)| (sorted_words(text), code)).collect();
            Arc::new(Ranks::new(codes, self.code_count(), |left: &String, right| left.cmp(right)))
        };
        Arc::clone(self.ranks.get_or_init(make))
    }

    /// By another order than that of text.
    pub(crate) fn ranks_by(&self, compare: impl Fn(&str, &str) -> Ordering) -> Arc<Ranks> {
        let codes = self.texts.held().map(|(code, text)| (text, code)).collect();
        Arc::new(Ranks::new(codes, self.code_count(), |left: &&str, right| compare(left, right)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fettle_qql::ast::{Style, Value};
    use fettle_qql::text::{WholeMatcher, WordMatcher};
    use proptest::prelude::*;

    use super::*;

    /// A piece of one sign is looked for with what may stand beside it, from the first text on.
    #[test]
    fn a_short_piece_is_found_at_each_edge_of_words() {
        let names = ["7up", "a7", "77", "web-7", "7-web", "a.7.b", "a7b", "b", "7"];
        let mut column = TextColumn::default();
        (0..).zip(names).for_each(|(slot, name)| column.set(slot, Some(name)));
        for (written, expected) in [
            ("*7", vec!["a7", "77", "web-7", "7-web", "a.7.b", "7"]),
            ("7*", vec!["7up", "77", "web-7", "7-web", "a.7.b", "7"]),
            ("7", vec!["web-7", "7-web", "a.7.b", "7"]),
        ] {
            let value =
                Value { text: written.to_owned(), style: Style::Words, span: fettle_qql::span::Span::default() };
            let words = WordMatcher::new(&value);
            let found = column.slots_matching(&Sieve::of_words([&words]), |text| words.matches(text));
            assert_eq!(found.iter().map(|slot| names[usize::from(slot)]).collect::<Vec<_>>(), expected, "{written}");
        }
    }

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
                prop_assert_eq!(column.texts.held().count(), distinct.len());
            }
        }

        /// Names that come and go, so that codes are given anew now and then.
        #[test]
        fn what_is_written_is_found(
            steps in proptest::collection::vec((0u16..80, "[abA é.\\x00-]{0,6}"), 0..400),
            written in "[abAé*?. \\x00-]{1,5}",
        ) {
            let mut column = TextColumn::default();
            let mut plain: BTreeMap<u16, String> = BTreeMap::new();
            for (slot, text) in steps {
                column.set(slot, Some(&text));
                plain.insert(slot, text);
            }
            let value = Value { text: written, style: Style::Words, span: fettle_qql::span::Span::default() };
            let (words, whole) = (WordMatcher::new(&value), WholeMatcher::new(&value));
            let by_words = plain.iter().filter(|(_, text)| words.matches(text)).map(|(slot, _)| *slot);
            let found = column.slots_matching(&Sieve::of_words([&words]), |text| words.matches(text));
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), by_words.collect::<Vec<_>>());
            let as_wholes = plain.iter().filter(|(_, text)| whole.matches(text)).map(|(slot, _)| *slot);
            let found = column.slots_matching(&Sieve::of_wholes([&whole]), |text| whole.matches(text));
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), as_wholes.collect::<Vec<_>>());
            for (slot, text) in &plain {
                prop_assert_eq!(column.get(*slot), Some(text.as_str()));
            }
        }
    }
}
