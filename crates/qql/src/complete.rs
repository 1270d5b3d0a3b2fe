//! What may be written next (`qql.md` 6). The parser notes what it looks for at each place; the note at the cursor says
//! what is offered, so that a completion is always something that the parser takes.

use serde::Serialize;

use crate::check::{Context, Frame, having};
use crate::parser::{self, Slot, Wanted};
use crate::print::{quoted, quoted_where_needed};
use crate::span::Span;
use crate::text::folded;
use crate::token::{Kind, Ranking, TokenDefinition};
use crate::{MAX_LENGTH, date};

/// How many are offered.
pub const MAX_ITEMS: usize = 20;

/// The commonest values of a token in the scope of the user who asks; storage knows them.
pub trait Values {
    /// At most `limit` values that begin with `prefix`, in any case, the commonest first, each with the number of
    /// things that have it; values that nothing has are left out. `None`: it is not known.
    fn commonest(&self, token: &'static TokenDefinition, prefix: &str, limit: usize) -> Option<Vec<(String, u64)>>;
}

/// No storage is there.
#[derive(Debug, Clone, Copy)]
pub struct NoValues;

impl Values for NoValues {
    fn commonest(&self, _: &'static TokenDefinition, _: &str, _: usize) -> Option<Vec<(String, u64)>> {
        None
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completions {
    /// What an item's text is put in place of.
    pub replace: Span,
    /// Up to [`MAX_ITEMS`].
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ItemKind {
    Token,
    Operator,
    Keyword,
    Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    pub kind: ItemKind,
    pub insert: String,
    pub label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub token_kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<&'static str>,
}

impl Item {
    fn new(kind: ItemKind, insert: impl Into<String>) -> Self {
        let insert = insert.into();
        Self { kind, label: insert.clone(), insert, count: None, token_kind: None, example: None, help: None }
    }

    fn token(name: &str, token: &TokenDefinition) -> Self {
        Self {
            token_kind: Some(token.kind.name()),
            example: Some(token.example),
            help: Some(token.help),
            ..Self::new(ItemKind::Token, name)
        }
    }
}

/// Completions for a `query` with the cursor behind `cursor` characters. Errors elsewhere do not matter. Recent and
/// saved searches, for the empty text, are the caller's.
pub fn complete(text: &str, cursor: usize, context: &Context, values: &dyn Values) -> Completions {
    in_frame(text, cursor, context, values, Frame::top(context.entity))
}

/// As [`complete`] for the `havingQuery` to a query about `context.entity`. `None`: there is none.
pub fn complete_having(text: &str, cursor: usize, context: &Context, values: &dyn Values) -> Option<Completions> {
    let (entity, tie) = having(context.entity)?;
    Some(in_frame(text, cursor, context, values, Frame::Related { entity, tie: Some(tie) }))
}

fn in_frame(text: &str, cursor: usize, context: &Context, values: &dyn Values, frame: Frame) -> Completions {
    let characters: Vec<char> = text.chars().take(MAX_LENGTH + 1).collect();
    let cursor = cursor.min(characters.len());
    let before: String = characters[..cursor].iter().collect();
    if characters.len() > MAX_LENGTH {
        return Completions { replace: Span::new(cursor, 0), items: Vec::new() };
    }
    let vocabulary = context.vocabulary;
    let parsed = parser::parse(&before, &|name| vocabulary.is_known(name));
    let completer = Completer { context, values, frame, characters: &characters, cursor };
    let (start, mut items) = completer.items(&parsed.slots);
    items.truncate(MAX_ITEMS);
    Completions { replace: Span::between(start, completer.end(start)), items }
}

struct Completer<'a> {
    context: &'a Context,
    values: &'a dyn Values,
    /// In which the text stands.
    frame: Frame,
    characters: &'a [char],
    cursor: usize,
}

impl Completer<'_> {
    /// From where on the items replace the text.
    fn items(&self, slots: &[Slot]) -> (usize, Vec<Item>) {
        let Some(last) = slots.last() else { return (self.cursor, Vec::new()) };
        match &last.wanted {
            Wanted::Term => self.bound(last).unwrap_or_else(|| (self.cursor, self.terms(last, ""))),
            Wanted::Value { name } => self.value_items(last, name),
            Wanted::Null { negated } => (self.cursor, nulls(*negated)),
            Wanted::AfterTerm { .. } | Wanted::AfterItem if last.at == self.cursor => {
                // The word that the cursor touches is not finished: what stood for its start is wanted still.
                let is_start = |slot: &&Slot| matches!(slot.wanted, Wanted::Term | Wanted::Value { .. });
                match slots.iter().rev().find(is_start) {
                    Some(start) if self.is_unfinished(start.at) => self.unfinished(start),
                    _ => (self.cursor, Self::after(last)),
                }
            }
            Wanted::AfterTerm { free: Some(free) } if self.token(last, &free.text).is_some() => {
                let operators = self.token(last, &free.text).map(operators).unwrap_or_default();
                (self.cursor, operators.into_iter().chain(Self::after(last)).collect())
            }
            Wanted::AfterTerm { .. } | Wanted::AfterItem => (self.cursor, Self::after(last)),
        }
    }

    /// A closed quote or bracket is finished; any other word may go on.
    fn is_unfinished(&self, start: usize) -> bool {
        match &self.characters[start..self.cursor] {
            [] | [.., ')' | ']'] => false,
            [quote @ ('"' | '\'' | '`'), rest @ ..] => rest.last() != Some(quote),
            _ => true,
        }
    }

    fn unfinished(&self, slot: &Slot) -> (usize, Vec<Item>) {
        let written: String = self.characters[slot.at..self.cursor].iter().collect();
        let last_word = written.chars().rev().take_while(|c| !c.is_whitespace()).count();
        let word_start = self.cursor - last_word;
        let word = &written[written.char_indices().rev().nth(last_word.saturating_sub(1)).map_or(0, |(at, _)| at)..];
        let is_single = word_start == slot.at;
        match &slot.wanted {
            Wanted::Value { name } => {
                let (start, items) = self.value_items(slot, name);
                if is_single || !items.is_empty() { (start, items) } else { (word_start, joining(word)) }
            }
            _ if is_single => self.bound(slot).unwrap_or_else(|| (slot.at, self.terms(slot, word))),
            _ => {
                let first = written.split_whitespace().next().unwrap_or_default();
                let is_second = written.split_whitespace().count() == 2;
                match self.token(slot, first) {
                    Some(_) if is_second && "is".starts_with(&folded(word)) => {
                        let tests = ["is null", "is not null"].map(|test| Item::new(ItemKind::Operator, test));
                        (word_start, tests.to_vec())
                    }
                    _ => (word_start, joining(word)),
                }
            }
        }
    }

    /// What stands behind `token:(` may be a range, if the token is no group.
    fn bound(&self, slot: &Slot) -> Option<(usize, Vec<Item>)> {
        let (name, around) = slot.groups.split_last()?;
        let outer = Slot { groups: around.to_vec(), ..slot.clone() };
        self.token(&outer, name).filter(|token| token.kind.is_ordered())?;
        Some(self.value_items(&outer, name))
    }

    /// Where the replaced text ends: with the rest of the word that the cursor stands in.
    fn end(&self, start: usize) -> usize {
        if start == self.cursor {
            return self.cursor;
        }
        let ends = |c: &char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ',' | ':' | '<' | '>' | '=');
        self.cursor + self.characters[self.cursor..].iter().take_while(|c| !ends(c)).count()
    }

