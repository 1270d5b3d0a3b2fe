//! Live agents against a real server, over the ports that real agents would use.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fettle_agent_core::settings::Settings as InstallValues;
use fettle_fleet::Settings;
use fettle_fleet::agents::Agent;
use fettle_model::component::Component;
use fettle_simulate::live::{Live, LiveError, LiveFleet, Summary};
use fettle_simulate::{Host, images};
use fettle_testkit::{TestApp, eventually};
use fettle_wire::{Fingerprint, component};
use serde_json::json;

const AGENTS: u32 = 50;
const PACKAGES: (usize, usize) = (40, 60);

/// A server whose agents come again within seconds, so that a test need not wait for a minute.
async fn server() -> TestApp {
    TestApp::start_with(Settings { check_in_seconds: 4, ..Settings::default() }).await
}

fn install_values(app: &TestApp) -> InstallValues {
    let enrolment = &app.enrolment;
    let words = [
        format!("CustomerId={}", enrolment.customer),
        format!("ActivationId={}", enrolment.key),
        format!("WebServiceUri=https://{}/agent/", enrolment.server),
        format!("ServerCa={}", enrolment.pin),
    ];
    InstallValues::from_words(&words, false).expect("install values")
}

fn live(app: &TestApp, agents: u32, state: &Path) -> Live {
    Live { packages: PACKAGES, state: Some(state.to_owned()), ..Live::new(install_values(app), agents, 7) }
}

async fn connected(live: &Live) -> LiveFleet {
    let mut fleet = LiveFleet::start(live).await.expect("agents");
    fleet.connected(|_| ()).await.expect("all are connected");
    fleet
}

/// The machine under this number, after so many rounds of updates.
fn host(number: u32, updates: usize) -> Host {
    let images = images(7, PACKAGES.0, PACKAGES.1);
    let mut host = Host::new(7, u64::from(number), &images[number as usize % images.len()], 12);
    (0..updates).for_each(|_| drop(host.upgrade(10)));
    host
}

fn fingerprint(host: &Host) -> Fingerprint {
    Fingerprint::of(&host.components().iter().map(component::hash).collect::<Vec<_>>())
}

/// The server's agent of the machine under this number.
fn agent_of(app: &TestApp, number: u32) -> Arc<Agent> {
    let name = host(number, 0).name;
    let is_it = |agent: &Arc<Agent>| app.fleet.index.asset(agent.asset).is_some_and(|row| row.columns.name == name);
    app.fleet.agents.all().into_iter().find(is_it).expect("the agent of this machine")
}

fn has(app: &TestApp, updates: usize) -> bool {
    (0..AGENTS).all(|number| agent_of(app, number).state().fingerprint == fingerprint(&host(number, updates)))
}

