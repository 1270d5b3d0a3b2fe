//! Who this agent is: `identity.json` in the keeper's folder.

use std::io;
use std::path::Path;

use fettle_model::{AssetId, OrganisationId};
use serde::{Deserialize, Serialize};

use crate::folder;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    pub agent: AssetId,
    pub organisation: OrganisationId,
    /// Manifests and events of another incarnation are dead.
    pub incarnation: u32,
}

impl Identity {
    pub fn load(keeper: &Path) -> io::Result<Option<Self>> {
        folder::read_json(&keeper.join("identity.json"))
    }

    pub fn store(&self, keeper: &Path) -> io::Result<()> {
        folder::make_private(keeper)?;
        folder::write_json(&keeper.join("identity.json"), self)
    }
}