    fn frame(&self, slot: &Slot) -> Option<Frame> {
        slot.groups
            .iter()
            .try_fold(self.frame, |frame, name| frame.inside(frame.lookup(name, self.context.vocabulary)?))
    }

    fn token(&self, slot: &Slot, name: &str) -> Option<&'static TokenDefinition> {
        Some(self.frame(slot)?.lookup(name, self.context.vocabulary)?.token)
    }

    /// Tokens that begin so, then those with a part that does; then `not` and a bracket.
    fn terms(&self, slot: &Slot, written: &str) -> Vec<Item> {
        let prefix = folded(written);
        let names = self.frame(slot).map(|frame| frame.names(self.context.vocabulary)).unwrap_or_default();
        // Aliases are offered to those who begin to write them.
        let is_offered = |name: &str, token: &TokenDefinition| !token.aliases.contains(&name) || !prefix.is_empty();
        let begins = |name: &str| folded(name).starts_with(&prefix);
        let has_part = |name: &str| parts(name).any(|part| folded(part).starts_with(&prefix));
        let offered = || names.iter().filter(|(name, token)| is_offered(name, token));
        let first = offered().filter(|(name, _)| begins(name));
        let second = offered().filter(|(name, token)| !begins(name) && !token.aliases.contains(name) && has_part(name));
        let mut items: Vec<Item> = first.chain(second).map(|(name, token)| Item::token(name, token)).collect();
        // Two are kept free for what is no token.
        items.truncate(MAX_ITEMS - 2);
        // A whole name goes on with what its token takes.
        let signs = self.token(slot, written).map(operators).unwrap_or_default();
        items.extend(signs.into_iter().map(|sign| Item { insert: joined(written, &sign.insert), ..sign }));
        items.extend("not".starts_with(&prefix).then(|| Item::new(ItemKind::Keyword, "not")));
        items.extend(prefix.is_empty().then(|| Item::new(ItemKind::Operator, "(")));
        items
    }

