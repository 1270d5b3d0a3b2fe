//! The trust statement: whose keys count (`agent.md` 4.4). All keys are on the server for now, and one approval is
//! enough; the format is the whole one, so that agents of today read statements of tomorrow.

use fettle_model::OrganisationId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::key::{KeyId, PublicKey};

pub const FORMAT: &str = "fettle-trust/1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustStatement {
    /// [`FORMAT`].
    pub format: String,
    pub organisation: OrganisationId,
    pub version: u64,
    pub issued: Timestamp,
    /// At most 400 days after `issued`.
    pub expires: Timestamp,
    pub roots: Vec<RootKey>,
    pub roots_needed: u32,
    pub authorisation: Vec<AuthorisationKey>,
    pub manifest: Vec<PublicKey>,
    #[serde(default)]
    pub release: Vec<PublicKey>,
    /// `sha256:` of the public keys of the server's CAs.
    pub server_ca: Vec<String>,
    pub approvals: Approvals,
    #[serde(default)]
    pub withdrawn: Vec<String>,
    #[serde(default)]
    pub frozen: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootKey {
    pub key: PublicKey,
    pub person: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorisationKey {
    pub key: PublicKey,
    pub person: String,
    /// `Server`, `File`, `Hardware`.
    pub place: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approvals {
    pub default: u32,
    pub actions: u32,
    pub removals: u32,
    pub agent_uninstall: u32,
}

impl TrustStatement {
    pub fn manifest_key(&self, id: &KeyId) -> Option<&PublicKey> {
        self.manifest.iter().find(|key| key.id() == *id)
    }

    pub fn authorisation_key(&self, id: &KeyId) -> Option<&AuthorisationKey> {
        self.authorisation.iter().find(|entry| entry.key.id() == *id)
    }
}
