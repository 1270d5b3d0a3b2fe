//! Check-ins and reports: held and woken, differences, mismatches, sizes, unclean components.

use std::time::Duration;

use fettle_testkit::{Received, TestApp, deb, facts, os};
use fettle_wire::message::report::Mode;
use fettle_wire::{Fingerprint, WireComponent, component};
use serde_json::{Value, json};

fn code(answer: &Received) -> (u16, String, Value) {
    let error = &answer.json()["error"];
    (answer.status.as_u16(), error["code"].as_str().unwrap_or_default().to_owned(), error["pointer"].clone())
}

#[tokio::test]
async fn a_held_check_in_is_woken_by_scan_now() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let first = agent.check_in(0).await;
    assert!(first.scan.is_some_and(|scan| scan.id.is_none()), "a new asset is scanned");
    agent.report_all(&[deb("bash", "5"), os("debian", "12")], facts("web01"), Vec::new()).await;
    assert!(!agent.check_in(0).await.has_news());

    let path = format!("/v1/assets/{}", agent.id);
    let id = agent.id;
    let held = agent.check_in(30);
    let order = async {
        let connected = async || {
            let details = app.fleet.agents.get(id).expect("the agent");
            let held = details.state().connection.held;
            (held > 0).then_some(())
        };
        fettle_testkit::eventually("the hold", Duration::from_mins(1), connected).await;
        app.post(&format!("{path}/scan"), json!({})).await
    };
    let (answer, asked) = tokio::join!(held, order);
    assert_eq!(asked.status, 202);
    let scan = answer.scan.expect("a hold that nothing wakes ends without an order");
    assert_eq!(serde_json::to_value(scan.id).expect("JSON"), asked.body["scanId"]);
    assert_eq!(app.get(&path).await.ok()["connected"], true);
    app.stop().await;
}

#[tokio::test]
async fn scan_now_during_a_scan_is_told_as_soon_as_that_scan_is_reported() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    assert!(agent.check_in(0).await.scan.is_some(), "a new asset is scanned");
    let mut busy = agent.check_in_message(0);
    busy.scanning = true;
    assert_eq!(agent.post("check-in", &busy).await.expect("an answer").status, 200);
    let asked = app.post(&format!("/v1/assets/{}/scan", agent.id), json!({})).await;
    assert_eq!(asked.status, 202);
    let told = agent.post("check-in", &busy).await.expect("an answer");
    assert_eq!(told.json()["scan"], Value::Null, "a scan is running");

    agent.report_all(&[deb("bash", "5"), os("debian", "12")], facts("web01"), Vec::new()).await;
    let scan = agent.check_in(0).await.scan.expect("the order that waited");
    assert_eq!(serde_json::to_value(scan.id).expect("JSON"), asked.body["scanId"]);
    app.stop().await;
}

#[tokio::test]
async fn differences_apply_to_what_the_server_has_and_to_nothing_else() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let [bash, dash, zsh] = [deb("bash", "5"), deb("dash", "1"), deb("zsh", "5.9")];
    let first = agent.report_all(&[bash.clone(), dash.clone()], facts("web01"), Vec::new()).await;
    let difference = agent.difference(std::slice::from_ref(&zsh), std::slice::from_ref(&dash));
    let second = agent.report(difference.clone()).await;
    assert!(second > first);
    let software = app.get(&format!("/v1/assets/{}/software?kind=deb", agent.id)).await.ok();
    let names: Vec<_> = software["items"].as_array().expect("items").iter().map(|item| item["name"].clone()).collect();
    assert_eq!(names, ["bash", "zsh"]);

    // Sent again (the answer was lost): taken as done.
    let again = agent.post("report", &difference).await.expect("an answer");
    assert_eq!(again.status, 200, "{:?}", again.body);
    agent.token = again.json()["token"].as_str().expect("a token").to_owned();

    let mut stale = agent.difference(std::slice::from_ref(&dash), &[]);
    stale.from = Some(Fingerprint::EMPTY);
    let answer = agent.post("report", &stale).await.expect("an answer");
    assert_eq!(code(&answer), (409, "FINGERPRINT_MISMATCH".to_owned(), json!("/from")));
    let mut wrong_sum = agent.difference(std::slice::from_ref(&dash), &[]);
    wrong_sum.to = wrong_sum.to.with(&component::hash(&bash));
    let answer = agent.post("report", &wrong_sum).await.expect("an answer");
    assert_eq!(code(&answer), (409, "FINGERPRINT_MISMATCH".to_owned(), json!("/to")));
    let after = app.get(&format!("/v1/assets/{}/software?kind=deb", agent.id)).await.ok();
    assert_eq!(after["total"], 2, "nothing of a refused report is kept");

    // A check-in with another fingerprint is asked for everything.
    let mut message = agent.check_in_message(0);
    message.fingerprint = Fingerprint::EMPTY;
    let answer = agent.post("check-in", &message).await.expect("an answer").json();
    assert_eq!(answer["want"], json!(["full"]));
    agent.report_all(&[bash, dash, zsh], facts("web01"), Vec::new()).await;
    assert!(!agent.check_in(0).await.has_news());
    app.stop().await;
}

