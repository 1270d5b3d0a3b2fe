//! Reads texts with a fixed time and zone, and compares what was read wherever it stood.

use fettle_qql::ast::{Node, Operand, Value};
use fettle_qql::error::Invalid;
use fettle_qql::span::Span;
use fettle_qql::typed::{Expression, Form, Query, Test};
use fettle_qql::{Context, Entity, check};
use jiff::tz::TimeZone;

/// A Saturday.
pub(crate) const NOW: &str = "2026-11-28T07:15:30Z";

pub(crate) fn context(entity: Entity) -> Context {
    Context::new(entity, NOW.parse().expect("a time"), TimeZone::UTC)
}

pub(crate) fn in_zone(entity: Entity, now: &str, zone: &str) -> Context {
    Context::new(entity, now.parse().expect("a time"), TimeZone::get(zone).expect("a zone"))
}

pub(crate) fn read(entity: Entity, text: &str) -> Query {
    check(text, &context(entity)).unwrap_or_else(|invalid| panic!("{text}: {}", shown(&invalid)))
}

pub(crate) fn refused(entity: Entity, text: &str) -> Invalid {
    match check(text, &context(entity)) {
        Ok(query) => panic!("{text} is read as {}", query.normalized()),
        Err(invalid) => invalid,
    }
}

/// Each error with its mark, message and help.
pub(crate) fn shown(invalid: &Invalid) -> String {
    let line = |error: &fettle_qql::QueryError| {
        let help = error.help.as_deref().map_or_else(String::new, |help| format!("\n  help: {help}"));
        let suggested = match error.suggestions.as_slice() {
            [] => String::new(),
            suggestions => format!("\n  suggested: {}", suggestions.join(" | ")),
        };
        format!("{}: {}{help}{suggested}\n{}", error.code.name(), error.message, error.caret)
    };
    invalid.errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(crate) fn all_refused(entity: Entity, texts: &[&str]) -> String {
    texts.iter().map(|text| shown(&refused(entity, text))).collect::<Vec<_>>().join("\n\n")
}

pub(crate) fn without_spans(mut query: Query) -> Expression {
    expression(&mut query.root);
    query.root
}

fn expression(node: &mut Expression) {
    node.span = Span::default();
    match &mut node.form {
        Form::And(parts) | Form::Or(parts) => parts.iter_mut().for_each(expression),
        Form::Not(inner) => expression(inner),
        Form::Related(related) => expression(&mut related.inner),
        Form::Elements(elements) => expression(&mut elements.inner),
        Form::Free(free) => free.asked.written.span = Span::default(),
        Form::Leaf(leaf) => match &mut leaf.test {
            Test::Words(asked) => asked.iter_mut().for_each(|asked| asked.written.span = Span::default()),
            Test::Whole(asked) => asked.iter_mut().for_each(|asked| asked.written.span = Span::default()),
            _ => {}
        },
        Form::All => {}
    }
}

pub(crate) fn tree_without_spans(node: &mut Node) {
    let blank = |value: &mut Value| value.span = Span::default();
    match node {
        Node::Or(nodes) | Node::And(nodes) => nodes.iter_mut().for_each(tree_without_spans),
        Node::Not(span, inner) => {
            *span = Span::default();
            tree_without_spans(inner);
        }
        Node::Group { name, inner, span } => {
            (name.span, *span) = (Span::default(), Span::default());
            tree_without_spans(inner);
        }
        Node::Null { name, span, .. } => (name.span, *span) = (Span::default(), Span::default()),
        Node::Term { name, operand, span } => {
            (name.span, *span) = (Span::default(), Span::default());
            match operand {
                Operand::Is(value) | Operand::Compared(_, value) => blank(value),
                Operand::List(values) => values.iter_mut().for_each(blank),
                Operand::Range(low, high) => {
                    [low, high].into_iter().filter_map(|limit| limit.value.as_mut()).for_each(blank);
                }
            }
        }
        Node::Free(value) => blank(value),
        Node::Wrong(span) => *span = Span::default(),
    }
}
