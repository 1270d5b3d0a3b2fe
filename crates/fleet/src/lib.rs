//! What the organisation does: enrolment, ingest, jobs, access. No HTTP and no SQL text in it.

pub mod access;
pub mod agents;
pub mod audit;
pub mod catalogue;
mod closed_finding;
pub mod decisions;
pub mod entropy;
mod feed;
mod fleet;
mod ingest;
pub mod jobs;
pub mod keys;
pub mod ledger;
mod load_index;
mod loading;
pub mod refusal;
pub mod searches;
pub mod settings;
pub mod start;
pub mod tags;

pub use fleet::{Fleet, Keys};
pub use loading::IndexLoading;
pub use refusal::Refused;
pub use settings::Settings;
