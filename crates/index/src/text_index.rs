//! Things by a text that they have: what a query asks of it is asked of each distinct text, all at once, and not of each
//! thing.

use fettle_qql::sieve::Sieve;
use fettle_qql::typed::Test;
use roaring::{MultiOps as _, RoaringBitmap};

use crate::columns::Texts;

/// Numbers of things by one of their texts. A thing may have several.
#[derive(Debug, Default)]
pub(crate) struct TextIndex {
    texts: Texts,
    /// By code.
    having: Vec<Having>,
}

/// Who has a text. A bitmap of one member takes 231 bytes, and many a text is of one thing alone.
#[derive(Debug, Clone, Default)]
enum Having {
    #[default]
    Nobody,
    One(u32),
    Many(RoaringBitmap),
}

impl TextIndex {
    /// An empty text is none.
    pub(crate) fn insert(&mut self, text: &str, thing: u32) {
        if text.is_empty() || self.texts.code_of(text).is_some_and(|code| self.having[code as usize].contains(thing)) {
            return;
        }
        let (code, _) = self.texts.hold(text);
        let at = code as usize;
        if self.having.len() <= at {
            self.having.resize(at + 1, Having::Nobody);
        }
        self.having[at].insert(thing);
    }

    pub(crate) fn remove(&mut self, text: &str, thing: u32) {
        let Some(code) = self.texts.code_of(text) else { return };
        if self.having[code as usize].remove(thing) {
            self.texts.release(code);
        }
        if self.texts.is_mostly_idle() {
            let (texts, new) = self.texts.compacted();
            let mut having = vec![Having::Nobody; texts.highest_code() + 1];
            for (before, now) in std::mem::take(&mut self.having).into_iter().zip(new).filter(|(_, now)| *now > 0) {
                having[now as usize] = before;
            }
            (self.texts, self.having) = (texts, having);
        }
    }

    /// Things with a text for which the test holds; `None`: it is no test of texts, or holds where there is none.
    pub(crate) fn having(&self, test: &Test) -> Option<RoaringBitmap> {
        if *test == Test::Present {
            return Some(self.of_codes(&vec![true; self.having.len()]));
        }
        let (sieve, matches) = Sieve::of_test(test)?;
        Some(self.of_codes(&self.texts.mark(&sieve, matches)))
    }

    fn of_codes(&self, wanted: &[bool]) -> RoaringBitmap {
        let wanted = || self.having.iter().zip(wanted).filter(|(_, wanted)| **wanted).map(|(having, _)| having);
        let many = wanted().filter_map(|having| if let Having::Many(things) = having { Some(things) } else { None });
        let one = wanted().filter_map(|having| if let Having::One(thing) = having { Some(*thing) } else { None });
        let mut one: Vec<u32> = one.collect();
        one.sort_unstable();
        let mut things = many.union();
        things.extend(one);
        things
    }
}

impl Having {
    fn contains(&self, thing: u32) -> bool {
        match self {
            Self::Nobody => false,
            Self::One(one) => *one == thing,
            Self::Many(many) => many.contains(thing),
        }
    }

    fn insert(&mut self, thing: u32) {
        match self {
            Self::Nobody => *self = Self::One(thing),
            Self::One(one) if *one == thing => {}
            Self::One(one) => *self = Self::Many(RoaringBitmap::from_iter([*one, thing])),
            Self::Many(many) => drop(many.insert(thing)),
        }
    }

    /// False where it was not among them.
    fn remove(&mut self, thing: u32) -> bool {
        match self {
            Self::Nobody => false,
            Self::One(one) => {
                let is_there = *one == thing;
                if is_there {
                    *self = Self::Nobody;
                }
                is_there
            }
            Self::Many(many) => many.remove(thing),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fettle_qql::ast::{Style, Value};
    use fettle_qql::text::WordMatcher;
    use fettle_qql::typed::Asked;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Texts that come and go, so that codes are given anew now and then.
        #[test]
        fn finds_who_has_the_text(
            steps in proptest::collection::vec((any::<bool>(), 0u32..40, "[abA -]{0,3}"), 0..600),
            written in "[abA*-]{1,3}",
        ) {
            let (mut index, mut plain) = (TextIndex::default(), BTreeSet::new());
            for (is_new, thing, text) in steps {
                if is_new {
                    index.insert(&text, thing);
                    plain.insert((thing, text));
                } else {
                    index.remove(&text, thing);
                    plain.remove(&(thing, text));
                }
            }
            let value = Value { text: written, style: Style::Words, span: fettle_qql::span::Span::default() };
            let matcher = WordMatcher::new(&value);
            let having = |matches: &dyn Fn(&str) -> bool| -> BTreeSet<u32> {
                plain.iter().filter(|(_, text)| !text.is_empty() && matches(text)).map(|(thing, _)| *thing).collect()
            };
            let found = |test: &Test| index.having(test).expect("a test of texts").iter().collect::<BTreeSet<u32>>();
            prop_assert_eq!(found(&Test::Present), having(&|_| true));
            let expected = having(&|text| matcher.matches(text));
            prop_assert_eq!(found(&Test::Words(vec![Asked { written: value, matcher }])), expected);
        }
    }
}
