//! One test of one column.

use std::net::IpAddr;
use std::ops::Bound;

use fettle_qql::text::{Phrase, WholeMatcher, WordMatcher, folded};
use fettle_qql::typed::Test;
use fettle_qql::value::Interval;
use jiff::Timestamp;
use sea_query::{Expr, ExprTrait as _, Query};

use super::QuestionError;
use super::column::{Column, Nulls, Word};
use super::condition::Condition;
use super::pattern::{self, Exactness};
use super::plan::{Check, Plan, any_whole};
use crate::database::Backend;
use crate::key;

pub(super) fn plan(column: &Column, test: &Test, backend: Backend) -> Result<Plan, QuestionError> {
    let exact = |condition| Ok(Plan::Exact(condition));
    match (test, column) {
        (Test::Null, column) => exact(present(column).not()),
        (Test::Present, column) => exact(present(column)),
        (Test::Words(asked), column) => {
            let matchers: Vec<_> = asked.iter().map(|asked| &asked.matcher).collect();
            as_text(column, &matchers)
        }
        (Test::Whole(asked), Column::Keyword { .. }) => {
            let matchers: Vec<_> = asked.iter().map(|asked| &asked.matcher).collect();
            Ok(keyword(column, &matchers))
        }
        (Test::Whole(asked), Column::Words { words, .. } | Column::Several { words, .. }) => {
            let is_wanted = |word: &&Word| asked.iter().any(|asked| asked.matcher.matches(word.shown));
            exact(stored_as(column, words.iter().filter(is_wanted)))
        }
        (Test::OneOf(places), Column::Words { words, .. }) => {
            exact(stored_as(column, places.iter().filter_map(|place| words.get(*place))))
        }
        (Test::Bool(wanted), Column::Bool(condition)) => {
            exact(match (wanted.contains(&true), wanted.contains(&false)) {
                (true, true) => Condition::Always,
                (true, false) => condition.clone(),
                (false, true) => condition.clone().not(),
                (false, false) => Condition::Never,
            })
        }
        (Test::Uuid(wanted), Column::Uuid(value)) => exact(Condition::Is(value.clone().is_in(wanted.iter().copied()))),
        (Test::Int(intervals), Column::Int(value, nulls)) => {
            let one = |interval: &Interval<i64>| between(value, interval, |bound| Expr::val(*bound));
            exact(never_null(value, *nulls, Condition::any(intervals.iter().map(one))))
        }
        (Test::Date(interval), Column::Date(value, nulls)) => {
            let condition = between(value, interval, |bound| instant(*bound, backend));
            exact(never_null(value, *nulls, condition))
        }
        (Test::Address(intervals), Column::Address { key }) => {
            exact(never_null(key, Nulls::Possible, Condition::any(intervals.iter().map(|one| addresses(key, one)))))
        }
        _ => Err(QuestionError::NotHere("a value of another kind than its token")),
    }
}

/// Has a value.
fn present(column: &Column) -> Condition {
    let not_null = |value: &Expr, nulls| match nulls {
        Nulls::Never => Condition::Always,
        Nulls::Possible => Condition::Is(value.clone().is_not_null()),
    };
    match column {
        Column::Text { place, key, nulls, .. } | Column::Keyword { place, key, nulls, .. } => {
            place.where_holds(not_null(&place.column(key), *nulls))
        }
        Column::Words { words, .. } | Column::Several { words, .. } => stored_as(column, words.iter()),
        Column::Bool(_) | Column::Uuid(_) => Condition::Always,
        Column::Int(value, nulls) | Column::Date(value, nulls) => not_null(value, *nulls),
        Column::Address { key } => not_null(key, Nulls::Possible),
    }
}

/// A condition on a value that may be null, which is false then.
fn never_null(value: &Expr, nulls: Nulls, condition: Condition) -> Condition {
    match (nulls, condition) {
        (Nulls::Possible, Condition::Is(condition)) => Condition::Is(value.clone().is_not_null().and(condition)),
        (Nulls::Possible, Condition::Always) => Condition::Is(value.clone().is_not_null()),
        (_, condition) => condition,
    }
}

