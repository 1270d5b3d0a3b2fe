//! Patches from the offers of machines: whom they speak for, since when, and what becomes of them.

use std::time::Duration;

use fettle_model::component::Component;
use fettle_model::{Clock as _, SystemClock};
use fettle_testkit::{TestAgent, TestApp, deb, eventually, facts, hash_of, offer, offer_details, os, repo};
use fettle_wire::message::report::OfferDetails;
use serde_json::{Value, json};

const REPOSITORY: &str = "Debian/Debian-Security/stable-security/main";

fn machine(version: &str, offered: Option<&str>) -> Vec<Component> {
    let mut components = vec![os("debian", "12"), repo(REPOSITORY), deb("openssl", version)];
    components.extend(offered.map(|candidate| offer("openssl", candidate, REPOSITORY)));
    components
}

fn details(candidate: &str, content: &str) -> Vec<OfferDetails> {
    vec![offer_details("openssl", candidate, REPOSITORY, hash_of(content))]
}

async fn missing(app: &TestApp, agent: &TestAgent) -> Value {
    app.get(&format!("/v1/assets/{}/patches?status=Missing", agent.id)).await.ok()["items"].clone()
}

async fn missing_counts(app: &TestApp, agents: &[TestAgent]) -> Vec<u64> {
    let mut counts = Vec::new();
    for agent in agents {
        let details = app.get(&format!("/v1/assets/{}", agent.id)).await.ok();
        let count = details["missingPatchCount"].as_u64().expect("a count");
        assert_eq!(missing(app, agent).await.as_array().expect("items").len() as u64, count, "row and list agree");
        counts.push(count);
    }
    counts
}

/// Four machines have openssl 1 and the repository; offers come from one after the other.
async fn offers_speak_for_their_reporters_until_three_agree(app: &TestApp) {
    let mut agents = Vec::new();
    for number in 0..5 {
        agents.push(app.enrol(&format!("web0{number}")).await);
    }
    for agent in &mut agents[1..4] {
        agent.report_all(&machine("1", None), facts("web"), Vec::new()).await;
    }
    // The last has no such repository: nothing of this is for it.
    agents[4].report_all(&[os("debian", "12"), deb("openssl", "1")], facts("web"), Vec::new()).await;

    agents[0].report_all(&machine("1", Some("2")), facts("web00"), details("2", "content")).await;
    assert_eq!(missing_counts(app, &agents).await, [1, 0, 0, 0, 0], "one asset's offer speaks for it alone");
    let patch = missing(app, &agents[0]).await[0].clone();
    assert_eq!((&patch["corroboration"], &patch["isSecurity"]), (&json!("Reported"), &json!(true)));
    let explain =
        |agent: &TestAgent| format!("/v1/assets/{}/patches/{}/explain", agent.id, patch["id"].as_str().expect("id"));
    assert_eq!(app.get(&explain(&agents[1])).await.ok()["status"], "NotApplicable");

    // Another content under the same name and version: no corroboration.
    agents[1].report_all(&machine("1", Some("2")), facts("web01"), details("2", "other content")).await;
    agents[2].report_all(&machine("1", Some("2")), facts("web02"), details("2", "content")).await;
    assert_eq!(missing_counts(app, &agents).await, [1, 1, 1, 0, 0]);

    // The one that was different is offered the same now: three alike.
    agents[1].report_all(&machine("1", Some("2")), facts("web01"), details("2", "content")).await;
    assert_eq!(missing_counts(app, &agents).await, [1, 1, 1, 1, 0], "three alike speak for all with the repository");
    let explained = app.get(&explain(&agents[3])).await.ok();
    assert_eq!(explained["status"], "Missing");
    assert_eq!(explained["isLatest"], true);
    let evidence = explained["evidence"].as_array().expect("evidence");
    let of = |check: &str| {
        evidence.iter().find(|fact| fact["check"] == check).unwrap_or_else(|| panic!("{check}: {evidence:?}"))
    };
    assert_eq!((&of("package")["found"], &of("package")["expected"]), (&json!("1"), &json!("2")));
    let elsewhere = app.get(&explain(&agents[4])).await.ok();
    assert_eq!(elsewhere["status"], "NotApplicable");
    assert_eq!(
        elsewhere["evidence"]
            .as_array()
            .expect("evidence")
            .iter()
            .find(|fact| fact["holds"] == false)
            .expect("a reason")["check"],
        "repository"
    );
    let listed = app.get(&format!("/v1/patches/{}/assets", patch["id"].as_str().expect("id"))).await.ok();
    assert_eq!(listed["total"], 4);
}

