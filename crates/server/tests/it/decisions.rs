//! Due dates, and what people decide about patches: hidden, disabled, excepted.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fettle_model::SystemClock;
use fettle_model::clock::ManualClock;
use fettle_model::severity::Severity;
use fettle_testkit::{TestAgent, TestApp, eventually};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::advisories::{advisory, binary, enrolled, import};
use crate::jobs::draft;
use crate::restart::reopened;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Two machines lack the patch of an important advisory of today; its id.
pub(crate) async fn lacking(app: &TestApp) -> (Vec<TestAgent>, String) {
    let mut agents = Vec::new();
    for name in ["web01", "web02"] {
        agents.push(enrolled(app, name, vec![binary("dmsetup", "2:1.02.185-2", "lvm2", "2.03.16-2")]).await);
    }
    let mut patch = advisory("DSA-6101", &[("lvm2", "2.03.16-3")], "CVE-2026-2001");
    patch.severity = Severity::Important;
    let id = patch.id.to_string();
    import(app, vec![patch]).await;
    (agents, id)
}

pub(crate) fn days_on(app: &TestApp, days: i32) -> Timestamp {
    app.fleet.clock.now() + DAY * days
}

/// Names of the assets that are overdue so many days from now. The server moves its index to the present each minute,
/// so it is moved right before it is asked.
pub(crate) async fn overdue(app: &TestApp, days: i32) -> Vec<String> {
    app.fleet.index.move_to(days_on(app, days));
    let page = app.get("/v1/assets?overdue=yes").await.ok();
    page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|row| row["name"].as_str().expect("a name").to_owned())
        .collect()
}

async fn finding(app: &TestApp, agent: &TestAgent) -> Value {
    app.get(&format!("/v1/assets/{}/patches?status=Missing", agent.id)).await.ok()["items"][0].clone()
}

fn time(value: &Value) -> Timestamp {
    value.as_str().expect("a time").parse().expect("a time")
}

async fn overdue_until_an_exception_is_approved(app: &TestApp) {
    let (agents, patch) = lacking(app).await;
    let found = finding(app, &agents[0]).await;
    assert!(time(&found["dueDate"]) > days_on(app, 29) && time(&found["dueDate"]) <= days_on(app, 30), "{found}");
    assert_eq!((&found["isOverdue"], overdue(app, 0).await.len()), (&json!(false), 0));

    assert_eq!(overdue(app, 31).await, ["web01", "web02"]);
    assert_eq!(app.get("/v1/overview").await.ok()["assetsOverdue"], 2);
    let row = app.get(&format!("/v1/patches/{patch}")).await.ok();
    assert_eq!((&row["missingCount"], &row["overdueCount"]), (&json!(2), &json!(2)));
    let asset = app.get(&format!("/v1/assets/{}", agents[0].id)).await.ok();
    assert_eq!((&asset["missingPatchCount"], &asset["overdueCount"]), (&json!(1), &json!(1)));
    let explained = app.get(&format!("/v1/assets/{}/patches/{patch}/explain", agents[0].id)).await.ok();
    assert_eq!((&explained["isOverdue"], &explained["dueDate"]), (&json!(true), &found["dueDate"]));

    let asked = json!({ "patches": [patch], "assets": [agents[0].id], "reason": "The vendor supports no other version.",
        "expiresAt": days_on(app, 60) });
    let exception = app.post("/v1/exceptions", asked.clone()).await.ok();
    assert_eq!((&exception["state"], &exception["assets"][0]["name"]), (&json!("Requested"), &json!("web01")));
    assert_eq!(overdue(app, 31).await.len(), 2, "nothing changes before it is approved");
    let path = format!("/v1/exceptions/{}", exception["id"].as_str().expect("an id"));
    let approved = app.patch(&path, json!({ "state": "Approved" })).await.ok();
    assert_eq!(approved["decidedBy"], exception["requestedBy"]);
    assert_eq!(overdue(app, 31).await, ["web02"]);
    let excepted = finding(app, &agents[0]).await;
    assert_eq!(
        (&excepted["isExcepted"], &excepted["isOverdue"], &excepted["status"]),
        (&json!(true), &json!(false), &json!("Missing"))
    );

    // A job leaves it out, and says so.
    let job = app.post("/v1/jobs", draft(&agents[0], &patch)).await.ok();
    let enabled = app.post(&format!("/v1/jobs/{}/enable", job["id"].as_str().expect("id")), json!({})).await.ok();
    let run = enabled["runs"][0]["id"].as_str().expect("a run");
    let deployment = app.get(&format!("/v1/runs/{run}/deployments")).await.ok()["items"][0].clone();
    assert_eq!(deployment["state"], "NotApplicable");
    let details = app.get(&format!("/v1/deployments/{}", deployment["id"].as_str().expect("id"))).await.ok();
    assert_eq!(
        (&details["patches"][0]["outcome"], &details["patches"][0]["skipped"]),
        (&json!("Skipped"), &json!("Exception"))
    );

    // It ends by itself, and by a person.
    assert_eq!(overdue(app, 61).await.len(), 2);
    let revoked = app.patch(&path, json!({ "state": "Revoked" })).await.ok();
    assert_eq!(revoked["state"], "Revoked");
    assert_eq!(overdue(app, 31).await.len(), 2);
    let again = app.patch(&path, json!({ "state": "Approved" })).await;
    assert_eq!((again.status, again.body["error"]["code"].as_str()), (409, Some("EXCEPTION_STATE")));
    assert_eq!(app.get("/v1/exceptions?state=Revoked").await.ok()["total"], 1);
    assert_eq!(app.get("/v1/exceptions?state=Approved").await.ok()["total"], 0);
}

