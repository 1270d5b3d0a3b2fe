//! Jobs, their runs, one deployment per asset and run, and what agents tell of them.

mod authorisations;
mod deployments;
mod dry_runs;
mod events;
mod found;
mod job;
mod logs;
mod outcomes;
mod runs;

pub use authorisations::{Authorisations, StoredAuthorisation};
pub use deployments::{Deployment, Deployments, ListedDeployment, StateCount};
pub use dry_runs::{DryRun, DryRunAsset, DryRunAssetState, DryRuns};
pub use events::{Events, StoredEvent};
pub use job::{Job, Jobs};
pub use logs::{LogChunk, Logs};
pub use outcomes::{DeploymentPatch, OutcomeCount};
pub use runs::{Run, Runs};