#[tokio::test]
async fn too_many_components_leave_the_asset_as_it_was() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    agent.report_all(&[deb("bash", "5")], facts("web01"), Vec::new()).await;
    let mut report = agent.full(&[]);
    report.add = (0..50_001).map(|number| WireComponent(json!(["kb", number]))).collect();
    let answer = agent.post("report", &report).await.expect("an answer");
    assert_eq!(code(&answer), (413, "INVENTORY_TOO_LARGE".to_owned(), json!("/add")));
    let details = app.get(&format!("/v1/assets/{}", agent.id)).await.ok();
    assert_eq!((&details["scanStatus"], &details["scanReason"]), (&json!("Failed"), &json!("INVENTORY_TOO_LARGE")));
    assert_eq!(details["packageCount"], 1, "the asset keeps what it had");

    // A million that fit into the limit of bytes, and a million that do not.
    for (entry, wanted) in [(json!([]), "INVENTORY_TOO_LARGE"), (json!(["kb", "5031356"]), "BODY_TOO_LARGE")] {
        report.add = vec![WireComponent(entry); 1_000_000];
        let answer = agent.post("report", &report).await.expect("an answer");
        assert_eq!((answer.status.as_u16(), code(&answer).1.as_str()), (413, wanted));
    }
    agent.report_all(&[deb("bash", "5.1")], facts("web01"), Vec::new()).await;
    let details = app.get(&format!("/v1/assets/{}", agent.id)).await.ok();
    assert_eq!((&details["scanStatus"], &details["scanReason"]), (&json!("Scanned"), &Value::Null));
    app.stop().await;
}

async fn unclean_components(app: &TestApp) {
    let mut agent = app.enrol("web01").await;
    let clean = [deb("bash", "5"), deb("dash", "1"), os("debian", "12")];
    let unclean = [
        json!(["deb", "ba\u{7}d", "1", "amd64", "bad", "1"]),
        json!(["deb", "nul\u{0}", "1", "amd64", "nul", "1"]),
        json!(["deb", "long", "x".repeat(5_000), "amd64", "long", "1"]),
    ];
    let mut report = agent.full(&clean);
    for entry in &unclean {
        report.to = report.to.with(&component::hash_canonical(&serde_json::to_string(entry).expect("JSON")));
        report.add.push(WireComponent(entry.clone()));
    }
    report.dropped = 2;
    report.facts = Some(facts("web01"));
    report.scan = Some(fettle_testkit::scan());
    assert_eq!(report.mode, Mode::Full);
    agent.report(report).await;
    let details = app.get(&format!("/v1/assets/{}", agent.id)).await.ok();
    assert_eq!(details["droppedComponents"], 5, "two by the agent, three by the server");
    assert_eq!(details["scanStatus"], "Scanned");
    let software = app.get(&format!("/v1/assets/{}/software?kind=deb", agent.id)).await.ok();
    let names: Vec<_> = software["items"].as_array().expect("items").iter().map(|item| item["name"].clone()).collect();
    assert_eq!(names, ["bash", "dash"]);
    assert!(!agent.check_in(0).await.has_news(), "the fingerprint counts what was dropped");

    // They leave by a difference like any other.
    let mut gone = agent.difference(&[], &[]);
    let entry = &unclean[0];
    gone.to = gone.to.without(&component::hash_canonical(&serde_json::to_string(entry).expect("JSON")));
    gone.remove.push(WireComponent(entry.clone()));
    agent.report(gone).await;
    assert!(!agent.check_in(0).await.has_news());
}

#[tokio::test]
async fn unclean_components_are_dropped_counted_and_shown() {
    let app = TestApp::start().await;
    unclean_components(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn unclean_components_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    unclean_components(&app).await;
    app.stop().await;
}
