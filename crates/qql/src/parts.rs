//! The parts of a typed query, and what each is as a query of its own (`qql.md` 7).

use crate::typed::{Elements, Expression, Form, Related};

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PartKind {
    /// The empty query.
    All,
    And,
    Or,
    Not,
    /// A token and what is asked of it.
    Term,
    /// Words without a token.
    Text,
    /// `patches:( … )`, `interfaces:( … )`.
    Group,
}

impl PartKind {
    pub const fn of(form: &Form) -> Self {
        match form {
            Form::All => Self::All,
            Form::And(_) => Self::And,
            Form::Or(_) => Self::Or,
            Form::Not(_) => Self::Not,
            Form::Leaf(_) => Self::Term,
            Form::Free(_) => Self::Text,
            Form::Related(_) | Form::Elements(_) => Self::Group,
        }
    }
}

/// A group that a part stands in.
#[derive(Debug, Clone, Copy)]
pub enum Around<'q> {
    Related(&'q Related),
    Elements(&'q Elements),
}

/// The parts of an expression one level below, and the group that they stand in.
pub fn parts(expression: &Expression) -> (&[Expression], Option<Around<'_>>) {
    match &expression.form {
        Form::All | Form::Leaf(_) | Form::Free(_) => (&[], None),
        Form::And(parts) | Form::Or(parts) => (parts, None),
        Form::Not(inner) => (std::slice::from_ref(&**inner), None),
        Form::Related(related) => (std::slice::from_ref(&*related.inner), Some(Around::Related(related))),
        Form::Elements(elements) => (std::slice::from_ref(&*elements.inner), Some(Around::Elements(elements))),
    }
}

/// A part as a query of its own, in the groups around it, the outermost first.
pub fn alone(part: &Expression, around: &[Around<'_>]) -> Expression {
    around.iter().rev().fold(part.clone(), |inner, around| {
        let (span, inner) = (inner.span, Box::new(inner));
        let form = match around {
            Around::Related(Related { token, entity, tie, .. }) => {
                Form::Related(Related { token, entity: *entity, tie: *tie, inner })
            }
            Around::Elements(Elements { token, .. }) => Form::Elements(Elements { token, inner }),
        };
        Expression { span, form }
    })
}