fn stored_as<'w>(column: &Column, words: impl Iterator<Item = &'w Word>) -> Condition {
    let stored: Vec<&str> = words.map(|word| word.stored.as_str()).collect();
    match column {
        _ if stored.is_empty() => Condition::Never,
        Column::Words { place, column, .. } => place.where_holds(Condition::Is(place.column(column).is_in(stored))),
        Column::Several { table, pointer, column, .. } => {
            let mut found = Query::select();
            found.column((*table, *pointer)).from(*table);
            found.and_where(Expr::col((*table, *column)).is_not_null().and(Expr::col((*table, *column)).is_in(stored)));
            Condition::Is(Expr::col((super::deployment::TABLE, "id")).in_subquery(found))
        }
        _ => Condition::Never,
    }
}

/// Reads a `text`, or for free text a `keyword`, by its words.
pub(super) fn as_text(column: &Column, matchers: &[&WordMatcher]) -> Result<Plan, QuestionError> {
    if matchers.iter().any(|matcher| **matcher == WordMatcher::Any) {
        return Ok(Plan::Exact(present(column)));
    }
    let texts = exact_texts(matchers.iter().filter_map(|matcher| match matcher {
        WordMatcher::Exact(text) => Some(text.as_str()),
        WordMatcher::Any | WordMatcher::AnyOf(_) => None,
    }));
    match column {
        Column::Text { place, value, key, nulls } => {
            let all = matchers.iter().filter_map(|matcher| match matcher {
                WordMatcher::AnyOf(phrases) => Some(phrases),
                WordMatcher::Any | WordMatcher::Exact(_) => None,
            });
            let wrap = |condition| place.where_holds(never_null(&place.column(key), *nulls, condition));
            let keys = texts.iter().map(|text| key::text(text));
            let by_words = phrases_of(&place.column(key), &place.value(key), all.flatten(), &wrap);
            Ok(Plan::any(vec![by_words, exactly(&place.column(key), keys, place.value(value), texts.clone(), &wrap)]))
        }
        // Words of a keyword have no key of their own: only the whole of it is asked for here.
        Column::Keyword { place, value, key, nulls }
            if matchers.iter().all(|matcher| matches!(matcher, WordMatcher::Exact(_))) =>
        {
            let wrap = |condition| place.where_holds(never_null(&place.column(key), *nulls, condition));
            let keys = texts.iter().map(|text| folded(text));
            Ok(exactly(&place.column(key), keys, place.value(value), texts.clone(), &wrap))
        }
        _ => Err(QuestionError::NotHere("text in a token of another kind")),
    }
}

/// Phrases in a key of the own table.
pub(super) fn phrases<'p>(
    key: &Expr,
    phrases: impl Iterator<Item = &'p Phrase>,
    wrap: impl Fn(Condition) -> Condition,
) -> Plan {
    phrases_of(key, key, phrases, &wrap)
}

/// `column` is the key inside `wrap`, `value` the same beside a row.
fn phrases_of<'p>(
    column: &Expr,
    value: &Expr,
    phrases: impl Iterator<Item = &'p Phrase>,
    wrap: &dyn Fn(Condition) -> Condition,
) -> Plan {
    let (mut exact, mut upper, mut checked) = (Vec::new(), Vec::new(), Vec::new());
    for phrase in phrases {
        match pattern::phrase(column, phrase) {
            (condition, Exactness::Exact) => exact.push(condition),
            (condition, Exactness::More) => {
                upper.push(condition);
                checked.push(phrase.clone());
            }
        }
    }
    let exact = Plan::Exact(wrap(Condition::any(exact)));
    if checked.is_empty() {
        return exact;
    }
    let check = Check::Phrases { key: value.clone(), phrases: checked };
    Plan::any(vec![exact, Plan::Check { upper: wrap(Condition::any(upper)), check }])
}

