//! Searches that people keep: one's own, and those that others share.

pub mod create;
pub mod default;
pub mod delete;
pub mod list;
pub mod replace;
pub mod row;
pub mod show;
