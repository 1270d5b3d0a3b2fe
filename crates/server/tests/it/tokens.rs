//! Tokens beside reports and events: they change when something was committed, and a message that is sent again because
//! its answer was lost changes nothing.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_index::Status;
use fettle_model::component::Component;
use fettle_testkit::{Received, TestAgent, TestApp, deb, eventually, facts, os, scan};
use fettle_wire::message::events::EventKind;
use fettle_wire::message::{Events, Report};
use fettle_wire::{Envelope, PayloadType, limit};
use serde_json::{Value, json};

use crate::advisories::{advisory, import};
use crate::jobs::{draft, event, lacking, started, state};

fn code(answer: &Received) -> (u16, Value, Value) {
    let error = &answer.json()["error"];
    (answer.status.as_u16(), error["code"].clone(), error["pointer"].clone())
}

/// A changed inventory with facts and a scan: everything that a report can say.
fn changed(agent: &TestAgent) -> Report {
    let mut report = agent.difference(&[deb("bash", "6")], &[deb("bash", "5")]);
    report.facts = Some(facts("web02"));
    report.scan = Some(scan());
    report
}

async fn with_inventory(app: &TestApp) -> TestAgent {
    let mut agent = app.enrol("web01").await;
    agent.report_all(&[deb("bash", "5"), os("debian", "12")], facts("web01"), Vec::new()).await;
    agent
}

#[tokio::test]
async fn a_report_whose_answer_was_lost_is_taken_once() {
    let app = TestApp::start().await;
    let mut agent = with_inventory(&app).await;
    let report = changed(&agent);
    let first = agent.post("report", &report).await.expect("an answer").json();
    assert_ne!(first["token"], agent.token, "a commit gives a new token");
    // The agent has the token of before still, which is the last but one now.
    for _ in 0..3 {
        let again = agent.post("report", &report).await.expect("an answer");
        assert_eq!(again.status, 200, "{:?}", again.body);
        assert_eq!((&again.json()["token"], &again.json()["revision"]), (&first["token"], &first["revision"]));
    }
    agent.assume_taken(&report);
    first["token"].as_str().expect("a token").clone_into(&mut agent.token);
    assert!(!agent.check_in(0).await.has_news());
    app.stop().await;
}

/// A server that is killed twice in a row between commit and answer must not take its agents for restored snapshots.
#[tokio::test]
async fn answers_that_are_lost_in_a_row_leave_the_shown_token_good() {
    let app = TestApp::start().await;
    let mut agent = with_inventory(&app).await;
    let shown = agent.token.clone();
    for version in ["6", "7", "8"] {
        let report = agent.full(&[deb("bash", version), os("debian", "12")]);
        let answer = agent.post("report", &report).await.expect("an answer");
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        assert_ne!(answer.json()["token"], shown, "each commit gives a new token, which does not arrive");
        agent.assume_taken(&report);
    }
    assert_eq!(agent.token, shown);
    assert!(!agent.check_in(0).await.has_news());
    app.stop().await;
}

#[tokio::test]
async fn known_events_give_no_new_token() {
    let app = TestApp::start().await;
    let (mut agent, patch) = lacking(&app).await;
    let (_, id) = started(&app, &mut agent, &patch).await;
    let message = Events { incarnation: 1, events: vec![state(id, 1, "Received"), state(id, 2, "RunningPreActions")] };
    let first = agent.post("events", &message).await.expect("an answer").json();
    assert_ne!(first["token"], agent.token);
    for _ in 0..3 {
        let again = agent.post("events", &message).await.expect("an answer");
        assert_eq!((again.status.as_u16(), again.json()), (200, first.clone()));
    }
    app.stop().await;
}

#[tokio::test]
async fn an_old_token_beside_a_report_or_events_is_a_restored_snapshot() {
    let app = TestApp::start().await;
    let mut agent = with_inventory(&app).await;
    let old = agent.token.clone();
    for version in ["6", "7"] {
        agent.report_all(&[deb("bash", version), os("debian", "12")], facts("web01"), Vec::new()).await;
    }
    agent.token = old;
    let report = changed(&agent);
    let answer = agent.post("report", &report).await.expect("an answer");
    assert_eq!(code(&answer), (409, json!("RESTORED"), Value::Null));
    // What it said before it knew of the new incarnation is not taken either.
    let events = Events { incarnation: 1, events: Vec::new() };
    for call in ["events", "report"] {
        let answer = match call {
            "events" => agent.post(call, &events).await,
            _ => agent.post(call, &report).await,
        };
        let answer = answer.expect("an answer");
        assert_eq!(code(&answer), (400, json!("MESSAGE_INVALID"), json!("/incarnation")), "{call}");
    }
    let asset = app.get(&format!("/v1/assets/{}", agent.id)).await.ok();
    assert_eq!(asset["name"], "web01", "nothing of it was taken");
    app.stop().await;
}