/// What is the same letter for letter has the same key.
fn exactly(
    column: &Expr,
    keys: impl Iterator<Item = String>,
    value: Expr,
    texts: Vec<String>,
    wrap: &dyn Fn(Condition) -> Condition,
) -> Plan {
    if texts.is_empty() {
        return Plan::Exact(Condition::Never);
    }
    let upper = wrap(Condition::Is(column.clone().is_in(keys)));
    Plan::Check { upper, check: Check::Exactly { value, texts } }
}

/// Without those that no stored text can be, and that PostgreSQL does not take.
fn exact_texts<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    texts.filter(|text| !text.contains('\0')).map(str::to_owned).collect()
}

fn keyword(column: &Column, matchers: &[&WholeMatcher]) -> Plan {
    let Column::Keyword { place, value, key, nulls } = column else { return Plan::Exact(Condition::Never) };
    if matchers.iter().any(|matcher| **matcher == WholeMatcher::Any) {
        return Plan::Exact(present(column));
    }
    let patterns = matchers.iter().filter_map(|matcher| match matcher {
        WholeMatcher::Fits(pattern) => Some(pattern),
        WholeMatcher::Any | WholeMatcher::Exact(_) => None,
    });
    let texts = exact_texts(matchers.iter().filter_map(|matcher| match matcher {
        WholeMatcher::Exact(text) => Some(text.as_str()),
        WholeMatcher::Any | WholeMatcher::Fits(_) => None,
    }));
    let wrap = |condition| place.where_holds(never_null(&place.column(key), *nulls, condition));
    let fits = Plan::Exact(wrap(any_whole(&place.column(key), patterns)));
    let keys = texts.iter().map(|text| folded(text));
    Plan::any(vec![fits, exactly(&place.column(key), keys, place.value(value), texts.clone(), &wrap)])
}

fn between<T>(value: &Expr, interval: &Interval<T>, written: impl Fn(&T) -> Expr) -> Condition {
    let low = match &interval.low {
        Bound::Included(low) => Condition::Is(value.clone().gte(written(low))),
        Bound::Excluded(low) => Condition::Is(value.clone().gt(written(low))),
        Bound::Unbounded => Condition::Always,
    };
    let high = match &interval.high {
        Bound::Included(high) => Condition::Is(value.clone().lte(written(high))),
        Bound::Excluded(high) => Condition::Is(value.clone().lt(written(high))),
        Bound::Unbounded => Condition::Always,
    };
    low.and(high)
}

/// An open end reaches to the end of the other's family.
fn addresses(key: &Expr, interval: &Interval<IpAddr>) -> Condition {
    let bytes = |bound: &Bound<IpAddr>| match bound {
        Bound::Included(end) => Bound::Included(key::address_bytes(*end)),
        Bound::Excluded(end) => Bound::Excluded(key::address_bytes(*end)),
        Bound::Unbounded => Bound::Unbounded,
    };
    let family = |bound: &Bound<Vec<u8>>| match bound {
        Bound::Included(end) | Bound::Excluded(end) => end.first().copied(),
        Bound::Unbounded => None,
    };
    let (mut low, mut high) = (bytes(&interval.low), bytes(&interval.high));
    if let Some(family) = family(&low).or_else(|| family(&high)) {
        if low == Bound::Unbounded {
            low = Bound::Included(vec![family]);
        }
        if high == Bound::Unbounded {
            high = Bound::Excluded(vec![family + 1]);
        }
    }
    between(key, &Interval { low, high }, |bytes| Expr::val(bytes.clone()))
}

/// SQLite keeps instants as text with six digits, which sorts like time; PostgreSQL has a type of its own.
pub(super) fn instant(at: Timestamp, backend: Backend) -> Expr {
    let text = Expr::val(format!("{at:.6}"));
    match backend {
        Backend::Sqlite => text,
        Backend::Postgres => text.cast_as("timestamptz"),
    }
}
