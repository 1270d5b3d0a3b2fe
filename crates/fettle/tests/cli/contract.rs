//! A small server that answers as `/v1` does. It keeps what was written to it, and lets runs and dry runs end at the
//! second look.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

pub(crate) const TOKEN: &str = "ftl_good";
const COOKIE: &str = "fettle=session-1";
pub(crate) const WEB_1: &str = "0193b3a0-0000-7000-8000-000000000001";
pub(crate) const DB_1: &str = "0193b3a0-0000-7000-8000-000000000002";
pub(crate) const DB_2: &str = "0193b3a0-0000-7000-8000-000000000003";
pub(crate) const OPENSSL: &str = "5f0e3c3c-0000-5000-8000-000000000001";
pub(crate) const CURL: &str = "5f0e3c3c-0000-5000-8000-000000000002";
pub(crate) const JOB: &str = "0193b3a0-0000-7000-8000-00000000000a";
const RUN: &str = "0193b3a0-0000-7000-8000-00000000000b";
const DEPLOYMENT: &str = "0193b3a0-0000-7000-8000-00000000000c";
const DRY_RUN: &str = "0193b3a0-0000-7000-8000-00000000000d";
const AT: &str = "2026-11-21T10:00:00Z";

#[derive(Default)]
struct Seen {
    /// Method and path, then the body where there was one.
    writes: Vec<String>,
    looks_at_run: u32,
    looks_at_dry_run: u32,
    /// `Fettle-At` of the last read.
    position: Option<String>,
}

type Shared = Arc<Mutex<Seen>>;

pub(crate) struct Contract {
    pub(crate) url: String,
    seen: Shared,
    _tasks: TaskTracker,
}

impl Contract {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Shared::default();
        let router = router(Arc::clone(&seen));
        let tasks = TaskTracker::new();
        tasks.spawn(async move { axum::serve(listener, router).await });
        Self { url, seen, _tasks: tasks }
    }

    pub(crate) fn writes(&self) -> Vec<String> {
        self.seen.lock().expect("no panic").writes.clone()
    }

    pub(crate) fn position(&self) -> Option<String> {
        self.seen.lock().expect("no panic").position.clone()
    }
}

fn router(seen: Shared) -> Router {
    let closed = Router::new()
        .route(
            "/v1/tokens",
            post(async || Json(json!({"id": "token-1", "name": "n", "expiresAt": AT, "token": TOKEN}))),
        )
        .route("/v1/tokens/{id}", delete(async || StatusCode::NO_CONTENT))
        .route("/v1/assets", get(assets))
        .route("/v1/assets/{id}", get(async |Path(id): Path<String>| by_id(asset_rows(), &id)))
        .route("/v1/assets/{id}/patches", get(asset_patches))
        .route("/v1/patches", get(patches))
        .route("/v1/patches/{id}", get(async |Path(id): Path<String>| by_id(patch_rows(), &id)))
        .route("/v1/vulnerabilities", get(crate::vulnerabilities::list))
        .route("/v1/vulnerabilities/{cve}", get(crate::vulnerabilities::show))
        .route("/v1/dry-runs", post(async || (StatusCode::ACCEPTED, Json(dry_run("Waiting")))))
        .route("/v1/dry-runs/{id}", get(look_at_dry_run))
        .route("/v1/jobs", post(async || ([("fettle-at", "7.1")], Json(job()))))
        .route("/v1/jobs/{id}", get(async || Json(job())))
        .route("/v1/jobs/{id}/enable", post(async || refused(StatusCode::CONFLICT, "JOB_LOCKED", "the job has run")))
        .route("/v1/runs/{id}", get(look_at_run))
        .route("/v1/runs/{id}/deployments", get(deployments))
        .route("/v1/deployments/{id}", get(async || Json(deployment_details())))
        .merge(crate::tags::router())
        .route("/v1/audit", get(crate::query::audit))
        .route("/v1/query/assets", get(crate::query::no_assets))
        .route("/v1/saved-searches", get(crate::query::saved_searches))
        .route("/v1/qql/explain", post(crate::query::explained))
        .route("/v1/catalogue/imports", post(import))
        .route("/v1/catalogue/documents", get(async || Json(json!({"items": [document()], "total": 1, "next": null}))))
        .layer(middleware::from_fn_with_state(Arc::clone(&seen), check));
    let session = get(session).post(sign_in).delete(async || StatusCode::NO_CONTENT);
    closed.route("/v1/session", session).with_state(seen)
}

/// Lets nobody in without token or session, and keeps writes.
async fn check(State(seen): State<Shared>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !is_known(headers) {
        return refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "sign in first");
    }
    let call = format!("{} {}", request.method(), request.uri().path());
    if request.method() == "GET" {
        let position = headers.get("fettle-at").map(|at| at.to_str().expect("text").to_owned());
        seen.lock().expect("no panic").position = position;
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    seen.lock().expect("no panic").writes.push(format!("{call} {}", String::from_utf8_lossy(&bytes)).trim().to_owned());
    next.run(Request::from_parts(parts, bytes.into())).await
}

