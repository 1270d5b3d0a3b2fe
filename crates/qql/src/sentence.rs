//! A typed query in plain English (`qql.md` 7).

use std::fmt::Display;
use std::ops::Bound;

use crate::ast::Style;
use crate::check::element;
use crate::normal;
use crate::text::{Phrase, WholeMatcher, WordMatcher};
use crate::token::{TokenDefinition, Values};
use crate::typed::{Asked, Expression, Form, Leaf, Query, Test};
use crate::value::Interval;

impl Query {
    /// `Assets for which platform is Linux and name has the word "web"`; times are in UTC.
    pub fn sentence(&self) -> String {
        let things = self.entity.plural();
        if self.root.form == Form::All {
            return format!("All {things}");
        }
        let mut sentence = format!("{things} for which {}", said(&self.root.form, Says::Yes, None));
        sentence[..1].make_ascii_uppercase();
        sentence
    }
}

/// Whether something is said, or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Yes,
    No,
}

impl Says {
    const fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
        }
    }

    const fn pick(self, yes: &'static str, no: &'static str) -> &'static str {
        match self {
            Self::Yes => yes,
            Self::No => no,
        }
    }
}

/// Inside a `group` of elements names go without its own.
fn said(form: &Form, says: Says, group: Option<&TokenDefinition>) -> String {
    match (form, says) {
        (Form::All, _) => says.pick("anything holds", "nothing holds").to_owned(),
        (Form::And(parts), Says::Yes) => joined(parts, " and ", group),
        (Form::Or(parts), Says::Yes) => joined(parts, " or ", group),
        (Form::And(_) | Form::Or(_), Says::No) => format!("it is not so that ({})", said(form, Says::Yes, group)),
        (Form::Not(inner), _) => said(&inner.form, says.not(), group),
        (Form::Leaf(leaf), _) => leaf_said(leaf, says, group),
        (Form::Free(free), _) => {
            let texts = says.pick("one of its texts", "none of its texts");
            format!("{texts} {}", words_said(&free.asked, Says::Yes))
        }
        (Form::Related(related), _) => {
            let tied = related.tie.map_or_else(String::new, |tie| format!(", with its {},", tie.name()));
            let inner = said(&related.inner.form, Says::Yes, None);
            format!("there is {} {}{tied} for which ({inner})", says.pick("a", "no"), related.entity)
        }
        (Form::Elements(elements), _) => {
            let inner = said(&elements.inner.form, Says::Yes, Some(elements.token));
            format!("{} of its {} fits ({inner})", says.pick("one", "none"), label(elements.token.name))
        }
    }
}

fn joined(parts: &[Expression], word: &str, group: Option<&TokenDefinition>) -> String {
    let part = |part: &Expression| match part.form {
        Form::And(_) | Form::Or(_) => format!("({})", said(&part.form, Says::Yes, group)),
        _ => said(&part.form, Says::Yes, group),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(word)
}

/// `hardware.memoryMb` as `hardware memory mb`.
pub(crate) fn label(name: &str) -> String {
    let mut label = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        match c {
            '.' => label.push(' '),
            c if c.is_uppercase() => {
                label.push(' ');
                label.extend(c.to_lowercase());
            }
            c => label.push(c),
        }
    }
    label
}

fn leaf_said(leaf: &Leaf, says: Says, group: Option<&TokenDefinition>) -> String {
    let name = label(group.and_then(|group| element(group, leaf.token)).unwrap_or(leaf.token.name));
    match (leaf.token.values, &leaf.test) {
        (_, Test::Null) => format!("{name} {}", says.pick("has no value", "has a value")),
        (_, Test::Present) => format!("{name} {}", says.pick("has a value", "has no value")),
        // "It is latest" for `isLatest:true`.
        (_, Test::Bool(values)) if values.len() == 1 && name.starts_with("is ") => {
            let is_so = values == &[true];
            format!("it {} {}", if is_so == (says == Says::Yes) { "is" } else { "is not" }, &name[3..])
        }
        // Of several values one is enough: the denial is of all of them.
        (Values::Several, test) if group.is_none() => {
            format!("{} {name} {}", says.pick("some", "no"), test_said(leaf.token, test, Says::Yes))
        }
        (_, test) => format!("{name} {}", test_said(leaf.token, test, says)),
    }
}

