//! Enabling a job on demand: it is authorised, and its one run is published at once.

use std::collections::BTreeMap;

use fettle_index::PatchEntry;
use fettle_model::job::{JobStatus, Work};
use fettle_model::patch::MatchedBy;
use fettle_model::run::RunState;
use fettle_model::version::dpkg;
use fettle_model::{AssetId, AuthorisationId, DeploymentId, DeploymentState, JobId, RunId};
use fettle_store::jobs::{Deployment, DeploymentPatch, Job, Run, StoredAuthorisation};
use fettle_wire::document::authorisation::{
    Authorisation, AuthorisedPackage, AuthorisedPatch, FORMAT, RebootRule, Targets,
};
use fettle_wire::{Envelope, PayloadType};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::JobError;
use super::target::TargetPatch;
use crate::Fleet;
use crate::access::Actor;

/// An authorisation of a job that runs once is good for 30 days after its start.
const AUTHORISED_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What publication makes for one asset.
struct Published {
    deployment: Deployment,
    patches: Vec<DeploymentPatch>,
    targets: Vec<TargetPatch>,
}

impl Fleet {
    /// Authorises the job and publishes its run. A job on demand can be enabled once.
    pub async fn enable_job(&self, actor: &Actor, id: JobId) -> Result<(Job, Run), JobError> {
        let mut job = self.find_job(id).await?;
        if job.status != JobStatus::Disabled {
            return Err(JobError::Locked);
        }
        if job.specification.patches.is_empty() {
            return Err(JobError::Partial("patches"));
        }
        if job.specification.assets.is_empty() {
            return Err(JobError::Partial("assets"));
        }
        let now = self.clock.now();
        let run_id = RunId::new(now, self.entropy.as_ref());
        let mut published = Vec::new();
        for asset in &job.specification.assets {
            published.push(self.publish_on(&job, run_id, *asset, now).await?);
        }
        let authorisation = self.authorise(actor, &job, &published, now);
        let mut run = Run {
            id: run_id,
            job: job.id,
            number: 1,
            revision: job.revision,
            authorisation: Some(authorisation.hash),
            state: RunState::Published,
            result: None,
            patches: job.specification.patches.clone(),
            cancel_requested_at: None,
            published_at: now,
            started_at: None,
            finished_at: None,
        };
        super::deployment::conclude(&mut run, published.iter().map(|one| one.deployment.state), now);
        job.status = if run.finished_at.is_some() { JobStatus::Completed } else { JobStatus::Enabled };
        job.changed_at = now;
        let details = json!({ "revision": job.revision, "authorisation": authorisation.hash });
        let record = self.audit(actor, "job.enable", ("job", Some(id.to_string()), Some(job.name.clone())), details);
        let (saved_job, saved_run) = (job.clone(), run.clone());
        let deployments: Vec<_> = published.iter().map(|one| one.deployment.clone()).collect();
        self.database
            .write(async move |tx| {
                let current = tx.jobs().find(saved_job.id).await?.ok_or(JobError::NotFound("job"))?;
                if current.status != JobStatus::Disabled || current.revision != saved_job.revision {
                    return Err(JobError::Locked);
                }
                tx.authorisations().insert(&authorisation).await?;
                tx.jobs().update(&saved_job).await?;
                tx.runs().insert(&saved_run).await?;
                for one in &published {
                    tx.deployments().insert(&one.deployment).await?;
                    for patch in &one.patches {
                        tx.deployments().put_patch(patch).await?;
                    }
                }
                tx.audit().insert(&record).await?;
                Ok(())
            })
            .await?;
        for deployment in deployments {
            self.show_deployment(&deployment);
            if deployment.state == DeploymentState::Pending
                && let Some(agent) = self.agents.get(deployment.asset)
            {
                agent.state().orders_mut().add_work(deployment.id);
                agent.wake.notify_waiters();
            }
        }
        Ok((job, run))
    }

