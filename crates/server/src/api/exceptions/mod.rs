//! Exceptions from due dates.

pub mod create;
pub mod decide;
pub mod list;
pub mod preview;
pub mod row;
