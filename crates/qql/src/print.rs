//! A tree as text again: what is printed is read as the same tree.

use std::fmt::{self, Display, Formatter};

use crate::ast::{End, Limit, Node, Operand, Style, Value};
use crate::parser::is_plain_word;

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Or(nodes) => joined(f, nodes, " or ", |node| matches!(node, Self::Or(_))),
            Self::And(nodes) => joined(f, nodes, " and ", |node| matches!(node, Self::Or(_) | Self::And(_))),
            Self::Not(_, inner) if matches!(**inner, Self::Or(_) | Self::And(_) | Self::Not(..)) => {
                write!(f, "not ({inner})")
            }
            Self::Not(_, inner) => write!(f, "not {inner}"),
            Self::Group { name, inner, .. } => write!(f, "{}:({inner})", name.text),
            Self::Null { name, negated: false, .. } => write!(f, "{} is null", name.text),
            Self::Null { name, negated: true, .. } => write!(f, "{} is not null", name.text),
            Self::Term { name, operand, .. } => write!(f, "{}{operand}", name.text),
            Self::Free(value) => value.fmt(f),
            Self::Wrong(_) => f.write_str("…"),
        }
    }
}

fn joined(f: &mut Formatter<'_>, nodes: &[Node], word: &str, in_brackets: impl Fn(&Node) -> bool) -> fmt::Result {
    for (place, node) in nodes.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        if in_brackets(node) { write!(f, "({node})")? } else { node.fmt(f)? }
    }
    Ok(())
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(value) => write!(f, "{}", equal_to(&value.to_string())),
            // A blank keeps `> =5` apart from `>=5`.
            Self::Compared(comparison, value) if value.to_string().starts_with('=') => {
                write!(f, "{} {value}", comparison.sign())
            }
            Self::Compared(comparison, value) => write!(f, "{}{value}", comparison.sign()),
            Self::List(values) => {
                let values: Vec<_> = values.iter().map(Value::to_string).collect();
                write!(f, ":[{}]", values.join(","))
            }
            Self::Range(low, high) => {
                let opening = if low.end == End::Included { '[' } else { '(' };
                let closing = if high.end == End::Included { ']' } else { ')' };
                write!(f, ":{opening}{} .. {}{closing}", bound(low), bound(high))
            }
        }
    }
}

/// A colon and the value; a value that begins like a comparison stands behind `=`, which takes the place of one.
pub(crate) fn equal_to(value: &str) -> String {
    let sign = if value.starts_with(['<', '>', '=']) { ":=" } else { ":" };
    format!("{sign}{value}")
}

fn bound(limit: &Limit) -> String {
    limit.value.as_ref().map_or_else(|| "*".to_owned(), Value::to_string)
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.style {
            Style::Words => f.write_str(&self.text),
            Style::Quoted => f.write_str(&quoted(&self.text, '"')),
            Style::Exact => f.write_str(&quoted(&self.text, '`')),
        }
    }
}

pub(crate) fn quoted(text: &str, quote: char) -> String {
    let mut printed = String::with_capacity(text.len() + 2);
    printed.push(quote);
    for c in text.chars() {
        if c == quote || c == '\\' {
            printed.push('\\');
        }
        printed.push(c);
    }
    printed.push(quote);
    printed
}

/// `text` as a value that is read as it: bare where that is one plain word, else in quotes.
pub fn quoted_where_needed(text: &str) -> String {
    if is_plain_word(text) { text.to_owned() } else { quoted(text, '"') }
}
