//! A query that makes sense: what the evaluators, of the index and of the database, answer.
//!
//! Names are resolved to tokens, values are parsed, dates are instants, and what is left is judged thing by thing. A
//! test of a token with several values holds when any value fits; with no value every test but [`Test::Null`] is false,
//! and [`Form::Not`] is the plain complement (`qql.md` 3.4).

use std::net::IpAddr;

use jiff::Timestamp;
use uuid::Uuid;

use crate::ast::Value;
use crate::span::Span;
use crate::text::{WholeMatcher, WordMatcher};
use crate::token::{Entity, Tie, TokenDefinition};
use crate::value::Interval;

/// A checked query. What it is judged on follows from the entity (`qql.md` 3.5):
///
/// * assets: each asset; with `having` Q and H, those for which Q holds and that have a finding whose patch and
///   finding satisfy H;
/// * patches: each (patch, finding) pair in scope whose asset, with the finding, satisfies H; the patch is in the
///   answer when one pair satisfies the whole of Q. Without H a patch with no finding is judged once, with the
///   finding's tokens null;
/// * vulnerabilities: the same with detections.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub entity: Entity,
    pub root: Expression,
    pub warnings: Vec<crate::warning::Warning>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// Where it stands in the text as sent.
    pub span: Span,
    pub form: Form,
}

impl Expression {
    /// Every place in the text that it knows of.
    pub(crate) fn each_span(&mut self, change: &mut impl FnMut(&mut Span)) {
        change(&mut self.span);
        match &mut self.form {
            Form::All => {}
            Form::And(parts) | Form::Or(parts) => parts.iter_mut().for_each(|part| part.each_span(change)),
            Form::Not(inner) => inner.each_span(change),
            Form::Related(related) => related.inner.each_span(change),
            Form::Elements(elements) => elements.inner.each_span(change),
            Form::Free(free) => change(&mut free.asked.written.span),
            Form::Leaf(leaf) => match &mut leaf.test {
                Test::Words(asked) => asked.iter_mut().for_each(|asked| change(&mut asked.written.span)),
                Test::Whole(asked) => asked.iter_mut().for_each(|asked| change(&mut asked.written.span)),
                _ => {}
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// The empty query: everything in scope.
    All,
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Leaf(Leaf),
    Free(Free),
    Related(Related),
    Elements(Elements),
}

/// A token and what is asked of its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    pub token: &'static TokenDefinition,
    pub test: Test,
}

/// Free text: a match in any of the tokens counts, each read as text.
#[derive(Debug, Clone, PartialEq)]
pub struct Free {
    pub asked: Asked<WordMatcher>,
    pub tokens: Vec<&'static TokenDefinition>,
}

/// There is a related thing in scope for which the inner expression holds. With a tie, tied tokens inside speak of the
/// one finding or detection between the two things.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    pub token: &'static TokenDefinition,
    pub entity: Entity,
    pub tie: Option<Tie>,
    pub inner: Box<Expression>,
}

/// There is an element of the same thing for which the inner expression holds: all its conditions on one element.
#[derive(Debug, Clone, PartialEq)]
pub struct Elements {
    pub token: &'static TokenDefinition,
    pub inner: Box<Expression>,
}

/// A text as it was written, and how it is held against values.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked<M> {
    pub written: Value,
    pub matcher: M,
}

/// What is asked of a value. Where there are several, one is enough.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Has no value; a list: is empty.
    Null,
    /// Has a value.
    Present,
    /// Of kind `text`.
    Words(Vec<Asked<WordMatcher>>),
    /// Of kind `keyword`.
    Whole(Vec<Asked<WholeMatcher>>),
    /// Of kind `enum`: places in the enumeration's values, ascending.
    OneOf(Vec<usize>),
    /// Both values, ascending: has a value.
    Bool(Vec<bool>),
    Uuid(Vec<Uuid>),
    Int(Vec<Interval<i64>>),
    Float(Vec<Interval<f64>>),
    /// By the order of the token's kind.
    Version(Vec<Interval<String>>),
    /// From an instant on, up to before another: low ends are included, high ends left out.
    Date(Interval<Timestamp>),
    /// Addresses of the ends' own family.
    Address(Vec<Interval<IpAddr>>),
}
