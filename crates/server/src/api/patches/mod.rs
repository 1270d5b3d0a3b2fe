//! Patches.

pub mod assets;
pub mod decide;
pub mod list;
pub mod row;
pub mod show;
