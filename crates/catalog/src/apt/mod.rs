//! apt: what machines offer, and what signed indexes say (`catalogue.md` 3, 5.1).

pub mod control;
pub mod offer;
pub mod packages;
pub mod release;
