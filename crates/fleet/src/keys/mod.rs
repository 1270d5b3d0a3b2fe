//! The server's keys: its CA, the Ed25519 keys that sign, and how they are sealed at rest.

pub mod ca;
pub mod seal;
pub mod trust;