#[tokio::test]
async fn offers_speak_for_their_reporters_until_three_agree_on_sqlite() {
    let app = TestApp::start().await;
    offers_speak_for_their_reporters_until_three_agree(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn offers_speak_for_their_reporters_until_three_agree_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    offers_speak_for_their_reporters_until_three_agree(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_newer_version_replaces_an_older_one_and_history_is_kept() {
    let app = TestApp::start().await;
    let mut agents = Vec::new();
    for number in 0..3 {
        let mut agent = app.enrol(&format!("web0{number}")).await;
        agent.report_all(&machine("1", Some("2")), facts("web"), details("2", "two")).await;
        agents.push(agent);
    }
    let first = missing(&app, &agents[0]).await;
    let since = first[0]["since"].clone();
    assert_eq!(first.as_array().expect("items").len(), 1);

    for agent in &mut agents {
        agent.report_all(&machine("1", Some("3")), facts("web"), details("3", "three")).await;
    }
    // Both are missing; only the newer one counts and is the latest.
    let rows = missing(&app, &agents[0]).await;
    let latest: Vec<_> = rows.as_array().expect("items").iter().filter(|row| row["isLatest"] == true).collect();
    assert_eq!(latest.len(), 1, "{rows}");
    assert_eq!(latest[0]["sourceVersion"], "3");
    let older = first[0]["id"].as_str().expect("id");
    let shown = app.get(&format!("/v1/patches/{older}")).await.ok();
    assert_eq!(shown["isSuperseded"], true);
    assert_eq!(shown["supersededBy"][0]["patchId"], latest[0]["id"]);
    let counted = app.get(&format!("/v1/assets/{}", agents[0].id)).await.ok();
    assert_eq!(counted["missingPatchCount"], 1);
    let explained = app.get(&format!("/v1/assets/{}/patches/{older}/explain", agents[0].id)).await.ok();
    assert_eq!((&explained["isLatest"], &explained["since"]), (&json!(false), &since));

    // Brought to version 3 by hand: both findings are over and stand in the history.
    agents[0].report_all(&machine("3", None), facts("web"), Vec::new()).await;
    assert_eq!(missing(&app, &agents[0]).await, json!([]));
    let installed = app.get(&format!("/v1/assets/{}/patches?status=Installed", agents[0].id)).await.ok();
    assert_eq!(installed["total"], 2, "{installed}");
    let agent = app.fleet.agents.get(agents[0].id).expect("the agent");
    let history = app.fleet.database.read().await.expect("a reader").findings().of_asset(agent.number, 10).await;
    let history = history.expect("a history");
    assert_eq!(history.len(), 2);
    assert!(history.iter().all(|finding| finding.since <= finding.closed && finding.deployment.is_none()));

    // Taken back to version 1: missing since now, not since before. Ledgers know seconds, so another one must come.
    let learnt: jiff::Timestamp = since.as_str().expect("a time").parse().expect("a time");
    let later = async || (SystemClock.now() > learnt + Duration::from_secs(2)).then_some(());
    eventually("another second", Duration::from_secs(5), later).await;
    agents[0].report_all(&machine("1", Some("3")), facts("web"), details("3", "three")).await;
    let again = app.get(&format!("/v1/assets/{}/patches/{older}/explain", agents[0].id)).await.ok();
    assert_eq!(again["status"], "Missing");
    assert!(again["since"].as_str() > since.as_str(), "{again} after {since}");
    app.stop().await;
}
