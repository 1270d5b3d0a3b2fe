//! Opening the organisation: its keys are made at the first start; agents and index are loaded at each.

use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};

use fettle_index::Index;
use fettle_model::{Clock, Entropy, OrganisationId};
use fettle_store::assets::{AssetNumber, Certificate, LoadedAgent};
use fettle_store::organisation::{Organisation, ServerKey, StoredTrustStatement};
use fettle_store::{Database, StoreError, Tx};
use fettle_wire::dsse::BadEnvelope;
use fettle_wire::key::KeyError;
use fettle_wire::{Envelope, Fingerprint, PayloadType, SigningKey};
use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::access::password::Passwords;
use crate::access::wait::FailedSignIns;
use crate::agents::orders::{Order, Orders, ScanWanted};
use crate::agents::spread::Spread;
use crate::agents::state::{AgentState, Boots, Connection, KnownCertificate};
use crate::agents::tokens::Tokens;
use crate::agents::{Agent, Agents};
use crate::catalogue::read_changelogs::ChangelogOrders;
use crate::catalogue::repositories::ReportedRepositories;
use crate::fleet::{Fleet, Keys};
use crate::keys::ca::{CaError, CertificateAuthority};
use crate::keys::seal::{SealError, SealKey};
use crate::keys::trust::{SigningKeys, first_statement};
use crate::loading::IndexLoading;
use crate::settings::Settings;

