//! What each part of a query finds, and why it finds one thing.

use fettle_testkit::TestApp;
use serde_json::{Value, json};

use crate::queries::{ask, column};
use crate::questions::fleet_of_three;

async fn explain(app: &TestApp, body: Value) -> Value {
    app.post("/v1/qql/explain", body).await.ok()
}

/// Kind, part of the text, number.
fn nodes(text: &str, node: &Value) -> Vec<(String, String, u64)> {
    let number = |name: &str| node[name].as_u64().unwrap_or_else(|| panic!("{name} of {node}"));
    let place = |name| usize::try_from(number(name)).expect("small");
    let part = text.chars().skip(place("offset")).take(place("length")).collect();
    assert!(node["micros"].is_u64(), "{node}");
    let inner = node["nodes"].as_array().expect("nodes").iter().flat_map(|inner| nodes(text, inner));
    let own = (node["kind"].as_str().expect("a kind").to_owned(), part, number("count"));
    std::iter::once(own).chain(inner).collect()
}

async fn each_part_is_counted(app: &TestApp) {
    let text = "name:web* and not patches:(title:openssl and patchStatus:Missing)";
    let explained = explain(app, json!({ "entity": "asset", "query": text })).await;
    let told = nodes(text, &explained["tree"]);
    let told: Vec<_> = told.iter().map(|(kind, part, count)| (kind.as_str(), part.as_str(), *count)).collect();
    let group = "patches:(title:openssl and patchStatus:Missing)";
    assert_eq!(
        told,
        [
            ("and", text, 1),
            ("term", "name:web*", 2),
            ("not", &format!("not {group}"), 2),
            ("group", group, 1),
            ("and", "title:openssl and patchStatus:Missing", 1),
            ("term", "title:openssl", 1),
            ("term", "patchStatus:Missing", 2),
        ]
    );
    let both = json!({ "entity": "patch", "query": "patchStatus:Missing", "havingQuery": "name:web02" });
    let explained = explain(app, both).await;
    assert_eq!((&explained["total"], &explained["tree"]["count"]), (&json!(1), &json!(2)), "{explained}");
    assert_eq!(explained["having"]["tree"]["count"], 1, "web02 lacks bash: {explained}");
    let quick = explain(app, json!({ "entity": "asset", "query": "name:web*", "counts": false })).await;
    assert_eq!((&quick["tree"], &quick["total"]), (&Value::Null, &Value::Null));
}

async fn one_thing_is_explained(app: &TestApp) {
    let web01 = ask(app, "/v1/query/assets", &[("query", "name:web01")]).await;
    let web01 = column(&web01, "id")[0].clone();
    let query = "interfaces:(address:10.1.0.0/16) and hardware.model:Latitude and components.name:bash \
        or patches:(isSecurity:true and patchStatus:Missing)";
    let explained = explain(app, json!({ "entity": "asset", "query": query, "id": web01 })).await;
    let (and, group) = (&explained["tree"]["nodes"][0], &explained["tree"]["nodes"][1]);
    let why: Vec<_> = and["nodes"].as_array().expect("nodes").iter().map(|node| &node["why"]).collect();
    assert_eq!(why[0], &json!({ "holds": true, "values": ["eth0 10.1.2.3"], "related": [] }));
    assert_eq!(why[1], &json!({ "holds": true, "values": ["Latitude 5420"], "related": [] }));
    assert_eq!(why[2]["holds"], false);
    assert!(why[2]["values"].as_array().is_some_and(|values| values.contains(&json!("openssl"))), "{}", why[2]);
    assert_eq!((&group["why"]["holds"], &explained["why"]["holds"]), (&json!(true), &json!(true)));
    assert_eq!(group["why"]["related"][0]["entity"], "patch");
    let finding = &explained["why"]["findings"][0];
    assert_eq!((&finding["assetName"], &finding["explanation"]["status"]), (&json!("web01"), &json!("Missing")));
    let evidence = &finding["explanation"]["evidence"][0];
    assert!(evidence["subject"].as_str().is_some_and(|subject| subject.contains("openssl")), "{finding}");
    assert_eq!(finding["explanation"]["source"]["feed"], "Debian/Debian-Security/stable-security/main");

    let patch = finding["patchId"].clone();
    let asked = json!({ "entity": "patch", "query": "patchStatus:Missing", "havingQuery": "name:web02", "id": patch });
    let explained = explain(app, asked).await;
    assert_eq!((&explained["why"]["holds"], &explained["why"]["findings"]), (&json!(false), &json!([])), "{explained}");
    assert_eq!(explained["tree"]["why"]["holds"], true, "web01 lacks it");

    let nobody = json!({ "entity": "asset", "query": "", "id": "38aa48ca-a53f-4591-af01-8bce75de4ce7" });
    assert_eq!(app.post("/v1/qql/explain", nobody).await.status, 404);
    let no_id = json!({ "entity": "asset", "query": "", "id": "web01" });
    assert_eq!(app.post("/v1/qql/explain", no_id).await.body["error"]["field"], "id");
}

async fn histories_are_counted_by_the_database(app: &TestApp) {
    for name in ["Ring1", "Ring2"] {
        app.post("/v1/activation-keys", json!({ "title": name })).await.ok();
    }
    app.fleet.chain_audit().await.expect("a chain");
    let text = "action:key.create and objectName:Ring2";
    let found = ask(app, "/v1/audit", &[("query", text)]).await;
    let seq = column(&found, "seq")[0].to_string();
    let explained = explain(app, json!({ "entity": "audit", "query": text, "id": seq })).await;
    let told = nodes(text, &explained["tree"]);
    assert_eq!((told[0].2, told[2].2), (1, 1), "{told:?}");
    assert!(told[1].2 >= 2, "{told:?}");
    assert_eq!((&explained["total"], &explained["why"]["holds"]), (&json!(1), &json!(true)));
    let other = explain(app, json!({ "entity": "audit", "query": "not objectName:Ring2", "id": seq })).await;
    assert_eq!(
        (&other["tree"]["why"]["holds"], &other["tree"]["nodes"][0]["why"]["holds"]),
        (&json!(false), &json!(true))
    );
}

/// The console's list of patches has filters of its own; a query that speaks of what they are about decides itself.
async fn hidden_filters_are_told(app: &TestApp) {
    let warnings = async |query: &str, console_list: bool| {
        let body = json!({ "entity": "patch", "query": query, "consoleList": console_list, "counts": false });
        let explained = explain(app, body).await;
        let codes = explained["warnings"].as_array().expect("warnings").iter();
        codes.filter(|warning| warning["code"] == "QQL_HIDDEN_FILTER").count()
    };
    assert_eq!(warnings("title:openssl", true).await, 3);
    assert_eq!(warnings("title:openssl and isHidden:true", true).await, 2);
    assert_eq!(warnings("isHidden:true and isSuperseded is not null and missingCount>=0", true).await, 0);
    assert_eq!(warnings("title:openssl", false).await, 0);
}

#[tokio::test]
async fn queries_are_explained_on_sqlite() {
    let app = TestApp::start().await;
    fleet_of_three(&app).await;
    each_part_is_counted(&app).await;
    one_thing_is_explained(&app).await;
    histories_are_counted_by_the_database(&app).await;
    hidden_filters_are_told(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn queries_are_explained_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    histories_are_counted_by_the_database(&app).await;
    app.stop().await;
}
