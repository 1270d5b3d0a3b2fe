//! Numbers, versions, dates and addresses: equality, comparisons, lists and ranges of what has an order.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::ops::Bound;

use ipnet::IpNet;

use super::Checker;
use super::leaf::{bad_value, wildcard};
use crate::ast::{Operand, Value};
use crate::date;
use crate::error::{Code, Problem};
use crate::span::Span;
use crate::token::{TokenDefinition, VersionOrder};
use crate::typed::{Expression, Form, Leaf, Test};
use crate::value::{Extent, Interval, compare_dotted};
use crate::warning::Warning;

type Compare<'r, T> = &'r dyn Fn(&T, &T) -> Ordering;

/// How values of a kind are read and compared; without an order nothing is said of reversed ranges.
struct Reader<'r, T> {
    read: &'r dyn Fn(&Value) -> Result<Extent<T>, Problem>,
    compare: Option<Compare<'r, T>>,
}

impl Checker<'_> {
    pub(super) fn integers(
        &mut self,
        token: &TokenDefinition,
        operand: &Operand,
        span: Span,
    ) -> Option<Vec<Interval<i64>>> {
        let read = |value: &Value| number(token, value, |text| text.parse().ok());
        self.intervals(operand, span, &Reader { read: &read, compare: Some(&Ord::cmp) })
    }

    pub(super) fn floats(
        &mut self,
        token: &TokenDefinition,
        operand: &Operand,
        span: Span,
    ) -> Option<Vec<Interval<f64>>> {
        let finite = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        // One zero: `-0` prints as `-0`, and equals the other.
        let read = |value: &Value| number(token, value, |text| finite(text).map(|number| number + 0.0));
        self.intervals(operand, span, &Reader { read: &read, compare: Some(&f64::total_cmp) })
    }

    pub(super) fn versions(
        &mut self,
        token: &TokenDefinition,
        operand: &Operand,
        span: Span,
        order: VersionOrder,
    ) -> Option<Vec<Interval<String>>> {
        let read = |value: &Value| {
            if value.has_wildcard() {
                return Err(wildcard(token, value, "write a range, such as `name:[3.0 .. 3.1)`"));
            }
            let begins_well = |c: char| order == VersionOrder::Component || c.is_ascii_digit();
            let is_version = value.text.starts_with(begins_well) && !value.text.contains(char::is_whitespace);
            if is_version { Ok(Extent::of(value.text.clone())) } else { Err(bad_value(token, value)) }
        };
        let dotted = |left: &String, right: &String| compare_dotted(left, right);
        let compare: Option<Compare<'_, String>> = match order {
            VersionOrder::Dotted => Some(&dotted),
            // The kind of the component decides, and is not known here.
            VersionOrder::Component => None,
        };
        self.intervals(operand, span, &Reader { read: &read, compare })
    }

    pub(super) fn addresses(
        &mut self,
        token: &TokenDefinition,
        operand: &Operand,
        span: Span,
    ) -> Option<Vec<Interval<IpAddr>>> {
        let read = |value: &Value| address(token, value);
        let by_family = |left: &IpAddr, right: &IpAddr| {
            if left.is_ipv4() == right.is_ipv4() { left.cmp(right) } else { Ordering::Equal }
        };
        let intervals = self.intervals(operand, span, &Reader { read: &read, compare: Some(&by_family) })?;
        let is_mixed = |interval: &Interval<IpAddr>| match (end(&interval.low), end(&interval.high)) {
            (Some(low), Some(high)) => low.is_ipv4() != high.is_ipv4(),
            _ => false,
        };
        if intervals.iter().any(is_mixed) {
            let message = "both ends of a range of addresses are of one family";
            self.tell(Problem::new(Code::BadValue, span, message).help("write two ranges, joined with `or`"));
            return None;
        }
        Some(intervals)
    }

    /// A list of dates is as many terms, for each names a span of its own.
    pub(super) fn dates(&mut self, token: &'static TokenDefinition, operand: &Operand, span: Span) -> Option<Form> {
        let calendar = self.context.calendar.clone();
        let read = |value: &Value| {
            if value.has_wildcard() {
                return Err(wildcard(
                    token,
                    value,
                    "write the year or month alone, such as `name:2026-05`, or a range",
                ));
            }
            date::read(&value.text, &calendar).map_err(|no_date| {
                let message = format!("'{}' {}", value.text, no_date.reason());
                Problem::new(Code::BadValue, value.span, message).help(date::FORMS)
            })
        };
        let intervals = self.intervals(operand, span, &Reader { read: &read, compare: Some(&Ord::cmp) })?;
        let values: &[Value] = match operand {
            Operand::Is(value) => std::slice::from_ref(value),
            Operand::List(values) => values,
            Operand::Compared(..) | Operand::Range(..) => &[],
        };
        self.warnings.extend(values.iter().filter(|value| date::is_narrow(&value.text)).map(Warning::narrow_date));
        let leaf = |interval| Form::Leaf(Leaf { token, test: Test::Date(interval) });
        let spans = values.iter().map(|value| value.span).chain(std::iter::repeat(span));
        let mut leaves: Vec<_> = intervals
            .into_iter()
            .zip(spans)
            .map(|(interval, span)| Expression { span, form: leaf(interval) })
            .collect();
        match leaves.len() {
            1 => leaves.pop().map(|only| only.form),
            _ => Some(Form::Or(leaves)),
        }
    }

    fn intervals<T: Clone>(
        &mut self,
        operand: &Operand,
        span: Span,
        reader: &Reader<'_, T>,
    ) -> Option<Vec<Interval<T>>> {
        match operand {
            Operand::Is(value) => Some(vec![self.extent(value, reader)?.interval()]),
            Operand::Compared(comparison, value) => Some(vec![self.extent(value, reader)?.compared(*comparison)]),
            Operand::List(values) => {
                let extents: Vec<_> = values.iter().map(|value| self.extent(value, reader)).collect();
                extents.into_iter().map(|extent| extent.map(Extent::interval)).collect()
            }
            Operand::Range(low, high) => {
                let mut read = |value: &Option<Value>| match value {
                    Some(value) => self.extent(value, reader).map(Some),
                    None => Some(None),
                };
                let (from, to) = (read(&low.value), read(&high.value));
                let (from, to) = (from?, to?);
                if let (Some(from), Some(to), Some(compare)) = (&from, &to, reader.compare)
                    && from.is_after(to, compare)
                {
                    let problem = Problem::new(Code::ReversedRange, span, "the range ends before it begins");
                    self.tell(problem.help("change its ends: the smaller one comes first"));
                    return None;
                }
                let low = from.map_or(Bound::Unbounded, |from| from.as_low(low.end));
                let high = to.map_or(Bound::Unbounded, |to| to.as_high(high.end));
                Some(vec![ended(Interval { low, high }, reader)])
            }
        }
    }

    fn extent<T>(&mut self, value: &Value, reader: &Reader<'_, T>) -> Option<Extent<T>> {
        (reader.read)(value).map_err(|problem| self.tell(problem)).ok()
    }
}

