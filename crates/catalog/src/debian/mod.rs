//! Debian's own security data (`catalogue.md` 5.2): the lists of advisories and what they make, and the tracker.

pub mod advisories;
pub mod patches;
mod releases;
pub mod statements;
pub mod tracker;
