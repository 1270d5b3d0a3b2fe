//! QQL, the query language: text in, a typed expression out (`qql.md`).
//!
//! [`check()`] reads a text in two steps. The [`parser`] makes a tree of it, goes on after each error and notes what
//! may stand where. The [`check`](mod@check) then looks names up in the tables of [`token`] definitions, reads values
//! by their kind, and gives a [`typed`] query, or up to ten [`error`]s that point into the text. What the words of a
//! query match is decided in [`mod@text`], for every evaluator.
//!
//! There is no storage here, no clock and no zone: the as-of instant and the time zone are arguments.

pub mod ast;
pub mod check;
pub mod complete;
mod composed;
pub mod date;
pub mod error;
mod normal;
pub mod order;
pub mod parser;
pub mod parts;
pub mod print;
pub mod reference;
mod sentence;
mod shape;
pub mod span;
mod suggest;
pub mod text;
pub mod token;
pub mod tokens;
pub mod typed;
pub mod value;
pub mod warning;

pub use check::{Context, Purpose, check, check_having};
pub use error::{Code, Invalid, QueryError};
pub use token::Entity;
pub use typed::Query;

/// Longest text, in Unicode characters.
pub const MAX_LENGTH: usize = 4_096;
