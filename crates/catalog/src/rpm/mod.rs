//! rpm repositories (`catalogue.md` 5.4): the index of their metadata, and their advisories.

pub mod repomd;
pub mod updateinfo;
