//! Check-ins over the wire: unchanged and with ten packages changed, over kept connections and over new ones.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use fettle_fleet::entropy::SystemEntropy;
use fettle_fleet::keys::ca::{CertificateAuthority, pem};
use fettle_model::{ActivationKeyId, AssetId, Clock as _, OrganisationId, Sha256, SystemClock};
use fettle_simulate::{Host, Machines, Simulation, images, simulate};
use fettle_testkit::{AgentTls, ClientKey, Enrolment, TestAgent};
use fettle_wire::limit;
use fettle_wire::message::Report;
use fettle_wire::message::report::FactsReport;
use serde::{Deserialize, Serialize};

use crate::load::{self, Connections, Cost, Sender};
use crate::process::Measured;
use crate::table::{Bar, Table, micros, show};

/// Within the bursts that the server lets through: 60 check-ins and 30 reports of one agent.
const KEPT_CHECK_INS: usize = 38;
const NEW_CHECK_INS: usize = 10;
const REPORTS: usize = 12;
const PACKAGES: (usize, usize) = (660, 740);
/// Number of the first host that is not one of the simulated others.
const FIRST: u32 = 100_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ready {
    pub(crate) agents: SocketAddr,
    pub(crate) console: String,
    pin: Sha256,
    customer: OrganisationId,
    key: ActivationKeyId,
    pub(crate) setup_code: Option<String>,
}

impl Ready {
    pub(crate) const fn enrolment(&self) -> Enrolment {
        Enrolment { server: self.agents, pin: self.pin, customer: self.customer, key: self.key }
    }
}

pub(crate) async fn fettle(data: &Path, database: Option<&str>) -> anyhow::Result<(Measured, Ready)> {
    let data = data.to_str().unwrap_or_default();
    let mut arguments = vec!["fettle", "--data", data];
    arguments.extend(database.into_iter().flat_map(|url| ["--database", url]));
    let mut server = Measured::start(&arguments)?;
    let ready = server.line().await?;
    Ok((server, ready))
}

/// An agent that has enrolled and reported, and the machine that it stands for.
pub(crate) async fn enrolled(enrolment: &Enrolment, seed: u64, number: u32) -> (TestAgent, Host) {
    let images = images(seed, PACKAGES.0, PACKAGES.1);
    let host = Host::new(seed, u64::from(number), &images[number as usize % images.len()], 12);
    let mut agent = TestAgent::enrol(enrolment, &host.name).await;
    let facts = FactsReport::new(host.facts(SystemClock.now()), Vec::new());
    agent.report_all(&host.components(), facts, host.details()).await;
    agent.check_in(0).await;
    (agent, host)
}

pub(crate) async fn measure(table: &mut Table, agents: u32, seed: u64) -> anyhow::Result<()> {
    show(&format!("Check-ins of {agents} agents, 8 at once"));
    let data = tempfile::tempdir()?;
    // A fleet that knows the updates already, as fleets do: else what is measured is how the first three hosts teach
    // each of them to the catalogue.
    let others = Simulation { packages: PACKAGES, rounds: 26, machines: Machines::Alike, ..Simulation::new(400, seed) };
    simulate(data.path(), None, &others, SystemClock.now(), |_| ()).await?;
    let (server, ready) = fettle(data.path(), None).await?;
    crate::fleet::until_ready(&ready).await?;
    let enrolment = ready.enrolment();
    // Each kind of connection has agents of its own: the work is the same then, and the connection makes the difference.
    let mut fleets = Vec::new();
    for kind in 0..3 {
        let mut fleet = Vec::new();
        for number in 0..agents {
            fleet.push(enrolled(&enrolment, seed, FIRST + kind * agents + number).await);
        }
        fleets.push(fleet);
    }
    let keys = tempfile::tempdir()?;
    let (ca, key) = floor_keys(keys.path())?;

    let mut unchanged = Vec::new();
    let check_in_counts =
        [(Connections::Kept, KEPT_CHECK_INS), (Connections::Resumed, NEW_CHECK_INS), (Connections::New, NEW_CHECK_INS)];
    for ((connections, count), fleet) in check_in_counts.into_iter().zip(&fleets) {
        let senders = fleet.iter().map(|(agent, _)| check_ins(agent, count)).collect();
        let cost = load::run(&server, senders, connections).await?;
        let senders = fleet.iter().map(|(agent, _)| check_ins(agent, count)).collect();
        unchanged.push((connections, cost, floor(keys.path(), &ca, &key, senders, connections, cost.answer).await?));
    }
    let mut changed = Vec::new();
    let kinds = [Connections::Kept, Connections::Resumed, Connections::New];
    for (connections, fleet) in kinds.into_iter().zip(&mut fleets) {
        let senders: Vec<_> = fleet.iter_mut().map(|(agent, host)| reports(agent, host, REPORTS)).collect();
        let copies = senders.iter().map(copy).collect();
        let cost = load::run(&server, senders, connections).await?;
        changed.push((connections, cost, floor(keys.path(), &ca, &key, copies, connections, cost.answer).await?));
    }
    server.stop().await?;
    for (connections, cost, floor) in unchanged {
        let bar = Bar::AtMost(3.0 * micros(floor.cpu));
        rows(table, "unchanged check-in", connections, cost, Some(floor), bar);
    }
    for (connections, cost, floor) in changed {
        rows(table, "changed check-in (10 packages)", connections, cost, Some(floor), Bar::AtMost(1_000.0));
    }
    commits(table).await
}