/// What a server is started with.
#[derive(Debug)]
pub struct Start {
    /// `sqlite:DIRECTORY` or `postgres://…`.
    pub database: String,
    /// The file with the key that seals the server's keys.
    pub seal_key: PathBuf,
    pub organisation: String,
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database cannot be opened")]
    Store(#[from] StoreError),
    #[error("the server's keys cannot be opened")]
    Seal(#[from] SealError),
    #[error("the server's certificate authority cannot be opened")]
    Ca(#[from] CaError),
    #[error("a signing key of the server cannot be opened")]
    Key(#[from] KeyError),
    #[error("a stored trust statement cannot be read")]
    Trust(#[from] BadEnvelope),
    #[error("component {0} in the database cannot be read")]
    Component(u32),
}

/// Rows that are loaded at once.
pub(crate) const PAGE: u32 = 2_000;

/// Opens the database and the keys, and knows every agent; the index is still empty.
pub async fn open(start: Start) -> Result<Fleet, StartError> {
    let Start { database, seal_key, organisation, settings, clock, entropy } = start;
    let database = Database::open(&database).await?;
    let seal = SealKey::load_or_make(&seal_key, entropy.as_ref())?;
    let organisation = found(&database, organisation, &seal, clock.now(), entropy.as_ref()).await?;
    let keys = open_keys(&database, &seal).await?;
    let started_at = clock.now();
    let fleet = Fleet {
        index: Arc::new(Index::with_sla(settings.sla, started_at)),
        loading: IndexLoading::default(),
        organisation,
        settings,
        keys,
        agents: Agents::default(),
        database,
        clock,
        entropy,
        passwords: Passwords::new(),
        repositories: ReportedRepositories::default(),
        failed_sign_ins: FailedSignIns::default(),
        components: Mutex::new(FxHashMap::default()),
        held: AtomicU32::new(0),
        spread: Spread::new(started_at),
        enrolments: tokio::sync::Mutex::new(()),
        changelog_orders: ChangelogOrders::default(),
        catalogue_turn: tokio::sync::Mutex::new(()),
        tags_turn: tokio::sync::Mutex::new(()),
    };
    fleet.load_agents().await?;
    Ok(fleet)
}

/// Finds the organisation, or founds it with new keys: in one transaction, so that a crash leaves all or nothing.
async fn found(
    database: &Database,
    name: String,
    seal: &SealKey,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Organisation, StartError> {
    if let Some(organisation) = database.read().await?.organisation().find().await? {
        return Ok(organisation);
    }
    let organisation = Organisation { id: OrganisationId::new(now, entropy), name, created_at: now };
    let (ca, ca_key) = CertificateAuthority::make(&format!("{} CA", organisation.name), now, entropy)?;
    let mut stored = vec![ServerKey {
        name: "ca".to_owned(),
        public: ca.certificate().to_vec(),
        sealed: seal.seal("ca", &ca_key, entropy),
        created_at: now,
    }];
    let mut make = |name: &str| -> Result<SigningKey, KeyError> {
        let (key, pkcs8) = SigningKey::generate()?;
        stored.push(ServerKey {
            name: name.to_owned(),
            public: key.public().0.to_vec(),
            sealed: seal.seal(name, &pkcs8, entropy),
            created_at: now,
        });
        Ok(key)
    };
    let keys = SigningKeys { root: make("root")?, authorisation: make("authorisation")?, manifest: make("manifest")? };
    let statement = first_statement(&keys, organisation.id, ca.pin().to_string(), now);
    let founded = organisation.clone();
    let write = database.write(async move |tx| {
        tx.organisation().insert(&founded).await?;
        for key in &stored {
            tx.server_keys().insert(key).await?;
        }
        let statement = StoredTrustStatement { version: 1, envelope: statement.bytes().to_vec(), created_at: now };
        tx.trust_statements().insert(&statement).await
    });
    write.await.map_err(StoreError::from)?;
    Ok(organisation)
}

async fn open_keys(database: &Database, seal: &SealKey) -> Result<Keys, StartError> {
    const MAX_TRUST: usize = 1 << 20;
    let mut read = database.read().await?;
    let (ca, ca_key) = open_key(&mut read, seal, "ca").await?;
    let mut signing = Vec::new();
    for name in ["root", "authorisation", "manifest"] {
        signing.push(SigningKey::from_pkcs8(&open_key(&mut read, seal, name).await?.1)?);
    }
    let [root, authorisation, manifest] = <[SigningKey; 3]>::try_from(signing).expect("three keys were opened");
    let statements = read.trust_statements().after(0).await?;
    let trust = statements.iter().map(|stored| Envelope::open(&stored.envelope, PayloadType::Trust, MAX_TRUST));
    Ok(Keys {
        ca: CertificateAuthority::open(ca, &ca_key)?,
        signing: SigningKeys { root, authorisation, manifest },
        trust: trust.collect::<Result<_, _>>()?,
    })
}

async fn open_key(read: &mut Tx, seal: &SealKey, name: &str) -> Result<(Vec<u8>, Vec<u8>), StartError> {
    let stored = read.server_keys().find(name).await?.ok_or(StoreError::Gone { object: "a key of the server" })?;
    let key = seal.open(name, &stored.sealed)?;
    Ok((stored.public, key))
}

impl Fleet {
    async fn load_agents(&self) -> Result<(), StartError> {
        let mut read = self.database.read().await?;
        let mut last = AssetNumber(i64::MIN);
        loop {
            let page = read.assets().agents_after(last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = end.number;
            for loaded in page {
                self.agents.insert(agent_of(loaded));
            }
        }
        self.load_certificates(&mut read).await?;
        self.load_orders(&mut read).await
    }

    /// Each goes to its agent at once: together they would take more memory for a while than the agents themselves.
    async fn load_certificates(&self, read: &mut Tx) -> Result<(), StartError> {
        let mut renewed = Vec::new();
        let mut last = Vec::new();
        loop {
            let page = read.certificates().after(&last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last.clone_from(&end.serial);
            for certificate in page.iter().filter(|certificate| certificate.revoked_at.is_none()) {
                let Some(agent) = self.agents.get(certificate.asset) else { continue };
                let mut state = agent.state();
                if !state.certificates.is_empty() {
                    renewed.push(certificate.asset);
                }
                // Nearly all have one; a list that grows by itself begins with room for four.
                state.certificates.reserve_exact(1);
                state.certificates.push(known_certificate(certificate));
            }
        }
        // They came in the order of their serials, which is none.
        for asset in renewed {
            let Some(agent) = self.agents.get(asset) else { continue };
            let newest_first = read.certificates().of_asset(asset).await?;
            let valid = newest_first.iter().rev().filter(|certificate| certificate.revoked_at.is_none());
            agent.state().certificates = valid.map(known_certificate).collect();
        }
        Ok(())
    }

    async fn load_orders(&self, read: &mut Tx) -> Result<(), StartError> {
        for deployment in read.deployments().unfinished().await? {
            let Some(agent) = self.agents.get(deployment.asset) else { continue };
            let mut state = agent.state();
            if deployment.state == fettle_model::DeploymentState::Pending {
                state.orders_mut().add_work(deployment.id);
            }
            if deployment.cancel_requested {
                state.orders_mut().add_cancel(deployment.id);
            }
        }
        for request in read.scan_requests().open().await? {
            if let Some(agent) = self.agents.get(request.asset) {
                let wanted = ScanWanted { id: Some(request.id), refresh: true };
                agent.state().orders_mut().scan = Some(Order::new(wanted));
            }
        }
        for waiting in read.dry_runs().waiting().await? {
            if let Some(agent) = self.agents.get(waiting.asset) {
                agent.state().orders_mut().simulate.push(Order::new(waiting.dry_run));
            }
        }
        Ok(())
    }
}

fn known_certificate(certificate: &Certificate) -> KnownCertificate {
    KnownCertificate {
        serial: hex::encode(&certificate.serial),
        not_after: certificate.not_after,
        used: certificate.used_at.is_some(),
    }
}

fn agent_of(loaded: LoadedAgent) -> Agent {
    let token = |bytes: &[u8]| bytes.try_into().unwrap_or_default();
    let first_scan = loaded.scan_status == fettle_model::ScanStatus::Pending;
    let state = AgentState {
        retired: loaded.retired_at.is_some(),
        certificates: Vec::new(),
        incarnation: loaded.incarnation,
        tokens: Tokens::stored(token(&loaded.token_current), loaded.token_previous.as_deref().unwrap_or_default()),
        fingerprint: Fingerprint(loaded.fingerprint),
        facts_hash: loaded.facts_hash,
        boots: loaded.boot_id.as_deref().map_or_else(Boots::default, Boots::starting_with),
        clone_noted_at: None,
        connection: Connection {
            last_checked_in: loaded.last_checked_in,
            address: loaded.address,
            ..Connection::default()
        },
        orders: first_scan.then(|| Box::new(Orders::first_scan())),
        progress: None,
    };
    Agent::new(loaded.id, loaded.number, state)
}
