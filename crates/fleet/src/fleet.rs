//! The organisation at work: one value that holds the database, the index, the keys and the agents.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};

use fettle_index::Index;
use fettle_model::{Clock, Entropy, Sha256};
use fettle_store::Database;
use fettle_store::organisation::Organisation;
use fettle_wire::Envelope;
use rustc_hash::FxHashMap;

use crate::access::password::Passwords;
use crate::access::wait::FailedSignIns;
use crate::agents::Agents;
use crate::agents::spread::Spread;
use crate::catalogue::read_changelogs::ChangelogOrders;
use crate::catalogue::repositories::ReportedRepositories;
use crate::keys::ca::CertificateAuthority;
use crate::keys::trust::SigningKeys;
use crate::loading::IndexLoading;
use crate::settings::Settings;

/// Made by [`crate::start`]; shared by the server's handlers and its recurring tasks.
#[derive(Debug)]
pub struct Fleet {
    pub index: Arc<Index>,
    pub loading: IndexLoading,
    pub organisation: Organisation,
    pub settings: Settings,
    pub keys: Keys,
    pub agents: Agents,
    pub database: Database,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub passwords: Passwords,
    pub repositories: ReportedRepositories,
    pub(crate) failed_sign_ins: FailedSignIns,
    /// Ids of interned components, by hash.
    pub(crate) components: Mutex<FxHashMap<Sha256, u32>>,
    /// Check-ins that are held now.
    pub(crate) held: AtomicU32,
    pub(crate) spread: Spread,
    /// One enrolment at a time: the same one twice at once is still one asset.
    pub(crate) enrolments: tokio::sync::Mutex<()>,
    pub(crate) changelog_orders: ChangelogOrders,
    /// One change of the catalogue at a time.
    pub(crate) catalogue_turn: tokio::sync::Mutex<()>,
    /// One change of tags at a time.
    pub(crate) tags_turn: tokio::sync::Mutex<()>,
}

/// The server's keys, opened.
#[derive(Debug)]
pub struct Keys {
    pub ca: CertificateAuthority,
    pub signing: SigningKeys,
    /// Trust statements from version 1.
    pub trust: Vec<Envelope>,
}
