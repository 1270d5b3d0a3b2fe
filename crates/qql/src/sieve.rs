//! What can be told of many values before any of them is folded and split: a value without the longest piece of what was
//! written matches nothing. Of a million names a query wants few, and most are told apart here; often the piece and the
//! signs beside it tell all.

use memchr::memmem::Finder;

use crate::text::{Glyph, Pattern, Phrase, WholeMatcher, WordMatcher};
use crate::typed::Test;

/// Signs of a piece that most values may have: of two signs it is found as fast without its edges.
const SHORT: usize = 1;
/// Separators for each of which the values may be looked through.
const FEW: usize = 4;

/// Finds all values that may match one of some matchers, and few others.
#[derive(Debug)]
pub struct Sieve {
    /// `None`: everything may match.
    needles: Option<Vec<Needle>>,
}

/// A piece of what was written.
#[derive(Debug)]
pub struct Needle {
    piece: Finder<'static>,
    /// Of a piece that tells all.
    whole: Option<Edges>,
}

/// What stands on either side of a piece: anything, where a `*` was written.
#[derive(Debug, Clone, Copy)]
struct Edges {
    unit: Unit,
    any_before: bool,
    any_behind: bool,
}

/// Of what the piece is the whole, or the part that was written.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Word,
    Value,
}

/// What a piece at one place of a value tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Matches,
    /// It has to be looked at whole.
    Perhaps,
    /// Not by this place.
    No,
}

/// Tells of one text whether a test holds.
pub type Matches<'t> = Box<dyn Fn(&str) -> bool + 't>;

impl Sieve {
    /// Of a test of texts, with what tells the rest; `None`: it asks for something else.
    pub fn of_test(test: &Test) -> Option<(Self, Matches<'_>)> {
        match test {
            Test::Words(asked) => Some((
                Self::of_words(asked.iter().map(|asked| &asked.matcher)),
                Box::new(|text| asked.iter().any(|asked| asked.matcher.matches(text))),
            )),
            Test::Whole(asked) => Some((
                Self::of_wholes(asked.iter().map(|asked| &asked.matcher)),
                Box::new(|text| asked.iter().any(|asked| asked.matcher.matches(text))),
            )),
            _ => None,
        }
    }

    pub fn of_words<'m>(matchers: impl IntoIterator<Item = &'m WordMatcher>) -> Self {
        Self::new(matchers.into_iter().flat_map(|matcher| match matcher {
            WordMatcher::AnyOf(phrases) => phrases.iter().map(Needle::of_phrase).collect(),
            WordMatcher::Any | WordMatcher::Exact(_) => vec![None],
        }))
    }

    pub fn of_wholes<'m>(matchers: impl IntoIterator<Item = &'m WholeMatcher>) -> Self {
        Self::new(matchers.into_iter().map(|matcher| match matcher {
            WholeMatcher::Fits(pattern) => Needle::of_pattern(pattern, Unit::Value),
            WholeMatcher::Any | WholeMatcher::Exact(_) => None,
        }))
    }

    fn new(needles: impl Iterator<Item = Option<Needle>>) -> Self {
        // A control character stands in no value, as a rule, and may be what stands between two.
        let is_clean = |needle: &Needle| !needle.piece.needle().iter().any(u8::is_ascii_control);
        Self { needles: needles.map(|needle| needle.filter(is_clean)).collect() }
    }

    /// A value of ASCII without any of these matches nothing; `None`: everything may match. Other values fold otherwise
    /// than byte by byte, and may match without one.
    pub fn needles(&self) -> Option<&[Needle]> {
        self.needles.as_deref()
    }
}

impl Needle {
    /// A phrase without a word stands in no value, and has no needle.
    fn of_phrase(phrase: &Phrase) -> Option<Self> {
        match phrase.words() {
            [word] => Self::of_pattern(word, Unit::Word),
            words => Some(Self::of_piece(&longest(words.iter().filter_map(piece))?, None)),
        }
    }

    fn of_pattern(pattern: &Pattern, unit: Unit) -> Option<Self> {
        let whole = match pattern.glyphs() {
            [Glyph::Many, inner @ .., Glyph::Many] => Some((inner, true, true)),
            [Glyph::Many, inner @ ..] => Some((inner, true, false)),
            [inner @ .., Glyph::Many] => Some((inner, false, true)),
            inner => Some((inner, false, false)),
        };
        let is_told = |glyph: &Glyph| matches!(glyph, Glyph::Is(c) if c.is_ascii());
        let whole = whole.filter(|(inner, ..)| inner.iter().all(is_told));
        let edges = whole.map(|(_, any_before, any_behind)| Edges { unit, any_before, any_behind });
        Some(Self::of_piece(&piece(pattern)?, edges))
    }

