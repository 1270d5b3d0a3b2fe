//! The NVD, page by page, from a server on loopback that stands in for the vendor's.

mod log;
mod vendor;

use std::net::SocketAddr;
use std::time::Duration;

use fettle_fleet::{Fleet, Settings};
use fettle_server::{Config, FeedSettings, Pace};
use fettle_store::catalogue::FeedRound;
use fettle_testkit::{TestApp, eventually};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::log::Log;
use self::vendor::{Instead, Nvd};

/// Longer than the interval at which feeds are looked for.
const PATIENCE: Duration = Duration::from_mins(1);
const KEY: &str = "b2c7a1f0-0000-4000-8000-5ec2e7a91e55";

fn cves(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("CVE-2026-{}", 2_001 + number)).collect()
}

fn settings(address: &str) -> FeedSettings {
    let mut feeds = FeedSettings::default();
    for others in ["kev", "epss", "debian-dsa", "debian-dla", "debian-tracker"] {
        feeds.set(others, "off").expect("it is known");
    }
    feeds.set("nvd", address).expect("it is known");
    feeds.set_nvd_key(KEY.into()).expect("a key");
    feeds.set_nvd_pace(Pace { between: Duration::from_millis(2), back_off: Duration::from_millis(10), tries: 3 });
    feeds
}

/// With five records, thus three pages.
async fn started(nvd: &Nvd, tasks: &TaskTracker) -> TestApp {
    nvd.with(|vendor| vendor.all = cves(5));
    let address = nvd.serve(tasks).await;
    TestApp::start_with_feeds(None, Settings::default(), settings(&address)).await
}

async fn row(app: &TestApp) -> Value {
    let feeds = app.get("/v1/catalogue/feeds").await.ok();
    feeds["items"].as_array().expect("a list").iter().find(|row| row["name"] == "nvd").expect("the feed").clone()
}

/// Asks the feed, and waits until that has come to an end.
async fn sync(app: &TestApp) -> Value {
    let asked_at = row(app).await["askedAt"].clone();
    assert_eq!(app.post("/v1/catalogue/feeds/nvd/sync", json!({})).await.status, 202);
    eventually("the round to end", PATIENCE, async || {
        let row = row(app).await;
        (row["status"] != "Syncing" && row["askedAt"] != asked_at).then_some(row)
    })
    .await
}

async fn round(fleet: &Fleet) -> FeedRound {
    let round = fleet.database.read().await.expect("a connection").feed_rounds().find("nvd").await;
    round.expect("an answer").expect("a round")
}

/// How many of the vendor's records are stored.
async fn stored(fleet: &Fleet) -> usize {
    let mut read = fleet.database.read().await.expect("a connection");
    let facts = read.vulnerabilities().of(&cves(9)).await.expect("an answer");
    facts.iter().filter(|facts| facts.record.is_some()).count()
}

#[tokio::test]
async fn everything_is_read_once_and_then_what_changed() {
    let (nvd, tasks) = (Nvd::default(), TaskTracker::new());
    let app = started(&nvd, &tasks).await;
    let first = sync(&app).await;
    assert_eq!((&first["status"], &first["records"]), (&json!("Good"), &Value::Null), "{first}");
    assert_eq!(nvd.with(|vendor| vendor.asked.clone()).iter().filter(|query| query.len() == 2).count(), 3);
    assert_eq!(nvd.starts(), ["0", "2", "4"]);
    assert_eq!(stored(&app.fleet).await, 5);
    assert_eq!(app.get("/v1/catalogue/documents").await.ok()["total"], 3);
    let synced_to = round(&app.fleet).await.synced_to.expect("a moment");

    nvd.with(|vendor| vendor.changed = cves(6).split_off(3));
    let second = sync(&app).await;
    assert_ne!(second["changedAt"], first["changedAt"]);
    let query = nvd.with(|vendor| vendor.asked[0].clone());
    let from: Timestamp = format!("{}Z", query["lastModStartDate"]).parse().expect("a time");
    assert!(from <= synced_to - SignedDuration::from_mins(59), "rounds overlap: {query:?}");
    assert_eq!(nvd.starts(), ["0", "2"]);
    assert_eq!(stored(&app.fleet).await, 6);

    // Nothing new: neither a document nor news.
    let third = sync(&app).await;
    assert_eq!((&third["status"], &third["changedAt"]), (&json!("Good"), &second["changedAt"]));
    assert_eq!(app.get("/v1/catalogue/documents").await.ok()["total"], 5);
    app.stop().await;
}

#[tokio::test]
async fn one_that_is_asked_too_fast_is_asked_again_and_not_for_ever() {
    let (nvd, tasks) = (Nvd::default(), TaskTracker::new());
    let app = started(&nvd, &tasks).await;
    nvd.with(|vendor| vendor.instead = [Instead::Page, Instead::Status(503), Instead::Status(429)].into());
    assert_eq!(sync(&app).await["status"], "Good");
    assert_eq!(nvd.starts(), ["0", "2", "2", "2", "4"]);

    nvd.with(|vendor| vendor.instead = [403, 403, 403].map(Instead::Status).into());
    let before = round(&app.fleet).await.synced_to;
    let failing = sync(&app).await;
    assert!(failing["error"].as_str().is_some_and(|text| text.contains("403") && !text.contains(KEY)), "{failing}");
    assert_eq!((nvd.starts().len(), round(&app.fleet).await.synced_to), (3, before));
    app.stop().await;
}

