//! The language as its specification has it, row by row.

mod ambiguity;
mod completions;
mod dates;
mod errors;
mod evaluation;
mod limits;
mod matching;
mod meaning;
mod name_errors;
mod order;
mod reference;
mod round_trip;
mod sentences;
mod support;
mod syntax_errors;
mod value_errors;
mod warnings;
