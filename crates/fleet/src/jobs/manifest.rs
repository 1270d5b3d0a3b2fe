//! The manifest of one deployment (`agent.md` 4.2): made and signed when it is offered.

use fettle_model::{JobId, RunId};
use fettle_store::jobs::{Deployment, Job};
use fettle_wire::document::manifest::{FORMAT, Manifest, ManifestLimits, ManifestOptions, ManifestPatch};
use fettle_wire::{Envelope, PayloadType};
use jiff::{SignedDuration, Timestamp};

use crate::Fleet;

/// Without a patch window a manifest is good for seven days; then it is offered anew.
pub(crate) const MANIFEST_LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);

impl Fleet {
    pub(crate) fn sign_manifest(
        &self,
        deployment: &Deployment,
        job: &Job,
        authorisation: fettle_model::Sha256,
        patches: Vec<ManifestPatch>,
        now: Timestamp,
    ) -> Envelope {
        let options = job.specification.options;
        let (run, job_id): (RunId, JobId) = (deployment.run, deployment.job);
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            organisation: self.organisation.id,
            agent: deployment.asset,
            incarnation: deployment.incarnation,
            deployment: deployment.id,
            run,
            job: job_id,
            authorisation,
            counter: deployment.counter.unwrap_or_default(),
            issued: now,
            expires: now + MANIFEST_LIFE,
            start: now,
            end: None,
            work: job.work,
            patches,
            options: ManifestOptions {
                continue_on_patch_failure: options.continue_on_patch_failure,
                allow_removals: options.allow_removals,
                suppress_reboots: options.suppress_reboots,
            },
            limits: ManifestLimits { installer_timeout_s: u64::from(self.settings.installer_timeout_minutes) * 60 },
        };
        let payload = serde_json::to_vec(&manifest).expect("a manifest is JSON");
        Envelope::sign(PayloadType::Manifest, &payload, &[&self.keys.signing.manifest])
    }
}
