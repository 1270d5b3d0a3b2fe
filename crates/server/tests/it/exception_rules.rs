//! Exceptions whose patches a query finds, for whoever has a tag: they follow catalogue and members.

use std::sync::Arc;
use std::time::Duration;

use fettle_model::SystemClock;
use fettle_model::severity::Severity;
use fettle_testkit::{TestAgent, TestApp, eventually};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::advisories::{advisory, import, rows};
use crate::decisions::{days_on, lacking, overdue};
use crate::jobs::draft;
use crate::restart::reopened;

async fn tag_of(app: &TestApp, agent: &TestAgent) -> Value {
    let body = json!({ "name": "Ring 1", "pinnedIn": [{ "asset": agent.id, "reason": "" }] });
    app.post("/v1/tags", body).await.ok()["id"].clone()
}

fn asked(app: &TestApp, more: &Value) -> Value {
    let mut asked = json!({ "reason": "The vendor supports no other version.", "expiresAt": days_on(app, 60),
        "approve": true });
    let fields = more.as_object().expect("an object").clone();
    asked.as_object_mut().expect("an object").extend(fields);
    asked
}

/// Titles of the missing patches that are excepted.
async fn excepted(app: &TestApp, agent: &TestAgent) -> Vec<String> {
    let missing = rows(app, agent, "Missing").await;
    let excepted = missing.iter().filter(|row| row["isExcepted"] == true);
    excepted.map(|row| row["title"].as_str().expect("a title").to_owned()).collect()
}

async fn an_exception_follows_its_rule_and_its_tag(app: &TestApp) {
    let (agents, patch) = lacking(app).await;
    let tag = tag_of(app, &agents[0]).await;
    let targets = json!({ "patchQuery": "vendorSeverity:Important and nothing-is-called-so", "tags": [tag] });
    let nothing = app.post("/v1/exceptions/preview", targets).await.ok();
    assert_eq!(nothing, json!({ "patches": 0, "assets": 1, "missingFindings": 0 }), "free text finds nothing");
    let targets = json!({ "patchQuery": "vendorSeverity:Important", "tz": "Europe/Oslo", "tags": [tag] });
    let reach = app.post("/v1/exceptions/preview", targets.clone()).await.ok();
    assert_eq!(reach, json!({ "patches": 1, "assets": 1, "missingFindings": 1 }));

    assert_eq!(overdue(app, 31).await, ["web01", "web02"]);
    let made = app.post("/v1/exceptions", asked(app, &targets)).await.ok();
    assert_eq!(
        (&made["patchQuery"], &made["tz"], &made["tags"], &made["patches"], &made["assets"]),
        (&targets["patchQuery"], &targets["tz"], &json!([{ "tagId": tag, "path": "Ring 1" }]), &json!([]), &json!([]))
    );
    assert_eq!(overdue(app, 31).await, ["web02"]);
    assert_eq!((excepted(app, &agents[0]).await.len(), excepted(app, &agents[1]).await.len()), (1, 0));

    // A patch of tomorrow is found, and one that the rule does not speak of is not.
    let mut later = advisory("DSA-6102", &[("lvm2", "2.03.16-4")], "CVE-2026-2002");
    later.severity = Severity::Important;
    let low = advisory("DSA-6103", &[("lvm2", "2.03.16-5")], "CVE-2026-2003");
    import(app, vec![later, low]).await;
    eventually("the rule to find the new patch", Duration::from_secs(5), async || {
        (excepted(app, &agents[0]).await.len() == 2).then_some(())
    })
    .await;

    // Who gets the tag is covered from then on.
    let pin = json!({ "assets": [agents[1].id], "pin": "In", "reason": "" });
    app.post(&format!("/v1/tags/{}/pins", tag.as_str().expect("an id")), pin).await.ok();
    assert_eq!((excepted(app, &agents[1]).await.len(), overdue(app, 31).await.len()), (2, 0));
    let job = app.post("/v1/jobs", draft(&agents[1], &patch)).await.ok();
    let enabled = app.post(&format!("/v1/jobs/{}/enable", job["id"].as_str().expect("an id")), json!({})).await.ok();
    let run = enabled["runs"][0]["id"].as_str().expect("a run");
    let deployment = app.get(&format!("/v1/runs/{run}/deployments")).await.ok()["items"][0].clone();
    let details = app.get(&format!("/v1/deployments/{}", deployment["id"].as_str().expect("an id"))).await.ok();
    assert_eq!(details["patches"][0]["skipped"], "Exception");

    // A tag that an open exception is for stays.
    let path = format!("/v1/tags/{}", tag.as_str().expect("an id"));
    let used = app.delete(&path).await;
    assert_eq!((used.status, used.code()), (409, "TAG_IN_USE"));
    let listed = app.get("/v1/exceptions?search=ring").await.ok();
    assert_eq!(listed["total"], 1, "found by its tag");
    let exception = format!("/v1/exceptions/{}", made["id"].as_str().expect("an id"));
    app.patch(&exception, json!({ "state": "Revoked" })).await.ok();
    assert_eq!(overdue(app, 31).await.len(), 2);
    assert!(app.delete(&path).await.status < 300);
    app.fleet.chain_audit().await.expect("the log is chained");
    let records = app.fleet.database.read().await.expect("a connection").audit().after(0, 1_000).await;
    let records = records.expect("records");
    let record = records.iter().find(|record| record.action == "exception.request").expect("it is on record");
    assert_eq!((&record.details["patchQuery"], &record.details["tags"]), (&targets["patchQuery"], &json!([tag])));
}

