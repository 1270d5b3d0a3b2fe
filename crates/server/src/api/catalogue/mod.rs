//! Vendors' files: what was imported, and the import of one.

pub mod documents;
pub mod feeds;
pub mod import;
pub mod report;
