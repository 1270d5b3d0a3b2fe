//! What is allowed, and most often not meant (`qql.md` 7).

use serde::Serialize;

use crate::ast::Value;
use crate::shape::{Constant, shape};
use crate::span::Span;
use crate::token::Tie;
use crate::typed::{Expression, Form};

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
    /// The list leaves something out of which the query does not speak.
    #[serde(rename = "QQL_HIDDEN_FILTER")]
    HiddenFilter,
}

impl WarningCode {
    pub const fn name(self) -> &'static str {
        match self {
            Self::NarrowDate => "QQL_NARROW_DATE",
            Self::AlwaysFalse => "QQL_ALWAYS_FALSE",
            Self::AlwaysTrue => "QQL_ALWAYS_TRUE",
            Self::NegatedFinding => "QQL_NEGATED_FINDING",
            Self::AnyWord => "QQL_ANY_WORD",
            Self::HiddenFilter => "QQL_HIDDEN_FILTER",
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

    /// Lists know of their filters; the language does not.
    pub fn hidden_filter(query: &Expression, message: &str, help: &str) -> Self {
        Self { code: WarningCode::HiddenFilter, message: message.to_owned(), span: query.span, help: help.to_owned() }
    }

    fn constant(span: Span, constant: Constant) -> Self {
        let (code, message, help) = match constant {
            Constant::True => (WarningCode::AlwaysTrue, "this holds for everything", "leave it out"),
            Constant::False => (WarningCode::AlwaysFalse, "this holds for nothing", "is `or` meant, or another value?"),
        };
        Self { code, message: message.to_owned(), span, help: help.to_owned() }
    }

    fn negated(tie: Tie, span: Span, inner: &Expression) -> Self {
        Self {
            code: WarningCode::NegatedFinding,
            message: format!("this holds when some {} is not so, or there is none", tie.name()),
            span: span.to(inner.span),
            help: format!("for \"no asset\", write `not assets:({})`", crate::normal::text(&inner.form)),
        }
    }
}

/// The warnings that the shape of a whole query gives. `pairs` is what it is judged on beside the thing itself.
pub(crate) fn of(root: &Expression, pairs: Option<Tie>) -> Vec<Warning> {
    let shape = shape(root, pairs);
    // The empty query is meant to hold for everything.
    let constants = shape.constants.into_iter().filter(|(part, _)| !matches!(part.form, Form::All));
    let constants = constants.map(|(part, constant)| Warning::constant(part.span, constant));
    let negated = shape.negated.into_iter();
    constants.chain(negated.map(|negation| Warning::negated(negation.tie, negation.span, negation.inner))).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use crate::normal::LEAVES_WRITTEN;
    use crate::{Context, Entity, check};

    fn leaves_written(entity: Entity, text: &str) -> usize {
        let before = LEAVES_WRITTEN.get();
        check(text, &Context::new(entity, Timestamp::UNIX_EPOCH, TimeZone::UTC)).expect("a query");
        LEAVES_WRITTEN.get() - before
    }

    #[test]
    fn each_leaf_is_written_once_however_deep_it_stands() {
        let nested = |levels: usize, term: &str, word: &str, inner: &str| {
            format!("{}{inner}{}", format!("{term} {word} not (").repeat(levels), ")".repeat(levels))
        };
        let addresses = format!("interfaces.address:[{}]", vec!["::/127"; 480].join(","));
        for levels in [1, 24, 31] {
            for word in ["and", "or"] {
                let written = leaves_written(Entity::Asset, &nested(levels, "name:x", word, &addresses));
                assert!(written <= levels + 1, "{levels} levels of {word}: {written}");
            }
            // Once more for what a warning shows.
            let written = leaves_written(Entity::Patch, &nested(levels, "title:x", "and", "patchStatus:Missing"));
            assert!(written <= 2 * (levels + 1), "{levels} levels around a finding: {written}");
        }
    }
}
