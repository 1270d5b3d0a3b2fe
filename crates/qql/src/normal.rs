//! A typed query in full (`qql.md` 7): brackets, names without aliases, dates as instants. Read again, with any zone
//! and at any time, it gives the same typed query.

use std::fmt::Display;
use std::net::IpAddr;
use std::ops::Bound;

use ipnet::IpNet;

use crate::print::{equal_to, quoted_where_needed};
use crate::token::{Kind, TokenDefinition};
use crate::typed::{Expression, Form, Leaf, Query, Test};
use crate::value::Interval;

impl Query {
    /// Empty for the empty query.
    pub fn normalized(&self) -> String {
        text(&self.root.form)
    }
}

/// Where a token's name stands.
#[derive(Clone, Copy)]
enum Inside<'a> {
    Thing,
    /// Inside a group of elements, whose name is left out.
    Group(&'a TokenDefinition),
}

pub(crate) fn text(form: &Form) -> String {
    written(form, Inside::Thing)
}

fn written(form: &Form, inside: Inside<'_>) -> String {
    match form {
        Form::All => String::new(),
        Form::And(parts) => joined(parts, " and ", inside),
        Form::Or(parts) => joined(parts, " or ", inside),
        // Two negations side by side would be none.
        Form::Not(inner) if matches!(inner.form, Form::Not(_)) => format!("not ({})", written(&inner.form, inside)),
        Form::Not(inner) => format!("not {}", operand(inner, inside)),
        Form::Leaf(leaf) => leaf_text(leaf, inside),
        Form::Free(free) => free.asked.written.to_string(),
        Form::Related(related) => {
            let inner = written(&related.inner.form, Inside::Thing);
            format!("{}:({inner})", related.token.name)
        }
        Form::Elements(elements) => {
            format!("{}:({})", elements.token.name, written(&elements.inner.form, Inside::Group(elements.token)))
        }
    }
}

fn joined(parts: &[Expression], word: &str, inside: Inside<'_>) -> String {
    parts.iter().map(|part| operand(part, inside)).collect::<Vec<_>>().join(word)
}

/// In brackets where it is more than one term.
fn operand(expression: &Expression, inside: Inside<'_>) -> String {
    let text = written(&expression.form, inside);
    match expression.form {
        Form::And(_) | Form::Or(_) => format!("({text})"),
        _ => text,
    }
}

fn name(token: &TokenDefinition, inside: Inside<'_>) -> String {
    let bare = match inside {
        Inside::Group(group) => crate::check::element(group, token).unwrap_or(token.name),
        Inside::Thing => token.name,
    };
    bare.to_owned()
}

