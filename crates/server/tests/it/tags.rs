//! Tags and collections: made, asked for, changed, refused.

use std::sync::Arc;
use std::time::Duration;

use fettle_model::SystemClock;
use fettle_testkit::{Answer, TestApp, eventually};
use serde_json::{Value, json};

use crate::advisories::{advisory, binary, enrolled, import};
use crate::queries::{ask, column};
use crate::restart::reopened;

async fn create(app: &TestApp, body: Value) -> Value {
    app.post("/v1/tags", body).await.ok()
}

fn path(tag: &Value) -> String {
    format!("/v1/tags/{}", tag["id"].as_str().expect("an id"))
}

async fn put(app: &TestApp, tag: &Value, body: Value) -> Answer {
    app.put(&path(tag), body).await
}

async fn members(app: &TestApp, tag: &Value) -> Vec<String> {
    let found = app.get(&format!("{}/members", path(tag))).await.ok();
    column(&found, "name").into_iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

/// Within a second of the change, as is promised.
async fn becomes(app: &TestApp, tag: &Value, expected: &[&str]) {
    eventually("the members", Duration::from_secs(1), async || (members(app, tag).await == expected).then_some(()))
        .await;
}

fn error(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.code())
}

async fn collections_follow_their_rules(app: &TestApp) {
    let lvm = || binary("dmsetup", "2:1.02.185-2", "lvm2", "2.03.16-2");
    let web = enrolled(app, "web01", vec![lvm()]).await;
    enrolled(app, "db01", vec![]).await;
    let lacking = create(app, json!({ "name": "Lacking", "rule": "patches:(patchStatus:Missing)" })).await;
    let lvm2 = create(app, json!({ "name": "Has lvm2", "rule": "components.source:lvm2", "tz": "Europe/Oslo" })).await;
    let both = create(app, json!({ "name": "Both", "rule": "tags.name:Lacking and tags.path:\"Has lvm2\"" })).await;
    assert_eq!((members(app, &lacking).await.len(), members(app, &lvm2).await), (0, vec!["web01".to_owned()]));
    // The catalogue changes, then a machine.
    import(app, vec![advisory("DSA-6101", &[("lvm2", "2.03.16-3")], "CVE-2026-2001")]).await;
    becomes(app, &lacking, &["web01"]).await;
    becomes(app, &both, &["web01"]).await;
    let late = enrolled(app, "app01", vec![lvm()]).await;
    becomes(app, &both, &["app01", "web01"]).await;
    assert!(app.delete(&format!("/v1/assets/{}", late.id)).await.status < 300);
    becomes(app, &both, &["web01"]).await;

    let found = ask(app, "/v1/query/assets", &[("query", "tags.name:both and not tags.name:nobody")]).await;
    assert_eq!(column(&found, "name"), ["web01"]);
    let patches = [("query", "assets:(tags.name:Both and patchStatus:Missing)"), ("count", "true")];
    assert_eq!(ask(app, "/v1/query/patches", &patches).await["total"], 1);
    let shown = app.get(&format!("/v1/assets/{}", web.id)).await.ok();
    let paths: Vec<_> = shown["tags"].as_array().expect("tags").iter().map(|tag| &tag["path"]).collect();
    assert_eq!(paths, ["All assets", "Both", "Has lvm2", "Lacking", "Linux"], "ready-made ones too");

    // Pins win over rules, and pinned out over all.
    let pin = json!({ "assets": [web.id], "pin": "Out", "reason": "a test machine" });
    let pinned = app.post(&format!("{}/pins", path(&lacking)), pin).await.ok();
    assert_eq!((&pinned["memberCount"], &pinned["pinnedOut"][0]["reason"]), (&json!(0), &json!("a test machine")));
    assert_eq!(members(app, &both).await.len(), 0, "the answer comes when those that name it have followed");
    let back = app.post(&format!("{}/pins", path(&lacking)), json!({ "assets": [web.id], "pin": null })).await.ok();
    assert_eq!((&back["memberCount"], &back["revision"]), (&json!(1), &json!(3)));
}

