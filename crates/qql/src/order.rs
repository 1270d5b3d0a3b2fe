//! `sort` and `groupBy` (`qql.md` 4).

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::error::{Code, Invalid, Problem};
use crate::measure::Measure;
use crate::span::Span;
use crate::suggest;
use crate::token::{Entity, Grouping, Sorting, TokenDefinition, Vocabulary};

/// Tokens that one list is sorted by.
pub const MAX_SORT: usize = 3;
/// Tokens that one answer is grouped by.
pub const MAX_GROUPS: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    Ascending,
    Descending,
}

/// Nulls come last in both directions, and ties go by id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SortKey {
    pub token: &'static TokenDefinition,
    pub direction: Direction,
}

/// Which groups come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupOrder {
    /// The largest; ties by value.
    #[default]
    Count,
    /// The lowest value; things without one come last.
    Value,
}

/// The unit that dates are grouped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DateInterval {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl DateInterval {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// The first day of the unit that holds a day. Weeks begin on Monday.
    pub fn first_day(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => {
                let days = day.weekday().to_monday_zero_offset();
                day.checked_sub(jiff::Span::new().days(days)).unwrap_or(day)
            }
            Self::Month => day.first_of_month(),
            Self::Quarter => date(day.year(), (day.month() - 1) / 3 * 3 + 1, 1),
            Self::Year => day.first_of_year(),
        }
    }
}

/// By what is grouped, which groups are told, and with which figures.
#[derive(Debug, Clone)]
pub struct GroupBy {
    /// One or two groupable ones; none: all things are one group.
    pub tokens: Vec<&'static TokenDefinition>,
    /// Of dates, in `zone`.
    pub interval: DateInterval,
    pub zone: TimeZone,
    pub order: GroupOrder,
    pub limit: usize,
    pub measures: Vec<Measure>,
}

/// A name as it was written, with its direction.
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) direction: Option<String>,
    pub(crate) span: Span,
}

/// Reads `[{"vendorSeverity":"desc"},{"title":"asc"}]`, or `vendorSeverity:desc,title`. Empty for an empty text.
pub fn sort(text: &str, entity: Entity, vocabulary: Vocabulary) -> Result<Vec<SortKey>, Invalid> {
    let refused = |problems| Invalid::new("sort", text, problems);
    let written = if text.trim_start().starts_with('[') { of_json(text) } else { Ok(of_list(text)) };
    let written = written.map_err(|problem| refused(vec![problem]))?;
    let mut problems = too_many(&written, MAX_SORT);
    let mut keys = Vec::new();
    for one in &written {
        let direction = match one.direction.as_deref() {
            None | Some("asc") => Direction::Ascending,
            Some("desc") => Direction::Descending,
            Some(other) => {
                let problem = Problem::new(Code::BadValue, one.span, format!("'{other}' is no direction"));
                problems.push(problem.help("a direction is `asc` or `desc`").suggest(["asc", "desc"]));
                continue;
            }
        };
        match find(one, entity, vocabulary) {
            Ok(token) if token.sorting == Sorting::Sortable => keys.push(SortKey { token, direction }),
            Ok(token) => {
                let message = format!("`{}` cannot be sorted by", token.name);
                let sortable = vocabulary.tokens(entity).iter().filter(|token| token.sorting == Sorting::Sortable);
                problems.push(instead(Problem::new(Code::NotSortable, one.span, message), sortable));
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(refused(problems)) }
}

/// Reads `platform`, or `platform,osFamily`.
pub fn group_by(text: &str, entity: Entity, vocabulary: Vocabulary) -> Result<Vec<&'static TokenDefinition>, Invalid> {
    let written = of_list(text);
    let mut problems = too_many(&written, MAX_GROUPS);
    let mut tokens = Vec::new();
    for one in &written {
        match find(one, entity, vocabulary) {
            Ok(_) if one.direction.is_some() => {
                problems.push(Problem::new(Code::Syntax, one.span, "groups have no direction"));
            }
            Ok(token) if token.grouping != Grouping::NotGroupable => tokens.push(token),
            Ok(token) => {
                let message = format!("`{}` cannot be grouped by", token.name);
                let groupable =
                    vocabulary.tokens(entity).iter().filter(|token| token.grouping != Grouping::NotGroupable);
                problems.push(instead(Problem::new(Code::NotGroupable, one.span, message), groupable));
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(tokens) } else { Err(Invalid::new("groupBy", text, problems)) }
}

pub(crate) fn find(
    written: &Written,
    entity: Entity,
    vocabulary: Vocabulary,
) -> Result<&'static TokenDefinition, Problem> {
    vocabulary.find(entity, &written.name).ok_or_else(|| {
        let message = format!("'{}' is not a token of {entity}", written.name);
        let names = vocabulary.tokens(entity).iter().map(|token| token.name);
        Problem::new(Code::UnknownToken, written.span, message).did_you_mean(suggest::names(&written.name, names))
    })
}

pub(crate) fn instead<'t>(problem: Problem, tokens: impl Iterator<Item = &'t TokenDefinition>) -> Problem {
    let names: Vec<_> = tokens.map(|token| token.name).collect();
    problem.help(format!("what can be is {}", names.join(", "))).suggest(names)
}

pub(crate) fn too_many(written: &[Written], most: usize) -> Vec<Problem> {
    let problem = |one: &Written| Problem::new(Code::TooComplex, one.span, format!("there are {most} at most"));
    written.get(most).map(problem).into_iter().collect()
}

/// `a:desc,b`.
pub(crate) fn of_list(text: &str) -> Vec<Written> {
    let mut written = Vec::new();
    let mut offset = 0;
    // Ten more than are allowed are enough to tell.
    for part in text.split(',').take(MAX_SORT + 10) {
        let name = part.trim();
        let start = offset + part.chars().take_while(|c| c.is_whitespace()).count();
        let (name, direction) = match name.split_once(':') {
            Some((name, direction)) => (name.trim(), Some(direction.trim().to_owned())),
            None => (name, None),
        };
        let span = Span::new(start, name.chars().count());
        if !(name.is_empty() && direction.is_none() && text.trim().is_empty()) {
            written.push(Written { name: name.to_owned(), direction, span });
        }
        offset += part.chars().count() + 1;
    }
    written
}

/// `[{"a":"desc"},{"b":"asc"}]`.
fn of_json(text: &str) -> Result<Vec<Written>, Problem> {
    let whole = Span::new(0, text.chars().take(crate::MAX_LENGTH).count());
    let expected = |help: String| Problem::new(Code::Syntax, whole, "the order is not readable").help(help);
    let form = r#"write `[{"vendorSeverity":"desc"},{"title":"asc"}]`"#;
    let objects: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(text).map_err(|_| expected(form.to_owned()))?;
    let mut from = 0;
    let mut written = Vec::new();
    for object in objects.into_iter().take(MAX_SORT + 1) {
        let mut entries = object.into_iter();
        let (Some((name, serde_json::Value::String(direction))), None) = (entries.next(), entries.next()) else {
            return Err(expected(format!("each entry names one token: {form}")));
        };
        let quoted = serde_json::Value::from(name.as_str()).to_string();
        // A name with escapes is not found, and then all of the text is marked.
        let span = match text[from..].find(&quoted) {
            Some(at) => {
                let start = from + at + 1;
                from = start;
                Span::new(text[..start].chars().count(), name.chars().count())
            }
            None => whole,
        };
        written.push(Written { name, direction: Some(direction), span });
    }
    Ok(written)
}
