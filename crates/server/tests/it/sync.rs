//! Feeds that the server fetches by itself: by condition, and with what was read last in force whatever comes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use fettle_fleet::Settings;
use fettle_server::FeedSettings;
use fettle_testkit::{TestApp, eventually};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use crate::advisories::{advisory, binary, enrolled, import};

const PATIENCE: Duration = Duration::from_secs(20);

/// What the vendor's server answers, and what it was asked.
#[derive(Default)]
struct Vendor {
    status: u16,
    body: String,
    /// `If-None-Match` of each request.
    asked: Vec<Option<String>>,
}

type Shared = Arc<Mutex<Vendor>>;

fn kev(cve: &str) -> String {
    json!({ "count": 1, "vulnerabilities": [{ "cveID": cve, "vendorProject": "Example", "product": "lvm",
        "vulnerabilityName": "A flaw", "dateAdded": "2026-11-01", "dueDate": "2026-11-22", "requiredAction": "Update." }] })
    .to_string()
}

fn answer(vendor: &Shared, headers: &HeaderMap) -> Response {
    let mut vendor = vendor.lock().expect("no panic");
    let condition = headers.get("if-none-match").and_then(|value| value.to_str().ok()).map(str::to_owned);
    vendor.asked.push(condition.clone());
    let etag = format!("\"{:x}\"", vendor.body.len() * 31 + vendor.body.bytes().map(usize::from).sum::<usize>());
    if vendor.status != 200 {
        return StatusCode::from_u16(vendor.status).expect("a status").into_response();
    }
    if condition.as_ref() == Some(&etag) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([("etag", etag)], vendor.body.clone()).into_response()
}

/// A server of a vendor on loopback; gives the address of its file.
async fn serve(vendor: &Shared, tasks: &TaskTracker) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/kev.json", listener.local_addr().expect("an address"));
    let vendor = Arc::clone(vendor);
    let router = axum::Router::new()
        .route("/kev.json", axum::routing::get(async move |headers: HeaderMap| answer(&vendor, &headers)));
    tasks.spawn(async move { axum::serve(listener, router).await });
    address
}

fn kev_row(feeds: &Value) -> Value {
    let items = feeds["items"].as_array().expect("a list");
    items.iter().find(|row| row["name"] == "kev").expect("the feed").clone()
}

/// Asks the feed, and waits until that has come to an end.
async fn sync(app: &TestApp, vendor: &Shared) -> Value {
    let before = vendor.lock().expect("no panic").asked.len();
    let asked_at = kev_row(&app.get("/v1/catalogue/feeds").await.ok())["askedAt"].clone();
    assert_eq!(app.post("/v1/catalogue/feeds/kev/sync", json!({})).await.status, 202);
    eventually("the feed to be asked", PATIENCE, async || {
        let row = kev_row(&app.get("/v1/catalogue/feeds").await.ok());
        let is_over = row["status"] != "Syncing" && row["askedAt"] != asked_at;
        (is_over && vendor.lock().expect("no panic").asked.len() > before).then_some(row)
    })
    .await
}

#[tokio::test]
async fn a_feed_is_asked_by_condition_and_a_bad_answer_changes_nothing() {
    let (vendor, tasks) = (Shared::default(), TaskTracker::new());
    let address = serve(&vendor, &tasks).await;
    let mut feeds = FeedSettings::default();
    feeds.set("kev", &address).expect("it is known");
    for others in ["epss", "debian-dsa", "debian-dla", "debian-tracker", "nvd"] {
        feeds.set(others, "off").expect("it is known");
    }
    {
        let mut vendor = vendor.lock().expect("no panic");
        (vendor.status, vendor.body) = (200, kev("CVE-2026-2001"));
    }
    let app = TestApp::start_with_feeds(None, Settings::default(), feeds).await;
    let _asset = enrolled(&app, "old", vec![binary("dmsetup", "2:1.02.185-2", "lvm2", "2.03.16-2")]).await;
    import(&app, vec![advisory("DSA-6101", &[("lvm2", "2.03.16-3")], "CVE-2026-2001")]).await;
    let exploited = async || app.get("/v1/overview").await.ok()["knownExploited"].clone();
    assert_eq!(exploited().await, json!(null), "nobody told yet");

    let row = sync(&app, &vendor).await;
    assert_eq!((&row["status"], &row["address"]), (&json!("Good"), &json!(address)));
    assert_eq!(exploited().await, 1);
    let changed_at = row["changedAt"].clone();
    let documents = app.get("/v1/catalogue/documents").await.ok();
    assert_eq!((&documents["total"], &documents["items"][0]["importedBy"]), (&json!(1), &json!("scheduler")));

    // Nothing new: one request, by condition.
    let row = sync(&app, &vendor).await;
    assert_eq!((&row["status"], &row["changedAt"]), (&json!("Good"), &changed_at));
    assert!(vendor.lock().expect("no panic").asked.last().expect("a request").is_some());

    // An error, and then a document that is none: what was read last stays in force, and the reason is shown.
    vendor.lock().expect("no panic").status = 503;
    let row = sync(&app, &vendor).await;
    assert_eq!((&row["status"], &row["changedAt"]), (&json!("Failing"), &changed_at));
    assert!(
        row["error"].as_str().is_some_and(|text| text.contains("FEED_HTTP_ERROR") && text.contains("503")),
        "{row}"
    );
    {
        let mut vendor = vendor.lock().expect("no panic");
        (vendor.status, vendor.body) = (200, "<html>maintenance</html>".to_owned());
    }
    let row = sync(&app, &vendor).await;
    assert!(row["error"].as_str().is_some_and(|text| text.contains("FEED_MALFORMED")), "{row}");
    assert_eq!(exploited().await, 1);

    // Good again, with other content: the old condition is still the one of the last good document.
    vendor.lock().expect("no panic").body = kev("CVE-2026-9999");
    let row = sync(&app, &vendor).await;
    assert_eq!((&row["status"], &row["error"]), (&json!("Good"), &Value::Null));
    assert_eq!(exploited().await, 0);

    let off = app.post("/v1/catalogue/feeds/epss/sync", json!({})).await;
    assert_eq!((off.status, off.code()), (409, "FEED_OFF"));
    assert_eq!(app.post("/v1/catalogue/feeds/nvd/sync", json!({})).await.code(), "FEED_OFF");
    assert_eq!(app.post("/v1/catalogue/feeds/nothing/sync", json!({})).await.status, 404);
    app.stop().await;
}
