//! Tokens beside reports and events: they change when something was committed, and a message that is sent again because
//! its answer was lost changes nothing.

use fettle_testkit::{Received, TestAgent, TestApp, deb, facts, os, scan};
use fettle_wire::message::{Events, Report};
use serde_json::{Value, json};

use crate::jobs::{lacking, started, state};

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