/// What is empty, such as `(2026 .. 2026)`, ends where it begins and no earlier.
fn ended<T: Clone>(interval: Interval<T>, reader: &Reader<'_, T>) -> Interval<T> {
    let ends_before = match (&interval.low, &interval.high, reader.compare) {
        (Bound::Included(low) | Bound::Excluded(low), Bound::Included(high) | Bound::Excluded(high), Some(compare)) => {
            compare(high, low).is_lt()
        }
        _ => false,
    };
    match interval.low {
        Bound::Included(ref low) | Bound::Excluded(ref low) if ends_before => {
            Interval { high: Bound::Excluded(low.clone()), low: interval.low }
        }
        _ => interval,
    }
}

fn end<T>(bound: &Bound<T>) -> Option<&T> {
    match bound {
        Bound::Included(end) | Bound::Excluded(end) => Some(end),
        Bound::Unbounded => None,
    }
}

/// Digits, a sign before them and a point in them; no exponents.
fn number<T: Clone>(
    token: &TokenDefinition,
    value: &Value,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Extent<T>, Problem> {
    if value.has_wildcard() {
        return Err(wildcard(
            token,
            value,
            "write a comparison, such as `name>=10`, or a range, such as `name:[10 .. 19]`",
        ));
    }
    let is_plain = value.text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.'));
    let read = Some(value.text.as_str()).filter(|_| is_plain).and_then(parse);
    read.map(Extent::of).ok_or_else(|| bad_value(token, value))
}

/// An address, or a network: all its addresses.
fn address(token: &TokenDefinition, value: &Value) -> Result<Extent<IpAddr>, Problem> {
    if value.has_wildcard() {
        let works = "write a network, such as `name:10.0.0.0/16`, or a range";
        return Err(wildcard(token, value, works).suggest(network_of_pattern(&value.text)));
    }
    if let Ok(address) = value.text.parse::<IpAddr>() {
        return Ok(Extent::of(address));
    }
    let network: IpNet = value.text.parse().map_err(|_| bad_value(token, value))?;
    Ok(Extent { low: network.network(), high: Bound::Included(network.broadcast()) })
}

/// `10.0.*` means `10.0.0.0/16`.
fn network_of_pattern(pattern: &str) -> Option<String> {
    let known: Vec<&str> = pattern.split('.').take_while(|part| part.parse::<u8>().is_ok()).collect();
    let is_prefix = pattern.split('.').skip(known.len()).all(|part| part == "*");
    if known.is_empty() || known.len() > 3 || !is_prefix {
        return None;
    }
    let octets = known.iter().copied().chain(std::iter::repeat("0")).take(4).collect::<Vec<_>>();
    Some(format!("{}/{}", octets.join("."), known.len() * 8))
}
