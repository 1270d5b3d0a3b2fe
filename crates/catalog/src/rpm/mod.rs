//! rpm repositories (`catalogue.md` 5.4): the index of their metadata, their advisories, and the patches of those.

mod distribution;
pub mod patches;
pub mod repomd;
pub mod updateinfo;
