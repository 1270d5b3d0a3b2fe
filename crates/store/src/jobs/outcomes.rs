//! Outcomes of single patches in a deployment.

use fettle_model::outcome::{FailureReason, PatchOutcome, SkipReason};
use fettle_model::{DeploymentId, PatchId, RunId};
use serde_json::Value;

use super::Deployments;
use crate::error::StoreError;
use crate::sql::{all, execute, row};

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeploymentPatch {
        pub deployment: DeploymentId,
        pub patch: PatchId,
        /// Order in the manifest, from 1.
        pub place: u32,
        pub outcome: PatchOutcome,
        pub failure: Option<FailureReason>,
        pub skipped: Option<SkipReason>,
        /// The package manager's own words.
        pub text: Option<String>,
        pub exit_code: Option<i32>,
        pub duration_ms: Option<u64>,
        /// Packages that moved, as the agent told: an array of `{name, arch, from, to}`.
        pub packages: Value,
    }
}

row! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct OutcomeCount {
        pub deployment: DeploymentId,
        pub outcome: PatchOutcome,
        pub count: u64,
    }
}

impl Deployments<'_> {
    /// Inserts the outcome of a patch, or replaces it.
    pub async fn put_patch(&mut self, patch: &DeploymentPatch) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "put a patch's outcome",
            "INSERT INTO deployment_patch (deployment, patch, place, outcome, failure, skipped, text, exit_code,
                 duration_ms, packages)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (deployment, patch) DO UPDATE
             SET outcome = excluded.outcome, failure = excluded.failure, skipped = excluded.skipped,
                 text = excluded.text, exit_code = excluded.exit_code, duration_ms = excluded.duration_ms,
                 packages = excluded.packages",
            patch.deployment,
            patch.patch,
            patch.place,
            patch.outcome,
            patch.failure,
            patch.skipped,
            patch.text,
            patch.exit_code,
            patch.duration_ms,
            patch.packages,
        )
        .map(drop)
    }

    /// In the manifest's order.
    pub async fn patches(&mut self, deployment: DeploymentId) -> Result<Vec<DeploymentPatch>, StoreError> {
        all!(
            self.tx,
            DeploymentPatch,
            "list a deployment's patches",
            "SELECT * FROM deployment_patch WHERE deployment = $1 ORDER BY place, patch",
            deployment,
        )
    }

    /// How many patches of each of a run's deployments have each outcome.
    pub async fn outcomes_of_run(&mut self, run: RunId) -> Result<Vec<OutcomeCount>, StoreError> {
        all!(
            self.tx,
            OutcomeCount,
            "count a run's outcomes",
            "SELECT deployment_patch.deployment, outcome, COUNT(*) AS count
             FROM deployment_patch JOIN deployment ON deployment.id = deployment_patch.deployment
             WHERE deployment.run = $1 GROUP BY deployment_patch.deployment, outcome
             ORDER BY deployment_patch.deployment, outcome",
            run,
        )
    }
}
