//! QQL over the audit log and over deployments.

use fettle_testkit::TestApp;
use serde_json::{Value, json};

use crate::jobs::{lacking, started};

/// A path with a query that is encoded.
pub(crate) fn path(list: &str, parameters: &[(&str, &str)]) -> String {
    let address = format!("http://server{list}");
    let address = reqwest::Url::parse_with_params(&address, parameters).expect("an address");
    format!("{}?{}", address.path(), address.query().unwrap_or_default())
}

pub(crate) async fn ask(app: &TestApp, list: &str, parameters: &[(&str, &str)]) -> Value {
    app.get(&path(list, parameters)).await.ok()
}

pub(crate) fn column<'a>(found: &'a Value, name: &str) -> Vec<&'a Value> {
    found["items"].as_array().expect("items").iter().map(|item| &item[name]).collect()
}

async fn the_audit_log_is_found(app: &TestApp) {
    for name in ["Ring1 servers", "Ring1 laptops", "Ring2"] {
        app.post("/v1/activation-keys", json!({ "title": name })).await.ok();
    }
    app.fleet.chain_audit().await.expect("a chain");
    let found =
        ask(app, "/v1/audit", &[("query", "action:KEY.create and objectName:ring1"), ("sort", "time,seq:desc")]).await;
    assert_eq!(column(&found, "objectName"), ["Ring1 servers", "Ring1 laptops"], "{found}");
    assert_eq!((&found["total"], &found["totalIsAll"], &found["next"]), (&json!(2), &json!(true), &Value::Null));

    let first = ask(app, "/v1/audit", &[("query", "ring1"), ("limit", "1")]).await;
    assert_eq!(column(&first, "objectName"), ["Ring1 laptops"], "the newest first");
    let next = first["next"].as_str().expect("a cursor");
    app.post("/v1/activation-keys", json!({ "title": "Ring1 kiosks" })).await.ok();
    let second = ask(app, "/v1/audit", &[("query", "ring1"), ("limit", "1"), ("after", next)]).await;
    assert_eq!(column(&second, "objectName"), ["Ring1 servers"], "what came meanwhile moves no page");
    assert_eq!(second["next"], Value::Null);

    let counted =
        ask(app, "/v1/audit", &[("query", "ring1 and time>=now/d"), ("count", "true"), ("tz", "Europe/Oslo")]).await;
    assert_eq!((&counted["total"], &counted["items"]), (&json!(3), &json!([])));
    // The server of the test has one of its own.
    let grouped = ask(app, "/v1/audit", &[("query", "action:key.*"), ("groupBy", "action,outcome")]).await;
    assert_eq!(grouped["groups"], json!([{ "values": ["key.create", "Success"], "count": 5 }]), "{grouped}");
    assert_eq!(grouped["other"], Value::Null);
    let figures = [("query", "action:key.*"), ("measures", "min:seq,max:time")];
    let figures = ask(app, "/v1/audit", &figures).await;
    assert_eq!((&figures["groups"][0]["values"], &figures["groups"][0]["count"]), (&json!([]), &json!(5)), "{figures}");
    assert!(
        figures["groups"][0]["measures"][0].is_u64() && figures["groups"][0]["measures"][1].is_string(),
        "{figures}"
    );
    let by_year = [("groupBy", "time"), ("interval", "year"), ("groupOrder", "value"), ("tz", "Europe/Oslo")];
    let years = ask(app, "/v1/audit", &by_year).await;
    let year = years["groups"][0]["values"][0].as_str().expect("a day");
    assert!(year.ends_with("-01-01") && years["groups"][0]["count"].as_u64() >= Some(4), "{years}");
}

