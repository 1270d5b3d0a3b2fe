//! Making, cloning and deleting jobs.

use fettle_index::PatchEntry;
use fettle_model::job::{JobSpecification, JobStatus};
use fettle_model::{JobId, PackageKind};
use fettle_store::jobs::Job;
use serde_json::json;

use super::JobError;
use crate::Fleet;
use crate::access::Actor;

const MAX_PATCHES: usize = 2_000;

impl Fleet {
    /// Checks what a person asks for, against the limits and against what exists.
    pub fn check_job(&self, specification: &JobSpecification) -> Result<(), JobError> {
        let field = |field, message: &str| Err(JobError::Field { field, message: message.to_owned() });
        if !(1..=255).contains(&specification.name.trim().chars().count()) {
            return field("name", "a name has 1 to 255 characters");
        }
        if specification.description.chars().count() > 2_000 {
            return field("description", "a description has at most 2,000 characters");
        }
        // Agents order no restarts yet: a job that asks for them is refused rather than half obeyed.
        if !specification.options.suppress_reboots {
            return field("options.suppressReboots", "restarts are not ordered yet; only `true` is taken");
        }
        let limit = self.settings.max_individual_assets;
        if specification.assets.len() > limit {
            return Err(JobError::TooManyAssets { limit, found: specification.assets.len() });
        }
        if specification.patches.len() > MAX_PATCHES {
            return field("patches", "a job takes at most 2,000 patches");
        }
        if !specification.assets.iter().all(|asset| self.index.contains(*asset)) {
            return Err(JobError::NotFound("asset"));
        }
        for patch in &specification.patches {
            let refusal = |entry: &PatchEntry| match entry.patch.package_kind {
                _ if entry.patch.withdrawn => Some(JobError::Withdrawn(entry.patch.title.clone())),
                PackageKind::Deb => None,
                PackageKind::Rpm | PackageKind::WindowsUpdate => {
                    Some(JobError::NotDeployable(entry.patch.title.clone()))
                }
            };
            let refused = self.index.with_patch(*patch, refusal).unwrap_or(Some(JobError::NotFound("patch")));
            if let Some(refused) = refused {
                return Err(refused);
            }
        }
        Ok(())
    }

    /// Saves a new job, Disabled.
    pub async fn create_job(&self, actor: &Actor, mut specification: JobSpecification) -> Result<Job, JobError> {
        self.check_job(&specification)?;
        specification.name = specification.name.trim().to_owned();
        specification.assets.sort_unstable();
        specification.assets.dedup();
        let mut seen = std::collections::BTreeSet::new();
        specification.patches.retain(|patch| seen.insert(*patch));
        let now = self.clock.now();
        let job = Job {
            id: JobId::new(now, self.entropy.as_ref()),
            name: specification.name.clone(),
            work: specification.work,
            status: JobStatus::Disabled,
            revision: 1,
            owner: Some(actor.user),
            owner_name: actor.username.clone(),
            specification,
            created_at: now,
            changed_at: now,
            deleted_at: None,
        };
        let details = json!({ "assets": job.specification.assets.len(), "patches": job.specification.patches.len() });
        let record =
            self.audit(actor, "job.create", ("job", Some(job.id.to_string()), Some(job.name.clone())), details);
        let inserted = job.clone();
        self.database
            .write(async move |tx| {
                tx.jobs().insert(&inserted).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, JobError>(())
            })
            .await?;
        Ok(job)
    }

    pub async fn find_job(&self, id: JobId) -> Result<Job, JobError> {
        let job = self.database.read().await?.jobs().find(id).await?;
        job.filter(|job| job.deleted_at.is_none()).ok_or(JobError::NotFound("job"))
    }

    /// A Disabled copy named `Copy of <name> <epoch seconds>`, without any tie to its source.
    pub async fn clone_job(&self, actor: &Actor, id: JobId) -> Result<Job, JobError> {
        let mut specification = self.find_job(id).await?.specification;
        let name = format!("Copy of {} {}", specification.name, self.clock.now().as_second());
        specification.name = name.chars().take(255).collect();
        // Assets that retired meanwhile and patches that were taken back are left out: a job with them could not be saved.
        specification.assets.retain(|asset| self.index.contains(*asset));
        let is_withdrawn = |patch| self.index.with_patch(patch, |entry| entry.patch.withdrawn) == Some(true);
        specification.patches.retain(|patch| !is_withdrawn(*patch));
        self.create_job(actor, specification).await
    }

    /// Deletes a job; what it did stays readable. A run of it that goes on is cancelled first.
    pub async fn delete_job(&self, actor: &Actor, id: JobId) -> Result<(), JobError> {
        let mut job = self.find_job(id).await?;
        let runs = self.database.read().await?.runs().of_job(id).await?;
        for run in runs.iter().filter(|run| run.finished_at.is_none()) {
            self.cancel_run(actor, run.id).await?;
        }
        job.deleted_at = Some(self.clock.now());
        let record = self.audit(actor, "job.delete", ("job", Some(id.to_string()), Some(job.name.clone())), json!({}));
        self.database
            .write(async move |tx| {
                tx.jobs().update(&job).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, JobError>(())
            })
            .await?;
        Ok(())
    }
}
