//! What a run leaves for the next one: the keys, certificates and ids of its agents, in one file of a directory.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_agent_core::folder;
use fettle_agent_core::key_pair::{self, KeyPairError, TlsKey};
use fettle_agent_core::talker::session::{PendingEnrolment, Session};
use fettle_model::{AssetId, Clock, EnrolmentId, Entropy, OrganisationId};
use fettle_wire::SigningKey;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::LiveError;

const FORMAT: &str = "fettle-simulated-agents/1";
const FILE: &str = "agents.json";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SavedFleet {
    format: String,
    pub(super) seed: u64,
    /// Of the images that the machines are made from.
    pub(super) packages: (usize, usize),
    pub(super) organisation: OrganisationId,
    /// PEM, once an enrolment has told it.
    pub(super) ca: Option<String>,
    pub(super) agents: Vec<SavedAgent>,
}

/// An agent between two runs. Its machine follows from the seed, its number and how often it was updated.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SavedAgent {
    pub(super) number: u32,
    /// Made before the server is asked, so that the same enrolment can be asked again.
    pub(super) enrolment: PendingEnrolment,
    /// PKCS#8, PEM.
    pub(super) key: String,
    /// PKCS#8 in base64.
    record_key: String,
    /// Rounds of updates since the machine was new.
    pub(super) updates: u32,
    pub(super) facts_hash: String,
    pub(super) identity: Option<Identity>,
}

/// What an enrolment gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    /// PEM.
    pub(super) certificate: String,
    pub(super) session: Session,
    pub(super) trust_version: u64,
}

impl SavedFleet {
    pub(super) fn new(seed: u64, packages: (usize, usize), organisation: OrganisationId) -> Self {
        Self { format: FORMAT.to_owned(), seed, packages, organisation, ca: None, agents: Vec::new() }
    }
}

impl SavedAgent {
    /// With keys of its own. `previous`: an identity that it had to give up.
    pub(super) fn new(
        number: u32,
        previous: Option<AssetId>,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Self, KeyPairError> {
        let (_, _, record_key) = key_pair::generate_record_key()?;
        Ok(Self {
            number,
            enrolment: PendingEnrolment {
                enrolment_id: EnrolmentId::new(clock.now(), entropy),
                previous_agent_id: previous,
            },
            key: TlsKey::generate()?.pem,
            record_key: STANDARD.encode(record_key),
            updates: 0,
            facts_hash: String::new(),
            identity: None,
        })
    }

    /// `None` if the file was damaged.
    pub(super) fn record_key(&self) -> Option<SigningKey> {
        SigningKey::from_pkcs8(&STANDARD.decode(&self.record_key).ok()?).ok()
    }
}

/// A directory that one run has at a time.
#[derive(Debug)]
pub(super) struct StateDirectory {
    path: PathBuf,
    /// Held as long as the run lasts.
    _lock: fs_err::File,
}

impl StateDirectory {
    pub(super) fn open(path: &Path) -> Result<Self, LiveError> {
        let failed = |source| LiveError::State { directory: path.to_owned(), source };
        folder::make_private(path).map_err(failed)?;
        let lock = fs_err::File::create(path.join("lock")).map_err(failed)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(LiveError::StateInUse { directory: path.to_owned() }),
            Err(error) => Err(failed(error.into())),
        }
    }

    /// What an earlier run left here; `None` if there was none.
    pub(super) fn load(&self, new: &SavedFleet) -> Result<Option<SavedFleet>, LiveError> {
        let read = folder::read_json::<SavedFleet>(&self.file());
        let Some(found) = read.map_err(|source| LiveError::State { directory: self.path.clone(), source })? else {
            return Ok(None);
        };
        let differs = if found.format != new.format {
            Some(format!("its format is {:?}", found.format))
        } else if found.organisation != new.organisation {
            Some(format!("they enrolled at the organisation {}", found.organisation))
        } else if found.seed != new.seed || found.packages != new.packages {
            Some(format!("their machines are of the seed {}", found.seed))
        } else {
            None
        };
        match differs {
            Some(reason) => Err(LiveError::OtherState { directory: self.path.clone(), reason }),
            None => Ok(Some(found)),
        }
    }

    pub(super) async fn store(&self, fleet: SavedFleet) -> Result<(), LiveError> {
        let file = self.file();
        let stored = tokio::task::spawn_blocking(move || folder::write_json(&file, &fleet)).await;
        let stored = stored.map_err(io::Error::other).flatten();
        stored.map_err(|source| LiveError::State { directory: self.path.clone(), source })
    }

    fn file(&self) -> PathBuf {
        self.path.join(FILE)
    }
}
