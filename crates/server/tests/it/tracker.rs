//! Debian's tracker over the operator API: where there is no fix, and who is vulnerable all the same.

use fettle_testkit::TestApp;
use serde_json::{Value, json};

use crate::advisories::{advisory, binary, enrolled, import};

const IMPORTS: &str = "/v1/catalogue/imports";

fn statement(status: &str, fixed: Option<&str>, urgency: &str, nodsa: Option<&str>) -> Value {
    let mut statement = json!({ "status": status, "urgency": urgency, "repositories": {} });
    if let Some(fixed) = fixed {
        statement["fixed_version"] = json!(fixed);
    }
    if let Some(nodsa) = nodsa {
        statement["nodsa"] = json!(nodsa);
    }
    statement
}

fn document() -> Value {
    json!({
        "curl": {
            "CVE-2026-3001": { "releases": {
                "bookworm": statement("open", None, "low", Some("Minor issue")),
                "bullseye": statement("resolved", Some("0"), "low", None),
                "sid": statement("resolved", Some("8.9-1"), "low", None),
            } },
            "CVE-2026-3002": { "releases": { "bookworm": statement("resolved", Some("7.88-2"), "medium", None) } },
            "CVE-2026-3003": { "releases": { "bookworm": statement("open", None, "unimportant", None) } },
            "CVE-2026-3004": { "releases": { "bookworm": statement("undetermined", None, "not yet assigned", None) } },
            "TEMP-0000000-000001": { "releases": { "bookworm": statement("open", None, "low", None) } },
        },
    })
}

async fn changes(app: &TestApp, document: &Value) -> Value {
    let imported = app.upload(IMPORTS, document.to_string()).await.ok();
    assert_eq!((&imported["outcome"], &imported["format"]), (&json!("Imported"), &json!("debian-tracker")));
    imported["changes"].clone()
}

async fn affected(app: &TestApp, cve: &str) -> Vec<String> {
    let page = app.get(&format!("/v1/assets?affected={cve}")).await.ok();
    page["items"].as_array().expect("a list").iter().map(|row| row["name"].as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn what_has_no_fix_is_told_and_who_is_vulnerable() {
    let app = TestApp::start().await;
    enrolled(&app, "old", vec![binary("libcurl4", "7.88-1", "curl", "7.88-1")]).await;
    enrolled(&app, "new", vec![binary("libcurl4", "7.88-2", "curl", "7.88-2")]).await;
    enrolled(&app, "without", vec![binary("bash", "5.2-1", "bash", "5.2-1")]).await;

    let tried = app.upload(&format!("{IMPORTS}?dryRun=yes"), document().to_string()).await.ok();
    assert_eq!((&tried["outcome"], &tried["canBeStored"]), (&json!("Read"), &json!(true)));
    assert_eq!(app.get("/v1/vulnerabilities/CVE-2026-3001").await.status, 404);
    assert_eq!(
        changes(&app, &document()).await,
        json!({ "added": 0, "changed": 4, "unchanged": 0, "joined": 0, "withdrawn": 0 }),
        "what is no CVE is left out, and counted"
    );

    let open = app.get("/v1/vulnerabilities/cve-2026-3001").await.ok();
    assert_eq!((&open["patches"], &open["patchCount"], &open["exposedCount"]), (&json!([]), &json!(0), &json!(0)));
    assert_eq!((&open["affectedCount"], &open["sources"]), (&json!(2), &json!(["curl"])));
    let said: Vec<_> = open["statements"].as_array().expect("a list").iter().collect();
    let bookworm = json!({ "product": "debian:12", "source": "curl", "status": "Open", "fixedVersion": null,
        "urgency": "low", "noAdvisory": "Minor issue", "affectedCount": 2 });
    let unstable = json!({ "product": "debian:sid", "source": "curl", "status": "Fixed", "fixedVersion": "8.9-1",
        "urgency": "low", "noAdvisory": null, "affectedCount": null });
    assert_eq!((said.len(), said[1], said[2]), (3, &bookworm, &unstable), "{said:#?}");
    assert_eq!((&said[0]["product"], &said[0]["status"]), (&json!("debian:11"), &json!("NeverAffected")));
    assert_eq!(affected(&app, "cve-2026-3001").await, ["new", "old"]);
    assert_eq!(affected(&app, "CVE-2026-3002").await, ["old"], "below the fixed version");
    for (cve, why) in
        [("CVE-2026-3003", "unimportant"), ("CVE-2026-3004", "undetermined"), ("CVE-1999-0001", "unknown")]
    {
        assert_eq!(affected(&app, cve).await, Vec::<String>::new(), "{why}");
    }
    // It makes no patch and no finding: what lacks a patch is what it was.
    assert_eq!(app.get("/v1/patches?status=all").await.ok()["total"], 0);
    assert_eq!(app.get("/v1/assets?cve=CVE-2026-3001").await.ok()["total"], 0);
    import(&app, vec![advisory("DSA-6100", &[("curl", "7.88-2")], "CVE-2026-3002")]).await;
    let fixed = app.get("/v1/vulnerabilities/CVE-2026-3002").await.ok();
    assert_eq!((&fixed["exposedCount"], &fixed["affectedCount"]), (&json!(1), &json!(1)));
    app.stop().await;
}

#[tokio::test]
async fn a_revised_document_changes_what_differs() {
    let app = TestApp::start().await;
    enrolled(&app, "old", vec![binary("libcurl4", "7.88-1", "curl", "7.88-1")]).await;
    changes(&app, &document()).await;
    let again = app.upload(IMPORTS, document().to_string()).await.ok();
    assert_eq!(again["outcome"], "AlreadyImported");
    let mut revised = document();
    revised["curl"]["CVE-2026-3001"]["releases"]["bookworm"] = statement("resolved", Some("7.88-1"), "low", None);
    let entries = revised["curl"].as_object_mut().expect("entries");
    entries.remove("CVE-2026-3003");
    // One is changed, one is gone, and two stay.
    assert_eq!(
        changes(&app, &revised).await,
        json!({ "added": 0, "changed": 2, "unchanged": 2, "joined": 0, "withdrawn": 0 })
    );
    assert_eq!(affected(&app, "CVE-2026-3001").await, Vec::<String>::new());
    assert_eq!(app.get("/v1/vulnerabilities/CVE-2026-3003").await.status, 404);
    let refused = app.upload(IMPORTS, "{\"curl\": {\"CVE-2026-3001\": {\"releases\": 1}").await;
    assert_eq!(refused.code(), "FEED_MALFORMED");
    assert_eq!(app.get("/v1/vulnerabilities/CVE-2026-3001").await.ok()["affectedCount"], 0, "nothing changed");
    app.stop().await;
}
