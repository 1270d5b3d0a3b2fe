//! `kill -9` of the server at random moments, twenty times: what it acknowledged to a client outside is there after
//! each restart, with its content.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use fettle_model::component::Component;
use fettle_model::{ActivationKeyId, AssetId, OrganisationId, Sha256};
use fettle_store::Database;
use fettle_testkit::{Enrolment, TestAgent, deb, facts};
use fettle_wire::message::ReportAnswer;
use fettle_wire::message::report::Mode;
use rand::Rng as _;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

const KILLS: usize = 20;
const AGENTS: usize = 6;

#[derive(Deserialize)]
struct Ready {
    agents: std::net::SocketAddr,
    pin: Sha256,
    customer: OrganisationId,
    key: ActivationKeyId,
}

async fn start(data: &Path) -> (Child, Enrolment) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_fettle-test-server"))
        .arg(data)
        .args(["0", "0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the server starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let line = lines.next_line().await.expect("a line").expect("the server says where it listens");
    let Ready { agents, pin, customer, key } = serde_json::from_str(&line).expect("JSON");
    (child, Enrolment { server: agents, pin, customer, key })
}

/// Reports changes as fast as it can until the server is gone. What was not answered may be in or not.
async fn report_until_gone(mut agent: TestAgent, mut round: u64) -> (TestAgent, Option<Vec<Component>>, u64, u64) {
    let mut taken = 0;
    loop {
        round += 1;
        let mut components: Vec<Component> = agent.components().cloned().collect();
        components.push(deb(&format!("package{}", round % 40), &format!("{round}")));
        if components.len() > 30 {
            components.remove(0);
        }
        let mut report = agent.full(&components);
        report.facts = Some(facts("web"));
        assert_eq!(report.mode, Mode::Full);
        match agent.post("report", &report).await {
            Ok(answer) if answer.status == 200 => {
                let answer: ReportAnswer = serde_json::from_slice(&answer.body).expect("an answer");
                agent.note_report(&report, &answer);
                taken += 1;
            }
            // Still loading, or more reports than an agent may send: the same again.
            Ok(answer) if answer.status == 503 || answer.status == 429 => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                round -= 1;
            }
            Ok(answer) => panic!("{} {:?}", answer.status, answer.body),
            Err(_) => return (agent, Some(components), round, taken),
        }
    }
}

/// An asset as the database has it.
struct Stored {
    components: Vec<String>,
    token: Vec<u8>,
    previous_token: Option<Vec<u8>>,
}

/// What is in the database as it lies there now.
async fn read_back(data: &Path) -> BTreeMap<AssetId, Stored> {
    let database = Database::open(&format!("sqlite:{}", data.display())).await.expect("opened");
    let mut read = database.read().await.expect("a reader");
    let components: BTreeMap<u32, String> = {
        let page = read.components().after(0, 1_000_000).await.expect("components");
        page.into_iter().map(|component| (component.id, component.canonical)).collect()
    };
    let mut found = BTreeMap::new();
    let first = fettle_store::assets::AssetNumber(i64::MIN);
    for asset in read.assets().packed_after(first, 1_000).await.expect("assets") {
        let asset = asset.unpack().expect("as it was packed");
        let mut names: Vec<String> = asset.components.iter().map(|id| components[id].clone()).collect();
        names.sort();
        let stored =
            Stored { components: names, token: asset.asset.token_current, previous_token: asset.asset.token_previous };
        found.insert(asset.asset.id, stored);
    }
    drop(read);
    database.close().await;
    found
}

fn canonical(components: &[Component]) -> Vec<String> {
    let mut texts: Vec<_> = components.iter().map(fettle_wire::component::canonical).collect();
    texts.sort();
    texts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_the_server() {
    let data = tempfile::tempdir().expect("a directory");
    let mut agents: Vec<(TestAgent, u64)> = Vec::new();
    let mut acknowledged = 0;
    for kill in 0..KILLS {
        let (mut server, enrolment) = start(data.path()).await;
        for (agent, _) in &mut agents {
            agent.server = enrolment.server;
            agent.hang_up();
        }
        if agents.is_empty() {
            for number in 0..AGENTS {
                agents.push((TestAgent::enrol(&enrolment, &format!("web{number}")).await, 0));
            }
        }
        let pause = rand::rng().random_range(30..400);
        let mut senders = tokio::task::JoinSet::new();
        for (agent, round) in agents.drain(..) {
            senders.spawn(report_until_gone(agent, round));
        }
        // The moment itself is the test's input; nothing is waited for.
        tokio::time::sleep(Duration::from_millis(pause)).await;
        server.start_kill().expect("killed");
        server.wait().await.expect("its end");
        let mut last = Vec::new();
        while let Some(ended) = senders.join_next().await {
            let (agent, attempted, round, taken) = ended.expect("no panic");
            acknowledged += taken;
            last.push((agent, attempted, round));
        }
        let found = read_back(data.path()).await;
        assert_eq!(found.len(), AGENTS, "kill {kill}");
        for (mut agent, attempted, round) in last {
            let stored = &found[&agent.id];
            let known: Vec<Component> = agent.components().cloned().collect();
            let acknowledged_token = hex(&agent.token);
            let older = stored.previous_token.as_deref().unwrap_or_default();
            let is_good =
                stored.token == acknowledged_token || older.chunks(16).any(|token| token == acknowledged_token);
            assert!(is_good, "kill {kill}: the acknowledged token is good");
            if stored.components != canonical(&known) {
                // Nothing but the one report that was not answered may be in beyond what was acknowledged.
                let attempted = attempted.expect("a report that was not answered");
                assert_eq!(stored.components, canonical(&attempted), "kill {kill}: what was acknowledged is gone");
                let report = agent.full(&attempted);
                agent.assume_taken(&report);
            }
            agents.push((agent, round));
        }
    }
    assert!(acknowledged > 40, "only {acknowledged} reports were acknowledged");
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}
