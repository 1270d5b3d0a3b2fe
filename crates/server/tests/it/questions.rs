//! QQL over assets, patches, vulnerabilities and components: answered by the index, from what machines reported.

use std::sync::Arc;

use fettle_index::ask::{Deadline, Question, Scope};
use fettle_model::SystemClock;
use fettle_model::asset::{Facts, HardwareFacts, Interface};
use fettle_qql::{Context, Entity, check};
use fettle_testkit::{TestApp, deb, facts, hash_of, offer, offer_details, os, repo};
use fettle_wire::message::report::{FactsReport, SelfCheck};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::queries::{ask, column, path};
use crate::restart::reopened;

const REPOSITORY: &str = "Debian/Debian-Security/stable-security/main";

/// What is asked of everything a machine says about itself.
const OF_FACTS: &str = "hardware.model:Latitude and hardware.cpuCount:8 and hardware.memoryMb>4096 \
    and lastBoot<2026-02-01 and timezone:Europe/* and selfCheck:Failed and failedChecks:AG-02 and architecture:X64 \
    and interfaces:(interfaceName:eth0 and address:10.1.0.0/16) and osIdentifier:debian_12";

fn facts_of(hostname: &str) -> FactsReport {
    let plain = facts(hostname).facts;
    let facts = Facts {
        hardware: HardwareFacts { model: Some("Latitude 5420".to_owned()), processors: Some(8), ..plain.hardware },
        memory_mb: Some(8_192),
        interfaces: vec![Interface {
            name: "eth0".to_owned(),
            mac: Some("00:50:56:00:00:01".to_owned()),
            addresses: vec!["10.1.2.3/24".to_owned()],
        }],
        booted_at: Some("2026-01-15T10:00:00Z".parse().expect("a time")),
        timezone: Some("Europe/Oslo".to_owned()),
        ..plain
    };
    let failed = SelfCheck { id: "AG-02".to_owned(), result: "Failed".to_owned(), text: "dpkg is broken".to_owned() };
    FactsReport::new(facts, vec![failed])
}

/// `web01` lacks openssl 2 and says a lot of itself, `web02` has it, `db01` has another package.
pub(crate) async fn fleet_of_three(app: &TestApp) {
    for (name, components, details) in [
        (
            "web01",
            vec![deb("openssl", "1"), offer("openssl", "2", REPOSITORY)],
            vec![offer_details("openssl", "2", REPOSITORY, hash_of("openssl"))],
        ),
        (
            "web02",
            vec![deb("openssl", "2"), deb("bash", "1"), offer("bash", "2", REPOSITORY)],
            vec![offer_details("bash", "2", REPOSITORY, hash_of("bash"))],
        ),
        ("db01", vec![deb("curl", "1")], Vec::new()),
    ] {
        let mut agent = app.enrol(name).await;
        let all: Vec<_> = [os("debian", "12"), repo(REPOSITORY)].into_iter().chain(components).collect();
        let facts = if name == "web01" { facts_of(name) } else { facts(name) };
        agent.report_all(&all, facts, details).await;
    }
}

async fn names(app: &TestApp, parameters: &[(&str, &str)]) -> Vec<Value> {
    let found = ask(app, "/v1/query/assets", parameters).await;
    assert_eq!(found["total"], found["items"].as_array().expect("items").len(), "{found}");
    column(&found, "name").into_iter().cloned().collect()
}

async fn everything_that_machines_say_is_asked_for(app: &TestApp) {
    assert_eq!(names(app, &[]).await, ["db01", "web01", "web02"]);
    assert_eq!(names(app, &[("query", OF_FACTS)]).await, ["web01"]);
    assert_eq!(names(app, &[("query", &format!("not ({OF_FACTS})")), ("sort", "name:desc")]).await, ["web02", "db01"]);
    assert_eq!(names(app, &[("query", "components:(kind:deb and name:openssl and version<2)")]).await, ["web01"]);
    let missing = "patches:(title:openssl and patchStatus:Missing and isLatest:true)";
    assert_eq!(names(app, &[("query", missing)]).await, ["web01"]);
    let having = [("query", "name:web*"), ("havingQuery", "patchStatus:Missing and obstacle is null")];
    assert_eq!(names(app, &having).await, ["web01", "web02"]);

    let patches = ask(app, "/v1/query/patches", &[("query", "patchStatus:Missing"), ("sort", "title:desc")]).await;
    assert_eq!(column(&patches, "source"), ["openssl", "bash"], "{patches}");
    let on_web01 = [("query", "patchStatus:Missing"), ("havingQuery", "name:web01")];
    assert_eq!(column(&ask(app, "/v1/query/patches", &on_web01).await, "source"), ["openssl"]);
    let components = ask(app, "/v1/query/components", &[("query", "kind:deb"), ("sort", "name,version:desc")]).await;
    let versions: Vec<_> = column(&components, "name").into_iter().zip(column(&components, "version")).collect();
    let expected = [("bash", "1"), ("curl", "1"), ("openssl", "2"), ("openssl", "1")];
    assert_eq!(
        versions,
        expected
            .map(|(name, version)| (json!(name), json!(version)))
            .iter()
            .map(|(name, version)| (name, version))
            .collect::<Vec<_>>()
    );
    let none = ask(app, "/v1/query/vulnerabilities", &[("query", "assets:(name:web01)"), ("count", "true")]).await;
    assert_eq!((&none["total"], &none["items"]), (&json!(0), &json!([])));
}