fn is_known(headers: &HeaderMap) -> bool {
    let with = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    let by_token = with("authorization", &format!("Bearer {TOKEN}"));
    by_token || (with("cookie", COOKIE) && with("x-requested-with", "fettle") && headers.contains_key("origin"))
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({"error": {"code": code, "message": message, "requestId": "r-1"}}))).into_response()
}

async fn session(headers: HeaderMap) -> Response {
    if is_known(&headers) {
        return Json(json!({"user": {"username": "ada"}, "expiresAt": AT})).into_response();
    }
    refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "sign in first")
}

async fn sign_in(Json(body): Json<Value>) -> Response {
    if body["username"] == "ada" && body["password"] == "correct horse" {
        let cookie = format!("{COOKIE}; HttpOnly; Path=/");
        return ([("set-cookie", cookie)], Json(json!({"user": {"username": "ada"}, "expiresAt": AT}))).into_response();
    }
    refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "the name or the password is wrong")
}

type Parameters = Query<std::collections::HashMap<String, String>>;

/// Rows whose text holds the search, as the server's plain search does.
fn page(rows: Vec<Value>, parameters: &Parameters) -> Json<Value> {
    let search = parameters.get("search").map(String::as_str).unwrap_or_default();
    let items: Vec<Value> = rows.into_iter().filter(|row| row.to_string().contains(search)).collect();
    Json(json!({"items": items, "total": items.len(), "next": null, "facets": []}))
}

async fn assets(parameters: Parameters) -> Json<Value> {
    page(asset_rows(), &parameters)
}

async fn patches(parameters: Parameters) -> Json<Value> {
    page(patch_rows(), &parameters)
}

async fn asset_patches(parameters: Parameters) -> Json<Value> {
    let rows = patch_rows().into_iter().filter(|row| parameters.get("security").is_none() || row["isSecurity"] == true);
    let here = json!({"status": "Missing", "isLatest": true, "obstacle": null, "since": AT, "packagesHere": []});
    page(rows.map(|row| merged(row, &here)).collect(), &parameters)
}

fn merged(mut row: Value, more: &Value) -> Value {
    let fields = more.as_object().expect("an object").clone();
    row.as_object_mut().expect("an object").extend(fields);
    row
}

