//! What a typed query means, thing by thing (`qql.md` 3.4, 4).

use std::cmp::Ordering;
use std::net::IpAddr;

use fettle_qql::order::{Direction, SortKey};
use fettle_qql::text::{folded, words};
use fettle_qql::token::{Kind, Ranking, TokenDefinition};
use fettle_qql::typed::{Elements, Expression, Form, Leaf, Related, Test};
use jiff::Timestamp;
use uuid::Uuid;

/// One value of a token.
#[derive(Debug, Clone)]
pub enum Fact {
    /// Of `text`, `keyword` and, by its name, `enum`.
    Text(String),
    Bool(bool),
    Int(i64),
    Float(f64),
    /// With the order that it is compared in, and the place of that order: versions of different orders sort by it.
    Version(String, u8, fn(&str, &str) -> Ordering),
    Uuid(Uuid),
    Date(Timestamp),
    Address(IpAddr),
}

/// The values of one token; none: null.
pub type Facts = Vec<Fact>;

/// A thing, with its tie to the outer one where it is inside a group of related things, or an element of a thing.
pub trait Thing {
    fn facts(&self, token: &TokenDefinition) -> Facts;

    /// Of a group such as `interfaces:( … )`.
    fn elements(&self, _group: &Elements) -> Vec<Box<dyn Thing + '_>> {
        Vec::new()
    }

    /// Of a group such as `patches:( … )`: those in scope.
    fn related(&self, _group: &Related) -> Vec<Box<dyn Thing + '_>> {
        Vec::new()
    }
}

/// Does the expression hold for the thing?
pub fn holds(expression: &Expression, thing: &dyn Thing) -> bool {
    match &expression.form {
        Form::All => true,
        Form::And(parts) => parts.iter().all(|part| holds(part, thing)),
        Form::Or(parts) => parts.iter().any(|part| holds(part, thing)),
        Form::Not(inner) => !holds(inner, thing),
        Form::Leaf(leaf) => fits(leaf, &thing.facts(leaf.token)),
        Form::Free(free) => free
            .tokens
            .iter()
            .flat_map(|token| thing.facts(token))
            .any(|fact| free.asked.matcher.matches(&as_text(&fact))),
        Form::Related(group) => thing.related(group).iter().any(|related| holds(&group.inner, related.as_ref())),
        Form::Elements(group) => thing.elements(group).iter().any(|element| holds(&group.inner, element.as_ref())),
    }
}

fn fits(leaf: &Leaf, facts: &[Fact]) -> bool {
    let any = |fits: &dyn Fn(&Fact) -> bool| facts.iter().any(fits);
    let text = |fits: &dyn Fn(&str) -> bool| any(&|fact| matches!(fact, Fact::Text(text) if fits(text)));
    match &leaf.test {
        Test::Null => facts.is_empty(),
        Test::Present => !facts.is_empty(),
        Test::Words(asked) => text(&|value| asked.iter().any(|asked| asked.matcher.matches(value))),
        Test::Whole(asked) => text(&|value| asked.iter().any(|asked| asked.matcher.matches(value))),
        Test::OneOf(places) => {
            let values = values(leaf.token);
            text(&|value| places.iter().any(|place| values[*place] == value))
        }
        Test::Bool(wanted) => any(&|fact| matches!(fact, Fact::Bool(value) if wanted.contains(value))),
        Test::Uuid(wanted) => any(&|fact| matches!(fact, Fact::Uuid(value) if wanted.contains(value))),
        Test::Int(intervals) => {
            any(&|fact| matches!(fact, Fact::Int(value) if intervals.iter().any(|interval| interval.contains(value))))
        }
        Test::Float(intervals) => {
            any(&|fact| matches!(fact, Fact::Float(value) if intervals.iter().any(|interval| interval.contains(value))))
        }
        Test::Version(intervals) => any(&|fact| match fact {
            Fact::Version(value, _, order) => {
                intervals.iter().any(|interval| interval.contains_by(value, |left, right| order(left, right)))
            }
            _ => false,
        }),
        Test::Date(interval) => any(&|fact| matches!(fact, Fact::Date(value) if interval.contains(value))),
        Test::Address(intervals) => any(
            &|fact| matches!(fact, Fact::Address(value) if intervals.iter().any(|interval| interval.contains_address(value))),
        ),
    }
}

fn values(token: &TokenDefinition) -> &'static [&'static str] {
    match token.kind {
        Kind::Enum(enumeration) => enumeration.values,
        other => panic!("`{}` of kind {} has no places", token.name, other.name()),
    }
}

/// A value as free text reads it.
pub fn as_text(fact: &Fact) -> String {
    match fact {
        Fact::Text(text) | Fact::Version(text, ..) => text.clone(),
        Fact::Bool(value) => value.to_string(),
        Fact::Int(value) => value.to_string(),
        Fact::Float(value) => value.to_string(),
        Fact::Uuid(value) => value.to_string(),
        Fact::Date(value) => value.to_string(),
        Fact::Address(value) => value.to_string(),
    }
}

/// The order of two things by `keys`: nulls last in both directions. Equal ones go by id, which the caller adds.
///
/// A `text` sorts by its words and a `keyword` by its letters, both without case; a ranked `enum` by rank, another by
/// name. Of several values the least counts in ascending order, the greatest in descending.
pub fn order(left: &dyn Thing, right: &dyn Thing, keys: &[SortKey]) -> Ordering {
    keys.iter().map(|key| by_key(left, right, *key)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn by_key(left: &dyn Thing, right: &dyn Thing, key: SortKey) -> Ordering {
    let first = |thing: &dyn Thing| {
        let facts = thing.facts(key.token).into_iter();
        match key.direction {
            Direction::Ascending => facts.min_by(|a, b| compare(key.token, a, b)),
            Direction::Descending => facts.max_by(|a, b| compare(key.token, a, b)),
        }
    };
    match (first(left), first(right)) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(left), Some(right)) => match key.direction {
            Direction::Ascending => compare(key.token, &left, &right),
            Direction::Descending => compare(key.token, &right, &left),
        },
    }
}

fn compare(token: &TokenDefinition, left: &Fact, right: &Fact) -> Ordering {
    match (left, right) {
        (Fact::Text(left), Fact::Text(right)) => sort_text(token, left).cmp(&sort_text(token, right)),
        (Fact::Version(left, place, order), Fact::Version(right, other, _)) => {
            place.cmp(other).then_with(|| order(left, right))
        }
        (Fact::Bool(left), Fact::Bool(right)) => left.cmp(right),
        (Fact::Int(left), Fact::Int(right)) => left.cmp(right),
        (Fact::Float(left), Fact::Float(right)) => left.total_cmp(right),
        (Fact::Uuid(left), Fact::Uuid(right)) => left.cmp(right),
        (Fact::Date(left), Fact::Date(right)) => left.cmp(right),
        (Fact::Address(left), Fact::Address(right)) => left.cmp(right),
        (left, right) => panic!("`{}` is both {left:?} and {right:?}", token.name),
    }
}

fn sort_text(token: &TokenDefinition, value: &str) -> String {
    match token.kind {
        Kind::Text => words(&folded(value)).collect::<Vec<_>>().join(" "),
        Kind::Enum(enumeration) if enumeration.ranking == Ranking::Ranked => {
            let place = enumeration.values.iter().position(|name| *name == value);
            format!("{:04}", place.unwrap_or_else(|| panic!("{value:?} is no value of `{}`", token.name)))
        }
        Kind::Keyword => folded(value),
        _ => value.to_owned(),
    }
}
