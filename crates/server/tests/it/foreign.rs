//! Packages from outside of a machine's release: by the tracker's word on unstable, or not to be told.

use std::sync::Arc;

use fettle_model::SystemClock;
use fettle_model::component::Component;
use fettle_testkit::{TestAgent, TestApp};
use serde_json::{Value, json};

use crate::advisories::{advisory, binary, enrolled, import, rows, titles};
use crate::restart::reopened;

const IMPORTS: &str = "/v1/catalogue/imports";

/// Of unstable `fixed`, where it is fixed there.
fn document(fixed: Option<&str>) -> Value {
    let here = json!({ "status": "resolved", "fixed_version": "7.88.1-10+deb12u9", "urgency": "low",
        "repositories": { "bookworm": "7.88.1-10+deb12u8", "bookworm-security": "7.88.1-10+deb12u9" } });
    let unstable = match fixed {
        Some(fixed) => json!({ "status": "resolved", "fixed_version": fixed, "urgency": "low" }),
        None => json!({ "status": "open", "urgency": "low" }),
    };
    json!({ "curl": { "CVE-2026-3001": { "releases": { "bookworm": here, "sid": unstable } } } })
}

async fn import_tracker(app: &TestApp, fixed: Option<&str>) {
    let imported = app.upload(IMPORTS, document(fixed).to_string()).await.ok();
    assert_eq!(imported["outcome"], "Imported");
}

async fn counts(app: &TestApp, agent: &TestAgent) -> [u64; 3] {
    let asset = app.get(&format!("/v1/assets/{}", agent.id)).await.ok();
    ["missingPatchCount", "undeterminedPatchCount", "installedPatchCount"]
        .map(|count| asset[count].as_u64().expect("a count"))
}

async fn names(app: &TestApp, path: &str) -> Vec<String> {
    let page = app.get(path).await.ok();
    let name = |row: &Value| row["name"].as_str().or_else(|| row["asset"]["name"].as_str()).expect("text").to_owned();
    page["items"].as_array().expect("a list").iter().map(name).collect()
}

async fn now_has(agent: &mut TestAgent, packages: Vec<Component>) {
    let gone: Vec<Component> = agent.components().filter(|component| component.kind() == "deb").cloned().collect();
    let difference = agent.difference(&packages, &gone);
    agent.report(difference).await;
}

fn curl(version: &str) -> Vec<Component> {
    vec![binary("curl", version, "curl", version)]
}

