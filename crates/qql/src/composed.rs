//! The text in NFC, in which it is read, and where each of its characters stands in the text as sent.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc, is_nfc_quick};

use crate::span::Span;

pub(crate) struct Composed {
    pub(crate) text: String,
    /// For each character, and for the end, its place in the text as sent; none where both are the same.
    origins: Option<Vec<usize>>,
}

impl Composed {
    pub(crate) fn new(sent: &str) -> Self {
        if is_nfc(sent) {
            return Self { text: sent.to_owned(), origins: None };
        }
        let sent: Vec<char> = sent.chars().collect();
        let (mut text, mut origins) = (String::new(), Vec::new());
        let mut start = 0;
        while start < sent.len() {
            let length = 1 + sent[start + 1..].iter().take_while(|c| !stands_alone(**c)).count();
            for c in sent[start..start + length].iter().copied().nfc() {
                text.push(c);
                origins.push(start);
            }
            start += length;
        }
        origins.push(start);
        Self { text, origins: Some(origins) }
    }

    /// A span of the text in NFC as one of the text as sent.
    pub(crate) fn sent(&self, span: Span) -> Span {
        let place = |at: usize| match &self.origins {
            Some(origins) => origins.get(at).or_else(|| origins.last()).copied().unwrap_or(at),
            None => at,
        };
        Span::between(place(span.offset), place(span.end()))
    }
}

/// Begins what is composed: it joins nothing before it.
fn stands_alone(c: char) -> bool {
    canonical_combining_class(c) == 0 && is_nfc_quick(std::iter::once(c)) != IsNormalized::Maybe
}
