//! Figures over the things of a group: the least, the greatest and the mean value of a token (`qql.md` 4).

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Code, Invalid, Problem};
use crate::order::{Written, find, instead, of_list, too_many};
use crate::token::{Entity, Kind, TokenDefinition, Values, Vocabulary};

/// Figures of one answer.
pub const MAX_MEASURES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Statistic {
    Min,
    Max,
    /// The arithmetic mean.
    Avg,
}

impl Statistic {
    const ALL: [Self; 3] = [Self::Min, Self::Max, Self::Avg];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Avg => "avg",
        }
    }
}

/// Over the things that have a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    pub statistic: Statistic,
    pub token: &'static TokenDefinition,
}

/// A figure as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    Whole(i64),
    Real(f64),
    Moment(Timestamp),
}

/// Values so far: whole numbers, and moments in microseconds, are exact up to 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    count: u64,
    sum: f64,
    least: f64,
    greatest: f64,
}

impl Tally {
    #[expect(clippy::cast_precision_loss, reason = "no token counts that far")]
    pub fn add_whole(&mut self, value: i64) {
        self.add(value as f64);
    }

    pub fn add(&mut self, value: f64) {
        self.merge(Self { count: 1, sum: value, least: value, greatest: value });
    }

    pub fn merge(&mut self, other: Self) {
        if self.count == 0 || other.count == 0 {
            *self = if self.count == 0 { other } else { *self };
            return;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }
}

impl Measure {
    /// Null where nothing has a value.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "values are exact, and counts small"
    )]
    pub fn of(self, tally: Tally) -> Option<Figure> {
        if tally.count == 0 {
            return None;
        }
        let value = match self.statistic {
            Statistic::Min => tally.least,
            Statistic::Max => tally.greatest,
            Statistic::Avg => return Some(Figure::Real(tally.sum / tally.count as f64)),
        };
        match self.token.kind {
            Kind::Date => Timestamp::from_microsecond(value as i64).ok().map(Figure::Moment),
            Kind::Int => Some(Figure::Whole(value as i64)),
            _ => Some(Figure::Real(value)),
        }
    }

    /// As it is asked for: `max:lastCheckedIn`.
    pub fn name(self) -> String {
        format!("{}:{}", self.statistic.name(), self.token.name)
    }
}

/// Reads `avg:missingPatchCount,max:lastCheckedIn`. Empty for an empty text.
pub fn measures(text: &str, entity: Entity, vocabulary: Vocabulary) -> Result<Vec<Measure>, Invalid> {
    let written = of_list(text);
    let mut problems = too_many(&written, MAX_MEASURES);
    let mut measures = Vec::new();
    for one in &written {
        match read(one, entity, vocabulary) {
            Ok(measure) => measures.push(measure),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(measures) } else { Err(Invalid::new("measures", text, problems)) }
}

fn read(written: &Written, entity: Entity, vocabulary: Vocabulary) -> Result<Measure, Problem> {
    let named = Statistic::ALL.into_iter().find(|statistic| statistic.name() == written.name);
    let (Some(statistic), Some(token)) = (named, &written.direction) else {
        let problem = Problem::new(Code::Syntax, written.span, format!("'{}' is no figure", written.name));
        return Err(problem.help("a figure is `min:TOKEN`, `max:TOKEN` or `avg:TOKEN`").suggest(["min", "max", "avg"]));
    };
    let token = find(&Written { name: token.clone(), direction: None, span: written.span }, entity, vocabulary)?;
    if !takes(statistic, token) {
        let message = format!("`{}` has no {}", token.name, statistic.name());
        let measured = vocabulary.tokens(entity).iter().filter(|token| takes(statistic, token));
        return Err(instead(Problem::new(Code::BadOperator, written.span, message), measured));
    }
    Ok(Measure { statistic, token })
}

/// Of numbers and dates of the thing itself; dates have no mean.
fn takes(statistic: Statistic, token: &TokenDefinition) -> bool {
    let is_number = matches!(token.kind, Kind::Int | Kind::Float);
    let is_date = token.kind == Kind::Date && statistic != Statistic::Avg;
    (is_number || is_date) && token.tie.is_none() && token.values == Values::One
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, Code> {
        let measures = measures(text, Entity::Asset, Vocabulary::FETTLE);
        measures
            .map(|measures| measures.into_iter().map(Measure::name).collect())
            .map_err(|invalid| invalid.errors[0].code)
    }

    #[test]
    fn figures_are_read_or_refused() {
        assert_eq!(
            read("avg:missingPatchCount, max:lastCheckedIn"),
            Ok(vec!["avg:missingPatchCount".to_owned(), "max:lastCheckedIn".to_owned()])
        );
        assert_eq!(read(""), Ok(Vec::new()));
        assert_eq!(read("missingPatchCount"), Err(Code::Syntax));
        assert_eq!(read("sum:missingPatchCount"), Err(Code::Syntax));
        assert_eq!(read("avg:missingPatchCuont"), Err(Code::UnknownToken));
        assert_eq!(read("avg:lastCheckedIn"), Err(Code::BadOperator));
        assert_eq!(read("max:name"), Err(Code::BadOperator));
        assert_eq!(read(&["max:missingPatchCount"; 4].join(",")), Err(Code::TooComplex));
    }

    #[test]
    fn a_tally_is_of_values_alone() {
        let token = Vocabulary::FETTLE.find(Entity::Asset, "missingPatchCount").expect("a token");
        let of = |statistic, tally| Measure { statistic, token }.of(tally);
        assert_eq!(of(Statistic::Min, Tally::default()), None);
        let mut tally = Tally::default();
        for value in [5, -3, 4] {
            tally.add_whole(value);
        }
        let mut other = Tally::default();
        other.merge(tally);
        other.merge(Tally::default());
        assert_eq!(of(Statistic::Min, other), Some(Figure::Whole(-3)));
        assert_eq!(of(Statistic::Max, other), Some(Figure::Whole(5)));
        assert_eq!(of(Statistic::Avg, other), Some(Figure::Real(2.0)));
    }
}