#[tokio::test]
async fn what_is_from_outside_of_the_release_is_told_by_unstable() {
    let app = TestApp::start().await;
    let own = enrolled(&app, "own", curl("7.88.1-10+deb12u9")).await;
    let mut backport = enrolled(&app, "backport", curl("8.7.1-1~bpo12+1")).await;
    let by_hand = enrolled(&app, "by-hand", curl("8.9.0-1")).await;
    let dsa = || advisory("DSA-6100", &[("curl", "7.88.1-10+deb12u9")], "CVE-2026-3001");
    import(&app, vec![dsa()]).await;
    // Without the tracker nobody knows what the release's own suites have; a backport says it of itself.
    assert_eq!(counts(&app, &own).await, [0, 0, 1]);
    assert_eq!(counts(&app, &by_hand).await, [0, 0, 1]);
    assert_eq!(counts(&app, &backport).await, [0, 1, 0]);

    // The tracker names no fix in unstable: it cannot be told, and nobody calls that nothing.
    import_tracker(&app, None).await;
    for agent in [&backport, &by_hand] {
        assert_eq!(counts(&app, agent).await, [0, 1, 0]);
        assert_eq!(titles(&app, agent, "Undetermined").await, ["DSA-6100 curl"]);
        assert_eq!(titles(&app, agent, "Installed").await, Vec::<String>::new());
    }
    let row = &rows(&app, &backport, "Undetermined").await[0];
    assert_eq!((&row["findingReason"], &row["obstacle"]), (&json!("ForeignVersion"), &Value::Null));
    assert_eq!(row["packagesHere"][0]["fixed"], Value::Null);
    let patch = &row["id"].as_str().expect("an id");
    let details = app.get(&format!("/v1/patches/{patch}")).await.ok();
    let of_patch = ["missingCount", "undeterminedCount", "installedCount"].map(|count| details[count].clone());
    assert_eq!(of_patch, [json!(0), json!(2), json!(1)]);
    assert_eq!(names(&app, &format!("/v1/patches/{patch}/assets?status=Undetermined")).await, ["backport", "by-hand"]);
    assert_eq!(names(&app, "/v1/assets?missing=no").await, ["own"]);
    assert_eq!(app.get("/v1/overview").await.ok()["updatesUndetermined"], 2);
    let asked = |query: &str| format!("/v1/query/assets?query={query}");
    assert_eq!(names(&app, &asked("undeterminedPatchCount>0")).await, ["backport", "by-hand"]);
    let by_reason = "patches:(patchStatus:Undetermined%20and%20findingReason:ForeignVersion)";
    assert_eq!(names(&app, &asked(by_reason)).await, ["backport", "by-hand"]);
    let why = app.get(&format!("/v1/assets/{}/patches/{patch}/explain", backport.id)).await.ok();
    assert_eq!((&why["status"], &why["findingReason"]), (&json!("Undetermined"), &json!("ForeignVersion")));
    assert_eq!(
        why["sentence"],
        "It cannot be told whether backport lacks it: curl is at 8.7.1-1~bpo12+1, which is from outside of debian:12. \
         Debian's tracker names no fix in unstable to compare it with."
    );
    // Whoever runs the release's own version is not vulnerable, and of the others that cannot be told either.
    assert_eq!(names(&app, "/v1/assets?affected=CVE-2026-3001").await, Vec::<String>::new());

    // Unstable has the fix now.
    import_tracker(&app, Some("8.8.0-1")).await;
    assert_eq!(counts(&app, &backport).await, [1, 0, 0], "built from a version before the fix");
    assert_eq!(counts(&app, &by_hand).await, [0, 0, 1]);
    assert_eq!(names(&app, "/v1/assets?affected=CVE-2026-3001").await, ["backport"]);
    let here = rows(&app, &backport, "Missing").await[0]["packagesHere"][0].clone();
    assert_eq!((&here["installed"], &here["fixed"]), (&json!("8.7.1-1~bpo12+1"), &json!("8.8.0-1")));
    // The same advisory again says nothing new.
    assert_eq!(import(&app, vec![dsa()]).await.unchanged, 1);
    // A rebuild has what it was built from, though it is below that.
    now_has(&mut backport, curl("8.8.0-1~bpo12+1")).await;
    assert_eq!(counts(&app, &backport).await, [0, 0, 1]);
    app.stop().await;
}

/// What the index says of it is there again after a restart, and changes with a report in both directions.
#[tokio::test]
async fn what_cannot_be_told_is_kept_over_a_restart() {
    let app = TestApp::start().await;
    import_tracker(&app, None).await;
    import(&app, vec![advisory("DSA-6100", &[("curl", "7.88.1-10+deb12u9")], "CVE-2026-3001")]).await;
    let mut agent = enrolled(&app, "web1", curl("7.88.1-10+deb12u1")).await;
    assert_eq!(counts(&app, &agent).await, [1, 0, 0]);
    now_has(&mut agent, curl("8.9.0-1~bpo12+1")).await;
    assert_eq!(counts(&app, &agent).await, [0, 1, 0]);
    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    let counts = fleet.index.asset(agent.id).expect("it is there").counts;
    assert_eq!((counts.missing, counts.undetermined, counts.installed), (0, 1, 0));
}

/// Where there is no fix in the release, every version of its own is vulnerable, one that the tracker does not list, too.
#[tokio::test]
async fn what_has_no_fix_in_the_release_may_have_one_in_unstable() {
    let app = TestApp::start().await;
    for (name, version) in [
        ("own", "7.88.1-10+deb12u9"),
        ("newer", "7.88.1-10+deb12u10"),
        ("backport", "8.7.1-1~bpo12+1"),
        ("fixed", "8.8.0-1~bpo12+1"),
    ] {
        enrolled(&app, name, curl(version)).await;
    }
    let mut document = document(Some("8.8.0-1"));
    let here = &mut document["curl"]["CVE-2026-3001"]["releases"]["bookworm"];
    here["status"] = json!("open");
    app.upload(IMPORTS, document.to_string()).await.ok();
    assert_eq!(names(&app, "/v1/assets?affected=CVE-2026-3001").await, ["backport", "newer", "own"]);
    let details = app.get("/v1/vulnerabilities/CVE-2026-3001").await.ok();
    assert_eq!((&details["affectedCount"], &details["statements"][0]["affectedCount"]), (&json!(3), &json!(3)));
    app.stop().await;
}
