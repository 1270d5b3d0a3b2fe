//! The operator API, as an administrator with a token.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{ServerProcess, eventually};

pub(crate) const USERNAME: &str = "ada";
pub(crate) const PASSWORD: &str = "correct horse battery staple 42";
/// For a scan, a dry run, a deployment of small packages, on a machine that does other things too.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// An answer of any status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `Null` where there is no JSON.
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.body
    }
}

pub(crate) struct Api {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Api {
    /// Makes the first administrator by the one-time link.
    pub(crate) fn set_up(server: &ServerProcess) -> Self {
        let (_, code) = server.setup_link.split_once('#').expect("the code stands behind #");
        let administrator = json!({
            "code": code, "username": USERNAME, "password": PASSWORD,
            "firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.org",
        });
        Self::with_session(server, "/v1/setup", &administrator)
    }

    /// Signs in as the administrator that was made elsewhere.
    pub(crate) fn sign_in(server: &ServerProcess) -> Self {
        Self::with_session(server, "/v1/session", &json!({ "username": USERNAME, "password": PASSWORD }))
    }

    fn with_session(server: &ServerProcess, path: &str, body: &Value) -> Self {
        // A second call finds the first one's provider.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().expect("a client");
        let mut api = Self { runtime, client, url: server.url(), token: String::new() };
        api.token = api.token_for(path, body);
        api
    }

    fn token_for(&self, path: &str, body: &Value) -> String {
        let asked = self.client.post(self.at(path)).json(body);
        let answer = self.runtime.block_on(async { asked.send().await }).expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next().unwrap_or_default();
        let request = self
            .client
            .post(self.at("/v1/tokens"))
            .header("cookie", cookie)
            .header("origin", &self.url)
            .header("x-requested-with", "fettle")
            .json(&json!({ "name": "test", "days": 1 }));
        let token = self.send(request).expect("an answer").ok();
        token["token"].as_str().expect("a token").to_owned()
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        self.runtime.block_on(async {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let body = answer.bytes().await?;
            Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
        })
    }

    /// An error where there is no answer, as from a server that is killed.
    pub(crate) fn try_call(&self, method: Method, path: &str, body: Option<&Value>) -> reqwest::Result<Answer> {
        let mut request = self.client.request(method, self.at(path)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        self.try_call(Method::GET, path, None).expect("an answer").ok()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.try_call(Method::POST, path, Some(body)).expect("an answer")
    }

    /// After a start the server answers before it knows its assets.
    pub(crate) fn wait_for_index(&self) {
        eventually("the index", PATIENCE, || {
            let health = self.try_call(Method::GET, "/health", None).ok()?;
            (health.body["status"] == "ok").then_some(())
        });
    }

    /// The line that enrols a machine, with a fresh activation key.
    pub(crate) fn install_line(&self) -> String {
        let key = self.post("/v1/activation-keys", &json!({ "title": "Hosts" })).ok();
        key["installLine"].as_str().expect("a line").to_owned()
    }

    /// The row of the asset of this name, when there is one.
    pub(crate) fn asset(&self, name: &str) -> Option<Value> {
        let page = self.get(&format!("/v1/assets?search={name}"));
        page["items"].as_array().expect("a list").iter().find(|row| row["name"] == name).cloned()
    }

    pub(crate) fn asset_id(&self, name: &str) -> String {
        text(&self.asset(name).expect("the asset is enrolled")["id"])
    }

    pub(crate) fn wait_for_scan(&self, name: &str) {
        eventually("the first scan", PATIENCE, || {
            self.asset(name).filter(|row| row["scanStatus"] == "Scanned" && row["connected"] == true)
        });
    }

    /// Asks for a scan and waits until one that began afterwards is in; how long it took until a scan had begun.
    pub(crate) fn scan(&self, name: &str) -> Duration {
        let started = self.ask_for_scan(name);
        // The first may have been at work already; scans of a machine follow one another.
        self.ask_for_scan(name);
        started
    }

    fn ask_for_scan(&self, name: &str) -> Duration {
        let row = self.asset(name).expect("the asset is enrolled");
        let begun = std::time::Instant::now();
        self.post(&format!("/v1/assets/{}/scan", text(&row["id"])), &json!({})).ok();
        let is_scanning = |now: &Value| now["scanStatus"] == "Scanning" || now["scannedAt"] != row["scannedAt"];
        eventually("the start of the scan", PATIENCE, || self.asset(name).filter(is_scanning));
        let started = begun.elapsed();
        let is_scanned = |now: &Value| now["scanStatus"] == "Scanned" && now["scannedAt"] != row["scannedAt"];
        eventually("the end of the scan", PATIENCE, || self.asset(name).filter(is_scanned));
        started
    }

    /// Rows of the asset's patches of this status.
    pub(crate) fn patches(&self, name: &str, status: &str) -> Vec<Value> {
        let page = self.get(&format!("/v1/assets/{}/patches?status={status}&limit=1000", self.asset_id(name)));
        page["items"].as_array().expect("a list").clone()
    }

    /// Id of the only patch of this source package and version.
    pub(crate) fn patch_id(&self, source: &str, version: &str) -> String {
        let page = self.get(&format!("/v1/patches?status=all&superseded=yes&search={source}&limit=1000"));
        let rows = page["items"].as_array().expect("a list");
        let fits = |row: &&Value| row["source"] == source && row["sourceVersion"] == version;
        let fitting: Vec<&Value> = rows.iter().filter(fits).collect();
        assert_eq!(fitting.len(), 1, "{source} {version} among {rows:#?}");
        text(&fitting[0]["id"])
    }

    /// Makes a job and starts it; the id of its run.
    pub(crate) fn start_job(&self, name: &str, work: &str, assets: &[&str], patches: &[String]) -> String {
        self.start_job_with(name, work, assets, patches, &json!({}))
    }

    pub(crate) fn start_job_with(
        &self,
        name: &str,
        work: &str,
        assets: &[&str],
        patches: &[String],
        options: &Value,
    ) -> String {
        let assets: Vec<String> = assets.iter().map(|asset| self.asset_id(asset)).collect();
        let job = json!({
            "name": name, "work": work, "assets": assets, "patches": patches, "options": options, "enable": true,
        });
        text(&self.post("/v1/jobs", &job).ok()["runs"][0]["id"])
    }

    /// The deployments of a run with all details, once the run has ended.
    pub(crate) fn results(&self, run: &str) -> Vec<Value> {
        eventually("the end of the run", PATIENCE, || {
            let run = self.get(&format!("/v1/runs/{run}"));
            (run["state"] == "Finished" || run["state"] == "Canceled").then_some(())
        });
        self.deployments(run)
    }

    pub(crate) fn deployments(&self, run: &str) -> Vec<Value> {
        let page = self.get(&format!("/v1/runs/{run}/deployments?limit=1000"));
        let rows = page["items"].as_array().expect("a list").iter();
        rows.map(|row| self.get(&format!("/v1/deployments/{}", text(&row["id"])))).collect()
    }
}

/// The value as text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
