//! What is allowed, and most often not meant (`qql.md` 7).

use std::collections::HashSet;

use serde::Serialize;

use crate::ast::Value;
use crate::span::Span;
use crate::token::Tie;
use crate::typed::{Expression, Form, Leaf, Test};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum WarningCode {
    /// A bare `now-7d` names one second.
    #[serde(rename = "QQL_NARROW_DATE")]
    NarrowDate,
    #[serde(rename = "QQL_ALWAYS_FALSE")]
    AlwaysFalse,
    #[serde(rename = "QQL_ALWAYS_TRUE")]
    AlwaysTrue,
    /// `not` before a finding's token says "of some finding, or of none".
    #[serde(rename = "QQL_NEGATED_FINDING")]
    NegatedFinding,
    /// Several unquoted words mean any of them.
    #[serde(rename = "QQL_ANY_WORD")]
    AnyWord,
}

impl WarningCode {
    pub const fn name(self) -> &'static str {
        match self {
            Self::NarrowDate => "QQL_NARROW_DATE",
            Self::AlwaysFalse => "QQL_ALWAYS_FALSE",
            Self::AlwaysTrue => "QQL_ALWAYS_TRUE",
            Self::NegatedFinding => "QQL_NEGATED_FINDING",
            Self::AnyWord => "QQL_ANY_WORD",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    pub code: WarningCode,
    pub message: String,
    #[serde(flatten)]
    pub span: Span,
    pub help: String,
}

impl Warning {
    pub(crate) fn narrow_date(value: &Value) -> Self {
        let date = &value.text;
        Self {
            code: WarningCode::NarrowDate,
            message: format!("`{date}` names one second"),
            span: value.span,
            help: format!("`{date}/d` names the whole day, `>={date}` all since then"),
        }
    }

    pub(crate) fn any_word(value: &Value) -> Self {
        Self {
            code: WarningCode::AnyWord,
            message: format!("`{}` means any of its words", value.text),
            span: value.span,
            help: format!("for the words side by side, write `\"{}\"`", value.text),
        }
    }
}

/// The warnings that the shape of a whole query gives. `pairs` is what it is judged on beside the thing itself.
pub(crate) fn of(root: &Expression, pairs: Option<Tie>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    constants(root, &mut warnings);
    if let Some(tie) = pairs {
        negated_ties(root, tie, &mut warnings);
    }
    warnings
}

/// Whether an expression is the same for every thing, as far as that is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Constant {
    True,
    False,
}

impl Constant {
    const fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
        }
    }
}

/// Warns of the largest parts that are constant. The empty query is meant to be.
fn constants(expression: &Expression, warnings: &mut Vec<Warning>) {
    if let Some(constant) = constant(expression) {
        let (code, message, help) = match constant {
            Constant::True => (WarningCode::AlwaysTrue, "this holds for everything", "leave it out"),
            Constant::False => (WarningCode::AlwaysFalse, "this holds for nothing", "is `or` meant, or another value?"),
        };
        if expression.form != Form::All {
            let (message, help) = (message.to_owned(), help.to_owned());
            warnings.push(Warning { code, message, span: expression.span, help });
        }
        return;
    }
    match &expression.form {
        Form::And(parts) | Form::Or(parts) => parts.iter().for_each(|part| constants(part, warnings)),
        Form::Not(inner) => constants(inner, warnings),
        Form::Related(related) => constants(&related.inner, warnings),
        Form::Elements(elements) => constants(&elements.inner, warnings),
        Form::All | Form::Leaf(_) | Form::Free(_) => {}
    }
}

fn constant(expression: &Expression) -> Option<Constant> {
    match &expression.form {
        Form::All => Some(Constant::True),
        Form::And(parts) => all_of(parts, Constant::False),
        Form::Or(parts) => all_of(parts, Constant::True),
        Form::Not(inner) => constant(inner).map(Constant::not),
        Form::Leaf(leaf) => is_empty(leaf).then_some(Constant::False),
        Form::Free(free) => free.asked.matcher.is_empty().then_some(Constant::False),
        Form::Related(related) => constant(&related.inner).filter(|inner| *inner == Constant::False),
        Form::Elements(elements) => constant(&elements.inner).filter(|inner| *inner == Constant::False),
    }
}

/// Of `and`, which one false part decides; `or` is its mirror.
fn all_of(parts: &[Expression], deciding: Constant) -> Option<Constant> {
    let constants: Vec<_> = parts.iter().map(constant).collect();
    if constants.contains(&Some(deciding)) || contradict(parts) {
        return Some(deciding);
    }
    constants.iter().all(|part| *part == Some(deciding.not())).then_some(deciding.not())
}

/// `a` beside `not a`.
fn contradict(parts: &[Expression]) -> bool {
    let negated = parts.iter().filter_map(|part| match &part.form {
        Form::Not(inner) => Some(crate::normal::text(&inner.form)),
        _ => None,
    });
    let negated: HashSet<String> = negated.collect();
    !negated.is_empty() && parts.iter().any(|part| negated.contains(&crate::normal::text(&part.form)))
}

fn is_empty(leaf: &Leaf) -> bool {
    match &leaf.test {
        Test::Words(asked) => asked.iter().all(|asked| asked.matcher.is_empty()),
        Test::OneOf(places) => places.is_empty(),
        Test::Int(intervals) => intervals.iter().all(|interval| interval.is_empty_by(Ord::cmp)),
        Test::Float(intervals) => intervals.iter().all(|interval| interval.is_empty_by(f64::total_cmp)),
        Test::Date(interval) => interval.is_empty_by(Ord::cmp),
        Test::Address(intervals) => intervals.iter().all(|interval| interval.is_empty_by(Ord::cmp)),
        Test::Null | Test::Present | Test::Whole(_) | Test::Bool(_) | Test::Uuid(_) | Test::Version(_) => false,
    }
}

/// Negations over tokens of the pairs: those in groups speak of other ties.
fn negated_ties(expression: &Expression, tie: Tie, warnings: &mut Vec<Warning>) {
    match &expression.form {
        Form::And(parts) | Form::Or(parts) => parts.iter().for_each(|part| negated_ties(part, tie, warnings)),
        Form::Not(inner) if speaks_of(inner, tie) => warnings.push(Warning {
            code: WarningCode::NegatedFinding,
            message: format!("this holds when some {} is not so, or there is none", tie.name()),
            span: expression.span.to(inner.span),
            help: format!("for \"no asset\", write `not assets:({})`", crate::normal::text(&inner.form)),
        }),
        Form::Not(inner) => negated_ties(inner, tie, warnings),
        Form::All | Form::Leaf(_) | Form::Free(_) | Form::Related(_) | Form::Elements(_) => {}
    }
}

fn speaks_of(expression: &Expression, tie: Tie) -> bool {
    match &expression.form {
        Form::And(parts) | Form::Or(parts) => parts.iter().any(|part| speaks_of(part, tie)),
        Form::Not(inner) => speaks_of(inner, tie),
        Form::Leaf(leaf) => leaf.token.tie == Some(tie),
        Form::All | Form::Free(_) | Form::Related(_) | Form::Elements(_) => false,
    }
}
