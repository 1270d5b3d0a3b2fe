//! The nouns of Fettle: ids, states, components, patches, jobs, version orders.
//!
//! This crate knows nobody: no storage, no network, no clock of its own. Every other room speaks in its words.

pub mod article;
pub mod asset;
pub mod clock;
pub mod component;
pub mod debian_source;
pub mod deployment;
pub mod exception;
pub mod hash;
pub mod ids;
pub mod job;
pub mod obstacle;
pub mod outcome;
pub mod package_kind;
pub mod patch;
pub mod run;
pub mod severity;
pub mod sla;
pub mod source_statement;
pub mod tag;
pub mod text;
pub mod version;
pub mod vulnerability;

pub use article::Article;
pub use asset::{AgentStatus, ScanStatus};
pub use clock::{Clock, Entropy, SystemClock};
pub use component::{Component, Repository};
pub use deployment::DeploymentState;
pub use hash::Sha256;
pub use ids::*;
pub use obstacle::Obstacle;
pub use package_kind::PackageKind;
pub use severity::Severity;
