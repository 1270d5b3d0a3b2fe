//! How written text is held against values (`qql.md` 3.1). Every evaluator uses these, so that the same text means the
//! same everywhere.
//!
//! Text is compared in NFC and with Unicode's full case folding. The words of a value are its longest runs of letters,
//! digits and the marks that belong to them.

use std::borrow::Cow;

use unicase::UniCase;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::ast::{Style, Value};

/// `text` in NFC.
pub fn composed(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    }
}

/// `text` in NFC and without case: what two texts that differ in case alone have in common.
pub fn folded(text: &str) -> String {
    as_folded(text).into_owned()
}

/// The same; most texts are as they are folded.
fn as_folded(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        let folded = UniCase::unicode(composed(text)).to_folded_case();
        return Cow::Owned(composed(&folded));
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The words of a folded value, in order. A posting per word answers every query about words.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c| !is_of_word(c)).filter(|word| !word.is_empty())
}

/// By what values of kind `text` are sorted: their words, joined by single blanks. Those of kind `keyword` are sorted by
/// [`folded`].
pub fn sorted_words(text: &str) -> String {
    let folded = folded(text);
    let mut joined = String::with_capacity(folded.len());
    for word in words(&folded) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// One character of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Glyph {
    Is(char),
    /// `?`: one character.
    One,
    /// `*`: any number of characters, none too.
    Many,
}

/// A pattern over folded text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(Vec<Glyph>);

impl Pattern {
    /// `*` and `?` of unquoted text are wildcards.
    pub fn new(text: &str, style: Style) -> Self {
        let glyph = |c| match (c, style) {
            ('*', Style::Words) => Glyph::Many,
            ('?', Style::Words) => Glyph::One,
            (c, _) => Glyph::Is(c),
        };
        let mut glyphs: Vec<Glyph> = folded(text).chars().map(glyph).collect();
        // `**` is `*`, and takes longer.
        glyphs.dedup_by(|later, earlier| *later == Glyph::Many && *earlier == Glyph::Many);
        Self(glyphs)
    }

    pub fn glyphs(&self) -> &[Glyph] {
        &self.0
    }

    /// The text, where there is no wildcard in it: to be looked up instead of searched.
    pub fn literal(&self) -> Option<String> {
        let character = |glyph: &Glyph| match glyph {
            Glyph::Is(c) => Some(*c),
            Glyph::One | Glyph::Many => None,
        };
        self.0.iter().map(character).collect()
    }

    /// What every text that fits begins with.
    pub fn prefix(&self) -> String {
        let character = |glyph: &Glyph| match glyph {
            Glyph::Is(c) => Some(*c),
            Glyph::One | Glyph::Many => None,
        };
        self.0.iter().map_while(character).collect()
    }

    /// True when the whole of `folded` fits. Takes time as the product of both lengths at most.
    pub fn fits(&self, folded: &str) -> bool {
        let mut characters = folded.chars();
        // Most of what does not fit is told by its first characters.
        for (at, glyph) in self.0.iter().enumerate() {
            let fits = match glyph {
                Glyph::Many => return fits_from_star(&self.0[at..], characters.as_str()),
                Glyph::One => characters.next().is_some(),
                Glyph::Is(c) => characters.next() == Some(*c),
            };
            if !fits {
                return false;
            }
        }
        characters.next().is_none()
    }
}

fn fits_from_star(glyphs: &[Glyph], folded: &str) -> bool {
    let text: Vec<char> = folded.chars().collect();
    let (mut at, mut glyph) = (0, 0);
    // Where the last `*` stood, and how far it has reached.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match glyphs.get(glyph) {
            Some(Glyph::Many) => {
                star = Some((glyph, at));
                glyph += 1;
            }
            Some(Glyph::One) => (at, glyph) = (at + 1, glyph + 1),
            Some(Glyph::Is(c)) if *c == text[at] => (at, glyph) = (at + 1, glyph + 1),
            _ => match star {
                Some((place, reached)) => {
                    star = Some((place, reached + 1));
                    (at, glyph) = (reached + 1, place + 1);
                }
                None => return false,
            },
        }
    }
    glyphs[glyph..].iter().all(|rest| *rest == Glyph::Many)
}

/// Words that stand side by side in this order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phrase(Vec<Pattern>);

impl Phrase {
    /// A written word that splits (`web-01`) is a phrase.
    pub fn new(text: &str, style: Style) -> Self {
        let is_wildcard = |c| style == Style::Words && matches!(c, '*' | '?');
        let text = folded(text);
        let words = text.split(|c| !is_of_word(c) && !is_wildcard(c)).filter(|word| !word.is_empty());
        Self(words.map(|word| Pattern::new(word, style)).collect())
    }

    pub fn words(&self) -> &[Pattern] {
        &self.0
    }

    /// A phrase without a word (`"--"`) stands in no value.
    pub fn stands_in(&self, folded: &str) -> bool {
        match self.0.as_slice() {
            [] => false,
            [single] => words(folded).any(|word| single.fits(word)),
            several => {
                let words: Vec<&str> = words(folded).collect();
                let fits = |window: &[&str]| several.iter().zip(window).all(|(pattern, word)| pattern.fits(word));
                words.windows(several.len()).any(fits)
            }
        }
    }
}

/// What is asked of a value of kind `text`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WordMatcher {
    /// A lone `*`: any value.
    Any,
    /// One of these stands in the value.
    AnyOf(Vec<Phrase>),
    /// The whole value, letter for letter.
    Exact(String),
}

impl WordMatcher {
    pub fn new(value: &Value) -> Self {
        match value.style {
            Style::Words if value.is_lone_star() => Self::Any,
            Style::Words => Self::AnyOf(value.words().map(|word| Phrase::new(word, value.style)).collect()),
            Style::Quoted => Self::AnyOf(vec![Phrase::new(&value.text, value.style)]),
            Style::Exact => Self::Exact(value.text.clone()),
        }
    }

    pub fn matches(&self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::AnyOf(phrases) => {
                let value = as_folded(value);
                phrases.iter().any(|phrase| phrase.stands_in(&value))
            }
            Self::Exact(text) => composed(value) == *text,
        }
    }

    /// True when no value can match.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::AnyOf(phrases) if phrases.iter().all(|phrase| phrase.0.is_empty()))
    }
}

/// What is asked of a value of kind `keyword`: about the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WholeMatcher {
    /// A lone `*`: any value.
    Any,
    Fits(Pattern),
    /// Letter for letter.
    Exact(String),
}

impl WholeMatcher {
    /// Several words are one text, joined by single blanks.
    pub fn new(value: &Value) -> Self {
        match value.style {
            Style::Words if value.is_lone_star() => Self::Any,
            Style::Words | Style::Quoted => Self::Fits(Pattern::new(&value.text, value.style)),
            Style::Exact => Self::Exact(value.text.clone()),
        }
    }

    pub fn matches(&self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Fits(pattern) => pattern.fits(&as_folded(value)),
            Self::Exact(text) => composed(value) == *text,
        }
    }
}