#[tokio::test]
async fn an_exception_follows_its_rule_and_its_tag_on_sqlite() {
    let app = TestApp::start().await;
    an_exception_follows_its_rule_and_its_tag(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn an_exception_follows_its_rule_and_its_tag_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    an_exception_follows_its_rule_and_its_tag(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_rule_outlives_a_restart_and_a_bad_one_is_refused() {
    let app = TestApp::start().await;
    let (agents, patch) = lacking(&app).await;
    let tag = tag_of(&app, &agents[0]).await;
    let refused = async |more: Value| {
        let answer = app.post("/v1/exceptions", asked(&app, &more)).await;
        let error = &answer.body["error"];
        format!("{} {} {}", answer.status, answer.code(), error["field"].as_str().unwrap_or("-"))
    };
    let cases = [
        (json!({ "patchQuery": "patchStatus:Missing", "tags": [tag] }), "400 QQL_INVALID patchQuery"),
        (json!({ "patchQuery": "assets:(name:web01)", "tags": [tag] }), "400 QQL_INVALID patchQuery"),
        (json!({ "patchQuery": "missingCount>1", "tags": [tag] }), "400 QQL_INVALID patchQuery"),
        (json!({ "patchQuery": "  ", "tags": [tag] }), "400 INVALID_FIELD patchQuery"),
        (json!({ "patchQuery": "isSecurity:true", "tz": "Nowhere", "tags": [tag] }), "400 INVALID_FIELD tz"),
        (json!({ "patchQuery": "isSecurity:true", "patches": [patch], "tags": [tag] }), "400 INVALID_FIELD patches"),
        (json!({ "tags": [tag] }), "400 INVALID_FIELD patches"),
        (json!({ "patchQuery": "isSecurity:true" }), "400 INVALID_FIELD assets"),
        (json!({ "patchQuery": "isSecurity:true", "tags": [patch] }), "404 NOT_FOUND -"),
    ];
    for (more, expected) in cases {
        assert_eq!(refused(more.clone()).await, expected, "{more}");
    }
    app.post("/v1/exceptions", asked(&app, &json!({ "patchQuery": "isSecurity:true", "tags": [tag] }))).await.ok();
    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    fleet.index.settle_exceptions();
    let entry = fleet.index.patch_entry(patch.parse().expect("an id")).expect("it is there");
    let excepted = agents.iter().map(|agent| fleet.index.is_excepted(entry.number, agent.id));
    assert_eq!(excepted.collect::<Vec<_>>(), [true, false]);
    fleet.index.move_to(fleet.clock.now() + SignedDuration::from_hours(24 * 61));
    assert!(!fleet.index.is_excepted(entry.number, agents[0].id), "its time is over");
    fleet.database.close().await;
}
