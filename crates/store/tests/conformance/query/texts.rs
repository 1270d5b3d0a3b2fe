//! Texts that differ in case, form and signs alone, and samples of what rows have.

use std::collections::HashMap;
use std::sync::Arc;

use fettle_qql::token::TokenDefinition;
use fettle_testqql::{Fact, Samples, Thing};
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

const WORDS: [&str; 24] = [
    "web",
    "WEB",
    "Web01",
    "01",
    "db",
    "Straße",
    "STRASSE",
    "é",
    "e\u{301}",
    "É",
    "\u{212a}elvin",
    "kelvin",
    "ﬁle",
    "file",
    "100%",
    "a_b",
    "a!b",
    "x",
    "xx",
    "東京",
    "İstanbul",
    "ǆ",
    "σς",
    "null",
];
const SIGNS: [&str; 8] = [" ", "-", ".", "_", "  ", "/", "\u{0}", "`\"\\"];

/// Up to four words with signs between them; also none.
pub(crate) fn text(rng: &mut StdRng) -> String {
    let mut text = String::new();
    for place in 0..rng.random_range(0..=4) {
        if place > 0 || rng.random_ratio(1, 8) {
            text.push_str(SIGNS.choose(rng).expect("some"));
        }
        text.push_str(WORDS.choose(rng).expect("some"));
    }
    text
}

pub(crate) fn maybe<T>(rng: &mut StdRng, value: impl FnOnce(&mut StdRng) -> T) -> Option<T> {
    if rng.random_ratio(1, 4) { None } else { Some(value(rng)) }
}

pub(crate) fn one<'a, T>(rng: &mut StdRng, from: &'a [T]) -> &'a T {
    from.choose(rng).expect("some")
}

/// What the things have, by token.
pub(crate) fn samples<T: Thing>(things: &[T], tokens: &'static [TokenDefinition]) -> Samples {
    let written = |fact: Fact| match fact {
        // A query is read in other words where one has a character that none can have.
        Fact::Text(text) => Some(text).filter(|text| !text.contains('\0')),
        Fact::Bool(value) => Some(value.to_string()),
        Fact::Int(value) => Some(value.to_string()),
        Fact::Float(value) => Some(value.to_string()),
        Fact::Version(text, ..) => Some(text),
        Fact::Uuid(value) => Some(value.to_string()),
        Fact::Date(value) => Some(value.to_string()),
        Fact::Address(value) => Some(value.to_string()),
    };
    let of = |token: &'static TokenDefinition| {
        let mut texts: Vec<_> = things.iter().flat_map(|thing| thing.facts(token)).filter_map(written).collect();
        texts.sort();
        texts.dedup();
        (token.name, texts)
    };
    let known: HashMap<&'static str, Vec<String>> = tokens.iter().map(of).collect();
    Arc::new(move |token| known.get(token.name).cloned().unwrap_or_default())
}
