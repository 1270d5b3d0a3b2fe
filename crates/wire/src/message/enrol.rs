//! `POST v1/enrol` and `v1/renew` (`agent.md` 3.2).

use fettle_model::{ActivationKeyId, AssetId, EnrolmentId, OrganisationId, Sha256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::key::PublicKey;
use crate::message::check_in::Next;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrol {
    /// Kept by the agent until it is answered: the same one again gives the same agent id.
    pub enrolment_id: EnrolmentId,
    pub customer_id: OrganisationId,
    pub activation_id: ActivationKeyId,
    /// PKCS#10, DER, in base64.
    pub csr: String,
    pub record_key: PublicKey,
    /// Base64 of the record key's signature over the DSSE pre-authentication of the CSR bytes.
    pub record_proof: String,
    pub hardware: Vec<HardwareId>,
    pub hostname: String,
    #[serde(default)]
    pub fqdn: Option<String>,
    pub os: EnrolOs,
    pub agent_version: String,
    pub boot_id: String,
    #[serde(default)]
    pub monitor_only: bool,
    /// Set when an identity was dropped; shown on both assets.
    #[serde(default)]
    pub previous_agent_id: Option<AssetId>,
}

/// One trait of the hardware: SHA-256 of customer id, kind and value (`agent.md` 2.3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HardwareId {
    /// `dmi`, `board`, `disk`, `mac`, `machineId`, `vmGen`.
    pub kind: String,
    pub hash: Sha256,
}

/// Two lists of traits are of the same machine when `dmi` is equal where both have it; else when at least two other
/// kinds are equal, or the only one that both have.
pub fn is_same_hardware(left: &[HardwareId], right: &[HardwareId]) -> bool {
    let find = |list: &[HardwareId], kind: &str| list.iter().find(|id| id.kind == kind).map(|id| id.hash);
    if let (Some(left), Some(right)) = (find(left, "dmi"), find(right, "dmi")) {
        return left == right;
    }
    let shared: Vec<bool> = left
        .iter()
        .filter(|id| id.kind != "dmi" && id.kind != "vmGen")
        .filter_map(|id| find(right, &id.kind).map(|hash| hash == id.hash))
        .collect();
    let equal = shared.iter().filter(|equal| **equal).count();
    equal >= 2 || (shared.len() == 1 && equal == 1)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolOs {
    pub family: String,
    pub id: String,
    pub version: String,
    pub arch: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolAnswer {
    pub agent_id: AssetId,
    pub incarnation: u32,
    /// PEM.
    pub certificate: String,
    /// PEM of the CA.
    pub chain: String,
    pub not_after: Timestamp,
    /// Base64 of the trust statements' envelopes, from version 1.
    pub trust: Vec<String>,
    pub token: String,
    pub next: Next,
    pub organisation: OrganisationId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renew {
    pub csr: String,
    pub boot_id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewAnswer {
    pub certificate: String,
    pub chain: String,
    pub not_after: Timestamp,
    pub token: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sha256;

    fn ids(values: &[(&str, &str)]) -> Vec<HardwareId> {
        values
            .iter()
            .map(|(kind, value)| HardwareId { kind: (*kind).to_owned(), hash: sha256(value.as_bytes()) })
            .collect()
    }

    #[test]
    fn the_main_board_decides_then_two_others() {
        assert!(is_same_hardware(&ids(&[("dmi", "a"), ("mac", "1")]), &ids(&[("dmi", "a"), ("mac", "2")])));
        assert!(!is_same_hardware(&ids(&[("dmi", "a"), ("mac", "1")]), &ids(&[("dmi", "b"), ("mac", "1")])));
        assert!(is_same_hardware(
            &ids(&[("mac", "1"), ("disk", "d")]),
            &ids(&[("dmi", "b"), ("mac", "1"), ("disk", "d")])
        ));
        assert!(is_same_hardware(&ids(&[("machineId", "m")]), &ids(&[("machineId", "m")])));
        assert!(!is_same_hardware(
            &ids(&[("machineId", "m"), ("mac", "1")]),
            &ids(&[("machineId", "m"), ("mac", "2")])
        ));
        assert!(!is_same_hardware(&ids(&[]), &ids(&[])));
    }
}