fn test_said(token: &TokenDefinition, test: &Test, says: Says) -> String {
    let is = says.pick("is", "is not");
    match test {
        Test::Null | Test::Present => says.pick("has a value", "has no value").to_owned(),
        Test::Words(asked) => any(asked.iter().map(|asked| words_said(asked, says)), says),
        Test::Whole(asked) => any(asked.iter().map(|asked| whole_said(asked, says)), says),
        Test::OneOf(places) if places.is_empty() => format!("{is} any value"),
        Test::OneOf(places) => {
            format!("{is} {}", any(places.iter().map(|place| normal::value_of(token, *place)), Says::Yes))
        }
        Test::Bool(values) => format!("{is} {}", any(values.iter().map(bool::to_string), Says::Yes)),
        Test::Uuid(ids) => format!("{is} {}", any(ids.iter().map(uuid::Uuid::to_string), Says::Yes)),
        Test::Int(intervals) => between(intervals, "more than", "less than", says),
        Test::Float(intervals) => between(intervals, "more than", "less than", says),
        Test::Version(intervals) => between(intervals, "above", "below", says),
        Test::Date(interval) => between(std::slice::from_ref(interval), "after", "before", says),
        Test::Address(intervals) => match normal::networks(intervals) {
            Some(networks) => format!("{is} {}", any(networks.into_iter(), Says::Yes)),
            None => between(intervals, "above", "below", says),
        },
    }
}

/// One of several, or none of them.
fn any(parts: impl Iterator<Item = String>, says: Says) -> String {
    parts.collect::<Vec<_>>().join(says.pick(" or ", " and "))
}

fn words_said(asked: &Asked<WordMatcher>, says: Says) -> String {
    let text = &asked.written.text;
    let has = says.pick("has", "does not have");
    match &asked.matcher {
        WordMatcher::Any => says.pick("has a value", "has no value").to_owned(),
        WordMatcher::Exact(_) => format!("{} exactly \"{text}\"", says.pick("is", "is not")),
        WordMatcher::AnyOf(phrases) => match phrases.as_slice() {
            [phrase] if is_one_word(phrase) && asked.written.has_wildcard() => format!("{has} a word like \"{text}\""),
            [phrase] if is_one_word(phrase) => format!("{has} the word \"{text}\""),
            [_] => format!("{has} the words \"{text}\" side by side"),
            _ => {
                let words: Vec<_> = asked.written.words().map(|word| format!("\"{word}\"")).collect();
                format!("{has} any of the words {}", words.join(", "))
            }
        },
    }
}

fn is_one_word(phrase: &Phrase) -> bool {
    phrase.words().len() == 1
}

fn whole_said(asked: &Asked<WholeMatcher>, says: Says) -> String {
    let (text, is) = (&asked.written.text, says.pick("is", "is not"));
    match &asked.matcher {
        WholeMatcher::Any => says.pick("has a value", "has no value").to_owned(),
        WholeMatcher::Fits(_) if asked.written.style == Style::Words && asked.written.has_wildcard() => {
            format!("{is} like \"{text}\"")
        }
        WholeMatcher::Fits(_) => format!("{is} \"{text}\""),
        WholeMatcher::Exact(_) => format!("{is} exactly \"{text}\""),
    }
}

fn between<T: Display + PartialEq>(intervals: &[Interval<T>], above: &str, below: &str, says: Says) -> String {
    let is = says.pick("is", "is not");
    let one = |interval: &Interval<T>| match (&interval.low, &interval.high) {
        (Bound::Unbounded, Bound::Unbounded) => "any value".to_owned(),
        (Bound::Included(low), Bound::Included(high)) if low == high => low.to_string(),
        (Bound::Included(low), Bound::Unbounded) => format!("{low} or {above} it"),
        (Bound::Excluded(low), Bound::Unbounded) => format!("{above} {low}"),
        (Bound::Unbounded, Bound::Included(high)) => format!("{high} or {below} it"),
        (Bound::Unbounded, Bound::Excluded(high)) => format!("{below} {high}"),
        (Bound::Included(low), Bound::Included(high)) => format!("from {low} to {high}"),
        (Bound::Included(low), Bound::Excluded(high)) => format!("from {low} to {below} {high}"),
        (Bound::Excluded(low), Bound::Included(high)) => format!("{above} {low} and up to {high}"),
        (Bound::Excluded(low), Bound::Excluded(high)) => format!("{above} {low} and {below} {high}"),
    };
    format!("{is} {}", any(intervals.iter().map(one), Says::Yes))
}
