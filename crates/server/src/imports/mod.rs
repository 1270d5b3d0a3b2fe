//! Vendors' files on their way into the catalogue, whoever brings them: a person by upload, or a feed.

pub(crate) mod apply;
pub(crate) mod receive;
