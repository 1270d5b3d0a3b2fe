//! Vendors' files: what was imported, and the import of one.

pub mod documents;
pub mod import;
mod receive;
pub mod report;
