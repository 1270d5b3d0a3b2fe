//! An agent that speaks the wire and nothing else: it has no package manager, and tells what the test tells it to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_fleet::entropy::SystemEntropy;
use fettle_model::component::Component;
use fettle_model::{ActivationKeyId, AssetId, Clock as _, EnrolmentId, OrganisationId, ReportId, Sha256, SystemClock};
use fettle_wire::message::check_in::CheckInAnswer;
use fettle_wire::message::enrol::{EnrolOs, HardwareId};
use fettle_wire::message::events::{Event, EventsAnswer};
use fettle_wire::message::report::{FactsReport, Mode, OfferDetails};
use fettle_wire::message::{CheckIn, Enrol, EnrolAnswer, Events, Renew, RenewAnswer, Report, ReportAnswer};
use fettle_wire::{Fingerprint, PayloadType, SigningKey, WireComponent, component, dsse, limit, sha256};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connection::{Connection, Counted, Received, SendError};
use crate::tls::{AgentTls, ClientKey};

/// Where and with what an agent enrols: the install line.
#[derive(Debug, Clone)]
pub struct Enrolment {
    pub server: SocketAddr,
    pub pin: Sha256,
    pub customer: OrganisationId,
    pub key: ActivationKeyId,
}

impl Enrolment {
    /// The message, with a request for `key`'s certificate.
    pub fn message(&self, hostname: &str, key: &ClientKey, record: &SigningKey) -> Enrol {
        let csr = key.request();
        let proof = record.sign(&dsse::pre_authentication(PayloadType::Csr, &csr));
        Enrol {
            enrolment_id: EnrolmentId::new(SystemClock.now(), &SystemEntropy),
            customer_id: self.customer,
            activation_id: self.key,
            csr: STANDARD.encode(csr),
            record_key: record.public(),
            record_proof: STANDARD.encode(proof),
            hardware: hardware(hostname),
            hostname: hostname.to_owned(),
            fqdn: None,
            os: EnrolOs {
                family: "linux".to_owned(),
                id: "debian".to_owned(),
                version: "12".to_owned(),
                arch: "x86_64".to_owned(),
            },
            agent_version: "1.0.0".to_owned(),
            boot_id: "boot-1".to_owned(),
            monitor_only: false,
            previous_agent_id: None,
        }
    }

    pub async fn send(&self, message: &impl Serialize) -> Result<Received, SendError> {
        let tls = AgentTls::anonymous(self.pin);
        let mut connection = Connection::open(self.server, &tls, &Arc::default()).await?;
        let body = serde_json::to_vec(message).expect("a message is JSON");
        connection.send(Method::POST, "/agent/v1/enrol", &[], body).await
    }
}

/// Traits that are a machine's own.
fn hardware(machine: &str) -> Vec<HardwareId> {
    let id = |kind: &str| HardwareId { kind: kind.to_owned(), hash: sha256(format!("{kind} {machine}").as_bytes()) };
    ["dmi", "disk", "mac", "machineId"].map(id).into()
}

#[derive(Debug)]
pub struct TestAgent {
    pub server: SocketAddr,
    pub pin: Sha256,
    pub id: AssetId,
    pub incarnation: u32,
    pub token: String,
    pub boot: String,
    pub facts_hash: String,
    pub tls: AgentTls,
    pub counted: Arc<Counted>,
    pub key: ClientKey,
    /// What the server was told that this machine has.
    components: BTreeMap<Sha256, Component>,
    fingerprint: Fingerprint,
    connection: Option<Connection>,
}

impl TestAgent {
    /// # Panics
    /// If the server does not take it.
    pub async fn enrol(enrolment: &Enrolment, hostname: &str) -> Self {
        let key = ClientKey::default();
        let (record, _) = SigningKey::generate().expect("a record key");
        let answer = enrolment.send(&enrolment.message(hostname, &key, &record)).await.expect("an answer");
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let answer: EnrolAnswer = serde_json::from_slice(&answer.body).expect("an answer to `enrol`");
        Self::with(enrolment, answer, key)
    }

    pub fn with(enrolment: &Enrolment, answer: EnrolAnswer, key: ClientKey) -> Self {
        Self {
            server: enrolment.server,
            pin: enrolment.pin,
            id: answer.agent_id,
            incarnation: answer.incarnation,
            token: answer.token,
            boot: "boot-1".to_owned(),
            facts_hash: String::new(),
            tls: AgentTls::with_certificate(enrolment.pin, &answer.certificate, &key),
            counted: Arc::default(),
            key,
            components: BTreeMap::new(),
            fingerprint: Fingerprint::EMPTY,
            connection: None,
        }
    }

    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Sends bytes as they are, over the connection that is open or a new one.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Received, SendError> {
        let mut connection = match self.connection.take().filter(Connection::is_open) {
            Some(connection) => connection,
            None => Connection::open(self.server, &self.tls, &self.counted).await?,
        };
        let answer = connection.send(method, path, headers, body).await?;
        self.connection = Some(connection);
        Ok(answer)
    }

    /// Posts a message, packed where an agent would pack it.
    pub async fn post(&mut self, call: &str, message: &impl Serialize) -> Result<Received, SendError> {
        let json = json(message);
        let path = format!("/agent/v1/{call}");
        let token = self.token.clone();
        let mut headers = vec![(limit::TOKEN_HEADER, token.as_str())];
        if json.len() <= limit::COMPRESS_ABOVE {
            return self.send(Method::POST, &path, &headers, json).await;
        }
        headers.push(("content-encoding", "zstd"));
        self.send(Method::POST, &path, &headers, packed(&json)).await
    }

