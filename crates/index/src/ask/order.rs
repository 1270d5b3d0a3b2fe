//! The order of a list (`qql.md` 4): up to three tokens, nulls last in both directions, ties by id. A place in it is kept
//! by its values, so that it stays a place while the list changes.

use std::cmp::Ordering;

use fettle_qql::order::{Direction, SortKey};
use fettle_qql::text::{folded, sorted_words};
use fettle_qql::token::{Kind, Ranking, TokenDefinition};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::value::{Value, VersionScheme};

/// What a list is sorted by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SortValue {
    /// As it is sorted, not as it is shown.
    Text(String),
    Whole(i64),
    Real(f64),
    Version(VersionScheme, String),
}

/// Who is sorted, where all values are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ThingId {
    Uuid(Uuid),
    Name(String),
    Number(u32),
}

/// A place in a list: the values of a thing by which it is sorted, and the thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub values: Vec<Option<SortValue>>,
    pub id: ThingId,
}

/// Which part of which list.
#[derive(Debug, Clone, Default)]
pub struct Order<'q> {
    pub keys: &'q [SortKey],
    /// What comes behind this place.
    pub after: Option<Position>,
    pub limit: usize,
}

/// By what a text is sorted.
pub(super) fn sorted_text(token: &TokenDefinition, text: &str) -> String {
    if token.kind == Kind::Text { sorted_words(text) } else { folded(text) }
}

impl SortValue {
    pub(super) fn of(token: &TokenDefinition, value: &Value<'_>) -> Self {
        match value {
            Value::Choice(place, name) => match choice_rank(token, *place) {
                Some(rank) => Self::Whole(rank),
                None => Self::Text(folded(name)),
            },
            Value::Flag(flag) => Self::Whole(i64::from(*flag)),
            Value::Number(number) => Self::Whole(*number),
            Value::Real(number) => Self::Real(*number),
            Value::Moment(moment) => Self::Whole(moment.as_microsecond()),
            Value::Version(scheme, version) => Self::Version(*scheme, version.clone().into_owned()),
            Value::Text(text) => Self::Text(sorted_text(token, text)),
            Value::Uuid(_) | Value::Address(_) => Self::Text(value.shown().into_owned()),
        }
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Whole(left), Self::Whole(right)) => left.cmp(right),
            (Self::Real(left), Self::Real(right)) => left.total_cmp(right),
            (Self::Version(scheme, left), Self::Version(other, right)) => {
                scheme.cmp(other).then_with(|| scheme.compare(left, right))
            }
            // A token's values are of one kind.
            _ => Ordering::Equal,
        }
    }
}

/// Ranked values sort by rank, the lowest first; the others by name.
pub(super) fn choice_rank(token: &TokenDefinition, place: usize) -> Option<i64> {
    let Kind::Enum(enumeration) = token.kind else { return None };
    let rank = match enumeration.ranking {
        Ranking::Ranked => place,
        Ranking::Unranked => {
            let name = enumeration.values.get(place)?;
            enumeration.values.iter().filter(|other| folded(other) < folded(name)).count()
        }
    };
    i64::try_from(rank).ok()
}

impl Position {
    /// By the keys, in their directions; ties by id.
    pub(super) fn compare(&self, other: &Self, keys: &[SortKey]) -> Ordering {
        let by_key = |(place, key): (usize, &SortKey)| {
            let value = |position: &'_ Self| position.values.get(place).cloned().flatten();
            match (value(self), value(other)) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(left), Some(right)) => directed(left.compare(&right), key.direction),
            }
        };
        let by_keys = keys.iter().enumerate().map(by_key).find(|order| order.is_ne());
        by_keys.unwrap_or_else(|| self.id.cmp(&other.id))
    }

    /// The value by which a thing is sorted: of several the first in the direction of the key.
    pub(super) fn value_of(key: SortKey, visit: impl FnOnce(&mut dyn FnMut(Value<'_>))) -> Option<SortValue> {
        let mut first: Option<SortValue> = None;
        visit(&mut |value| {
            let value = SortValue::of(key.token, &value);
            if first.as_ref().is_none_or(|first| directed(value.compare(first), key.direction).is_lt()) {
                first = Some(value);
            }
        });
        first
    }
}

pub(super) fn directed(order: Ordering, direction: Direction) -> Ordering {
    match direction {
        Direction::Ascending => order,
        Direction::Descending => order.reverse(),
    }
}

/// The part of a list that an order asks for, in order; and whether more comes behind it.
pub(super) fn page<T>(mut all: Vec<(Position, T)>, order: &Order<'_>) -> (Vec<(Position, T)>, bool) {
    let compare = |left: &(Position, T), right: &(Position, T)| left.0.compare(&right.0, order.keys);
    if let Some(after) = &order.after {
        all.retain(|(position, _)| position.compare(after, order.keys).is_gt());
    }
    let has_more = all.len() > order.limit;
    if has_more && order.limit > 0 {
        all.select_nth_unstable_by(order.limit - 1, compare);
    }
    all.truncate(order.limit);
    all.sort_by(compare);
    (all, has_more)
}
