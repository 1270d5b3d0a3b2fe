//! What is wrong with a text (`qql.md` 5): data with a place, from which the API makes JSON, the console marks and the
//! command line draws.

use serde::Serialize;
use unicode_width::UnicodeWidthChar as _;

use crate::span::Span;

/// How many errors of one text are told.
pub const MAX_ERRORS: usize = 10;

/// Widest line that a caret shows; a longer one is cut around the error.
const MAX_LINE: usize = 160;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Code {
    /// Something else was expected; the message says what.
    #[serde(rename = "QQL_SYNTAX")]
    Syntax,
    /// Two terms side by side, or a word in a value that looks like one.
    #[serde(rename = "QQL_MISSING_OPERATOR")]
    MissingOperator,
    /// A quote, bracket or range is open at the end.
    #[serde(rename = "QQL_UNTERMINATED")]
    Unterminated,
    #[serde(rename = "QQL_UNKNOWN_TOKEN")]
    UnknownToken,
    /// A token of another entity.
    #[serde(rename = "QQL_WRONG_ENTITY")]
    WrongEntity,
    /// A name that the inner entity and the tie both have.
    #[serde(rename = "QQL_AMBIGUOUS")]
    Ambiguous,
    /// A derived token in a tag rule.
    #[serde(rename = "QQL_TOKEN_NOT_IN_RULE")]
    TokenNotInRule,
    #[serde(rename = "QQL_BAD_VALUE")]
    BadValue,
    /// A comparison, range, list, wildcard or bracket that the kind does not take.
    #[serde(rename = "QQL_BAD_OPERATOR")]
    BadOperator,
    #[serde(rename = "QQL_EMPTY_LIST")]
    EmptyList,
    #[serde(rename = "QQL_REVERSED_RANGE")]
    ReversedRange,
    #[serde(rename = "QQL_TOO_LONG")]
    TooLong,
    #[serde(rename = "QQL_TOO_COMPLEX")]
    TooComplex,
    #[serde(rename = "QQL_NOT_SORTABLE")]
    NotSortable,
    #[serde(rename = "QQL_NOT_GROUPABLE")]
    NotGroupable,
}

impl Code {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "QQL_SYNTAX",
            Self::MissingOperator => "QQL_MISSING_OPERATOR",
            Self::Unterminated => "QQL_UNTERMINATED",
            Self::UnknownToken => "QQL_UNKNOWN_TOKEN",
            Self::WrongEntity => "QQL_WRONG_ENTITY",
            Self::Ambiguous => "QQL_AMBIGUOUS",
            Self::TokenNotInRule => "QQL_TOKEN_NOT_IN_RULE",
            Self::BadValue => "QQL_BAD_VALUE",
            Self::BadOperator => "QQL_BAD_OPERATOR",
            Self::EmptyList => "QQL_EMPTY_LIST",
            Self::ReversedRange => "QQL_REVERSED_RANGE",
            Self::TooLong => "QQL_TOO_LONG",
            Self::TooComplex => "QQL_TOO_COMPLEX",
            Self::NotSortable => "QQL_NOT_SORTABLE",
            Self::NotGroupable => "QQL_NOT_GROUPABLE",
        }
    }
}

/// One error, before its text is shown beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    pub message: String,
    pub span: Span,
    pub help: Option<String>,
    /// Up to 20 texts that may stand in place of the span.
    pub suggestions: Vec<String>,
}

impl Problem {
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span, help: None, suggestions: Vec::new() }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn suggest(mut self, suggestions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.suggestions = suggestions.into_iter().map(Into::into).take(20).collect();
        self
    }

    /// Suggests and asks "did you mean".
    #[must_use]
    pub fn did_you_mean(self, suggestions: Vec<String>) -> Self {
        if suggestions.is_empty() {
            return self;
        }
        let named: Vec<_> = suggestions.iter().map(|suggestion| format!("'{suggestion}'")).collect();
        self.help(format!("did you mean {}?", named.join(" or "))).suggest(suggestions)
    }
}

/// One error as the API answers it; the order of the fields is the specification's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueryError {
    pub code: Code,
    pub message: String,
    /// In Unicode characters from 0.
    pub offset: usize,
    pub length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    pub suggestions: Vec<String>,
    /// The line of the text, and below it marks at the place.
    pub caret: String,
}

/// Why a text was refused: up to [`MAX_ERRORS`] errors in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invalid {
    code: &'static str,
    message: String,
    /// Which of the request's fields it is: `query`, `havingQuery`, `sort`, `groupBy`.
    pub field: &'static str,
    pub errors: Vec<QueryError>,
}

impl Invalid {
    pub(crate) fn new(field: &'static str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.span.offset, problem.span.length));
        problems.dedup();
        let message = match problems.len() {
            1 => "the query has 1 error".to_owned(),
            many => format!("the query has {many} errors"),
        };
        let errors = problems.into_iter().take(MAX_ERRORS).map(|problem| QueryError {
            caret: caret(text, problem.span),
            code: problem.code,
            message: problem.message,
            offset: problem.span.offset,
            length: problem.span.length,
            help: problem.help,
            suggestions: problem.suggestions,
        });
        Self { code: "QQL_INVALID", message, field, errors: errors.collect() }
    }

    pub fn message(&self) -> &str {
        &self.message
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Invalid {}

/// The line in which the span begins, and below it a mark under each of its characters on that line, one at least.
/// Control characters are shown as blanks; characters that are two columns wide get two marks.
pub fn caret(text: &str, span: Span) -> String {
    let before: Vec<char> = text.chars().take(span.offset).collect();
    let line_start = before.iter().rposition(|c| *c == '\n').map_or(0, |at| at + 1);
    let line: Vec<char> = text.chars().skip(line_start).take_while(|c| *c != '\n').take(crate::MAX_LENGTH).collect();
    let at = (span.offset - line_start).min(line.len());
    let end = (at + span.length).min(line.len());
    // What does not fit is cut on both sides, so that the error's start and some of what led to it stay.
    let from = if line.len() <= MAX_LINE { 0 } else { at.saturating_sub(MAX_LINE / 2).min(line.len() - MAX_LINE) };
    let to = (from + MAX_LINE).min(line.len());
    let shown = |c: &char| if c.is_control() { ' ' } else { *c };
    let columns = |characters: &[char]| characters.iter().map(|c| shown(c).width().unwrap_or(0)).sum::<usize>();
    let head = if from > 0 { "…" } else { "" };
    let tail = if to < line.len() { "…" } else { "" };
    let body: String = line[from..to].iter().map(shown).collect();
    let blanks = columns(&line[from..at]) + head.chars().count();
    let marks = columns(&line[at..end.min(to).max(at)]).max(1);
    format!("{head}{body}{tail}\n{}{}", " ".repeat(blanks), "^".repeat(marks))
}