fn rows(table: &mut Table, what: &str, connections: Connections, cost: Cost, floor: Option<Cost>, cpu: Bar) {
    let over = match connections {
        Connections::Kept => "kept connection",
        Connections::Resumed => "resumed session",
        Connections::New => "new connection",
    };
    let what = format!("{what}, {over}");
    table.add(&format!("{what}: CPU"), micros(cost.cpu), floor.map(|floor| micros(floor.cpu)), "µs", cpu);
    let wall = [("p50", cost.p50, floor.map(|floor| floor.p50)), ("p95", cost.p95, floor.map(|floor| floor.p95))];
    for (name, duration, floor) in wall {
        table.add(&format!("{what}: {name}"), micros(duration), floor.map(micros), "µs", Bar::None);
    }
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let bytes = |bytes: u64| bytes as f64;
    let floor_sent = floor.map(|floor| bytes(floor.sent));
    table.add(&format!("{what}: sent by the agent"), bytes(cost.sent), floor_sent, "B", Bar::None);
    let floor_received = floor.map(|floor| bytes(floor.received));
    table.add(&format!("{what}: answered"), bytes(cost.received), floor_received, "B", Bar::None);
    show(&format!("  ({} requests)", cost.requests));
}

fn check_ins(agent: &TestAgent, count: usize) -> Sender {
    let body = packed(&agent.check_in_message(0));
    Sender { server: agent.server, tls: agent.tls.clone(), path: "/agent/v1/check-in", bodies: vec![body; count] }
}

/// Reports that follow each other: each upgrades ten packages, and offers as many others.
fn reports(agent: &mut TestAgent, host: &mut Host, count: usize) -> Sender {
    let bodies = (0..count).map(|_| {
        let upgrade = host.upgrade(10);
        let report = Report { offer_details: upgrade.details, ..agent.difference(&upgrade.add, &upgrade.remove) };
        agent.assume_taken(&report);
        packed(&report)
    });
    let bodies = bodies.collect();
    Sender { server: agent.server, tls: agent.tls.clone(), path: "/agent/v1/report", bodies }
}

fn packed(message: &impl Serialize) -> (bytes::Bytes, bool) {
    let json = fettle_testkit::json(message);
    if json.len() <= limit::COMPRESS_ABOVE {
        return (json.into(), false);
    }
    (fettle_testkit::packed(&json).into(), true)
}

fn copy(sender: &Sender) -> Sender {
    Sender { server: sender.server, tls: sender.tls.clone(), path: sender.path, bodies: sender.bodies.clone() }
}

fn floor_keys(folder: &Path) -> anyhow::Result<(CertificateAuthority, ClientKey)> {
    let now = SystemClock.now();
    let (ca, _) = CertificateAuthority::make("Floor CA", now, &SystemEntropy)?;
    let server = ca.server_certificate(&["127.0.0.1".to_owned()], now, &SystemEntropy)?;
    fs_err::write(folder.join("ca.der"), ca.certificate())?;
    fs_err::write(folder.join("server.der"), &server.chain[0])?;
    fs_err::write(folder.join("server.key"), server.key.secret_der())?;
    Ok((ca, ClientKey::default()))
}

#[derive(Deserialize)]
struct FloorReady {
    agents: SocketAddr,
}

/// The same requests to the bare server.
async fn floor(
    keys: &Path,
    ca: &CertificateAuthority,
    key: &ClientKey,
    senders: Vec<Sender>,
    connections: Connections,
    answer: usize,
) -> anyhow::Result<Cost> {
    let answer = answer.to_string();
    let mut server = Measured::start(&["floor", "--keys", keys.to_str().unwrap_or_default(), "--answer", &answer])?;
    let ready: FloorReady = server.line().await?;
    let now = SystemClock.now();
    let agent = AssetId::new(now, &SystemEntropy);
    let certificate = pem(&ca.sign(&key.request(), agent, now, &SystemEntropy)?.der);
    let senders = senders
        .into_iter()
        .map(|sender| Sender {
            server: ready.agents,
            tls: AgentTls::with_certificate(ca.pin(), &certificate, key),
            ..sender
        })
        .collect();
    let cost = load::run(&server, senders, connections).await?;
    server.stop().await?;
    Ok(cost)
}

#[derive(Deserialize)]
struct CommitTimes {
    p50: u64,
    p95: u64,
}

/// Bare commits of as many bytes as a changed check-in writes, alone and eight at a time.
async fn commits(table: &mut Table) -> anyhow::Result<()> {
    const COMMITS: u32 = 2_000;
    const PAYLOAD: usize = 2_048;
    for batch in [1, 8] {
        let data = tempfile::tempdir()?;
        let (payload, count, batch_text) = (PAYLOAD.to_string(), COMMITS.to_string(), batch.to_string());
        let folder = data.path().to_str().unwrap_or_default();
        let arguments =
            ["commits", "--data", folder, "--payload", &payload, "--commits", &count, "--batch", &batch_text];
        let mut process = Measured::start(&arguments)?;
        let _: serde_json::Value = process.line().await?;
        let before = process.cpu()?;
        let times: CommitTimes = process.line().await?;
        let cpu = process.cpu()?.saturating_sub(before) / (COMMITS * batch);
        process.stop().await?;
        let what = format!("bare SQLite, {PAYLOAD} B a change, {batch} a commit");
        table.add(&format!("{what}: CPU per change"), micros(cpu), None, "µs", Bar::None);
        table.add(&format!("{what}: p50 of a commit"), micros(Duration::from_micros(times.p50)), None, "µs", Bar::None);
        table.add(&format!("{what}: p95 of a commit"), micros(Duration::from_micros(times.p95)), None, "µs", Bar::None);
    }
    Ok(())
}