fn no_errors(summary: &Summary) {
    assert!(summary.errors.is_empty(), "{:?}", summary.errors);
    assert_eq!((summary.connected, summary.gone), (summary.agents, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_come_back_after_a_storm_and_their_changes_arrive() {
    let (app, state) = (server().await, tempfile::tempdir().expect("a directory"));
    let live = live(&app, AGENTS, state.path());
    let mut fleet = connected(&live).await;
    assert!(has(&app, 0), "the server has what the machines have");
    eventually("holds", Duration::from_secs(10), async || {
        let held = app.fleet.agents.all().iter().filter(|agent| agent.state().connection.held > 0).count();
        (held > AGENTS as usize / 2).then_some(())
    })
    .await;

    let storm = fleet.storm(|_| ()).await.expect("a storm");
    assert_eq!((storm.agents, storm.back, storm.errors.len()), (AGENTS, u64::from(AGENTS), 0), "{storm:?}");
    assert!(storm.since_try.max <= storm.since_drop.max && storm.since_drop.max > 0.0, "{storm:?}");

    let changes = fleet.change(AGENTS, usize::MAX, Some(Duration::from_secs(1)), |_| ()).await.expect("changes");
    let changes = changes.expect("there were some");
    assert_eq!((changes.due, changes.answered.count), (u64::from(AGENTS), u64::from(AGENTS)));
    assert!(has(&app, 1), "the server has what the machines have after their updates");
    let updated = host(3, 0).upgrade(10).add;
    let Some(Component::Deb { name, version, .. }) = updated.first() else { panic!("{updated:?}") };
    let query = format!("components:(name:\"{name}\" and version:\"{version}\")");
    let found = app
        .get(&format!("/v1/query/assets?limit=100&query={}", query.replace(' ', "%20").replace('+', "%2B")))
        .await
        .ok();
    let names: Vec<_> = found["items"].as_array().expect("a list").iter().map(|item| &item["name"]).collect();
    assert!(names.contains(&&json!(host(3, 0).name)), "{query}: {found:#}");

    fleet.connected(|_| ()).await.expect("held again");
    let summary = fleet.stop().await.expect("a summary");
    no_errors(&summary);
    assert_eq!((summary.enrolled, summary.reports), (AGENTS, 2 * u64::from(AGENTS)));

    // The same agents go on, and more join them.
    let more = Live { agents: AGENTS + 5, ..live };
    let mut fleet = connected(&more).await;
    let due = fleet.change(AGENTS, AGENTS as usize, Some(Duration::from_secs(1)), |_| ()).await.expect("changes");
    assert_eq!(due.map(|changes| changes.answered.count), Some(u64::from(AGENTS)));
    assert!(has(&app, 2));
    let summary = fleet.stop().await.expect("a summary");
    no_errors(&summary);
    assert_eq!((summary.enrolled, app.fleet.agents.all().len()), (5, AGENTS as usize + 5));
    assert!(app.fleet.agents.all().iter().all(|agent| agent.state().incarnation == 1));
    app.stop().await;
}

/// As after a crash: what the agents keep is older than what they told the server.
#[tokio::test(flavor = "multi_thread")]
async fn agents_of_an_older_state_go_on_as_restored_machines() {
    let (app, state) = (server().await, tempfile::tempdir().expect("a directory"));
    let live = live(&app, 3, state.path());
    let mut fleet = connected(&live).await;
    let file = state.path().join("agents.json");
    // What the run has written last is from before the enrolment.
    let empty = fs_err::read(&file).expect("a state");
    fleet.change(6, 3, Some(Duration::from_secs(1)), |_| ()).await.expect("changes");
    fleet.stop().await.expect("a summary");

    let mut early: serde_json::Value = serde_json::from_slice(&fs_err::read(&file).expect("a state")).expect("JSON");
    for agent in early["agents"].as_array_mut().expect("agents") {
        agent["identity"]["session"]["token"] = json!("00".repeat(16));
        agent["updates"] = json!(0);
    }
    fs_err::write(&file, early.to_string()).expect("a state");
    let fleet = connected(&live).await;
    fleet.stop().await.expect("a summary");
    for number in 0..3 {
        let agent = agent_of(&app, number);
        assert_eq!(agent.state().incarnation, 2);
        assert_eq!(agent.state().fingerprint, fingerprint(&host(number, 0)));
    }

    // The same enrolments again are the same assets.
    fs_err::write(&file, empty).expect("a state");
    let fleet = connected(&live).await;
    fleet.stop().await.expect("a summary");
    assert_eq!(app.fleet.agents.all().len(), 3);
    app.stop().await;
}

async fn ends_with(live: &Live) -> LiveError {
    let mut fleet = match LiveFleet::start(live).await {
        Ok(fleet) => fleet,
        Err(error) => return error,
    };
    let error = fleet.connected(|_| ()).await.expect_err("it does not go on");
    fleet.stop().await.expect("what there is is kept");
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said() {
    let (app, state) = (server().await, tempfile::tempdir().expect("a directory"));
    let right = live(&app, 5, state.path());

    let mut nobody = right.clone();
    // Port 1 is reserved, and nothing listens on it.
    nobody.settings.web_service_uri = "https://127.0.0.1:1/agent/".to_owned();
    assert!(matches!(ends_with(&nobody).await, LiveError::NoServer { .. }));

    let mut other = right.clone();
    other.settings.server_ca = Some(fettle_testkit::hash_of("another CA"));
    let error = ends_with(&other).await;
    assert!(matches!(error, LiveError::Untrusted { .. }), "{error}");
    assert!(app.fleet.agents.all().is_empty());

    let key = app.post("/v1/activation-keys", json!({ "title": "small", "maxAgents": 3 })).await.ok();
    let mut full = right.clone();
    full.settings.activation_id = serde_json::from_value(key["id"].clone()).expect("an id");
    let error = ends_with(&full).await;
    assert_eq!(error.code(), "KEY_FULL");
    assert!(error.to_string().ends_with("3 of 5 have enrolled"), "{error}");

    // With a key that has room for the others the same run goes on.
    let fleet = connected(&right).await;
    let error = LiveFleet::start(&right).await.expect_err("the directory is taken");
    assert!(matches!(error, LiveError::StateInUse { .. }), "{error}");
    assert_eq!(fleet.stop().await.expect("a summary").enrolled, 2);
    assert_eq!(app.fleet.agents.all().len(), 5);

    let error = LiveFleet::start(&Live { seed: 8, ..right.clone() }).await.expect_err("another seed");
    assert!(error.to_string().ends_with("their machines are of the seed 7"), "{error}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_that_are_retired_come_no_more() {
    let (app, state) = (server().await, tempfile::tempdir().expect("a directory"));
    let mut fleet = connected(&live(&app, 3, state.path())).await;
    let asset = agent_of(&app, 1).asset;
    app.delete(&format!("/v1/assets/{asset}")).await.ok();
    let storm = fleet.storm(|_| ());
    let gone = async {
        eventually("the refusal", Duration::from_secs(30), async || {
            (app.fleet.agents.get(asset).is_some_and(|agent| agent.state().connection.held == 0)).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_secs(7)).await;
    };
    tokio::select! {
        storm = storm => panic!("one cannot be back: {storm:?}"),
        () = gone => {}
    }
    let summary = fleet.stop().await.expect("a summary");
    assert_eq!((summary.gone, summary.errors.keys().next().map(String::as_str)), (1, Some("ASSET_RETIRED (403)")));
    app.stop().await;
}