async fn pages_and_groups(app: &TestApp) {
    let first = ask(app, "/v1/query/assets", &[("sort", "hardware.model,name:desc"), ("limit", "1")]).await;
    assert_eq!((column(&first, "name"), &first["total"]), (vec![&json!("web01")], &json!(3)), "nulls come last");
    let next = first["next"].as_str().expect("a cursor");
    let second = [("sort", "hardware.model,name:desc"), ("limit", "2"), ("after", next)];
    let second = ask(app, "/v1/query/assets", &second).await;
    assert_eq!((column(&second, "name"), &second["next"]), (vec![&json!("web02"), &json!("db01")], &Value::Null));
    let other_order = app.get(&path("/v1/query/assets", &[("sort", "name"), ("after", next)])).await;
    assert_eq!((other_order.status, &other_order.body["error"]["field"]), (400, &json!("after")));

    let by = [("groupBy", "hardware.model,pendingReboot"), ("query", "platform:Linux")];
    let groups = ask(app, "/v1/query/assets", &by).await;
    let expected =
        json!([{ "values": [null, "false"], "count": 2 }, { "values": ["Latitude 5420", "false"], "count": 1 }]);
    assert_eq!((&groups["groups"], &groups["total"], &groups["other"]), (&expected, &json!(3), &Value::Null));
    let statuses = ask(app, "/v1/query/patches", &[("groupBy", "patchStatus"), ("groupOrder", "value")]).await;
    assert_eq!(statuses["groups"], json!([{ "values": ["Missing"], "count": 2 }]), "{statuses}");
}

/// The lists of the console: their filters, facets and columns stay, and a query narrows them.
async fn lists_are_narrowed(app: &TestApp) {
    let query = [("query", "components.name:openssl"), ("sort", "-name")];
    let found = ask(app, "/v1/assets", &query).await;
    assert_eq!((column(&found, "name"), &found["total"]), (vec![&json!("web02"), &json!("web01")], &json!(2)));
    assert_eq!(found["facets"][0]["values"][0]["count"], 2);
    let both = [("query", "name:web*"), ("havingQuery", "patchStatus:Missing and title:bash"), ("missing", "yes")];
    assert_eq!(column(&ask(app, "/v1/assets", &both).await, "name"), ["web02"]);
    let found = ask(app, "/v1/patches", &[("query", "package:bash")]).await;
    assert_eq!((column(&found, "source"), &found["total"]), (vec![&json!("bash")], &json!(1)));
    assert_eq!(ask(app, "/v1/patches", &[("query", "isHidden:true")]).await["total"], 0);
    assert_eq!(ask(app, "/v1/vulnerabilities", &[("query", "cvss>=9")]).await["total"], 0);
    for list in ["/v1/assets", "/v1/patches", "/v1/vulnerabilities"] {
        let refused = app.get(&path(list, &[("query", "name:x"), ("tz", "Mars/Olympus")])).await;
        assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!("tz")), "{list}");
    }
    for (list, field, text) in [
        ("/v1/assets", "query", "nme:web01"),
        ("/v1/patches", "havingQuery", "name:"),
        ("/v1/vulnerabilities", "query", "("),
    ] {
        let refused = app.get(&path(list, &[(field, text)])).await;
        let error = &refused.body["error"];
        assert_eq!(
            (refused.status, &error["code"], &error["field"]),
            (400, &json!("QQL_INVALID"), &json!(field)),
            "{error}"
        );
    }
}

/// Ten thousand brackets and a megabyte of text are refused at once, with the limit.
async fn bad_queries_get_pointed_errors(app: &TestApp) {
    let brackets = "(".repeat(2_000);
    for (query, code) in [
        ("unknownToken:1", "QQL_UNKNOWN_TOKEN"),
        ("missingPatchCount:many", "QQL_BAD_VALUE"),
        ("name:web01 platform:Linux", "QQL_MISSING_OPERATOR"),
        ("name:\"web01", "QQL_UNTERMINATED"),
        (brackets.as_str(), "QQL_TOO_COMPLEX"),
        ("missingPatchCount:[9 .. 1]", "QQL_REVERSED_RANGE"),
        ("patchStatus:Missing", "QQL_WRONG_ENTITY"),
    ] {
        let refused = app.get(&path("/v1/query/assets", &[("query", query)])).await;
        let error = &refused.body["error"]["errors"][0];
        assert_eq!((refused.status, &error["code"]), (400, &json!(code)), "{}", refused.body);
        assert!(error["caret"].is_string(), "{error}");
    }
    let long = app.get(&path("/v1/query/assets", &[("query", &"a".repeat(5_000))])).await;
    assert_eq!((long.status, &long.body["error"]["errors"][0]["code"]), (400, &json!("QQL_TOO_LONG")));
    let refused = app.get(&path("/v1/query/components", &[("havingQuery", "name:web01")])).await;
    assert_eq!(refused.body["error"]["errors"][0]["code"], "QQL_WRONG_ENTITY");
}

#[tokio::test]
async fn questions_on_sqlite() {
    let app = TestApp::start().await;
    fleet_of_three(&app).await;
    everything_that_machines_say_is_asked_for(&app).await;
    pages_and_groups(&app).await;
    lists_are_narrowed(&app).await;
    bad_queries_get_pointed_errors(&app).await;

    // A server that starts again knows of each machine what it said.
    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    let query = check(OF_FACTS, &Context::new(Entity::Asset, Timestamp::UNIX_EPOCH, TimeZone::UTC)).expect("a query");
    let question = Question { query: &query, having: None, scope: &Scope::Everything, deadline: Deadline::default() };
    assert_eq!(fleet.index.ask_count(&question), Ok(1));
}

#[tokio::test]
async fn questions_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    fleet_of_three(&app).await;
    everything_that_machines_say_is_asked_for(&app).await;
    lists_are_narrowed(&app).await;
    app.stop().await;
}