fn by_id(rows: Vec<Value>, id: &str) -> Response {
    match rows.into_iter().find(|row| row["id"] == id) {
        Some(row) => Json(row).into_response(),
        None => refused(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such thing"),
    }
}

fn asset_rows() -> Vec<Value> {
    [(WEB_1, "web1", 2), (DB_1, "db", 0), (DB_2, "db", 1)]
        .map(|(id, name, missing)| {
            json!({"id": id, "name": name, "fqdn": null, "operatingSystem": "Debian 12", "osFamily": "debian",
                "address": null, "scanStatus": "Scanned", "scanReason": null, "scannedAt": AT, "agentStatus": "Active",
                "lastCheckedIn": AT, "connected": true, "agentVersion": "0.1.0", "missingPatchCount": missing,
                "missingSecurityCount": 0, "installedPatchCount": 3, "missingPackageCount": missing,
                "packageCount": 700, "lastLoggedOnUser": null, "pendingReboot": false, "lastDeployment": null})
        })
        .to_vec()
}

fn patch_rows() -> Vec<Value> {
    [(OPENSSL, "openssl", true), (CURL, "curl", false)]
        .map(|(id, source, security)| {
            json!({"id": id, "title": format!("{source}: update to 2"), "vendor": "Debian", "advisory": null,
                "source": source, "sourceVersion": "2", "product": "debian:12", "repository": "bookworm",
                "severity": "NotSpecified", "category": "Security", "isSecurity": security, "urgency": "medium",
                "cves": ["CVE-2026-1", "CVE-2026-2", "CVE-2026-3"], "published": AT, "syncedAt": AT,
                "sizeBytes": 1_234_567, "reboot": "Never", "isSuperseded": false, "corroboration": "SignedIndex",
                "missingCount": 1, "installedCount": 0})
        })
        .to_vec()
}

fn dry_run(state: &str) -> Value {
    let asset = json!({"id": WEB_1, "name": "web1", "state": "Done", "reboot": false,
        "changes": [
            {"name": "openssl", "arch": "amd64", "from": "1", "to": "2", "wanted": true},
            {"name": "libold", "arch": "amd64", "from": "1", "to": null, "wanted": false}],
        "patches": [{"patchId": OPENSSL, "title": "openssl: update to 2", "verdict": "WouldFail",
            "reason": "RemovalRefused", "text": "libold would be removed"}],
        "downloadBytes": 1_234_567, "diskBytes": -2_000, "rebootExpected": false, "problem": null});
    let assets = if state == "Finished" { vec![asset] } else { Vec::new() };
    let answered = assets.len();
    json!({"id": DRY_RUN, "createdAt": AT, "state": state, "assets": assets, "totals": {"assets": 1,
        "answered": answered, "changes": 2, "removals": 1, "downloadBytes": 1_234_567, "reboots": 0, "wouldFail": 1}})
}

async fn look_at_dry_run(State(seen): State<Shared>) -> Json<Value> {
    let mut seen = seen.lock().expect("no panic");
    seen.looks_at_dry_run += 1;
    Json(dry_run(if seen.looks_at_dry_run > 1 { "Finished" } else { "Waiting" }))
}

fn run(state: &str) -> Value {
    let finished = state == "Finished";
    json!({"id": RUN, "jobId": JOB, "number": 1, "state": state, "result": finished.then_some("Failed"),
        "publishedAt": AT, "startedAt": AT, "finishedAt": finished.then_some(AT), "counts": {"Failed": 1},
        "applicable": 1, "reported": u8::from(finished), "completionPercent": 0, "assetSuccessPercent": 0,
        "patchSuccessPercent": 0})
}

async fn look_at_run(State(seen): State<Shared>) -> Json<Value> {
    let mut seen = seen.lock().expect("no panic");
    seen.looks_at_run += 1;
    Json(run(if seen.looks_at_run > 1 { "Finished" } else { "Running" }))
}

fn job() -> Value {
    json!({"id": JOB, "name": "nightly", "description": "", "work": "Install", "status": "Enabled", "owner": "ada",
        "createdAt": AT, "patchCount": 1, "assetCount": 1, "revision": 1, "lastRun": run("Published"),
        "assets": [{"id": WEB_1, "name": "web1"}], "patches": [{"id": OPENSSL, "title": "openssl: update to 2",
        "source": "openssl", "sourceVersion": "2"}], "options": {}, "runs": [run("Published")], "dryRuns": []})
}

fn deployment(finished: bool) -> Value {
    let state = if finished { "Failed" } else { "Patching" };
    json!({"id": DEPLOYMENT, "runId": RUN, "jobId": JOB, "jobName": "nightly", "work": "Install",
        "asset": {"id": WEB_1, "name": "web1"}, "state": state, "reason": null,
        "text": finished.then_some("1 of 1 patches failed"), "refusedCode": null, "cancelRequested": false,
        "publishedAt": AT, "startedAt": AT, "endedAt": finished.then_some(AT),
        "progress": {"step": "unpack", "percent": 40.0, "bytes": null}, "counts": {"Failed": 1},
        "rebootPending": false})
}

async fn deployments(State(seen): State<Shared>, parameters: Parameters) -> Json<Value> {
    let finished = seen.lock().expect("no panic").looks_at_run > 1;
    page(vec![deployment(finished)], &parameters)
}

fn deployment_details() -> Value {
    let more = json!({"patches": [{"patchId": OPENSSL, "title": "openssl: update to 2", "outcome": "Failed",
            "failure": "InstallerExit", "skipped": null, "text": "dpkg returned 1", "exitCode": 100,
            "durationMs": 5, "packages": [{"name": "openssl", "arch": "amd64", "from": "1", "to": "2"}]}],
        "alsoMoved": [{"name": "libssl3", "arch": "amd64", "from": "1", "to": "2"}], "events": [],
        "logs": [{"stream": "output", "text": "Unpacking \u{1b}[31mopenssl\nErrors were encountered\n", "complete": true}]});
    merged(deployment(true), &more)
}

fn document() -> Value {
    let nothing = json!({"total": 0, "reasons": [], "examples": []});
    let dropped = json!({"total": 1, "reasons": [{"reason": "a line that is not UTF-8", "count": 1}],
        "examples": [{"place": "line 7", "reason": "a line that is not UTF-8", "detail": ""}]});
    json!({"id": JOB, "feed": "debian-dsa", "fileName": "list", "sha256": "00", "bytes": 1_234_567, "importedAt": AT,
        "importedBy": "ada", "changes": {"added": 2, "changed": 1, "unchanged": 4_000, "joined": 1, "withdrawn": 0},
        "report": {"read": {"advisories": 5_406, "releaseLines": 6_926}, "signature": null, "dropped": dropped,
            "unresolved": nothing, "warnings": nothing}})
}

/// By the format: one that is not stored, one that was imported before, one that is new.
async fn import(parameters: Parameters) -> Response {
    let outcome = match parameters.get("format").map(String::as_str) {
        Some("repomd") => {
            return refused(StatusCode::BAD_REQUEST, "FEED_NOT_STORED", "files in the format repomd are not stored");
        }
        Some(_) => "AlreadyImported",
        None => "Imported",
    };
    let document = document();
    Json(json!({"outcome": outcome, "format": "debian-dsa", "canBeStored": true, "sha256": "00", "bytes": 5,
        "report": document["report"], "changes": document["changes"], "document": JOB}))
    .into_response()
}
