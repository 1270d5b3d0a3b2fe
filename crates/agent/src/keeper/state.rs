//! What the keeper remembers between starts: `state.json`, numbers that only rise, and when it last scanned.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use fettle_model::{DeploymentId, JobId};
use fettle_wire::message::check_in::Profile;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::folder;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KeeperState {
    /// Highest manifest counter that was accepted.
    pub counter: u64,
    /// Highest authorisation revision seen, by job.
    pub revisions: BTreeMap<JobId, u64>,
    pub profile: Option<Profile>,
    /// End of the last scan.
    pub scanned_at: Option<Timestamp>,
    pub facts_hash: String,
    /// When the server answered last, to the hour.
    pub contacted_at: Option<Timestamp>,
    /// The agent's clock against the server's, in seconds.
    pub clock_off_s: Option<i64>,
    /// Highest event number that the server has, by deployment of this incarnation.
    pub acknowledged: BTreeMap<DeploymentId, u32>,
}

impl KeeperState {
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        self.clock_off_s.map(SignedDuration::from_secs)
    }

    pub fn load(keeper: &Path) -> io::Result<Self> {
        Ok(folder::read_json(&keeper.join("state.json"))?.unwrap_or_default())
    }

    pub fn store(&self, keeper: &Path) -> io::Result<()> {
        folder::write_json(&keeper.join("state.json"), self)
    }
}