#[cfg(test)]
thread_local! {
    /// How many leaves were written, for tests of how much work a query makes.
    pub(crate) static LEAVES_WRITTEN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn leaf_text(leaf: &Leaf, inside: Inside<'_>) -> String {
    #[cfg(test)]
    LEAVES_WRITTEN.set(LEAVES_WRITTEN.get() + 1);
    let name = name(leaf.token, inside);
    match &leaf.test {
        Test::Null => format!("{name} is null"),
        Test::Present => format!("{name} is not null"),
        Test::Words(asked) => list(&name, &asked.iter().map(|asked| asked.written.to_string()).collect::<Vec<_>>()),
        Test::Whole(asked) => list(&name, &asked.iter().map(|asked| asked.written.to_string()).collect::<Vec<_>>()),
        // Above the highest rank, or below the lowest: both mean no value.
        Test::OneOf(places) if places.is_empty() => format!("{name}>{}", highest(leaf.token)),
        Test::OneOf(places) => {
            list(&name, &places.iter().map(|place| value_of(leaf.token, *place)).collect::<Vec<_>>())
        }
        Test::Bool(values) => list(&name, &values.iter().map(bool::to_string).collect::<Vec<_>>()),
        Test::Uuid(ids) => list(&name, &ids.iter().map(uuid::Uuid::to_string).collect::<Vec<_>>()),
        Test::Int(intervals) => ordered(&name, intervals, i64::to_string),
        Test::Float(intervals) => ordered(&name, intervals, f64::to_string),
        Test::Version(intervals) => ordered(&name, intervals, |version| quoted_where_needed(version)),
        Test::Date(interval) => ordered(&name, std::slice::from_ref(interval), jiff::Timestamp::to_string),
        Test::Address(intervals) => match networks(intervals) {
            Some(networks) => list(&name, &networks),
            None => ordered(&name, intervals, IpAddr::to_string),
        },
    }
}

pub(crate) fn value_of(token: &TokenDefinition, place: usize) -> String {
    match token.kind {
        Kind::Enum(enumeration) => enumeration.values.get(place).map(|value| quoted_where_needed(value)),
        _ => None,
    }
    .unwrap_or_default()
}

fn highest(token: &TokenDefinition) -> String {
    match token.kind {
        Kind::Enum(enumeration) => value_of(token, enumeration.values.len().saturating_sub(1)),
        _ => String::new(),
    }
}

fn list(name: &str, values: &[String]) -> String {
    match values {
        [only] => format!("{name}{}", equal_to(only)),
        several => format!("{name}:[{}]", several.join(",")),
    }
}

/// Single values as a list; an interval as a comparison or a range.
fn ordered<T: Display + PartialEq>(name: &str, intervals: &[Interval<T>], shown: impl Fn(&T) -> String) -> String {
    let single = |interval: &Interval<T>| match (&interval.low, &interval.high) {
        (Bound::Included(low), Bound::Included(high)) if low == high => Some(shown(low)),
        _ => None,
    };
    if let Some(values) = intervals.iter().map(single).collect::<Option<Vec<_>>>() {
        return list(name, &values);
    }
    intervals.iter().map(|interval| range(name, interval, &shown)).collect::<Vec<_>>().join(" or ")
}

fn range<T>(name: &str, interval: &Interval<T>, shown: impl Fn(&T) -> String) -> String {
    match (&interval.low, &interval.high) {
        (Bound::Unbounded, Bound::Unbounded) => format!("{name} is not null"),
        (Bound::Included(low), Bound::Unbounded) => format!("{name}>={}", shown(low)),
        (Bound::Excluded(low), Bound::Unbounded) => format!("{name}>{}", shown(low)),
        (Bound::Unbounded, Bound::Included(high)) => format!("{name}<={}", shown(high)),
        (Bound::Unbounded, Bound::Excluded(high)) => format!("{name}<{}", shown(high)),
        (Bound::Included(low) | Bound::Excluded(low), Bound::Included(high) | Bound::Excluded(high)) => {
            let opening = if matches!(interval.low, Bound::Included(_)) { '[' } else { '(' };
            let closing = if matches!(interval.high, Bound::Included(_)) { ']' } else { ')' };
            format!("{name}:{opening}{} .. {}{closing}", shown(low), shown(high))
        }
    }
}

/// Addresses and networks by their short form, if all intervals are such.
pub(crate) fn networks(intervals: &[Interval<IpAddr>]) -> Option<Vec<String>> {
    intervals.iter().map(network).collect()
}

fn network(interval: &Interval<IpAddr>) -> Option<String> {
    let (Bound::Included(low), Bound::Included(high)) = (&interval.low, &interval.high) else { return None };
    if low == high {
        return Some(low.to_string());
    }
    let (width, low_bits, high_bits) = match (low, high) {
        (IpAddr::V4(low), IpAddr::V4(high)) => (32, low.to_bits().into(), high.to_bits().into()),
        (IpAddr::V6(low), IpAddr::V6(high)) => (128, low.to_bits(), high.to_bits()),
        _ => return None,
    };
    // Of a network the last bits are all 0 in the first address and all 1 in the last; the others are the same.
    let host: u128 = low_bits ^ high_bits;
    let is_network = host & host.wrapping_add(1) == 0 && low_bits & host == 0;
    let length = u8::try_from(width - host.count_ones()).ok()?;
    let network = is_network.then(|| IpNet::new(*low, length).ok()).flatten()?;
    Some(network.to_string())
}
