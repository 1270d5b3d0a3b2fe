//! What can be told of many values before any of them is folded and split: a value without the longest piece of what was
//! written matches nothing. Of a million names a query wants few, and most are told apart here.

use memchr::memmem::Finder;

use crate::text::{Glyph, Pattern, WholeMatcher, WordMatcher};

/// Longer values are not sieved.
const MOST: usize = 256;

/// Lets all values through that may match one of some matchers, and few others.
#[derive(Debug)]
pub struct Sieve {
    /// One for each phrase, in lower case; `None`: everything comes through.
    pieces: Option<Vec<Finder<'static>>>,
}

impl Sieve {
    pub fn of_words<'m>(matchers: impl IntoIterator<Item = &'m WordMatcher>) -> Self {
        Self::new(matchers.into_iter().flat_map(|matcher| match matcher {
            WordMatcher::AnyOf(phrases) => {
                phrases.iter().map(|phrase| longest(phrase.words().iter().filter_map(piece))).collect()
            }
            WordMatcher::Any | WordMatcher::Exact(_) => vec![None],
        }))
    }

    pub fn of_wholes<'m>(matchers: impl IntoIterator<Item = &'m WholeMatcher>) -> Self {
        Self::new(matchers.into_iter().map(|matcher| match matcher {
            WholeMatcher::Fits(pattern) => piece(pattern),
            WholeMatcher::Any | WholeMatcher::Exact(_) => None,
        }))
    }

    fn new(pieces: impl Iterator<Item = Option<String>>) -> Self {
        let finder = |piece: String| Finder::new(piece.as_bytes()).into_owned();
        Self { pieces: pieces.map(|piece| piece.map(finder)).collect() }
    }

    /// False: no matcher matches the value.
    pub fn may_match(&self, value: &str) -> bool {
        let Some(pieces) = &self.pieces else { return true };
        // What is not ASCII folds otherwise than byte by byte.
        if value.len() > MOST || !value.is_ascii() {
            return true;
        }
        let mut lower = [0; MOST];
        let lower = &mut lower[..value.len()];
        lower.copy_from_slice(value.as_bytes());
        lower.make_ascii_lowercase();
        pieces.iter().any(|piece| piece.find(lower).is_some())
    }
}

/// The longest text that stands in everything that fits the pattern.
fn piece(pattern: &Pattern) -> Option<String> {
    let runs = pattern.glyphs().split(|glyph| !matches!(glyph, Glyph::Is(_)));
    longest(runs.map(|run| {
        let characters = run.iter().filter_map(|glyph| match glyph {
            Glyph::Is(c) => Some(*c),
            Glyph::One | Glyph::Many => None,
        });
        characters.collect()
    }))
}

fn longest(pieces: impl Iterator<Item = String>) -> Option<String> {
    pieces.max_by_key(String::len).filter(|piece| !piece.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ast::{Style, Value};

    fn value(text: &str, style: Style) -> Value {
        Value { text: text.to_owned(), style, span: crate::span::Span::default() }
    }

    proptest! {
        #[test]
        fn what_matches_comes_through(
            written in "[aBé*?. -]{1,8}",
            quoted in any::<bool>(),
            values in proptest::collection::vec("[abAé. -]{0,10}", 1..20),
        ) {
            let written = value(&written, if quoted { Style::Quoted } else { Style::Words });
            let (words, whole) = (WordMatcher::new(&written), WholeMatcher::new(&written));
            let (of_words, of_wholes) = (Sieve::of_words([&words]), Sieve::of_wholes([&whole]));
            for value in values {
                prop_assert!(of_words.may_match(&value) || !words.matches(&value), "{value}");
                prop_assert!(of_wholes.may_match(&value) || !whole.matches(&value), "{value}");
            }
        }
    }

    #[test]
    fn most_of_what_does_not_match_is_held_back() {
        let words = WordMatcher::new(&value("*Web-01", Style::Words));
        let sieve = Sieve::of_words([&words]);
        assert!(sieve.may_match("old-WEB-01"));
        assert!(!sieve.may_match("old-mail-01") && !sieve.may_match(""));
    }
}
