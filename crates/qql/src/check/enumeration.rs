//! Values of enumerations, and comparisons of those that have ranks.

use super::Checker;
use super::leaf::bad_operator;
use crate::ast::{Comparison, Operand, Style, Value};
use crate::error::{Code, Problem};
use crate::print;
use crate::span::Span;
use crate::suggest;
use crate::text::{WholeMatcher, folded};
use crate::token::{Enumeration, Ranking, TokenDefinition};

impl Checker<'_> {
    /// Places in the enumeration, ascending.
    pub(super) fn enumerated(
        &mut self,
        token: &TokenDefinition,
        enumeration: &Enumeration,
        operand: &Operand,
        span: Span,
    ) -> Option<Vec<usize>> {
        let mut places = match operand {
            Operand::Is(value) => self.places(token, enumeration, value)?,
            Operand::List(values) => {
                let read: Vec<_> = values.iter().map(|value| self.places(token, enumeration, value)).collect();
                read.into_iter().collect::<Option<Vec<_>>>()?.concat()
            }
            Operand::Compared(comparison, value) if enumeration.ranking == Ranking::Ranked => {
                if value.has_wildcard() {
                    self.tell(bad_operator(token, value.span, "a comparison with a wildcard", "write `name>=value`"));
                    return None;
                }
                let rank = *self.places(token, enumeration, value)?.first()?;
                (0..enumeration.values.len()).filter(|place| holds(*comparison, *place, rank)).collect()
            }
            Operand::Compared(comparison, _) => {
                let what = format!("`{}`", comparison.sign());
                self.tell(bad_operator(token, span, &what, "its values have no order; write a list, `name:[a,b]`"));
                return None;
            }
            Operand::Range(..) => {
                let works = match enumeration.ranking {
                    Ranking::Ranked => "write `name>=value and name<=value`, or a list",
                    Ranking::Unranked => "its values have no order; write a list, `name:[a,b]`",
                };
                self.tell(bad_operator(token, span, "a range", works));
                return None;
            }
        };
        places.sort_unstable();
        places.dedup();
        Some(places)
    }

    /// Of one written value: one place, or all that fit its pattern.
    fn places(&mut self, token: &TokenDefinition, enumeration: &Enumeration, value: &Value) -> Option<Vec<usize>> {
        let matcher = WholeMatcher::new(value);
        let values = enumeration.values.iter().enumerate();
        let places: Vec<usize> = values.filter(|(_, known)| matcher.matches(known)).map(|(place, _)| place).collect();
        if places.is_empty() {
            self.tell(no_such_value(token, enumeration, value));
            return None;
        }
        Some(places)
    }
}

fn holds(comparison: Comparison, place: usize, rank: usize) -> bool {
    match comparison {
        Comparison::Greater => place > rank,
        Comparison::GreaterOrEqual => place >= rank,
        Comparison::Less => place < rank,
        Comparison::LessOrEqual => place <= rank,
    }
}

fn no_such_value(token: &TokenDefinition, enumeration: &Enumeration, value: &Value) -> Problem {
    let similar = match enumeration.values.iter().find(|known| folded(known) == folded(&value.text)) {
        Some(known) if value.style == Style::Exact => vec![(*known).to_owned()],
        _ => suggest::values(&value.text, enumeration.values),
    };
    let message = format!("'{}' is no value of `{}`", value.text, token.name);
    let problem = Problem::new(Code::BadValue, value.span, message);
    let quoted = |known: &str| print::quoted_where_needed(known);
    if similar.is_empty() {
        let known: Vec<_> = enumeration.values.iter().map(|known| quoted(known)).collect();
        problem.help(format!("its values are {}", known.join(", "))).suggest(known)
    } else {
        problem.did_you_mean(similar.iter().map(|known| quoted(known)).collect())
    }
}
