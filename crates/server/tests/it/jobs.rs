//! A job from its making to its results, with an agent that says what it did.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::{Clock as _, DeploymentId, SystemClock};
use fettle_testkit::{TestAgent, TestApp, deb, facts, hash_of, offer, offer_details, os, repo};
use fettle_wire::dsse::{Envelope, PayloadType};
use fettle_wire::limit;
use fettle_wire::message::check_in::{EventsFrom, Want};
use fettle_wire::message::dry_run::{DryRunPatch, DryRunReport, DryRunVerdict, PlannedChange};
use fettle_wire::message::events::{Acknowledged, Event, EventKind};
use serde_json::{Value, json};

const REPOSITORY: &str = "Debian/Debian-Security/stable-security/main";

/// An agent that lacks one patch, and the patch's id.
pub(crate) async fn lacking(app: &TestApp) -> (TestAgent, String) {
    let mut agent = app.enrol("web01").await;
    report(&mut agent, "1").await;
    agent.check_in(0).await;
    let rows = app.get("/v1/patches").await.ok();
    (agent, rows["items"][0]["id"].as_str().expect("a patch").to_owned())
}

pub(crate) async fn report(agent: &mut TestAgent, version: &str) {
    let mut components = vec![os("debian", "12"), repo(REPOSITORY), deb("openssl", version)];
    let mut details = Vec::new();
    if version == "1" {
        components.push(offer("openssl", "2", REPOSITORY));
        details.push(offer_details("openssl", "2", REPOSITORY, hash_of("two")));
    }
    agent.report_all(&components, facts("web01"), details).await;
}

pub(crate) fn draft(agent: &TestAgent, patch: &str) -> Value {
    json!({ "name": "Night", "work": "Install", "assets": [agent.id], "patches": [patch] })
}

pub(crate) fn event(deployment: DeploymentId, seq: u32, kind: EventKind, state: Option<&str>, detail: Value) -> Event {
    let state = state.map(str::to_owned);
    Event { deployment, seq, time: SystemClock.now(), boot: "boot-1".to_owned(), kind, state, detail }
}

pub(crate) fn state(deployment: DeploymentId, seq: u32, to: &str) -> Event {
    event(deployment, seq, EventKind::State, Some(to), json!({}))
}

/// Makes and starts a job; gives its run and the one deployment that the agent was offered.
pub(crate) async fn started(app: &TestApp, agent: &mut TestAgent, patch: &str) -> (String, DeploymentId) {
    let job = app.post("/v1/jobs", draft(agent, patch)).await.ok();
    assert_eq!(job["status"], "Disabled");
    let id = job["id"].as_str().expect("id");
    let enabled = app.post(&format!("/v1/jobs/{id}/enable"), json!({})).await.ok();
    let run = enabled["runs"][0]["id"].as_str().expect("a run").to_owned();
    let answer = agent.check_in(0).await;
    let [work] = answer.work.as_slice() else { panic!("work: {answer:?}") };
    let bytes = STANDARD.decode(&work.manifest).expect("base64");
    let manifest = Envelope::open(&bytes, PayloadType::Manifest, limit::MAX_ENVELOPE_MANIFEST).expect("a manifest");
    let manifest: Value = manifest.read().expect("JSON");
    assert_eq!(manifest["agent"], json!(agent.id));
    assert_eq!(manifest["patches"][0]["packages"][0]["version"], "2");
    let path = format!("/agent/v1/authorisation/{}", work.authorisation);
    let authorisation = agent.send(hyper::Method::GET, &path, &[], Vec::new()).await.expect("an answer");
    assert_eq!(fettle_wire::sha256(&authorisation.body), work.authorisation);
    (run, work.deployment)
}

async fn shown(app: &TestApp, deployment: DeploymentId) -> Value {
    app.get(&format!("/v1/deployments/{deployment}")).await.ok()
}