#[tokio::test]
async fn overdue_until_an_exception_is_approved_on_sqlite() {
    let app = TestApp::start().await;
    overdue_until_an_exception_is_approved(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn overdue_until_an_exception_is_approved_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    overdue_until_an_exception_is_approved(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn an_exception_outlives_a_restart_and_a_bad_one_is_refused() {
    let app = TestApp::start().await;
    let (agents, patch) = lacking(&app).await;
    let good = json!({ "patches": [patch], "assets": [agents[1].id], "reason": "Waits for the vendor's answer.",
        "expiresAt": days_on(&app, 300), "approve": true });
    let with = |field: &str, value: Value| {
        let mut asked = good.clone();
        asked[field] = value;
        asked
    };
    for (field, value, status) in [
        ("patches", json!([]), 400),
        ("assets", json!([]), 400),
        ("reason", json!("short"), 400),
        ("expiresAt", json!(days_on(&app, 400)), 400),
        ("expiresAt", json!(days_on(&app, 0)), 400),
        ("patches", json!(["00000000-0000-0000-0000-000000000000"]), 404),
        ("assets", json!(["00000000-0000-0000-0000-000000000000"]), 404),
    ] {
        let answer = app.post("/v1/exceptions", with(field, value)).await;
        assert_eq!(answer.status, status, "{field}: {}", answer.body);
        if status == 400 {
            assert_eq!(answer.body["error"]["field"], field);
        }
    }
    assert_eq!(app.get("/v1/exceptions").await.ok()["total"], 0, "what is refused changes nothing");
    assert_eq!(app.post("/v1/exceptions", good.clone()).await.ok()["state"], "Approved");
    assert_eq!(overdue(&app, 31).await, ["web01"]);
    let (later, over) = (days_on(&app, 31), days_on(&app, 301));
    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    fleet.index.move_to(later);
    assert_eq!(fleet.index.overdue_counts(agents.iter().map(|agent| agent.id))[&agents[1].id], 0);
    assert_eq!(fleet.index.overview(0).overdue, 1);
    fleet.database.close().await;
    ends_by_itself(data.path(), over).await;
}

/// And the audit log says so, once.
async fn ends_by_itself(data: &Path, over: Timestamp) {
    let fleet = reopened(data, Arc::new(ManualClock::new(over))).await;
    for _ in 0..2 {
        fleet.end_exceptions().await.expect("it ends");
    }
    fleet.chain_audit().await.expect("the log is chained");
    let mut read = fleet.database.read().await.expect("a connection");
    assert!(read.exceptions().open().await.expect("a list").is_empty());
    let records = read.audit().after(0, 1_000).await.expect("records");
    let ends = records.iter().filter(|record| record.action == "exception.expire");
    assert_eq!(ends.map(|record| record.actor.as_str()).collect::<Vec<_>>(), ["scheduler"]);
    drop(read);
    fleet.database.close().await;
}

#[tokio::test]
async fn a_hidden_patch_is_left_out_and_comes_back() {
    let app = TestApp::start().await;
    let (agents, patch) = lacking(&app).await;
    let nameless = app.patch("/v1/patches", json!({ "patches": [patch], "action": "Hide" })).await;
    assert_eq!((nameless.status, nameless.body["error"]["field"].as_str()), (400, Some("reason")));
    let hide = json!({ "patches": [patch, patch], "action": "Hide", "reason": "Not for us" });
    assert_eq!(app.patch("/v1/patches", hide.clone()).await.ok()["changed"], 1);
    assert_eq!(app.patch("/v1/patches", hide).await.ok()["changed"], 0, "it is hidden already");
    assert_eq!(app.get("/v1/patches").await.ok()["total"], 0);
    assert_eq!(app.get(&format!("/v1/assets/{}", agents[0].id)).await.ok()["missingPatchCount"], 0);
    assert_eq!(finding(&app, &agents[0]).await, Value::Null);
    assert_eq!(overdue(&app, 31).await.len(), 0);
    let hidden = app.get("/v1/patches?hidden=yes").await.ok();
    assert_eq!((&hidden["total"], &hidden["items"][0]["hiddenReason"]), (&json!(1), &json!("Not for us")));
    app.patch("/v1/patches", json!({ "patches": [patch], "action": "Show" })).await.ok();
    assert_eq!(app.get(&format!("/v1/assets/{}", agents[0].id)).await.ok()["missingPatchCount"], 1);
    assert_eq!(overdue(&app, 31).await.len(), 2);

    let all = json!({ "patches": [patch], "action": "Hide", "reason": "Not for us" });
    app.patch("/v1/patches", all).await.ok();
    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    let entry = fleet.index.patch_entry(patch.parse().expect("an id")).expect("it is there");
    assert_eq!(entry.state.hidden.as_deref(), Some("Not for us"));
    assert_eq!(fleet.index.asset(agents[0].id).expect("it is there").counts.missing, 0);
    fleet.database.close().await;
}

#[tokio::test]
async fn a_disabled_patch_is_shown_and_never_deployed() {
    let app = TestApp::start().await;
    let (agents, patch) = lacking(&app).await;
    app.patch("/v1/patches", json!({ "patches": [patch], "action": "Disable" })).await.ok();
    assert_eq!(finding(&app, &agents[0]).await["enabled"], false);
    assert_eq!(app.get("/v1/patches?enabled=no").await.ok()["total"], 1);
    let job = app.post("/v1/jobs", draft(&agents[0], &patch)).await.ok();
    let enabled = app.post(&format!("/v1/jobs/{}/enable", job["id"].as_str().expect("id")), json!({})).await.ok();
    let run = enabled["runs"][0]["id"].as_str().expect("a run");
    let deployment = app.get(&format!("/v1/runs/{run}/deployments")).await.ok()["items"][0].clone();
    let details = app.get(&format!("/v1/deployments/{}", deployment["id"].as_str().expect("id"))).await.ok();
    assert_eq!(details["patches"][0]["skipped"], "PatchDisabled");
    let unknown = json!({ "patches": ["00000000-0000-0000-0000-000000000000"], "action": "Enable" });
    assert_eq!(app.patch("/v1/patches", unknown).await.status, 404);
    app.stop().await;
}

/// Decisions of a client that goes away at any moment: what was committed is in the index too.
#[tokio::test]
async fn a_decision_whose_client_goes_away_is_taken_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let (_agents, patch) = lacking(&app).await;
    let id = patch.parse().expect("an id");
    for round in 0..40u64 {
        let action = if round % 2 == 0 { "Disable" } else { "Enable" };
        let decided = app.patch("/v1/patches", json!({ "patches": [patch], "action": action }));
        let _ = tokio::time::timeout(Duration::from_micros(round * 150), decided).await;
        let agrees = async || {
            let mut read = app.fleet.database.read().await.expect("a reader");
            let stored = read.patches().find(id).await.expect("an answer").expect("the patch");
            let known = app.fleet.index.patch_entry(id).expect("the patch");
            (stored.revision == known.revision && stored.enabled == known.state.enabled).then_some(())
        };
        eventually("the index to be as the database is", Duration::from_secs(10), agrees).await;
    }
    app.stop().await;
}
