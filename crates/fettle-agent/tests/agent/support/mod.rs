//! A server of the agent channel for tests: real TLS with client certificates, real signatures, answers that the test
//! queues. It remembers all that it was told.

mod http;
pub(crate) mod orders;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::{AssetId, Clock as _, DeploymentId, Sha256, SystemClock};
use fettle_wire::document::TrustStatement;
use fettle_wire::document::trust::{Approvals, AuthorisationKey, RootKey};
use fettle_wire::dsse::PayloadType;
use fettle_wire::message::check_in::{CheckIn, CheckInAnswer, Next, Profile, WorkOrder};
use fettle_wire::message::dry_run::DryRunReport;
use fettle_wire::message::enrol::{Enrol, EnrolAnswer, Renew, RenewAnswer};
use fettle_wire::message::events::Acknowledged;
use fettle_wire::message::{
    Event, Events, EventsAnswer, Goodbye, GoodbyeAnswer, LogChunk, LogsAnswer, Report, ReportAnswer,
};
use fettle_wire::{Envelope, Fingerprint, SigningKey};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const AGENT: &str = "0193b3a0-0000-7000-8000-0000000000a1";
pub(crate) const ORGANISATION: &str = "0193b3a0-0000-7000-8000-000000000001";
const LIMIT: Duration = Duration::from_mins(3);
/// An offer that was not acknowledged is made again after this.
const REOFFER: Duration = Duration::from_millis(500);

/// All that the server knows; tests look at it and change it.
pub(crate) struct State {
    pub(crate) enrolments: Vec<Enrol>,
    pub(crate) check_ins: Vec<CheckIn>,
    pub(crate) reports: Vec<Report>,
    pub(crate) events: Vec<Event>,
    pub(crate) logs: Vec<LogChunk>,
    pub(crate) dry_runs: Vec<DryRunReport>,
    pub(crate) goodbyes: Vec<Goodbye>,
    /// Calls with the hash of the client's certificate.
    pub(crate) certificates: Vec<(String, Sha256)>,
    /// Hashes of the public keys that certificates were given for.
    pub(crate) tls_keys: Vec<Sha256>,
    /// Of the next certificate.
    pub(crate) not_after: Timestamp,
    /// Envelopes that a question for trust statements is answered with.
    pub(crate) trust: Vec<Vec<u8>>,
    /// Answers to the next check-ins; none: nothing new, after the hold.
    pub(crate) answers: VecDeque<CheckInAnswer>,
    /// Work that is offered until the agent has acknowledged it, with the time of the last offer.
    pub(crate) work: BTreeMap<DeploymentId, (WorkOrder, Option<Instant>)>,
    pub(crate) authorisations: BTreeMap<String, Vec<u8>>,
    /// Refusals by call: status and body, each used once.
    pub(crate) refusals: BTreeMap<String, VecDeque<(u16, Value)>>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) incarnation: u32,
    pub(crate) profile: Profile,
    token: u64,
}

impl State {
    fn token(&mut self) -> String {
        self.token += 1;
        format!("token-{}", self.token)
    }

    /// Work without an acknowledgement that was not offered just now: the connection may have died with the offer.
    fn work_to_offer(&mut self) -> Vec<WorkOrder> {
        let Self { work, events, .. } = self;
        work.retain(|id, _| !events.iter().any(|event| event.deployment == *id));
        let due = |offered: &Option<Instant>| offered.is_none_or(|at| at.elapsed() >= REOFFER);
        let due = work.values_mut().filter(|(_, offered)| due(offered));
        due.map(|(order, offered)| {
            *offered = Some(Instant::now());
            order.clone()
        })
        .collect()
    }

    /// The highest number below which all are in.
    fn acknowledged(&self, deployment: DeploymentId) -> Acknowledged {
        let numbers = self.events_of(deployment).into_iter().map(|event| event.seq);
        let whole = numbers.zip(1..).take_while(|(number, wanted)| number == wanted).count();
        Acknowledged { deployment, seq: u32::try_from(whole).expect("few events") }
    }

    /// Events of one deployment by number, each once, in order.
    pub(crate) fn events_of(&self, deployment: DeploymentId) -> Vec<&Event> {
        let mut by_number = BTreeMap::new();
        for event in self.events.iter().filter(|event| event.deployment == deployment) {
            by_number.entry(event.seq).or_insert(event);
        }
        by_number.into_values().collect()
    }

    pub(crate) fn states_of(&self, deployment: DeploymentId) -> Vec<String> {
        self.events_of(deployment).iter().filter_map(|event| event.state.clone()).collect()
    }
}

