//! Components, patches, who reported them, the findings that are over, and the files that were imported.

mod components;
mod documents;
mod exceptions;
mod feed_rounds;
mod feed_states;
mod findings;
mod known_exploited;
mod patch_reports;
mod patches;
mod source_statements;
mod vulnerabilities;
mod vulnerability_documents;

pub use components::{Component, Components, NewComponent};
pub use documents::{Document, Documents};
pub use exceptions::{Exceptions, PatchException};
pub use feed_rounds::{FeedRound, FeedRounds};
pub use feed_states::{FeedState, FeedStates};
pub use findings::{ClosedFinding, FindingCause, Findings};
pub use known_exploited::{KnownExploitedList, Listed, Listing};
pub use patch_reports::{AlikeReports, PatchReport, PatchReports, Reporter};
pub use patches::{PatchNumber, Patches, StoredPatch};
pub use source_statements::SourceStatements;
pub use vulnerabilities::{StoredFacts, StoredScore, Vulnerabilities};
pub use vulnerability_documents::{NewDocument, VulnerabilityDocuments, VulnerabilityFormat};
