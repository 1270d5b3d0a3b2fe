//! Jobs: from what a person wants to what each machine did (`patch-management.md` 8–14).

pub mod cancel;
pub mod create;
pub mod deployment;
pub mod dry_run;
pub mod enable;
pub mod events;
pub mod logs;
pub mod manifest;
pub mod offer;
pub mod scan;
pub mod silent;
pub mod target;

use fettle_index::LastDeployment;
use fettle_store::StoreError;
use fettle_store::jobs::Deployment;

/// Why a job cannot be made, changed or run. The code is the API's.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{message}")]
    Field { field: &'static str, message: String },
    #[error("a job takes at most {limit} assets one by one; this one has {found}")]
    TooManyAssets { limit: usize, found: usize },
    #[error("no agent can install {0} yet: there is none that drives the package manager of its systems")]
    NotDeployable(String),
    #[error("{0} was taken back by its vendor: it is never deployed")]
    Withdrawn(String),
    #[error("the job lacks {0}; it can be saved, but not be enabled")]
    Partial(&'static str),
    #[error("a job that runs once cannot be changed or enabled again after its start; clone it")]
    Locked,
    #[error("this run is over")]
    RunOver,
    #[error("the database could not answer")]
    Store(#[from] StoreError),
}

impl JobError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "NOT_FOUND",
            Self::Field { .. } => "INVALID_FIELD",
            Self::TooManyAssets { .. } => "TOO_MANY_ASSETS",
            Self::NotDeployable(_) | Self::Withdrawn(_) => "PATCH_NOT_DEPLOYABLE",
            Self::Partial(_) => "JOB_PARTIAL",
            Self::Locked => "JOB_LOCKED",
            Self::RunOver => "RUN_STATE",
            Self::Store(_) => "INTERNAL",
        }
    }
}

impl From<fettle_store::WriteError<Self>> for JobError {
    fn from(error: fettle_store::WriteError<Self>) -> Self {
        match error {
            fettle_store::WriteError::Refused(error) => error,
            fettle_store::WriteError::Store(error) => Self::Store(error),
        }
    }
}

/// A deployment as its asset's row shows it.
pub(crate) fn last_deployment(deployment: &Deployment) -> LastDeployment {
    LastDeployment {
        deployment: deployment.id,
        job: deployment.job,
        state: deployment.state,
        at: deployment.changed_at,
    }
}