async fn what_is_wrong_is_told_with_its_place(app: &TestApp) {
    let refused = app.get(&path("/v1/audit", &[("query", "actr:ada and seq:x")])).await;
    assert_eq!(refused.status, 400);
    let error = &refused.body["error"];
    assert_eq!((&error["code"], &error["field"]), (&json!("QQL_INVALID"), &json!("query")), "{error}");
    let first = &error["errors"][0];
    assert_eq!(
        (&first["code"], &first["offset"], &first["length"]),
        (&json!("QQL_UNKNOWN_TOKEN"), &json!(0), &json!(4))
    );
    assert_eq!(first["suggestions"], json!(["actor"]));
    assert_eq!(error["errors"][1]["code"], "QQL_BAD_VALUE");
    for (parameters, field, code) in
        [([("sort", "objectName")], "sort", "QQL_NOT_SORTABLE"), ([("groupBy", "seq")], "groupBy", "QQL_NOT_GROUPABLE")]
    {
        let error = app.get(&path("/v1/audit", &parameters)).await.body["error"].clone();
        assert_eq!((&error["field"], &error["errors"][0]["code"]), (&json!(field), &json!(code)), "{error}");
    }
    for (parameters, field) in [
        (vec![("tz", "Mars/Olympus")], "tz"),
        (vec![("limit", "1001")], "limit"),
        (vec![("after", "x")], "after"),
        (vec![("groupBy", "time"), ("interval", "decade")], "interval"),
    ] {
        let refused = app.get(&path("/v1/audit", &parameters)).await;
        assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!(field)), "{}", refused.body);
    }
}

async fn deployments_are_found(app: &TestApp) {
    let (mut agent, patch) = lacking(app).await;
    let (run, id) = started(app, &mut agent, &patch).await;
    let query = "job.name:night and name:web* and platform:linux and job.type:Install and isTerminal:false";
    let found = ask(app, "/v1/deployments", &[("query", query), ("sort", "state,name:desc")]).await;
    assert_eq!(column(&found, "id"), [&json!(id)], "{found}");
    let none = ask(app, "/v1/deployments", &[("query", &format!("not ({query})"))]).await;
    assert_eq!(none["total"], 0);
    assets_of_deployments_are_found(app, &id).await;
    let of_run = format!("/v1/runs/{run}/deployments");
    for (parameters, total) in [
        (vec![("query", "assets:(name:web* and components:(name:openssl))")], 1),
        (vec![("query", "operatingSystem:debian and jobInstanceId:1")], 1),
        (vec![("query", "state:Failed")], 0),
        (vec![("search", "EB0"), ("state", "Pending")], 1),
        (vec![("search", "nothing")], 0),
    ] {
        let found = ask(app, &of_run, &parameters).await;
        assert_eq!(found["total"], total, "{parameters:?}: {found}");
        assert_eq!(found["facets"][0]["values"][0]["value"], "Pending");
    }
}

/// What is inside a group the index answers: what the machine has and lacks, beside what the deployment did.
async fn assets_of_deployments_are_found(app: &TestApp, id: &impl serde::Serialize) {
    for (query, total) in [
        ("assets:(patches:(patchStatus:Missing)) and state:Pending", 1),
        ("assets:(name:nothing) or assets:(platform:Linux and activationKey is not null)", 1),
        ("not assets:(platform:Linux)", 0),
        ("assets:(name:nothing)", 0),
    ] {
        let found = ask(app, "/v1/deployments", &[("query", query)]).await;
        assert_eq!(found["total"], total, "{query}: {found}");
    }
    let query = "state:Pending and assets:(platform:Linux and name:nothing)";
    let asked = json!({ "entity": "deployment", "query": query, "id": id });
    let explained = app.post("/v1/qql/explain", asked).await.ok();
    let (state, group) = (&explained["tree"]["nodes"][0], &explained["tree"]["nodes"][1]);
    assert_eq!(
        (&state["count"], &group["count"], &explained["total"]),
        (&json!(1), &json!(0), &json!(0)),
        "{explained}"
    );
    let linux = &group["nodes"][0]["nodes"][0];
    assert_eq!((&linux["count"], &linux["why"]["holds"]), (&json!(1), &json!(true)), "{explained}");
    let refused = app.get(&path("/v1/deployments", &[("query", "hardware.model:Latitude")])).await;
    let error = &refused.body["error"]["errors"][0];
    assert_eq!(error["code"], "QQL_WRONG_ENTITY", "{error}");
    assert!(error["suggestions"][0].as_str().is_some_and(|text| text.starts_with("assets:(")), "{error}");
}

#[tokio::test]
async fn queries_on_sqlite() {
    let app = TestApp::start().await;
    the_audit_log_is_found(&app).await;
    what_is_wrong_is_told_with_its_place(&app).await;
    deployments_are_found(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn queries_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    the_audit_log_is_found(&app).await;
    what_is_wrong_is_told_with_its_place(&app).await;
    deployments_are_found(&app).await;
    app.stop().await;
}
