//! The order of the Windows Package Manager (`catalogue.md` 8.3).

use std::cmp::Ordering;

use super::Flaw;
use super::digits::{compare_number, take};

/// A version as winget reads it: dotted parts, each a number and a rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    base: Base,
    /// `< 1.0` lies just below `1.0`, `> 1.0` just above.
    nearness: Ordering,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Base {
    Unknown,
    Parts(Vec<Part>),
    Latest,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Part {
    digits: String,
    /// In lower case.
    rest: String,
}

impl Version {
    /// Any text with something in it is a version, except `< unknown` and `> unknown`, which nothing lies beside.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let (nearness, start) = match text.bytes().next() {
            Some(b'<') => (Ordering::Less, 1),
            Some(b'>') => (Ordering::Greater, 1),
            _ => (Ordering::Equal, 0),
        };
        let base: String = text[start..].chars().filter(|character| !character.is_whitespace()).collect();
        if base.is_empty() {
            return Err(Flaw { at: text.len(), reason: "a version is expected" });
        }
        let base = match base.to_lowercase().as_str() {
            "unknown" if nearness.is_ne() => {
                return Err(Flaw { at: start, reason: "nothing lies beside `unknown`; a version is expected" });
            }
            "unknown" => Base::Unknown,
            "latest" => Base::Latest,
            base => Base::Parts(parts(base)),
        };
        Ok(Self { base, nearness })
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        let base = match (&self.base, &other.base) {
            (Base::Parts(left), Base::Parts(right)) => compare_parts(left, right),
            (left, right) => left.rank().cmp(&right.rank()),
        };
        base.then(self.nearness.cmp(&other.nearness))
    }
}

impl Base {
    const fn rank(&self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Parts(_) => 1,
            Self::Latest => 2,
        }
    }
}

/// Words before the first number do not count, if that number stands before the first dot: `Version 1.0`, `v1.0`.
fn parts(text: &str) -> Vec<Part> {
    let digit = text.find(|character: char| character.is_ascii_digit());
    let text = match digit {
        Some(at) if text.find('.').is_none_or(|dot| at < dot) => &text[at..],
        _ => text,
    };
    let part = |part: &str| {
        let (digits, rest) = take(part.as_bytes(), u8::is_ascii_digit);
        Part { digits: part[..digits.len()].to_owned(), rest: part[part.len() - rest.len()..].to_owned() }
    };
    text.split('.').map(part).collect()
}

/// Parts that lack count as 0, so that `1.0` equals `1.0.0`.
fn compare_parts(left: &[Part], right: &[Part]) -> Ordering {
    let none = Part::default();
    for place in 0..left.len().max(right.len()) {
        let (left, right) = (left.get(place).unwrap_or(&none), right.get(place).unwrap_or(&none));
        let order = compare_number(left.digits.as_bytes(), right.digits.as_bytes()).then_with(|| {
            // A part with a rest (`0-rc`) lies below the same number without.
            left.rest.is_empty().cmp(&right.rest.is_empty()).then_with(|| left.rest.cmp(&right.rest))
        });
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}