/// The answers of a held check-in and of a report overtake each other: whichever the agent keeps is good.
#[tokio::test]
async fn tokens_of_answers_that_overtake_each_other_are_good() {
    for keeps_the_older in [true, false] {
        let app = TestApp::start().await;
        let (mut agent, patch) = lacking(&app).await;
        let job = app.post("/v1/jobs", draft(&agent, &patch)).await.ok();
        app.post(&format!("/v1/jobs/{}/enable", job["id"].as_str().expect("id")), json!({})).await.ok();
        // Both show the same token: the check-in that is offered work, and a report sent while it was held.
        let shown = agent.token.clone();
        let offered = agent.check_in(0).await.token.expect("an offer brings a token");
        agent.token = shown;
        let report = agent.difference(&[deb("bash", "6")], &[]);
        let reported = agent.post("report", &report).await.expect("an answer").json();
        let reported = reported["token"].as_str().expect("a token").to_owned();
        agent.assume_taken(&report);
        assert_ne!(offered, reported);
        agent.token = if keeps_the_older { offered } else { reported };
        agent.check_in(0).await;
        assert_eq!(agent.incarnation, 1);
        app.stop().await;
    }
}

/// An older state of a machine comes back while work waits and is at work: what had begun ends, and what had not is
/// offered anew, even if the agent refused the manifest of before.
#[tokio::test]
async fn work_of_a_restored_snapshot_ends_or_is_offered_anew() {
    let app = TestApp::start().await;
    let (mut agent, patch) = lacking(&app).await;
    let old = agent.token.clone();
    let (run, begun) = started(&app, &mut agent, &patch).await;
    agent.tell(vec![state(begun, 1, "Received")]).await;
    let (_, waiting) = started(&app, &mut agent, &patch).await;
    agent.token = old;
    let answer = agent.post("check-in", &agent.check_in_message(0)).await.expect("an answer");
    assert_eq!(code(&answer).1, "RESTORED");
    let ended = app.get(&format!("/v1/deployments/{begun}")).await.ok();
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("TimedOut"), &json!("Restored")));
    assert_eq!(app.get(&format!("/v1/runs/{run}")).await.ok()["state"], "Finished");

    agent.incarnation = 2;
    let restored = &answer.json()["error"]["restored"]["token"];
    restored.as_str().expect("a token").clone_into(&mut agent.token);
    // The manifest of before was on its way, and is refused under the new incarnation.
    let detail = json!({ "code": "NOT_FOR_THIS_AGENT", "text": "incarnation is another" });
    agent.tell(vec![event(waiting, 1, EventKind::Refused, None, detail)]).await;
    let answer = agent.check_in(0).await;
    let [work] = answer.work.as_slice() else { panic!("offered anew: {answer:?}") };
    assert_eq!(work.deployment, waiting);
    let bytes = STANDARD.decode(&work.manifest).expect("base64");
    let manifest = Envelope::open(&bytes, PayloadType::Manifest, limit::MAX_ENVELOPE_MANIFEST).expect("a manifest");
    assert_eq!(manifest.read::<Value>().expect("JSON")["incarnation"], 2);
    app.stop().await;
}

/// Reports of an agent that goes away at any moment: what was committed is in the index too.
#[tokio::test]
async fn a_report_of_an_agent_that_goes_away_is_taken_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let mut agent = with_inventory(&app).await;
    let fixed = advisory("DSA-6101", &[("bash", "6")], "CVE-2026-2001");
    let patch = fixed.id;
    import(&app, vec![fixed]).await;
    for round in 0..40u64 {
        // Each round lacks the fix or has it, in turns.
        let version = format!("{}.{round}", 5 + round % 2 * 2);
        let report = agent.full(&[deb("bash", &version), os("debian", "12")]);
        let cut = Duration::from_micros(round * 150);
        let _ = tokio::time::timeout(cut, agent.post("report", &report)).await;
        agent.hang_up();
        let settled = async || {
            let known = app.fleet.agents.get(agent.id).expect("the agent");
            let _turn = known.turn.lock().await;
            let mut read = app.fleet.database.read().await.expect("a reader");
            let stored = read.assets().inventory(known.number).await.expect("an inventory").fingerprint;
            (stored == known.state().fingerprint.0).then_some(())
        };
        eventually("memory to be as the database is", Duration::from_secs(10), settled).await;
        let stored = app.fleet.components_of(agent.id).await.expect("components");
        let is_old =
            |component: &Component| matches!(component, Component::Deb { version, .. } if version.starts_with('5'));
        let lacks = stored.iter().any(is_old);
        let found = app.fleet.index.findings(agent.id);
        let found = found.iter().find(|finding| finding.entry.patch.id == patch).expect("it applies").status;
        assert_eq!(found == Status::Missing, lacks, "round {round}: the index is not what the database is");
    }
    app.stop().await;
}
