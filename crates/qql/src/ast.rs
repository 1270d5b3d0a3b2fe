//! A text as it was written: the tree before names and values are looked at.

use crate::span::Span;

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// Unquoted: `*` and `?` are wildcards.
    Words,
    /// In `"…"` or `'…'`.
    Quoted,
    /// In backticks.
    Exact,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub style: Style,
    /// In NFC, without quotes and escapes; unquoted words are joined by single blanks.
    pub text: String,
    pub span: Span,
}

impl Value {
    /// The words of an unquoted value.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ')
    }

    pub fn is_lone_star(&self) -> bool {
        self.style == Style::Words && self.text == "*"
    }

    pub fn has_wildcard(&self) -> bool {
        self.style == Style::Words && self.text.contains(['*', '?'])
    }
}

/// A token's name as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// Whether an end of a range belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// `[`, `]`
    Included,
    /// `(`, `)`
    LeftOut,
}

/// One end of a range; no value: open (`*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    pub end: End,
    pub value: Option<Value>,
}

/// What stands behind a token's name. `=` is `:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    Is(Value),
    Compared(Comparison, Value),
    List(Vec<Value>),
    Range(Limit, Limit),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Span, Box<Self>),
    /// `name:( … )`
    Group {
        name: Name,
        inner: Box<Self>,
        span: Span,
    },
    /// `name is null`, `name is not null`
    Null {
        name: Name,
        negated: bool,
        span: Span,
    },
    Term {
        name: Name,
        operand: Operand,
        span: Span,
    },
    Free(Value),
    /// Where something was that could not be read; its error has been told.
    Wrong(Span),
}

impl Node {
    pub fn span(&self) -> Span {
        match self {
            Self::Or(nodes) | Self::And(nodes) => match nodes.as_slice() {
                [] => Span::default(),
                [first, rest @ ..] => rest.last().map_or_else(|| first.span(), |last| first.span().to(last.span())),
            },
            Self::Not(not, inner) => not.to(inner.span()),
            Self::Group { span, .. } | Self::Null { span, .. } | Self::Term { span, .. } | Self::Wrong(span) => *span,
            Self::Free(value) => value.span,
        }
    }
}
