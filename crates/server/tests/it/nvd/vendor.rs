//! A server that stands in for the NVD: two records a page, whatever is asked for.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio_util::task::TaskTracker;

const PAGE: usize = 2;

/// In place of the next pages.
pub(super) enum Instead {
    Page,
    Status(u16),
    Text(&'static str),
    /// The answer never comes.
    Silence,
}

#[derive(Default)]
pub(super) struct Vendor {
    /// CVEs of everything.
    pub(super) all: Vec<String>,
    /// CVEs of any window.
    pub(super) changed: Vec<String>,
    pub(super) instead: VecDeque<Instead>,
    pub(super) asked: Vec<BTreeMap<String, String>>,
    pub(super) keys: Vec<Option<String>>,
}

#[derive(Clone, Default)]
pub(super) struct Nvd(Arc<Mutex<Vendor>>);

impl Nvd {
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Vendor) -> T) -> T {
        act(&mut self.0.lock().expect("no panic"))
    }

    /// Gives the address of the API.
    pub(super) async fn serve(&self, tasks: &TaskTracker) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/cves", listener.local_addr().expect("an address"));
        let nvd = self.clone();
        let handler =
            async move |query: Query<BTreeMap<String, String>>, headers: HeaderMap| nvd.answer(query.0, &headers).await;
        let router = axum::Router::new().route("/cves", axum::routing::get(handler));
        tasks.spawn(async move { axum::serve(listener, router).await });
        address
    }

    async fn answer(&self, query: BTreeMap<String, String>, headers: &HeaderMap) -> Response {
        let key = headers.get("apikey").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let instead = self.with(|vendor| {
            vendor.keys.push(key);
            vendor.asked.push(query.clone());
            vendor.instead.pop_front().unwrap_or(Instead::Page)
        });
        match instead {
            Instead::Page => self.with(|vendor| vendor.page(&query)).into_response(),
            Instead::Status(status) => StatusCode::from_u16(status).expect("a status").into_response(),
            Instead::Text(text) => text.into_response(),
            Instead::Silence => std::future::pending().await,
        }
    }

    /// `startIndex` of each request since it was asked last.
    pub(super) fn starts(&self) -> Vec<String> {
        self.with(|vendor| std::mem::take(&mut vendor.asked).iter().map(|query| query["startIndex"].clone()).collect())
    }
}

impl Vendor {
    fn page(&self, query: &BTreeMap<String, String>) -> String {
        let records = if query.contains_key("lastModStartDate") { &self.changed } else { &self.all };
        let start: usize = query["startIndex"].parse().expect("a number");
        let record = |cve: &String| {
            json!({ "cve": { "id": cve, "vulnStatus": "Analyzed", "published": "2026-10-30T12:00:00.000",
                "descriptions": [{ "lang": "en", "value": format!("A flaw, {}", records.len()) }] } })
        };
        let page: Vec<_> = records.iter().skip(start).take(PAGE).map(record).collect();
        json!({ "resultsPerPage": page.len(), "startIndex": start, "totalResults": records.len(), "vulnerabilities": page })
            .to_string()
    }
}
