//! Places in a text.

use serde::Serialize;

/// A part of the text as sent, counted in Unicode characters from 0 (`qql.md` 5). A length of 0 is a place between two
/// characters, or the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    pub offset: usize,
    pub length: usize,
}

impl Span {
    pub const fn new(offset: usize, length: usize) -> Self {
        Self { offset, length }
    }

    /// From `start` up to before `end`.
    pub const fn between(start: usize, end: usize) -> Self {
        Self { offset: start, length: end.saturating_sub(start) }
    }

    pub const fn end(self) -> usize {
        self.offset + self.length
    }

    /// The least span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::between(self.offset.min(other.offset), self.end().max(other.end()))
    }
}