    fn authorise(&self, actor: &Actor, job: &Job, published: &[Published], now: Timestamp) -> StoredAuthorisation {
        let id = AuthorisationId::new(now, self.entropy.as_ref());
        let specification = &job.specification;
        let patches = specification.patches.iter().filter_map(|patch| self.index.patch_entry(*patch));
        let targets: Vec<_> = published.iter().flat_map(|one| &one.targets).collect();
        let authorisation = Authorisation {
            format: FORMAT.to_owned(),
            organisation: self.organisation.id,
            id,
            job: job.id,
            job_name: job.name.clone(),
            revision: job.revision,
            work: job.work,
            requested_by: actor.username.clone(),
            patches: patches
                .map(|entry| AuthorisedPatch {
                    id: entry.patch.id,
                    title: entry.patch.title.clone(),
                    packages: authorised_packages(job.work, &entry, &targets),
                })
                .collect(),
            allow_removals: specification.options.allow_removals,
            allow_downgrade: job.work == Work::Rollback,
            reboot: if specification.options.suppress_reboots { RebootRule::Never } else { RebootRule::IfNeeded },
            targets: Targets { agents: Some(specification.assets.clone()), ..Targets::default() },
            not_before: now,
            end: now + AUTHORISED_FOR,
            dry_run: None,
        };
        let payload = serde_json::to_vec(&authorisation).expect("an authorisation is JSON");
        let envelope = Envelope::sign(PayloadType::Authorisation, &payload, &[&self.keys.signing.authorisation]);
        StoredAuthorisation {
            hash: envelope.hash(),
            id,
            job: job.id,
            revision: job.revision,
            envelope: envelope.bytes().to_vec(),
            created_at: now,
        }
    }

    async fn publish_on(&self, job: &Job, run: RunId, asset: AssetId, now: Timestamp) -> Result<Published, JobError> {
        let id = DeploymentId::new(now, self.entropy.as_ref());
        let known = self.index.asset(asset);
        let targets = match known {
            Some(_) => self.target(asset, job.work, &job.specification.patches).await?,
            None => Vec::new(),
        };
        let wanted =
            targets.iter().any(|target| target.outcome == fettle_model::outcome::PatchOutcome::PendingExecution);
        let state = match (&known, wanted) {
            (None, _) => DeploymentState::Skipped,
            (Some(_), false) => DeploymentState::NotApplicable,
            (Some(_), true) => DeploymentState::Pending,
        };
        let deployment = Deployment {
            id,
            run,
            job: job.id,
            asset,
            asset_name: known.map_or_else(|| asset.to_string(), |row| row.columns.name),
            state,
            reason: None,
            text: None,
            refused_code: None,
            set_by_server: state != DeploymentState::Pending,
            cancel_requested: false,
            reboot_pending: false,
            manifest: None,
            manifest_hash: None,
            counter: None,
            incarnation: self.agents.get(asset).map_or(1, |agent| agent.state().incarnation),
            last_seq: 0,
            progress_step: None,
            progress_percent: None,
            progress_bytes: None,
            published_at: now,
            offered_at: None,
            started_at: None,
            ended_at: state.is_terminal().then_some(now),
            changed_at: now,
        };
        Ok(Published {
            deployment,
            patches: (1..).zip(&targets).map(|(place, target)| first_row(id, place, target)).collect(),
            targets,
        })
    }

    /// The asset's row shows its newest deployment.
    pub(crate) fn show_deployment(&self, deployment: &Deployment) {
        self.index.note_deployment(deployment.asset, super::last_deployment(deployment));
    }
}

/// The patch's packages as offered; of one that speaks of source packages, those that the assets have of it.
fn authorised_packages(work: Work, entry: &PatchEntry, targets: &[&TargetPatch]) -> Vec<AuthorisedPackage> {
    let offered = entry.patch.packages.iter().filter(|package| package.by == MatchedBy::Name);
    let offered = offered.map(|package| (&package.name, &package.fixed_version));
    let here = targets.iter().filter(|target| target.entry.number == entry.number && is_by_source(entry));
    let here = here.flat_map(|target| &target.packages).map(|package| (&package.name, &package.version));
    let mut bounds: BTreeMap<&String, &String> = BTreeMap::new();
    for (name, version) in offered.chain(here) {
        let bound = bounds.entry(name).or_insert(version);
        let is_wider = match work {
            Work::Install => dpkg::compare(version, bound).is_lt(),
            Work::Rollback => dpkg::compare(version, bound).is_gt(),
        };
        if is_wider {
            *bound = version;
        }
    }
    let bounds = bounds.into_iter().map(|(name, version)| (name.clone(), Some(version.clone())));
    let packages = bounds.map(|(name, version)| match work {
        Work::Install => AuthorisedPackage { manager: "apt".to_owned(), name, at_least: version, below: None },
        Work::Rollback => AuthorisedPackage { manager: "apt".to_owned(), name, at_least: None, below: version },
    });
    packages.collect()
}

fn is_by_source(entry: &PatchEntry) -> bool {
    entry.rule.clauses.iter().any(|clause| clause.by == MatchedBy::Source)
}

fn first_row(deployment: DeploymentId, place: u32, target: &TargetPatch) -> DeploymentPatch {
    DeploymentPatch {
        deployment,
        patch: target.entry.patch.id,
        place,
        outcome: target.outcome,
        failure: None,
        skipped: target.skipped,
        text: None,
        exit_code: None,
        duration_ms: None,
        packages: json!([]),
    }
}