    /// Closes the connection; the next message opens another one.
    pub fn hang_up(&mut self) {
        self.connection = None;
    }

    /// A check-in as the agent would make it now.
    pub fn check_in_message(&self, hold_s: u32) -> CheckIn {
        CheckIn {
            incarnation: self.incarnation,
            token: self.token.clone(),
            boot_id: self.boot.clone(),
            clock: SystemClock.now(),
            fingerprint: self.fingerprint,
            facts_hash: self.facts_hash.clone(),
            profile_revision: 1,
            watch_revision: 0,
            trust_version: 1,
            agent_version: "1.0.0".to_owned(),
            hold_s,
            events_waiting: 0,
            deployments: Vec::new(),
            leases: Vec::new(),
            progress: None,
            scanning: false,
            hardware: None,
        }
    }

    /// # Panics
    /// If the server refuses it.
    pub async fn check_in(&mut self, hold_s: u32) -> CheckInAnswer {
        let message = self.check_in_message(hold_s);
        let answer: CheckInAnswer = taken(&self.post("check-in", &message).await.expect("an answer"));
        if let Some(token) = &answer.token {
            self.token.clone_from(token);
        }
        answer
    }

    /// A difference from what the server was told last; `apply` it once it is taken.
    pub fn difference(&self, add: &[Component], remove: &[Component]) -> Report {
        let sum = remove.iter().fold(self.fingerprint, |sum, component| sum.without(&component::hash(component)));
        let to = add.iter().fold(sum, |sum, component| sum.with(&component::hash(component)));
        Report {
            report_id: ReportId::new(SystemClock.now(), &SystemEntropy),
            incarnation: self.incarnation,
            mode: Mode::Diff,
            from: Some(self.fingerprint),
            to,
            dropped: 0,
            add: add.iter().map(WireComponent::from).collect(),
            remove: remove.iter().map(WireComponent::from).collect(),
            facts: None,
            scan: None,
            offer_details: Vec::new(),
        }
    }

    /// Everything, as `components` are it.
    pub fn full(&self, components: &[Component]) -> Report {
        let hashes: Vec<Sha256> = components.iter().map(component::hash).collect();
        Report {
            mode: Mode::Full,
            from: None,
            to: Fingerprint::of(&hashes),
            add: components.iter().map(WireComponent::from).collect(),
            ..self.difference(&[], &[])
        }
    }

    /// Reports a full scan with facts; gives the asset's revision.
    ///
    /// # Panics
    /// If the server refuses it.
    pub async fn report_all(&mut self, components: &[Component], facts: FactsReport, offers: Vec<OfferDetails>) -> u64 {
        let mut report = self.full(components);
        report.facts = Some(facts);
        report.scan = Some(crate::sample::scan());
        report.offer_details = offers;
        self.report(report).await
    }

    /// Sends a report and remembers what it said.
    ///
    /// # Panics
    /// If the server refuses it.
    pub async fn report(&mut self, report: Report) -> u64 {
        let answer: ReportAnswer = taken(&self.post("report", &report).await.expect("an answer"));
        self.note_report(&report, &answer);
        answer.revision
    }

    /// The server took `report`.
    pub fn note_report(&mut self, report: &Report, answer: &ReportAnswer) {
        self.token.clone_from(&answer.token);
        self.assume_taken(report);
    }

    /// As if `report` had been taken: the next difference starts from it. For messages that are made ahead, or whose
    /// answer was lost.
    pub fn assume_taken(&mut self, report: &Report) {
        self.fingerprint = report.to;
        if let Some(facts) = &report.facts {
            self.facts_hash.clone_from(&facts.hash);
        }
        if report.mode == Mode::Full {
            self.components.clear();
        }
        let read = |entries: &[WireComponent]| -> Vec<Component> {
            entries.iter().filter_map(|entry| entry.clone().read().ok()).collect()
        };
        for component in read(&report.remove) {
            self.components.remove(&component::hash(&component));
        }
        self.components.extend(read(&report.add).into_iter().map(|component| (component::hash(&component), component)));
    }

    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.components.values()
    }

    /// # Panics
    /// If the server refuses them.
    pub async fn tell(&mut self, events: Vec<Event>) -> EventsAnswer {
        let message = Events { incarnation: self.incarnation, events };
        let answer: EventsAnswer = taken(&self.post("events", &message).await.expect("an answer"));
        self.token.clone_from(&answer.token);
        answer
    }

    /// Renews with a new key, and goes on with the new certificate.
    ///
    /// # Panics
    /// If the server refuses it.
    pub async fn renew(&mut self) {
        let key = ClientKey::default();
        let renew = Renew { csr: STANDARD.encode(key.request()), boot_id: self.boot.clone() };
        let answer: RenewAnswer = taken(&self.post("renew", &renew).await.expect("an answer"));
        self.token.clone_from(&answer.token);
        self.tls = AgentTls::with_certificate(self.pin, &answer.certificate, &key);
        self.key = key;
        self.hang_up();
    }
}

/// A message as it goes over the wire, where it is small.
///
/// # Panics
/// Never, with messages of the wire.
pub fn json(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(message).expect("a message is JSON")
}

/// A message as it goes over the wire, where it is not.
///
/// # Panics
/// Never: memory is the only thing that packing needs.
pub fn packed(json: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(json, 3).expect("packed")
}

fn taken<T: DeserializeOwned>(answer: &Received) -> T {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error} in {:?}", answer.body))
}
