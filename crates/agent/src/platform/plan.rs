//! What a package manager would do for the patches of a manifest.

use fettle_model::PatchId;
use fettle_model::job::Work;
use fettle_model::outcome::FailureReason;
use fettle_wire::document::manifest::ManifestPatch;
use fettle_wire::message::dry_run::{DryRunPatch, DryRunReport, DryRunVerdict, PlannedChange};

#[derive(Debug, Clone, Copy)]
pub struct PlanRequest<'a> {
    pub work: Work,
    pub patches: &'a [ManifestPatch],
    pub allow_removals: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub patches: Vec<PlannedPatch>,
    /// Of all patches that are to be done, together.
    pub changes: Vec<PlannedChange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPatch {
    pub id: PatchId,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As the package manager takes it: `name:arch=version`.
    ToDo(Vec<String>),
    /// There already, or already gone.
    Installed,
    /// None of its packages is on this machine.
    NotApplicable,
    Fails(FailureReason, String),
}

#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct PlanError {
    pub reason: FailureReason,
    pub text: String,
}

impl Plan {
    /// Specifications of all that is to be done.
    pub fn specifications(&self) -> Vec<String> {
        self.to_do().flat_map(|(_, specifications)| specifications.iter().cloned()).collect()
    }

    pub fn to_do(&self) -> impl Iterator<Item = (PatchId, &[String])> {
        self.patches.iter().filter_map(|patch| match &patch.verdict {
            Verdict::ToDo(specifications) => Some((patch.id, specifications.as_slice())),
            _ => None,
        })
    }

    /// The plan as a dry run tells it.
    pub fn report(&self, id: fettle_model::DryRunId, work: Work, download_bytes: Option<u64>) -> DryRunReport {
        let would = match work {
            Work::Install => DryRunVerdict::WouldInstall,
            Work::Rollback => DryRunVerdict::WouldRollBack,
        };
        let patches = self.patches.iter().map(|patch| {
            let (verdict, reason, text) = match &patch.verdict {
                Verdict::ToDo(_) => (would, None, None),
                Verdict::Installed => (DryRunVerdict::Installed, None, None),
                Verdict::NotApplicable => (DryRunVerdict::NotApplicable, None, None),
                Verdict::Fails(reason, text) => (DryRunVerdict::WouldFail, Some(*reason), Some(text.clone())),
            };
            DryRunPatch { patch: patch.id, verdict, reason, text }
        });
        DryRunReport {
            id,
            patches: patches.collect(),
            download_bytes,
            disk_bytes: None,
            reboot_expected: self.changes.iter().any(|change| super::apt::offers::wants_reboot(&change.name)),
            changes: self.changes.clone(),
            problem: None,
        }
    }
}