async fn a_job_runs_to_its_result(app: &TestApp) {
    let (mut agent, patch) = lacking(app).await;
    let (run, id) = started(app, &mut agent, &patch).await;
    assert_eq!(shown(app, id).await["state"], "Pending");

    let acked = agent.tell(vec![state(id, 1, "Received")]).await.acked;
    assert_eq!(acked, [Acknowledged { deployment: id, seq: 1 }]);
    assert!(agent.check_in(0).await.work.is_empty(), "acknowledged work is not offered again");
    // The same again, and one that is out of order.
    let acked = agent.tell(vec![state(id, 1, "Received"), state(id, 3, "Patching")]).await.acked;
    assert_eq!(acked, [Acknowledged { deployment: id, seq: 1 }]);
    assert_eq!(shown(app, id).await["state"], "Received", "what follows a gap waits");
    let asked = agent.check_in(0).await;
    assert!(asked.want.contains(&Want::Events));
    assert_eq!(asked.events_from, [EventsFrom { deployment: id, seq: 2 }]);
    let acked = agent.tell(vec![state(id, 2, "RunningPreActions")]).await.acked;
    assert_eq!(acked, [Acknowledged { deployment: id, seq: 3 }]);
    assert_eq!(shown(app, id).await["state"], "Patching");

    // From Patching nothing leads back to Received: noted, and the state stays.
    agent.tell(vec![state(id, 4, "Received")]).await;
    let details = shown(app, id).await;
    assert_eq!(details["state"], "Patching");
    let events = details["events"].as_array().expect("events");
    let noted = events.iter().find(|event| event["seq"] == 4 && event["kind"] == "state").expect("the event");
    assert!(noted["note"].as_str().is_some_and(|note| note.contains("Received")), "{noted}");

    let outcome = json!({ "patch": patch, "outcome": "Success", "exitCode": 0, "durationMs": 1200,
        "packages": [{ "name": "openssl", "arch": "amd64", "from": "1", "to": "2" }] });
    agent.tell(vec![event(id, 5, EventKind::Patch, None, outcome), state(id, 6, "Verifying")]).await;
    let chunk = json!({ "incarnation": 1, "deployment": id, "stream": "apt", "offset": 0, "text": "Setting up openssl\n", "end": true });
    for _ in 0..2 {
        let answer = agent.post("logs", &chunk).await.expect("an answer");
        assert_eq!(answer.status, 200);
        answer.json()["token"].as_str().expect("a token").clone_into(&mut agent.token);
    }
    report(&mut agent, "2").await;
    agent.tell(vec![state(id, 7, "Completed")]).await;

    let details = shown(app, id).await;
    assert_eq!(details["state"], "Completed");
    assert_eq!((&details["patches"][0]["outcome"], &details["patches"][0]["exitCode"]), (&json!("Success"), &json!(0)));
    assert_eq!(details["logs"], json!([{ "stream": "apt", "text": "Setting up openssl\n", "complete": true }]));
    let run = app.get(&format!("/v1/runs/{run}")).await.ok();
    assert_eq!((&run["state"], &run["result"]), (&json!("Finished"), &json!("Succeeded")));
    assert_eq!(run["job"]["status"], "Completed");
    let asset = app.get(&format!("/v1/assets/{}", agent.id)).await.ok();
    assert_eq!((&asset["missingPatchCount"], &asset["lastDeployment"]["state"]), (&json!(0), &json!("Completed")));
    let number = app.fleet.agents.get(agent.id).expect("the agent").number;
    let history = app.fleet.database.read().await.expect("a reader").findings().of_asset(number, 10).await;
    assert_eq!(history.expect("a history")[0].deployment, Some(id), "the finding was closed by the deployment");
}

