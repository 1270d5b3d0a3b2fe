//! What a job means on one asset: which of its patches are wanted there, and which packages that moves.

use fettle_catalog::chain::replaces;
use fettle_catalog::judge::{AssetView, PackageHere, Verdict, judge};
use fettle_catalog::rule::is_same_architecture;
use fettle_index::{ComponentId, PatchEntry};
use fettle_model::component::{Component, Offer};
use fettle_model::job::Work;
use fettle_model::outcome::{PatchOutcome, SkipReason};
use fettle_model::patch::{MatchedBy, Patch, PatchPackage};
use fettle_model::version::dpkg;
use fettle_model::{AssetId, PatchId};
use fettle_wire::document::manifest::{ManifestPackage, ManifestPatch};

use super::JobError;
use crate::Fleet;

/// One patch of a job on one asset.
#[derive(Debug, Clone)]
pub(crate) struct TargetPatch {
    pub(crate) entry: PatchEntry,
    pub(crate) outcome: PatchOutcome,
    /// Why it is left out here, though it is missing; a withdrawn one is left out everywhere.
    pub(crate) skipped: Option<SkipReason>,
    /// What is to be moved for it, at which version.
    pub(crate) packages: Vec<ManifestPackage>,
}

impl Fleet {
    /// The components that an asset reported last.
    pub async fn components_of(&self, asset: AssetId) -> Result<Vec<Component>, JobError> {
        let agent = self.agents.get(asset).ok_or(JobError::NotFound("asset"))?;
        let inventory = self.database.read().await?.assets().inventory(agent.number).await?;
        Ok(self.index.components(inventory.components.into_iter().map(ComponentId)))
    }

    /// Judges a job's patches on an asset. Wanted ones have the outcome `PendingExecution`.
    pub(crate) async fn target(
        &self,
        asset: AssetId,
        work: Work,
        patches: &[PatchId],
    ) -> Result<Vec<TargetPatch>, JobError> {
        // An exception's query may find a patch that has just come in.
        self.index.settle_exceptions();
        let components = self.components_of(asset).await?;
        let view = AssetView::new(&components);
        let mut targets = Vec::new();
        for entry in patches.iter().filter_map(|patch| self.index.patch_entry(*patch)) {
            let judged = judge(&entry.rule, asset, &view);
            let outcome = match (work, judged.verdict) {
                (Work::Install, Verdict::Missing) | (Work::Rollback, Verdict::Installed) => {
                    PatchOutcome::PendingExecution
                }
                (Work::Install, Verdict::Installed) | (Work::Rollback, Verdict::Missing) => PatchOutcome::Installed,
                _ => PatchOutcome::NotApplicable,
            };
            let skipped = if entry.patch.withdrawn {
                Some(SkipReason::PatchWithdrawn)
            } else if work == Work::Install && outcome == PatchOutcome::PendingExecution {
                self.skip_reason(&entry, asset)
            } else {
                None
            };
            let outcome = if skipped.is_some() { PatchOutcome::Skipped } else { outcome };
            let packages = packages(work, &entry, &judged.packages, view.offers());
            targets.push(TargetPatch { entry, outcome, skipped, packages });
        }
        if work == Work::Install {
            supersede(&mut targets);
        }
        Ok(targets)
    }

    fn skip_reason(&self, entry: &PatchEntry, asset: AssetId) -> Option<SkipReason> {
        if !entry.state.enabled {
            Some(SkipReason::PatchDisabled)
        } else if self.index.is_excepted(entry.number, asset) {
            Some(SkipReason::Exception)
        } else {
            None
        }
    }
}

/// When two wanted patches replace each other, only the newest is used.
fn supersede(targets: &mut [TargetPatch]) {
    let wanted: Vec<Patch> = targets
        .iter()
        .filter(|target| target.outcome == PatchOutcome::PendingExecution)
        .map(|target| target.entry.patch.clone())
        .collect();
    for target in targets.iter_mut().filter(|target| target.outcome == PatchOutcome::PendingExecution) {
        let patch = &target.entry.patch;
        if wanted.iter().any(|newer| replaces(newer, patch)) {
            target.outcome = PatchOutcome::Superseded;
        }
    }
}

/// The wanted patches as a manifest names them.
pub(crate) fn manifest_patches(targets: &[TargetPatch]) -> Vec<ManifestPatch> {
    let wanted = targets.iter().filter(|target| target.outcome == PatchOutcome::PendingExecution);
    (1..)
        .zip(wanted)
        .map(|(order, target)| ManifestPatch {
            id: target.entry.patch.id,
            title: target.entry.patch.title.clone(),
            order,
            packages: target.packages.clone(),
        })
        .collect()
}

fn packages(work: Work, entry: &PatchEntry, here: &[PackageHere], offers: &[&Offer]) -> Vec<ManifestPackage> {
    let wanted = here.iter().filter(|package| match work {
        Work::Install => package.is_below(),
        Work::Rollback => !package.is_below(),
    });
    let packages = wanted.map(|package| {
        let version = match work {
            Work::Install => version_to_install(entry, package, offers),
            Work::Rollback => package.installed.clone(),
        };
        ManifestPackage {
            manager: "apt".to_owned(),
            name: package.name.clone(),
            arch: package.architecture.clone(),
            sha256: known_hash(entry, &package.name, &version),
            or_newer: work == Work::Install,
            version,
        }
    });
    packages.collect()
}

/// An advisory names the version of the source. The package's own is the one that was offered with the same source, else
/// what this machine is offered.
fn version_to_install(entry: &PatchEntry, package: &PackageHere, offers: &[&Offer]) -> String {
    // What a machine lacks a fix of has one.
    let fixed = || package.fixed.clone().unwrap_or_default();
    if package.source.is_none() {
        return fixed();
    }
    let mut offered = entry.patch.packages.iter().filter(|known| {
        known.by == MatchedBy::Name
            && known.name == package.name
            && is_same_architecture(&known.architecture, &package.architecture)
            // What is from outside of the release is not helped by an update of the release, which is below it.
            && dpkg::compare(&known.fixed_version, &package.installed).is_gt()
    });
    if let Some(known) = offered.next() {
        return known.fixed_version.clone();
    }
    let here = offers
        .iter()
        .filter(|offer| offer.name == package.name && is_same_architecture(&offer.arch, &package.architecture));
    let highest = here.max_by(|left, right| dpkg::compare(&left.candidate, &right.candidate));
    match (highest, &package.source) {
        (Some(offer), _) => offer.candidate.clone(),
        // Numbers of its own, and nobody knows which of them has the fix: anything newer than what is installed, which
        // the next scan judges by its source. `X+` is the least version above X that a package could have.
        (None, Some(source)) if source.version != package.installed => format!("{}+", package.installed),
        (None, _) => fixed(),
    }
}

fn known_hash(entry: &PatchEntry, name: &str, version: &str) -> Option<fettle_model::Sha256> {
    let mut packages = entry.patch.packages.iter();
    let is_it =
        |known: &&PatchPackage| known.by == MatchedBy::Name && known.name == name && known.fixed_version == version;
    packages.find(is_it).and_then(|known| known.sha256)
}
