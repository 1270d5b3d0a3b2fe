//! One id type per thing, from one list. All are UUIDs; those that Fettle makes are version 7, so that they sort by age.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Entropy;

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident),+ $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id of version 7: `now` in milliseconds, the rest random.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(version_7(now, entropy))
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A machine that has enrolled; also the agent's id on the wire.
    AssetId,
    /// A catalogue entry; version 5, derived from vendor, native id, product and architecture.
    PatchId,
    JobId,
    RunId,
    DeploymentId,
    /// An activation key (`ActivationId` of the install line).
    ActivationKeyId,
    /// The organisation that runs this server (`CustomerId` of the install line).
    OrganisationId,
    UserId,
    SessionId,
    TokenId,
    ScanId,
    DryRunId,
    AuthorisationId,
    EnrolmentId,
    /// Patches that may wait on some assets.
    ExceptionId,
    ReportId,
    SavedSearchId,
    /// A label of assets, by hand or by a rule.
    TagId,
    RequestId,
    /// A vendor's file that was imported.
    DocumentId,
}

fn version_7(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0u8; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SeededEntropy;

    #[test]
    fn ids_sort_by_age() {
        let entropy = SeededEntropy::new(7);
        let early = JobId::new("2026-11-21T20:00:00Z".parse().expect("a time"), &entropy);
        let late = JobId::new("2026-11-21T20:00:00.001Z".parse().expect("a time"), &entropy);
        assert!(early < late);
        assert_eq!(late.uuid().get_version_num(), 7);
    }
}
