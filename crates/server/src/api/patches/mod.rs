//! Patches.

pub mod assets;
pub mod list;
pub mod row;
pub mod show;