#[tokio::test]
async fn a_page_that_is_none_changes_nothing_and_is_asked_again() {
    let (nvd, tasks) = (Nvd::default(), TaskTracker::new());
    let app = started(&nvd, &tasks).await;
    nvd.with(|vendor| vendor.instead = [Instead::Page, Instead::Text("<html>maintenance</html>")].into());
    let failing = sync(&app).await;
    assert_eq!((&failing["records"], &failing["recordsOf"]), (&json!(2), &json!(5)));
    assert!(failing["error"].as_str().is_some_and(|text| text.contains("FEED_MALFORMED")), "{failing}");
    assert_eq!((stored(&app.fleet).await, round(&app.fleet).await.synced_to), (2, None));
    nvd.starts();

    // Readable, but of another place: it is not applied either.
    let other = r#"{"startIndex": 0, "totalResults": 5, "vulnerabilities": [{"cve": {"id": "CVE-2026-2009"}}]}"#;
    nvd.with(|vendor| vendor.instead = [Instead::Text(other)].into());
    let failing = sync(&app).await;
    assert!(failing["error"].as_str().is_some_and(|text| text.contains("starts at record 0, not at 2")), "{failing}");
    assert_eq!(stored(&app.fleet).await, 2);

    let good = sync(&app).await;
    assert_eq!((&good["status"], &good["error"]), (&json!("Good"), &Value::Null));
    assert_eq!((nvd.starts(), stored(&app.fleet).await), (vec!["2".into(), "2".into(), "4".into()], 5));
    app.stop().await;
}

#[tokio::test]
async fn a_server_that_stopped_goes_on_at_the_page_where_it_was() {
    let (nvd, tasks) = (Nvd::default(), TaskTracker::new());
    nvd.with(|vendor| vendor.instead = [Instead::Page, Instead::Silence].into());
    let app = started(&nvd, &tasks).await;
    assert_eq!(app.post("/v1/catalogue/feeds/nvd/sync", json!({})).await.status, 202);
    let asked_twice = async || (nvd.with(|vendor| vendor.asked.len()) == 2).then_some(());
    eventually("the second page to be asked", PATIENCE, asked_twice).await;
    let shown = row(&app).await;
    assert_eq!((&shown["status"], &shown["records"], &shown["recordsOf"]), (&"Syncing".into(), &2.into(), &5.into()));
    let before = round(&app.fleet).await;
    assert_eq!(before.synced_to, None);
    let data = app.stop_keeping_data().await;
    nvd.starts();

    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let running = fettle_server::start(Config {
        data: data.path().to_owned(),
        database: None,
        listen: any,
        agent_listen: any,
        names: Vec::new(),
        organisation: "Test".to_owned(),
        repository_hosts: Vec::new(),
        keyrings: Vec::new(),
        insecure_http: false,
        feeds: settings(&before.address),
        settings: Settings::default(),
    });
    let running = running.await.expect("the server starts");
    let (fleet, stop) = (running.fleet.clone(), CancellationToken::new());
    let serving = tasks.spawn(running.serve(stop.clone()));
    let is_over = async || round(&fleet).await.synced_to;
    let synced_to = eventually("the round to end", PATIENCE, is_over).await;
    assert_eq!((Some(synced_to), nvd.starts()), (before.started_at, vec!["2".into(), "4".into()]));
    assert_eq!(stored(&fleet).await, 5);
    stop.cancel();
    serving.await.expect("no panic").expect("it served");
}

#[tokio::test]
async fn a_long_absence_is_asked_in_windows_of_120_days() {
    let (nvd, tasks) = (Nvd::default(), TaskTracker::new());
    let app = started(&nvd, &tasks).await;
    sync(&app).await;
    let mut long_ago = round(&app.fleet).await;
    long_ago.synced_to = long_ago.synced_to.map(|synced| synced - SignedDuration::from_hours(200 * 24));
    app.fleet.database.write(async move |tx| tx.feed_rounds().put(&long_ago).await).await.expect("kept");
    nvd.starts();
    assert_eq!(sync(&app).await["status"], "Good");
    let asked = nvd.with(|vendor| vendor.asked.clone());
    let at = |query: usize, name: &str| -> Timestamp { format!("{}Z", asked[query][name]).parse().expect("a time") };
    assert_eq!(asked.len(), 2);
    assert_eq!(at(0, "lastModEndDate"), at(1, "lastModStartDate"));
    assert_eq!(at(0, "lastModEndDate").duration_since(at(0, "lastModStartDate")), SignedDuration::from_hours(120 * 24));
    app.stop().await;
}

#[tokio::test]
async fn the_key_is_sent_as_a_header_and_not_logged() {
    let (nvd, tasks, log) = (Nvd::default(), TaskTracker::new(), Log::default());
    tracing::subscriber::set_global_default(log.clone()).expect("no other test logs");
    let app = started(&nvd, &tasks).await;
    nvd.with(|vendor| vendor.instead = [Instead::Status(503), Instead::Status(500)].into());
    sync(&app).await;
    sync(&app).await;
    assert!(nvd.with(|vendor| vendor.keys.iter().all(|key| key.as_deref() == Some(KEY))));
    let text = log.text();
    assert!(text.contains("the NVD wants to be asked later") && text.contains("answered 500"), "{text}");
    assert!(!text.contains(KEY));
    app.stop().await;
}