async fn a_tree_is_kept_in_order(app: &TestApp) {
    let web = enrolled(app, "web01", vec![]).await;
    let rings = create(app, json!({ "name": "Rings", "description": "In which order" })).await;
    let first =
        create(app, json!({ "name": "Ring 1", "parent": rings["id"], "pinnedIn": [{ "asset": web.id }] })).await;
    assert_eq!(
        (&first["path"], &first["depth"], &first["memberCount"]),
        (&json!("Rings/Ring 1"), &json!(1), &json!(1))
    );
    let listed = app.get("/v1/tags").await.ok();
    let rows = listed["items"].as_array().expect("items");
    let of_ours: Vec<_> = rows.iter().filter(|row| row["isReadyMade"] == false).map(|row| &row["path"]).collect();
    assert_eq!(of_ours, ["Rings", "Rings/Ring 1"]);
    assert_eq!(rows.len(), 11);

    let again = app.post("/v1/tags", json!({ "name": "RING 1", "parent": rings["id"] })).await;
    assert_eq!(error(&again), (409, "TAG_NAME_TAKEN"));
    for (name, field) in [("", "name"), ("a/b", "name"), ("x".repeat(101).as_str(), "name")] {
        let refused = app.post("/v1/tags", json!({ "name": name })).await;
        assert_eq!((error(&refused), &refused.body["error"]["field"]), ((400, "INVALID_FIELD"), &json!(field)));
    }
    let itself = put(app, &rings, json!({ "name": "Rings", "parent": first["id"], "revision": 1 })).await;
    assert_eq!(error(&itself), (400, "TAG_CYCLE"));
    let kept = app.delete(&path(&rings)).await;
    assert_eq!(
        (error(&kept), &kept.body["error"]["details"]["users"][0]["path"]),
        ((409, "TAG_IN_USE"), &first["path"])
    );

    let renamed = put(app, &rings, json!({ "name": "Waves", "revision": 1 })).await.ok();
    assert_eq!((&renamed["path"], &renamed["revision"]), (&json!("Waves"), &json!(2)));
    assert_eq!(error(&put(app, &rings, json!({ "name": "Circles", "revision": 1 })).await), (409, "TAG_CHANGED"));
    assert_eq!(app.get(&path(&first)).await.ok()["path"], "Waves/Ring 1");
    assert_eq!(app.delete(&path(&first)).await.status, 204);
    assert_eq!(app.delete(&path(&rings)).await.status, 204);
    assert_eq!(error(&app.get(&path(&first)).await), (404, "NOT_FOUND"));
    app.fleet.chain_audit().await.expect("a chain");
    let audited = ask(app, "/v1/audit", &[("query", "actor:ada and action:tag.*"), ("sort", "seq")]).await;
    assert_eq!(column(&audited, "action"), ["tag.create", "tag.create", "tag.edit", "tag.delete", "tag.delete"]);
}

