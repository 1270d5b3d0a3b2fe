//! Patches that their feed takes back and brings back: by the next revision in an import, on both databases.

use std::sync::Arc;

use fettle_model::SystemClock;
use fettle_model::patch::Patch;
use fettle_store::catalogue::FindingCause;
use fettle_testkit::{TestAgent, TestApp};
use serde_json::{Value, json};

use crate::advisories::{advisory, binary, enrolled, import, rows, titles};
use crate::jobs::draft;
use crate::queries::ask;
use crate::restart::reopened;
use crate::updateinfo::{changes, file, first, machine, rpm, update};

const BOTH: [(&str, &str); 2] = [("example", "1:1.0-14.el9"), ("example-libs", "1:1.0-14.el9")];

/// The second advisory, which brings all that the first one does.
fn second(updated: &str, status: &str) -> String {
    let written = update("ALSA-2026:0002", "security", updated, "CVE-2026-1002", &BOTH);
    file(&[written.replace("status=\"final\"", &format!("status=\"{status}\""))])
}

async fn row_of(app: &TestApp, advisory: &str) -> Value {
    let found = ask(app, "/v1/query/patches", &[("query", &format!("advisory:\"{advisory}\""))]).await;
    found["items"][0].clone()
}

async fn taken_back_and_brought_back(app: &TestApp) {
    let nine = ("almalinux", "9.3");
    let old = machine(app, "old", nine, &[rpm("example", "1:1.0-2.el9"), rpm("example-libs", "1:1.0-2.el9")]).await;
    let new = machine(app, "new", nine, &[rpm("example", "1:1.0-14.el9")]).await;
    changes(app, first()).await;
    changes(app, second("2026-03-05 00:00:00", "final")).await;
    let missing = async || app.get(&format!("/v1/assets/{}", old.id)).await.ok()["missingPatchCount"].clone();
    assert_eq!((missing().await, rows(app, &old, "Missing").await.len()), (json!(1), 2));
    assert_eq!(row_of(app, "ALSA-2026:0001").await["isSuperseded"], true);

    let answer = changes(app, second("2026-03-06 00:00:00", "retracted")).await;
    assert_eq!((&answer["changed"], &answer["withdrawn"]), (&json!(1), &json!(1)));
    is_withdrawn(app, &old, &new).await;
    // The file from before it does not bring it back, nor does the retraction again take anything back.
    assert_eq!(changes(app, second("2026-03-05 00:00:00", "final")).await["changed"], 0);
    let again = second("2026-03-06 00:00:00", "retracted").replace("><", "> <");
    assert_eq!(changes(app, again).await["withdrawn"], 0);
    let history =
        app.fleet.database.read().await.expect("a connection").findings().of_asset(number(app, &old), 10).await;
    let history = history.expect("a list");
    assert_eq!(history.iter().map(|ended| ended.cause).collect::<Vec<_>>(), [FindingCause::Catalogue]);
    assert!(history[0].since < history[0].closed && history[0].due.is_some(), "{history:#?}");

    let answer = changes(app, second("2026-03-07 00:00:00", "final")).await;
    assert_eq!((&answer["changed"], &answer["withdrawn"]), (&json!(1), &json!(0)));
    assert_eq!((missing().await, rows(app, &old, "Missing").await.len()), (json!(1), 2));
    assert_eq!(titles(app, &new, "Installed").await.len(), 2);
    assert_eq!(row_of(app, "ALSA-2026:0002").await["deleted"], false);
}