#[tokio::test]
async fn a_job_runs_to_its_result_on_sqlite() {
    let app = TestApp::start().await;
    a_job_runs_to_its_result(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_job_runs_to_its_result_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    a_job_runs_to_its_result(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_cancelled_run_is_told_and_ends() {
    let app = TestApp::start().await;
    let (mut agent, patch) = lacking(&app).await;
    let (run, id) = started(&app, &mut agent, &patch).await;
    agent.tell(vec![state(id, 1, "Received")]).await;
    for _ in 0..2 {
        app.post(&format!("/v1/runs/{run}/cancel"), json!({})).await.ok();
    }
    assert_eq!(agent.check_in(0).await.cancel, [id]);
    agent.tell(vec![state(id, 2, "Canceled")]).await;
    assert!(agent.check_in(0).await.cancel.is_empty());
    assert_eq!(app.get(&format!("/v1/runs/{run}")).await.ok()["state"], "Canceled");
    app.stop().await;
}

#[tokio::test]
async fn what_the_server_set_itself_gives_way_to_the_truth() {
    let app = TestApp::start().await;
    let (mut agent, patch) = lacking(&app).await;
    let (_, id) = started(&app, &mut agent, &patch).await;
    // The server gave up on it, as it does with an agent that is silent for days.
    let mut deployment =
        app.fleet.database.read().await.expect("a reader").deployments().find(id).await.expect("read").expect("there");
    deployment.state = fettle_model::DeploymentState::TimedOut;
    deployment.set_by_server = true;
    deployment.ended_at = Some(SystemClock.now());
    app.fleet.database.write(async move |tx| tx.deployments().update(&deployment).await).await.expect("written");
    assert_eq!(shown(&app, id).await["state"], "TimedOut");
    agent.tell(vec![state(id, 1, "Completed")]).await;
    assert_eq!(shown(&app, id).await["state"], "Completed");
    app.stop().await;
}

#[tokio::test]
async fn events_of_another_agent_are_refused() {
    let app = TestApp::start().await;
    let (mut agent, patch) = lacking(&app).await;
    let (_, id) = started(&app, &mut agent, &patch).await;
    let mut other = app.enrol("web02").await;
    let stolen = json!({ "incarnation": 1, "events": [state(id, 1, "Completed")] });
    let answer = other.post("events", &stolen).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]["code"]), (400, &json!("MESSAGE_INVALID")));
    assert_eq!(shown(&app, id).await["state"], "Pending");
    app.stop().await;
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen() {
    let app = TestApp::start().await;
    let (mut agent, patch) = lacking(&app).await;
    let asked = app.post("/v1/dry-runs", draft(&agent, &patch)).await;
    assert_eq!(asked.status, 202);
    assert_eq!(asked.body["state"], "Waiting");
    let answer = agent.check_in(0).await;
    let [order] = answer.simulate.as_slice() else { panic!("an order: {answer:?}") };
    assert_eq!(order.patches[0].packages[0].name, "openssl");
    let report = DryRunReport {
        id: order.id,
        changes: vec![PlannedChange {
            name: "openssl".to_owned(),
            arch: "amd64".to_owned(),
            from: Some("1".to_owned()),
            to: Some("2".to_owned()),
            wanted: true,
        }],
        patches: vec![DryRunPatch {
            patch: order.patches[0].id,
            verdict: DryRunVerdict::WouldInstall,
            reason: None,
            text: None,
        }],
        download_bytes: Some(123_456),
        disk_bytes: Some(-7),
        reboot_expected: false,
        problem: None,
    };
    assert_eq!(agent.post("dry-run", &report).await.expect("an answer").json(), json!({ "taken": true }));
    let shown = app.get(&format!("/v1/dry-runs/{}", order.id)).await.ok();
    assert_eq!((&shown["state"], &shown["totals"]["changes"]), (&json!("Finished"), &json!(1)));
    assert_eq!(shown["assets"][0]["patches"][0]["verdict"], "WouldInstall");
    assert!(agent.check_in(0).await.simulate.is_empty());
    assert_eq!(missing_count(&app, &agent).await, 1, "nothing was changed");
    app.stop().await;
}

async fn missing_count(app: &TestApp, agent: &TestAgent) -> u64 {
    app.get(&format!("/v1/assets/{}", agent.id)).await.ok()["missingPatchCount"].as_u64().expect("a count")
}

#[tokio::test]
async fn a_job_that_asks_for_restarts_is_refused_and_not_half_obeyed() {
    let app = TestApp::start().await;
    let (agent, patch) = lacking(&app).await;
    let mut draft = draft(&agent, &patch);
    draft["options"] = json!({ "suppressReboots": false });
    let answer = app.post("/v1/jobs", draft).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["error"]["field"], "options.suppressReboots");
    assert_eq!(app.get("/v1/jobs").await.ok()["total"], 0);
    app.stop().await;
}