async fn rules_are_checked_and_previewed(app: &TestApp) {
    let mut names: Vec<String> = Vec::new();
    for number in 0..3 {
        names.push(format!("web{number:02}"));
        enrolled(app, &names[number], vec![]).await;
    }
    let preview = async |draft: Value| app.post("/v1/tags/preview", json!({ "draft": draft })).await;
    let shown = preview(json!({ "name": "", "rule": "name:web*" })).await;
    assert_eq!(error(&shown), (400, "INVALID_FIELD"), "a name is wanted, for rules may name it");
    let shown = preview(json!({ "name": "Web", "rule": "name:web* or name:web01 db" })).await.ok();
    assert_eq!((&shown["members"], &shown["joining"], &shown["leaving"]), (&json!(3), &json!(3), &json!(0)));
    assert_eq!(shown["firstJoining"][2]["name"], "web02");
    assert_eq!(shown["warnings"][0]["code"], "QQL_ANY_WORD");
    assert_eq!(app.get("/v1/tags").await.ok()["total"], 9, "nothing was saved");

    let refused = preview(json!({ "name": "Web", "rule": "overdueFindingCount>0 and nme:web" })).await;
    let body = &refused.body["error"];
    assert_eq!((error(&refused), &body["field"]), ((400, "QQL_INVALID"), &json!("rule")));
    let codes: Vec<_> = body["errors"].as_array().expect("errors").iter().map(|error| &error["code"]).collect();
    assert_eq!(codes, ["QQL_TOKEN_NOT_IN_RULE", "QQL_UNKNOWN_TOKEN"]);
    let zone = preview(json!({ "name": "Web", "rule": "name:web*", "tz": "Europe/Atlantis" })).await;
    assert_eq!((error(&zone), &zone.body["error"]["field"]), ((400, "INVALID_FIELD"), &json!("tz")));

    let web = create(app, json!({ "name": "Web", "rule": "name:web*" })).await;
    let below = create(app, json!({ "name": "Below", "rule": "tags.name:Web" })).await;
    let circle = put(app, &web, json!({ "name": "Web", "rule": "tags.name:Below", "revision": 1 })).await;
    assert_eq!(error(&circle), (400, "TAG_CYCLE"));
    let details = &circle.body["error"]["details"]["path"];
    assert!([json!(["Below", "Web", "Below"]), json!(["Web", "Below", "Web"])].contains(details), "{circle:?}");
    let used = app.delete(&path(&web)).await;
    assert_eq!((error(&used), &used.body["error"]["details"]["users"][0]["id"]), ((409, "TAG_IN_USE"), &below["id"]));
    let asset = app.fleet.index.tag_members(serde_json::from_value(web["id"].clone()).expect("an id"))[0];
    let pins = json!([{ "asset": asset }]);
    let both = json!({ "name": "Web", "rule": "name:web*", "revision": 1, "pinnedIn": pins, "pinnedOut": pins });
    assert_eq!(error(&put(app, &web, both).await), (400, "PIN_CONFLICT"));
}

/// 60 machines without anything, for what is counted.
async fn a_big_change_is_confirmed(app: &TestApp) {
    for number in 0..60 {
        app.enrol(&format!("web{number:02}")).await;
    }
    let web = create(app, json!({ "name": "Web", "rule": "name:web*" })).await;
    assert_eq!(web["memberCount"], 60);
    let body = |confirm: Option<u64>| json!({ "name": "Web", "rule": "name:db*", "revision": 1, "confirm": confirm });
    for confirm in [None, Some(59)] {
        let refused = put(app, &web, body(confirm)).await;
        assert_eq!(
            (error(&refused), &refused.body["error"]["details"]["confirm"]),
            ((409, "TAG_BIG_CHANGE"), &json!(60))
        );
    }
    assert_eq!(put(app, &web, body(Some(60))).await.ok()["memberCount"], 0);
}

macro_rules! on_both {
    ($($name:ident: $sqlite:ident, $postgres:ident;)+) => {$(
        #[tokio::test]
        async fn $sqlite() {
            let app = TestApp::start().await;
            $name(&app).await;
            app.stop().await;
        }

        #[tokio::test]
        async fn $postgres() {
            let Some(app) = TestApp::start_on_postgres().await else { return };
            $name(&app).await;
            app.stop().await;
        }
    )+};
}

on_both! {
    collections_follow_their_rules: collections_follow_on_sqlite, collections_follow_on_postgres;
    a_tree_is_kept_in_order: a_tree_on_sqlite, a_tree_on_postgres;
    rules_are_checked_and_previewed: rules_on_sqlite, rules_on_postgres;
}

#[tokio::test]
async fn a_change_of_many_members_is_confirmed() {
    let app = TestApp::start().await;
    a_big_change_is_confirmed(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn tags_outlive_the_server() {
    let app = TestApp::start().await;
    enrolled(&app, "web01", vec![]).await;
    let web = create(&app, json!({ "name": "Web", "rule": "name:web*" })).await;
    let windows = app.get("/v1/tags").await.ok();
    let windows = windows["items"].as_array().expect("items").iter().find(|row| row["name"] == "Windows").cloned();
    assert_eq!(app.delete(&path(&windows.expect("a ready-made one"))).await.status, 204);
    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    let web = serde_json::from_value(web["id"].clone()).expect("an id");
    assert_eq!(fleet.index.tag_members(web).len(), 1);
    let tags = fleet.database.read().await.expect("a connection").tags().all().await.expect("tags");
    assert!(tags.len() == 9 && tags.iter().all(|tag| tag.name != "Windows"), "what was deleted stays so");
}
