//! What a server that has just started may decide, and what it may not yet.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_fleet::entropy::SystemEntropy;
use fettle_fleet::start::{Start, open};
use fettle_fleet::{Fleet, Settings};
use fettle_model::{Clock, SystemClock};
use fettle_testkit::TestApp;
use fettle_wire::dsse::{Envelope, PayloadType};
use fettle_wire::limit;
use fettle_wire::message::check_in::WorkOrder;
use serde_json::{Value, json};

use crate::jobs::{draft, lacking, report};

pub(crate) async fn reopened(data: &std::path::Path, clock: Arc<dyn Clock>) -> Fleet {
    let start = Start {
        database: format!("sqlite:{}", data.display()),
        seal_key: data.join("seal.key"),
        organisation: "Test".to_owned(),
        settings: Settings::default(),
        clock,
        entropy: Arc::new(SystemEntropy),
    };
    open(start).await.expect("the data opens again")
}

/// The patches of the only deployment's manifest.
pub(crate) fn patches_of(work: &[WorkOrder]) -> Vec<Value> {
    let [work] = work else { panic!("one deployment: {work:?}") };
    let bytes = STANDARD.decode(&work.manifest).expect("base64");
    let manifest = Envelope::open(&bytes, PayloadType::Manifest, limit::MAX_ENVELOPE_MANIFEST).expect("a manifest");
    let manifest: Value = manifest.read().expect("JSON");
    manifest["patches"].as_array().expect("a list").clone()
}

/// Which packages a deployment moves is judged with the index: a manifest that is made before it is whole would be
/// empty, and the deployment would end as not applicable.
#[tokio::test]
async fn work_waits_until_the_index_is_whole() {
    let app = TestApp::start().await;
    let (agent, patch) = lacking(&app).await;
    let job = app.post("/v1/jobs", draft(&agent, &patch)).await.ok();
    app.post(&format!("/v1/jobs/{}/enable", job["id"].as_str().expect("id")), json!({})).await.ok();
    let data = app.stop_keeping_data().await;

    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    let known = fleet.agents.get(agent.id).expect("the agent");
    let at_once = fleet.check_in(&known, agent.check_in_message(0), None).await.expect("an answer");
    assert!(at_once.work.is_empty(), "{at_once:?}");
    // One that is held meanwhile gets it as soon as it can be judged.
    let held = fleet.check_in(&known, agent.check_in_message(50), None);
    let (held, loaded) = tokio::join!(tokio::time::timeout(Duration::from_secs(30), held), fleet.load_index());
    loaded.expect("the index loads");
    let answer = held.expect("the hold ends with the loading").expect("an answer");
    assert_eq!(patches_of(&answer.work)[0]["packages"][0]["version"], "2");
    fleet.database.close().await;
}

/// What the machine did by itself between publication and offer is not left open in the results.
#[tokio::test]
async fn a_patch_that_came_by_itself_is_told_as_installed() {
    let app = TestApp::start().await;
    let (mut agent, patch) = lacking(&app).await;
    let job = app.post("/v1/jobs", draft(&agent, &patch)).await.ok();
    let path = format!("/v1/jobs/{}/enable", job["id"].as_str().expect("id"));
    let run = app.post(&path, json!({})).await.ok()["runs"][0]["id"].as_str().expect("a run").to_owned();
    report(&mut agent, "2").await;
    assert_eq!(patches_of(&agent.check_in(0).await.work), Vec::<Value>::new());
    let results = app.get(&format!("/v1/runs/{run}/deployments")).await.ok();
    let id = results["items"][0]["id"].as_str().expect("a deployment");
    let shown = app.get(&format!("/v1/deployments/{id}")).await.ok();
    assert_eq!(shown["patches"][0]["outcome"], "Installed", "{shown:#}");
    app.stop().await;
}