    fn value_items(&self, slot: &Slot, name: &str) -> (usize, Vec<Item>) {
        let written: String = self.characters[slot.at..self.cursor].iter().collect();
        let (prefix, quote) = match written.chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => (written[1..].to_owned(), Some(quote)),
            _ => (written.split_whitespace().collect::<Vec<_>>().join(" "), None),
        };
        let insert = |value: &str| quote.map_or_else(|| quoted_where_needed(value), |quote| quoted(value, quote));
        let item = |(value, count): (String, Option<u64>)| Item {
            label: value.clone(),
            count,
            ..Item::new(ItemKind::Value, insert(&value))
        };
        let Some(token) = self.token(slot, name) else { return (slot.at, Vec::new()) };
        let items = match token.kind {
            Kind::Date => self.dates(&prefix),
            _ => self.commonest(token, &prefix).into_iter().map(item).collect(),
        };
        (slot.at, items)
    }

    fn commonest(&self, token: &'static TokenDefinition, prefix: &str) -> Vec<(String, Option<u64>)> {
        let counted = self.values.commonest(token, prefix, MAX_ITEMS);
        let known: Vec<&str> = match token.kind {
            // The highest rank is what people look for.
            Kind::Enum(enumeration) if enumeration.ranking == Ranking::Ranked => {
                enumeration.values.iter().rev().copied().collect()
            }
            Kind::Enum(enumeration) => enumeration.values.to_vec(),
            Kind::Bool => vec!["true", "false"],
            _ => {
                let counted = counted.unwrap_or_default();
                return counted.into_iter().map(|(value, count)| (value, Some(count))).collect();
            }
        };
        let begins = known.into_iter().filter(|value| folded(value).starts_with(&folded(prefix)));
        // Where nothing has any of them, they are what may be written still.
        let Some(counted) = counted.filter(|counted| !counted.is_empty()) else {
            return begins.map(|value| (value.to_owned(), None)).collect();
        };
        let of = |value: &str| counted.iter().find(|(name, _)| folded(name) == folded(value)).map(|(_, count)| *count);
        begins.filter_map(|value| of(value).map(|count| (value.to_owned(), Some(count)))).collect()
    }

    fn dates(&self, prefix: &str) -> Vec<Item> {
        let today = date::today(&self.context.calendar);
        let forms = [
            "now-7d".to_owned(),
            today,
            "now/d".to_owned(),
            "[now-7d .. now]".to_owned(),
            "[now-30d .. now]".to_owned(),
            "[now/M .. now]".to_owned(),
        ];
        let begins = forms.into_iter().filter(|form| form.starts_with(prefix));
        begins.map(|form| Item::new(ItemKind::Value, form)).collect()
    }

    fn after(slot: &Slot) -> Vec<Item> {
        if slot.wanted == Wanted::AfterItem {
            return [",", "]"].map(|sign| Item::new(ItemKind::Operator, sign)).to_vec();
        }
        let mut items = joining("");
        items.extend((slot.depth > 0).then(|| Item::new(ItemKind::Operator, ")")));
        items
    }
}

fn nulls(negated: bool) -> Vec<Item> {
    let words: &[&str] = if negated { &["null"] } else { &["null", "not null"] };
    words.iter().map(|word| Item::new(ItemKind::Keyword, *word)).collect()
}

/// `and` and `or`, as far as they begin so.
fn joining(prefix: &str) -> Vec<Item> {
    let begins = ["and", "or"].into_iter().filter(|word| word.starts_with(&folded(prefix)));
    begins.map(|word| Item::new(ItemKind::Keyword, word)).collect()
}

/// What a token's kind takes.
fn operators(token: &'static TokenDefinition) -> Vec<Item> {
    let is_ranked = matches!(token.kind, Kind::Enum(enumeration) if enumeration.ranking == Ranking::Ranked);
    let signs: &[&str] = match token.kind {
        kind if kind.is_group() => &[":("],
        kind if kind.is_ordered() || is_ranked => &[":", ">", ">=", "<", "<=", "is null", "is not null"],
        _ => &[":", "is null", "is not null"],
    };
    signs.iter().map(|sign| Item::new(ItemKind::Operator, *sign)).collect()
}

/// A name and its sign, or `is null`.
fn joined(name: &str, sign: &str) -> String {
    if sign.starts_with("is") { format!("{name} {sign}") } else { format!("{name}{sign}") }
}

/// `hardware.memoryMb`: hardware, memory, Mb.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    let starts = name.char_indices().filter(|(at, c)| *at == 0 || c.is_uppercase() || name[..*at].ends_with('.'));
    starts.map(|(at, _)| &name[at..])
}
