//! Who may come in: people and agents.

pub mod activation_keys;
pub mod session;
pub mod setup;
pub mod tokens;
