//! Every row of a list as a file.

use std::io::Read as _;

use fettle_store::audit::{ActorKind, AuditOutcome, AuditSource, NewAuditRecord};
use fettle_testkit::TestApp;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::queries::{ask, column, path};
use crate::questions::fleet_of_three;

async fn exported(app: &TestApp, list: &str, parameters: &[(&str, &str)]) -> Vec<u8> {
    app.get_bytes(&path(&format!("/v1/query/{list}/export"), parameters)).await
}

async fn text(app: &TestApp, list: &str, parameters: &[(&str, &str)]) -> String {
    String::from_utf8(exported(app, list, parameters).await).expect("UTF-8")
}

async fn lists_of_the_index(app: &TestApp) {
    let csv = [
        ("format", "csv"),
        ("query", "name:web*"),
        ("sort", "name:desc"),
        ("fields", "name,missingPatchCount,scannedAt"),
    ];
    let csv = text(app, "assets", &csv).await;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], "\u{feff}name,missingPatchCount,scannedAt");
    assert!(lines[1].starts_with("web02,1,2") && lines[2].starts_with("web01,1,2"), "{csv}");
    assert_eq!(lines[3..], [""]);

    for (list, asked) in [
        ("assets", "/v1/query/assets"),
        ("patches", "/v1/query/patches"),
        ("vulnerabilities", "/v1/query/vulnerabilities"),
        ("components", "/v1/query/components"),
    ] {
        let all: Value = serde_json::from_str(&text(app, list, &[("format", "json")]).await).expect("JSON");
        let mut listed = ask(app, asked, &[("limit", "1000")]).await["items"].clone();
        // What was heard of an agent in between.
        let mut all = all;
        for rows in [&mut all, &mut listed] {
            for row in rows.as_array_mut().expect("rows") {
                if let Some(row) = row.as_object_mut() {
                    row.remove("lastCheckedIn");
                }
            }
        }
        assert_eq!(all, listed, "{list}");
    }
    let having =
        [("format", "jsonl"), ("query", "patchStatus:Missing"), ("havingQuery", "name:web01"), ("fields", "source")];
    assert_eq!(text(app, "patches", &having).await, "{\"source\":\"openssl\"}\n");

    let book =
        exported(app, "assets", &[("format", "xlsx"), ("query", "name:web01"), ("fields", "name,packageCount")]).await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("a workbook");
    let mut sheet = String::new();
    archive.by_name("xl/worksheets/sheet1.xml").expect("a sheet").read_to_string(&mut sheet).expect("UTF-8");
    assert!(sheet.contains("web01") && sheet.contains("packageCount") && sheet.contains("<v>1</v>"), "{sheet}");
}

async fn rows_have_the_fields_that_are_chosen(app: &TestApp) {
    let found = ask(app, "/v1/query/assets", &[("query", "name:db01"), ("fields", "packageCount,name")]).await;
    assert_eq!(found["items"], json!([{ "name": "db01", "packageCount": 1 }]));
    for list in ["/v1/query/assets", "/v1/query/assets/export", "/v1/audit"] {
        let refused = app.get(&path(list, &[("fields", "nam"), ("format", "csv")])).await;
        assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!("fields")), "{list}");
    }
    let wrong = app.get(&path("/v1/query/assets/export", &[("query", "nme:x"), ("format", "csv")])).await;
    assert_eq!((wrong.status, &wrong.body["error"]["code"]), (400, &json!("QQL_INVALID")));
    let unknown = app.get(&path("/v1/query/fleets/export", &[("format", "csv")])).await;
    assert_eq!(unknown.status, 404);
}

/// More than one page of the database.
async fn histories(app: &TestApp) {
    let begin: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    let record = move |number: i64| NewAuditRecord {
        time: begin + SignedDuration::from_secs(number),
        actor: format!("robot{number}"),
        actor_kind: ActorKind::User,
        source: AuditSource::Api,
        ip: None,
        request_id: None,
        action: "robot.act".to_owned(),
        object_type: "robot".to_owned(),
        object_id: None,
        object_name: Some("=1+1".to_owned()),
        outcome: AuditOutcome::Success,
        details: json!({ "number": number }),
    };
    let written = app.fleet.database.write(async move |tx| {
        for number in 0..2_300 {
            tx.audit().insert(&record(number)).await?;
        }
        Ok::<_, fettle_store::StoreError>(())
    });
    written.await.expect("records");
    let all = [("format", "json"), ("query", "action:robot.act"), ("sort", "time"), ("fields", "details")];
    let all: Vec<Value> = serde_json::from_str(&text(app, "audit", &all).await).expect("JSON");
    let numbers: Vec<i64> = all.iter().map(|row| row["details"]["number"].as_i64().expect("a number")).collect();
    assert_eq!(numbers, (0..2_300).collect::<Vec<_>>());
    let csv = [("format", "csv"), ("query", "actor:robot7"), ("fields", "time,objectName"), ("tz", "Europe/Oslo")];
    assert_eq!(text(app, "audit", &csv).await, "\u{feff}time,objectName\r\n2026-01-01T01:00:07+01:00,'=1+1\r\n");
    assert_eq!(text(app, "deployments", &[("format", "jsonl")]).await, "");

    // That rows were taken away is on record.
    let taken =
        ask(app, "/v1/audit", &[("query", "action:[audit.export,report.download]"), ("sort", "time:desc")]).await;
    assert_eq!(column(&taken, "action"), ["report.download", "audit.export", "audit.export"]);
    let details = column(&taken, "details")[1];
    assert_eq!((&details["query"], &details["fields"]), (&json!("actor:robot7"), &json!("time,objectName")));
}

#[tokio::test]
async fn lists_are_exported() {
    let app = TestApp::start().await;
    fleet_of_three(&app).await;
    histories(&app).await;
    lists_of_the_index(&app).await;
    rows_have_the_fields_that_are_chosen(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn histories_are_exported_from_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    histories(&app).await;
    app.stop().await;
}
