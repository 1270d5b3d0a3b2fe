//! CVEs, urgency and date of a fix from the changelog inside the candidate's `.deb` (`catalogue.md` 5.2). The text is
//! untrusted: it is bounded, cleaned and never interpreted.

pub mod archive;
pub mod entries;

pub use archive::{ArchiveError, Found};
pub use entries::facts_since;
