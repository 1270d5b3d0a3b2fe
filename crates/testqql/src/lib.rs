//! For tests of what answers queries: random texts of any entity, and a plain evaluator that says what they mean.
//!
//! [`Generator`] writes texts that are always valid, over values that the things under test have, so that they hold for
//! some things and not for others. [`plain::holds`] judges one thing by the definitions of `qql.md` 3, slowly, from
//! nothing but its [`Facts`]. An evaluator is right when both give the same things in the same order.

mod generator;
pub mod plain;
mod term;

pub use generator::{Generator, Samples};
pub use plain::{Fact, Facts, Thing};
