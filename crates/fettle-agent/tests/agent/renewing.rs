//! What is made anew while the agent runs: its certificate, and the trust statement.

use std::io::BufRead as _;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;

use fettle_agent_core::channel::KeeperLine;
use fettle_agent_core::entropy::SystemEntropy;
use fettle_agent_core::facts::Machine;
use fettle_agent_core::folder::DataFolder;
use fettle_agent_core::settings::Settings;
use fettle_agent_core::talker::{self, Talker};
use fettle_model::clock::ManualClock;
use fettle_model::{Clock as _, Sha256, SystemClock};
use fettle_testhost::MachineRoot;
use fettle_wire::SigningKey;
use jiff::SignedDuration;

use crate::channel::{Agent, Setting};
use crate::support::{Server, State, nothing_new, refusal, trust};

const fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Lets the held check-in end, and waits for the next; the certificate that it is made with.
fn check_in(server: &Server) -> Sha256 {
    let before = server.state().check_ins.len();
    server.change(|state| state.answers.push_back(nothing_new()));
    server.wait_for("a check-in", |state| {
        let calls = state.certificates.iter().rev().find(|(call, _)| call == "check-in");
        (state.check_ins.len() > before).then(|| calls.expect("one was made").1)
    })
}

fn renewals(server: &Server) -> Vec<Sha256> {
    let state = server.state();
    state.certificates.iter().filter(|(call, _)| call == "renew").map(|(_, certificate)| *certificate).collect()
}

#[test]
fn a_certificate_is_renewed_from_day_sixty_on_and_when_it_has_expired() {
    let server = Server::start();
    let machine = MachineRoot::new().expect("a machine");
    let data = tempfile::Builder::new().prefix("fettle-data-").tempdir().expect("a folder");
    let start = SystemClock.now();
    server.change(|state| state.not_after = start + days(90));
    let clock = Arc::new(ManualClock::new(start));
    let talker = Talker {
        settings: Settings::from_words(&server.install_words(), false).expect("values"),
        data: DataFolder::new(data.path()),
        machine: Machine::new(machine.path()),
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
    };
    let (lines, to_talker) = tokio::sync::mpsc::unbounded_channel();
    let running = thread::spawn(move || talker::run(&talker, &KeeperLine(Arc::new(|_| ())), to_talker));
    server.wait_for("the first check-in", |state| state.check_ins.first().map(|_| ()));
    let first = check_in(&server);

    clock.set(start + days(60) - SignedDuration::from_secs(1));
    check_in(&server);
    assert_eq!(check_in(&server), first);
    assert!(renewals(&server).is_empty(), "before day 60 nothing is asked for");

    // At a random hour of day 60; a server that is busy is asked again, and the old certificate is good until then.
    clock.set(start + days(61));
    server.change(|state| {
        state.not_after = start + days(151);
        state.refusals.insert("renew".to_owned(), [(503, refusal("BUSY"))].into());
    });
    assert_eq!(check_in(&server), first);
    let second = check_in(&server);
    assert_ne!(second, first);
    assert_eq!(renewals(&server), [first, first]);
    for _ in 0..3 {
        assert_eq!(check_in(&server), second);
    }
    assert_eq!(renewals(&server).len(), 2, "it is asked for once");

    // A machine that was off for long: its certificate is good for the renewal only.
    server.change(|state| {
        state.not_after = start + days(400);
        state.refusals.insert("check-in".to_owned(), [(401, refusal("CERTIFICATE_EXPIRED"))].into());
        state.answers.push_back(nothing_new());
    });
    let third = server.wait_for("a check-in with a third certificate", |state| {
        let (_, last) = state.certificates.iter().rev().find(|(call, _)| call == "check-in")?;
        (*last != second).then_some(*last)
    });
    assert_eq!(renewals(&server), [first, first, second]);
    assert_eq!(check_in(&server), third);
    let mut keys = server.state().tls_keys.clone();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 3, "each certificate has a key of its own");
    drop(lines);
    running.join().expect("the talker ends with its keeper");
}

#[test]
fn trust_statements_are_taken_in_order_and_only_from_the_roots_in_force() {
    let Some(setting) = Setting::new() else { return };
    assert!(setting.install().status.success());
    let mut agent = Agent(setting.command("run").stderr(Stdio::piped()).spawn().expect("it starts"));
    let said = Arc::new(Mutex::new(String::new()));
    let errors = agent.0.stderr.take().expect("a pipe");
    let hearing = said.clone();
    let listener = thread::spawn(move || {
        for line in std::io::BufReader::new(errors).lines() {
            hearing.lock().expect("nobody panics").push_str(&line.expect("a line"));
        }
    });
    let server = &setting.server;
    let version = |wanted: u64| {
        server.wait_for("the version in a check-in", |state| {
            state.check_ins.last().filter(|check_in| check_in.trust_version == wanted).map(|_| ())
        });
    };
    let fetched = |state: &State| state.certificates.iter().filter(|(call, _)| call.starts_with("trust?")).count();
    let offer = |statements: Vec<Vec<u8>>| {
        let before = fetched(&server.state());
        server.change(|state| {
            state.trust = statements;
            let mut answer = nothing_new();
            answer.trust_version = Some(9);
            state.answers.push_back(answer);
        });
        server.wait_for("a question for statements", |state| (fetched(state) > before).then_some(()));
    };
    let (own, stranger) = (&server.keys.root, SigningKey::generate().expect("a key").0);
    let statement = |version, root| trust(&server.keys, version, root);
    server.wait_for("the first report", |state| state.reports.first().map(|_| ()));

    offer(vec![statement(2, own)]);
    check_in(server);
    check_in(server);
    version(2);
    offer(vec![statement(4, own)]);
    offer(vec![statement(3, &stranger)]);
    check_in(server);
    check_in(server);
    version(2);
    // What was wrong is no obstacle to what is right.
    offer(vec![statement(3, own), statement(4, own)]);
    check_in(server);
    check_in(server);
    version(4);
    drop(agent);
    listener.join().expect("it ends with the agent");
    let said = said.lock().expect("nobody panics");
    assert!(said.contains("TRUST_GAP") && said.contains("TRUST_INVALID"), "{said}");
}