/// It has no findings, replaces nothing, and says why.
async fn is_withdrawn(app: &TestApp, old: &TestAgent, new: &TestAgent) {
    let (first, second) = (row_of(app, "ALSA-2026:0001").await, row_of(app, "ALSA-2026:0002").await);
    assert_eq!(
        (&first["isSuperseded"], &first["missingCount"], &first["deleted"]),
        (&json!(false), &json!(1), &json!(false))
    );
    let counts = [&second["missingCount"], &second["installedCount"], &second["overdueCount"]];
    assert_eq!((&second["deleted"], counts), (&json!(true), [&json!(0), &json!(0), &json!(0)]));
    let left = rows(app, old, "Missing").await;
    assert_eq!((left.len(), &left[0]["isLatest"]), (1, &json!(true)), "{left:#?}");
    assert_eq!(titles(app, new, "Installed").await, ["ALSA-2026:0001 example update"]);
    let asked = ask(app, "/v1/query/patches", &[("query", "deleted:true")]).await;
    assert_eq!((&asked["total"], &asked["items"][0]["id"]), (&json!(1), &second["id"]));
    let explain = format!("/v1/assets/{}/patches/{}/explain", old.id, second["id"].as_str().expect("an id"));
    let explained = app.get(&explain).await.ok();
    let sentence = "AlmaLinux has taken it back: it is never deployed, and old is not judged by it.";
    assert_eq!((&explained["status"], &explained["sentence"]), (&json!("NotApplicable"), &json!(sentence)));
    assert_eq!(app.get("/v1/assets?cve=CVE-2026-1002").await.ok()["total"], 0);
}

fn number(app: &TestApp, agent: &TestAgent) -> fettle_store::assets::AssetNumber {
    app.fleet.agents.get(agent.id).expect("it is known").number
}

#[tokio::test]
async fn an_advisory_is_taken_back_and_brought_back_on_sqlite() {
    let app = TestApp::start().await;
    taken_back_and_brought_back(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn an_advisory_is_taken_back_and_brought_back_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    taken_back_and_brought_back(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn what_was_taken_back_stays_so_over_a_restart() {
    let app = TestApp::start().await;
    let old = machine(&app, "old", ("almalinux", "9.3"), &[rpm("example", "1:1.0-2.el9")]).await;
    changes(&app, first()).await;
    // One that was never known otherwise is kept, too: it can be asked for.
    let answer = changes(&app, second("2026-03-06 00:00:00", "retracted")).await;
    assert_eq!((&answer["added"], &answer["withdrawn"]), (&json!(1), &json!(1)));
    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    let counts = fleet.index.asset(old.id).expect("it is there").counts;
    assert_eq!((counts.missing, counts.installed), (1, 0));
    fleet.database.close().await;
}

/// A job that names it skips it, and no new one takes it.
#[tokio::test]
async fn no_job_deploys_what_was_taken_back() {
    let app = TestApp::start().await;
    let agent = enrolled(&app, "web01", vec![binary("dmsetup", "2:1.02.185-2", "lvm2", "2.03.16-2")]).await;
    let dsa = advisory("DSA-6201", &[("lvm2", "2.03.16-3")], "CVE-2026-2201");
    let patch = dsa.id.to_string();
    import(&app, vec![dsa.clone()]).await;
    let job = app.post("/v1/jobs", draft(&agent, &patch)).await.ok();
    let job = job["id"].as_str().expect("an id");
    assert_eq!(import(&app, vec![Patch { withdrawn: true, ..dsa }]).await.withdrawn, 1);

    let enabled = app.post(&format!("/v1/jobs/{job}/enable"), json!({})).await.ok();
    let run = enabled["runs"][0]["id"].as_str().expect("a run");
    let deployment = app.get(&format!("/v1/runs/{run}/deployments")).await.ok()["items"][0].clone();
    let details = app.get(&format!("/v1/deployments/{}", deployment["id"].as_str().expect("an id"))).await.ok();
    let told = &details["patches"][0];
    assert_eq!((&told["outcome"], &told["skipped"]), (&json!("Skipped"), &json!("PatchWithdrawn")), "{details:#}");
    let refused = app.post("/v1/jobs", draft(&agent, &patch)).await;
    assert_eq!((refused.status, refused.code()), (409, "PATCH_NOT_DEPLOYABLE"));
    let message = refused.body["error"]["message"].as_str().expect("a message");
    assert!(message.contains("was taken back by its vendor"), "{message}");
    let cloned = app.post(&format!("/v1/jobs/{job}/clone"), json!({})).await.ok();
    assert_eq!(cloned["patches"], json!([]));
    app.stop().await;
}
