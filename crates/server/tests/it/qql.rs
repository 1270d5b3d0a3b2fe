//! What the search bar asks of the server: completions, meanings and words.

use fettle_testkit::TestApp;
use serde_json::{Value, json};

use crate::questions::fleet_of_three;

fn labels(offered: &Value) -> Vec<&str> {
    offered["items"].as_array().expect("items").iter().map(|item| item["label"].as_str().expect("a label")).collect()
}

async fn complete(app: &TestApp, entity: &str, field: &str, text: &str) -> Value {
    let cursor = text.chars().count();
    let body = json!({ "entity": entity, "field": field, "text": text, "cursor": cursor });
    app.post("/v1/qql/complete", body).await.ok()
}

#[tokio::test]
async fn what_may_follow_is_offered() {
    let app = TestApp::start().await;
    let offered = complete(&app, "patch", "query", "vendorSeverity:").await;
    assert_eq!(offered["replace"], json!({ "offset": 15, "length": 0 }));
    assert_eq!(offered["items"][0], json!({ "kind": "value", "insert": "Critical", "label": "Critical" }));

    let offered = complete(&app, "audit", "query", "é and acti").await;
    assert_eq!(offered["replace"], json!({ "offset": 6, "length": 4 }));
    assert_eq!(offered["items"][0]["label"], "action");
    assert_eq!((&offered["items"][0]["kind"], &offered["items"][0]["type"]), (&json!("token"), &json!("keyword")));

    let second = complete(&app, "asset", "havingQuery", "patchSta").await;
    assert!(labels(&second).contains(&"patchStatus"), "{second}");
    let back = complete(&app, "patch", "havingQuery", "pendingRe").await;
    assert!(labels(&back).iter().any(|label| label.starts_with("pendingReboot")), "{back}");
}

/// An empty text is completed with whole searches, as far as one text holds them.
#[tokio::test]
async fn saved_searches_are_offered_first() {
    let app = TestApp::start().await;
    for (name, search) in [
        ("Silent", json!({ "query": "lastCheckedIn<now-3d" })),
        ("Late", json!({ "query": "platform:Linux", "havingQuery": "isOverdue:true" })),
        ("All", json!({ "sort": "name" })),
    ] {
        let mut search = search;
        search["name"] = json!(name);
        app.post("/v1/saved-searches", json!({ "entity": "asset", "search": search })).await.ok();
    }
    let offered = complete(&app, "asset", "query", "").await;
    let expected = json!({ "kind": "search", "insert": "lastCheckedIn<now-3d", "label": "Silent" });
    assert_eq!((&offered["items"][0], &offered["items"][1]["kind"]), (&expected, &json!("token")), "{offered}");
    assert!(offered["items"].as_array().is_some_and(|items| items.len() == 20), "{offered}");
    for (entity, field, text) in [("asset", "query", "n"), ("asset", "havingQuery", ""), ("patch", "query", "")] {
        let offered = complete(&app, entity, field, text).await;
        assert!(!labels(&offered).contains(&"Silent"), "{offered}");
    }
    app.stop().await;
}

/// Label and number of each value that is offered.
async fn values(app: &TestApp, entity: &str, field: &str, text: &str) -> Vec<(String, u64)> {
    let offered = complete(app, entity, field, text).await;
    let items = offered["items"].as_array().expect("items").iter();
    let value = |item: &Value| {
        let count = item["count"].as_u64().unwrap_or_else(|| panic!("no number: {item}"));
        (item["label"].as_str().expect("a label").to_owned(), count)
    };
    items.map(value).collect()
}

#[tokio::test]
async fn values_of_the_fleet_are_offered_with_their_numbers() {
    let app = TestApp::start().await;
    fleet_of_three(&app).await;
    let named =
        |values: &[(&str, u64)]| values.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>();
    assert_eq!(
        values(&app, "asset", "query", "platform:Linux and name:WE").await,
        named(&[("web01", 1), ("web02", 1)])
    );
    assert_eq!(values(&app, "asset", "query", "components.name:op").await, named(&[("openssl", 2)]));
    assert_eq!(values(&app, "asset", "query", "components:(name:ba").await, named(&[("bash", 1)]));
    assert_eq!(values(&app, "asset", "query", "scanStatus:").await, named(&[("Scanned", 3)]));
    assert_eq!(values(&app, "asset", "query", "patches:(package:op").await, named(&[("openssl", 1)]));
    assert_eq!(values(&app, "patch", "havingQuery", "hardware.model:").await, named(&[("Latitude 5420", 1)]));
    let keys = values(&app, "audit", "query", "action:key.").await;
    assert_eq!((keys[0].0.as_str(), keys.len()), ("key.create", 1), "{keys:?}");
    // Dates are not seen, but named.
    let dates = complete(&app, "asset", "query", "lastBoot:").await;
    let dates = labels(&dates);
    assert!(["now-7d", "now/d", "[now-30d .. now]"].iter().all(|date| dates.contains(date)), "{dates:?}");
    app.stop().await;
}

#[tokio::test]
async fn a_query_is_explained_or_refused_by_its_place() {
    let app = TestApp::start().await;
    let body = json!({ "entity": "patch", "query": "vendorSeverity:Critical", "havingQuery": "name:web*" });
    let explained = app.post("/v1/qql/explain", body).await.ok();
    assert_eq!(explained["normalized"], "vendorSeverity:Critical", "{explained}");
    assert!(explained["sentence"].as_str().is_some_and(|sentence| sentence.contains("Critical")), "{explained}");
    assert_eq!(explained["having"]["normalized"], "name:web*", "{explained}");

    let narrow = json!({ "entity": "audit", "query": "time:now-7d" });
    let narrow = app.post("/v1/qql/explain", narrow).await.ok();
    let warning = &narrow["warnings"][0];
    assert_eq!((&warning["code"], &warning["offset"]), (&json!("QQL_NARROW_DATE"), &json!(5)), "{narrow}");

    let wrong = json!({ "entity": "patch", "query": "", "havingQuery": "nmae:web" });
    let refused = app.post("/v1/qql/explain", wrong).await;
    assert_eq!(refused.status, 400);
    let error = &refused.body["error"];
    assert_eq!((&error["code"], &error["field"]), (&json!("QQL_INVALID"), &json!("havingQuery")), "{error}");
    assert_eq!(error["errors"][0]["suggestions"], json!(["name"]));
}

#[tokio::test]
async fn the_words_are_told_by_entity() {
    let app = TestApp::start().await;
    let names = |rows: Value| -> Vec<String> {
        let items = rows["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    };
    let audit = names(app.get("/v1/qql/tokens?entity=audit").await.ok());
    assert!(audit.iter().any(|name| name == "action") && !audit.iter().any(|name| name == "patchStatus"), "{audit:?}");
    let second = names(app.get("/v1/qql/tokens?entity=patch&field=havingQuery").await.ok());
    assert!(["name", "patchStatus"].iter().all(|name| second.iter().any(|one| one == name)), "{second:?}");

    let unknown = app.get("/v1/qql/tokens?entity=fleet").await;
    assert_eq!((unknown.status, &unknown.body["error"]["field"]), (400, &json!("entity")));
    let none = app.get("/v1/qql/tokens?entity=audit&field=havingQuery").await;
    assert_eq!((none.status, &none.body["error"]["field"]), (400, &json!("field")));
}
