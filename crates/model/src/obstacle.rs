//! Why a machine's own package manager would not install a missing patch now (`catalogue.md` 7.3).

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Obstacle {
    Held,
    Phased,
    KeptBack,
    RepositoryUnreachable,
    RepositoryStale,
    RepositoryUntrusted,
    NoCandidate,
    NoEntitlement,
    WrongStream,
    PrerequisiteMissing,
    RebootFirst,
    AcquireFromVendor,
}

impl Obstacle {
    pub const ALL: [Self; 12] = [
        Self::Held,
        Self::Phased,
        Self::KeptBack,
        Self::RepositoryUnreachable,
        Self::RepositoryStale,
        Self::RepositoryUntrusted,
        Self::NoCandidate,
        Self::NoEntitlement,
        Self::WrongStream,
        Self::PrerequisiteMissing,
        Self::RebootFirst,
        Self::AcquireFromVendor,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "Held",
            Self::Phased => "Phased",
            Self::KeptBack => "KeptBack",
            Self::RepositoryUnreachable => "RepositoryUnreachable",
            Self::RepositoryStale => "RepositoryStale",
            Self::RepositoryUntrusted => "RepositoryUntrusted",
            Self::NoCandidate => "NoCandidate",
            Self::NoEntitlement => "NoEntitlement",
            Self::WrongStream => "WrongStream",
            Self::PrerequisiteMissing => "PrerequisiteMissing",
            Self::RebootFirst => "RebootFirst",
            Self::AcquireFromVendor => "AcquireFromVendor",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|obstacle| obstacle.name() == name)
    }
}
