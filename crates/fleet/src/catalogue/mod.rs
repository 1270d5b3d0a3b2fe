//! The catalogue as it grows: from what machines report, from signed indexes, and from vendors' files.

pub mod advisories;
mod foreign_fixes;
pub mod import;
pub mod learn;
pub(crate) mod read_changelogs;
pub mod repositories;
mod source_statements;
mod updates;
pub mod verify;
pub mod vulnerability_facts;
mod withdrawal;