pub(crate) struct Keys {
    pub(crate) root: SigningKey,
    pub(crate) manifest: SigningKey,
    pub(crate) authorisation: SigningKey,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) ca: Sha256,
    pub(crate) ca_pem: String,
    pub(crate) keys: Keys,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let (issuer, ca_pem, ca_hash, tls) = http::certificates();
        let key = || SigningKey::generate().expect("a key").0;
        let keys = Keys { root: key(), manifest: key(), authorisation: key() };
        let state = State {
            enrolments: Vec::new(),
            check_ins: Vec::new(),
            reports: Vec::new(),
            events: Vec::new(),
            logs: Vec::new(),
            dry_runs: Vec::new(),
            goodbyes: Vec::new(),
            certificates: Vec::new(),
            tls_keys: Vec::new(),
            not_after: "2099-01-01T00:00:00Z".parse().expect("a time"),
            trust: Vec::new(),
            answers: VecDeque::new(),
            work: BTreeMap::new(),
            authorisations: BTreeMap::new(),
            refusals: BTreeMap::new(),
            fingerprint: Fingerprint::EMPTY,
            incarnation: 1,
            profile: Profile {
                revision: 1,
                check_in_seconds: 30,
                scan_interval_hours: 4,
                refresh_minutes: 60,
                installer_timeout_minutes: 10,
            },
            token: 0,
        };
        let shared = Arc::new((Mutex::new(state), Condvar::new()));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let trust = STANDARD.encode(trust(&keys, 1, &keys.root));
        let answering = Arc::new(Answering { shared: shared.clone(), issuer, ca_pem: ca_pem.clone(), trust });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, answering) = (tls.clone(), answering.clone());
                thread::spawn(move || http::serve(stream, tls, |call, body, peer| answering.answer(call, body, peer)));
            }
        });
        Self { address, ca: ca_hash, ca_pem, keys, shared }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().expect("no holder panics")
    }

    /// Changes the state and wakes whatever is held.
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.shared.1.notify_all();
    }

    /// Waits until `found` gives something; fails the test after a minute.
    pub(crate) fn wait_for<T>(&self, what: &str, mut found: impl FnMut(&State) -> Option<T>) -> T {
        let end = Instant::now() + LIMIT;
        let mut state = self.state();
        loop {
            if let Some(value) = found(&state) {
                return value;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for {what}; events: {:#?}", state.events);
            state = self.shared.1.wait_timeout(state, left).expect("no holder panics").0;
        }
    }

    pub(crate) fn install_words(&self) -> Vec<String> {
        vec![
            format!("CustomerId={ORGANISATION}"),
            "ActivationId=0193b3a0-0000-7000-8000-000000000002".to_owned(),
            format!("WebServiceUri=https://127.0.0.1:{}/agent/", self.address.port()),
            format!("ServerCa={}", self.ca),
        ]
    }
}

/// An answer that tells nothing new and asks for the next check-in at once: the hold is the pause.
pub(crate) fn nothing_new() -> CheckInAnswer {
    CheckInAnswer::nothing_new(SystemClock.now(), Next { after_s: 0, spread_s: 0 })
}

/// A trust statement of `version`, signed by `root`.
pub(crate) fn trust(keys: &Keys, version: u64, root: &SigningKey) -> Vec<u8> {
    let statement = TrustStatement {
        format: fettle_wire::document::trust::FORMAT.to_owned(),
        organisation: ORGANISATION.parse().expect("an id"),
        version,
        issued: "2026-01-01T00:00:00Z".parse().expect("a time"),
        expires: "2099-01-01T00:00:00Z".parse().expect("a time"),
        roots: vec![RootKey { key: keys.root.public(), person: "root".to_owned() }],
        roots_needed: 1,
        authorisation: vec![AuthorisationKey {
            key: keys.authorisation.public(),
            person: "ada".to_owned(),
            place: "Server".to_owned(),
        }],
        manifest: vec![keys.manifest.public()],
        release: Vec::new(),
        server_ca: Vec::new(),
        approvals: Approvals { default: 1, actions: 1, removals: 1, agent_uninstall: 1 },
        withdrawn: Vec::new(),
        frozen: false,
    };
    let payload = serde_json::to_vec(&statement).expect("JSON");
    Envelope::sign(PayloadType::Trust, &payload, &[root]).bytes().to_vec()
}

struct Answering {
    shared: Arc<(Mutex<State>, Condvar)>,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    ca_pem: String,
    trust: String,
}

impl Answering {
    fn answer(&self, call: &str, body: &[u8], peer: Option<Sha256>) -> (u16, Vec<u8>) {
        let mut state = self.shared.0.lock().expect("no holder panics");
        if let Some(peer) = peer {
            state.certificates.push((call.to_owned(), peer));
        }
        if let Some((status, body)) = state.refusals.get_mut(call).and_then(VecDeque::pop_front) {
            return (status, body.to_string().into_bytes());
        }
        let value = match call {
            "enrol" => self.enrol(&mut state, serde_json::from_slice(body).expect("an enrolment")),
            "check-in" => {
                let request: CheckIn = serde_json::from_slice(body).expect("a check-in");
                let hold = Duration::from_secs(u64::from(request.hold_s));
                let knows_profile = request.profile_revision == state.profile.revision;
                state.check_ins.push(request);
                self.shared.1.notify_all();
                let mut answer = self.held(state, if knows_profile { hold } else { Duration::ZERO });
                state = self.shared.0.lock().expect("no holder panics");
                if !knows_profile {
                    answer.profile = Some(state.profile.clone());
                }
                json!(answer)
            }
            "report" => {
                let report: Report = serde_json::from_slice(body).expect("a report");
                if report.from.is_some_and(|from| from != state.fingerprint) {
                    state.reports.push(report);
                    self.shared.1.notify_all();
                    return (409, refusal("FINGERPRINT_MISMATCH").to_string().into_bytes());
                }
                state.fingerprint = report.to;
                state.reports.push(report);
                let token = state.token();
                json!(ReportAnswer { token, revision: 1, next: Next { after_s: 0, spread_s: 0 } })
            }
            "events" => {
                let request: Events = serde_json::from_slice(body).expect("events");
                let named: BTreeSet<DeploymentId> = request.events.iter().map(|event| event.deployment).collect();
                state.events.extend(request.events);
                let acked = named.into_iter().map(|deployment| state.acknowledged(deployment)).collect();
                let token = state.token();
                json!(EventsAnswer { token, acked })
            }
            "logs" => {
                state.logs.push(serde_json::from_slice(body).expect("a chunk"));
                let token = state.token();
                json!(LogsAnswer { token })
            }
            "renew" => {
                let request: Renew = serde_json::from_slice(body).expect("a renewal");
                let csr = STANDARD.decode(&request.csr).expect("base64");
                let (certificate, key) = http::issue(&self.issuer, &csr);
                state.tls_keys.push(key);
                let token = state.token();
                json!(RenewAnswer { certificate, chain: self.ca_pem.clone(), not_after: state.not_after, token })
            }
            "goodbye" => {
                state.goodbyes.push(serde_json::from_slice(body).expect("a goodbye"));
                json!(GoodbyeAnswer { server_time: SystemClock.now() })
            }
            "dry-run" => {
                state.dry_runs.push(serde_json::from_slice(body).expect("a dry run"));
                json!({"taken": true})
            }
            trust if trust.starts_with("trust?") => {
                json!(state.trust.iter().map(|bytes| STANDARD.encode(bytes)).collect::<Vec<_>>())
            }
            _ => {
                let found = call.strip_prefix("authorisation/").and_then(|hash| state.authorisations.get(hash));
                return found.map_or_else(
                    || (404, refusal("NOT_FOUND").to_string().into_bytes()),
                    |bytes| (200, bytes.clone()),
                );
            }
        };
        self.shared.1.notify_all();
        (200, value.to_string().into_bytes())
    }

    fn held(&self, mut state: MutexGuard<'_, State>, hold: Duration) -> CheckInAnswer {
        let end = Instant::now() + hold;
        loop {
            let work = state.work_to_offer();
            let answer = state.answers.pop_front();
            if answer.is_some() || !work.is_empty() {
                let mut answer = answer.unwrap_or_else(nothing_new);
                answer.server_time = SystemClock.now();
                answer.work.extend(work);
                return answer;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return nothing_new();
            }
            state = self.shared.1.wait_timeout(state, left.min(REOFFER)).expect("no holder panics").0;
        }
    }

    fn enrol(&self, state: &mut State, request: Enrol) -> Value {
        let csr = STANDARD.decode(&request.csr).expect("base64");
        let proof = STANDARD.decode(&request.record_proof).expect("base64");
        let message = fettle_wire::dsse::pre_authentication(PayloadType::Csr, &csr);
        assert!(request.record_key.verifies(&message, &proof), "the record key's proof fits");
        let (certificate, key) = http::issue(&self.issuer, &csr);
        state.tls_keys.push(key);
        state.enrolments.push(request);
        let number = u128::try_from(state.enrolments.len()).expect("a small number") - 1;
        let agent: AssetId =
            uuid::Uuid::from_u128(AGENT.parse::<uuid::Uuid>().expect("an id").as_u128() + number).into();
        let token = state.token();
        json!(EnrolAnswer {
            agent_id: agent,
            incarnation: state.incarnation,
            certificate,
            chain: self.ca_pem.clone(),
            not_after: state.not_after,
            trust: vec![self.trust.clone()],
            token,
            next: Next { after_s: 0, spread_s: 0 },
            organisation: ORGANISATION.parse().expect("an id"),
        })
    }
}

/// Says why a test is skipped.
pub(crate) fn skip(reason: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{reason}");
}

pub(crate) fn refusal(code: &str) -> Value {
    json!({"error": {"code": code, "message": "as the test wants"}})
}
