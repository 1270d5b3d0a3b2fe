//! Vendor data in, patches and rules out; rules over components; results with their evidence.
//!
//! Synchronous and pure: bytes or values in, values out. `reading` holds what all readers of files share; each
//! vendor's format is a module. `rule` says when a patch concerns an asset, `judge` decides one patch on one asset and
//! shows why, `foreign` knows versions from outside of a release, `chain` orders what replaces what by versions, `supersedence` by what a vendor
//! says of its updates; `windows_product` finds what those are for. `host` judges machines without an agent by files that they hand over.

pub mod apt;
pub mod chain;
pub mod cve;
pub mod debian;
pub mod definitions;
pub mod explain;
pub mod foreign;
pub mod host;
pub mod import;
pub mod judge;
pub mod mssecure;
pub mod reading;
pub mod rpm;
pub mod rule;
pub mod severity;
pub mod supersedence;
pub mod vulnerability;
pub mod windows_product;

pub use judge::{Judgement, Verdict};
pub use rule::{Clause, Reach, Rule, Standing};