    fn of_piece(piece: &str, whole: Option<Edges>) -> Self {
        Self { piece: Finder::new(piece.as_bytes()).into_owned(), whole }
    }

    /// How it is found among values in which no other signs than `separators` stand between words, and `end` behind each
    /// value, which is one of them: each way by other text, that begins so many places before the piece. A short piece
    /// stands in many values, and in few at an edge. What no sign is before is not found by each of the ways.
    pub fn ways(&self, separators: &[u8], end: u8) -> Vec<(Finder<'static>, usize)> {
        let piece = self.piece.needle();
        let separators = match self.whole {
            Some(Edges { unit: Unit::Value, .. }) => &[end],
            _ => separators,
        };
        let edges = self.whole.filter(|_| piece.len() <= SHORT && separators.len() <= FEW);
        let with = |before: &[u8], behind: &[u8]| Finder::new(&[before, piece, behind].concat()).into_owned();
        match edges {
            Some(Edges { any_before: true, any_behind: false, .. }) => {
                separators.iter().map(|sign| (with(b"", &[*sign]), 0)).collect()
            }
            Some(Edges { any_before: false, any_behind: true, .. }) => {
                separators.iter().map(|sign| (with(&[*sign], b""), 1)).collect()
            }
            _ => vec![(self.piece.clone(), 0)],
        }
    }

    /// Does lower-case text begin with the piece?
    pub fn begins(&self, lower: &[u8]) -> bool {
        lower.starts_with(self.piece.needle())
    }

    /// What the piece at a place of lower-case text tells of the value there, if that is of ASCII. `end` stands behind each
    /// value and in none.
    pub fn tell(&self, lower: &[u8], at: usize, end: u8) -> Told {
        let Some(edges) = self.whole else { return Told::Perhaps };
        let ends = |sign: Option<&u8>| match (edges.unit, sign) {
            (_, None) => true,
            (Unit::Word, Some(sign)) => !sign.is_ascii_alphanumeric(),
            (Unit::Value, Some(sign)) => *sign == end,
        };
        let before = at.checked_sub(1).and_then(|at| lower.get(at));
        let behind = lower.get(at + self.piece.needle().len());
        if (edges.any_before || ends(before)) && (edges.any_behind || ends(behind)) { Told::Matches } else { Told::No }
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

/// Of several that are as long the last: numbers stand at the end of names, and tell more than what is before them.
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

    /// What the sieve and its needles tell of a value of ASCII, place by place.
    fn told(sieve: &Sieve, value: &str) -> Told {
        let Some(needles) = sieve.needles() else { return Told::Perhaps };
        let lower = value.to_ascii_lowercase().into_bytes();
        let places = needles.iter().flat_map(|needle| {
            let places = (0..=lower.len()).filter(|at| needle.begins(&lower[*at..]));
            places.map(|at| needle.tell(&lower, at, b'\0')).collect::<Vec<_>>()
        });
        let all: Vec<Told> = places.collect();
        let strongest = [Told::Matches, Told::Perhaps].into_iter().find(|told| all.contains(told));
        strongest.unwrap_or(Told::No)
    }

    proptest! {
        #[test]
        fn what_is_told_is_so(
            written in "[aBé*?. -]{1,8}",
            quoted in any::<bool>(),
            values in proptest::collection::vec("[abA. -]{0,10}", 1..20),
        ) {
            let written = value(&written, if quoted { Style::Quoted } else { Style::Words });
            let (words, whole) = (WordMatcher::new(&written), WholeMatcher::new(&written));
            let (of_words, of_wholes) = (Sieve::of_words([&words]), Sieve::of_wholes([&whole]));
            for value in values {
                for (told, matches) in
                    [(told(&of_words, &value), words.matches(&value)), (told(&of_wholes, &value), whole.matches(&value))]
                {
                    prop_assert!(told != Told::No || !matches, "{value}");
                    prop_assert!(told != Told::Matches || matches, "{value}");
                }
            }
        }
    }

    #[test]
    fn most_of_what_does_not_match_is_held_back() {
        let told_of = |written: &str, text: &str| {
            let words = WordMatcher::new(&value(written, Style::Words));
            told(&Sieve::of_words([&words]), text)
        };
        assert_eq!(told_of("*Web-01", "old-WEB-01"), Told::Perhaps);
        assert_eq!((told_of("*Web-01", "old-mail-01"), told_of("*Web-01", "")), (Told::No, Told::No));
        assert_eq!((told_of("*99", "host-1199"), told_of("*99", "host-1991")), (Told::Matches, Told::No));
        assert_eq!((told_of("user1*", "user12"), told_of("user1*", "auser12")), (Told::Matches, Told::No));
        assert_eq!((told_of("4711", "host-4711.old"), told_of("4711", "host-47111")), (Told::Matches, Told::No));
    }
}
