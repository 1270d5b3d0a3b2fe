//! The server itself, in this process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fettle_fleet::{Fleet, Settings};
use fettle_model::ActivationKeyId;
use fettle_server::{AppState, Config, FeedSettings, ServeError};
use fettle_testpg::TestDatabase;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::agent::{Enrolment, TestAgent};
use crate::wait::eventually;

/// An answer of the operator API.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// `Null` where there is no body.
    pub body: Value,
}

impl Answer {
    /// The error's code.
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// # Panics
    /// If the answer is an error.
    pub fn ok(self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.body
    }
}

/// A running server with an administrator and an activation key.
#[derive(Debug)]
pub struct TestApp {
    pub fleet: Arc<Fleet>,
    pub state: Arc<AppState>,
    pub console: String,
    pub agents: SocketAddr,
    /// An API token of the administrator.
    pub token: String,
    pub client: reqwest::Client,
    pub enrolment: Enrolment,
    stop: CancellationToken,
    serving: JoinHandle<Result<(), ServeError>>,
    data: TempDir,
    _database: Option<TestDatabase>,
}

impl TestApp {
    /// On SQLite.
    pub async fn start() -> Self {
        Self::start_on(None, Settings::default()).await
    }

    pub async fn start_with(settings: Settings) -> Self {
        Self::start_on(None, settings).await
    }

    /// On PostgreSQL; `None` where it is not installed.
    pub async fn start_on_postgres() -> Option<Self> {
        let database = fettle_testpg::database()?;
        Some(Self::start_on(Some(database), Settings::default()).await)
    }

    async fn start_on(database: Option<TestDatabase>, settings: Settings) -> Self {
        Self::start_with_feeds(database, settings, FeedSettings::offline()).await
    }

    /// With a server that fetches feeds.
    pub async fn start_with_feeds(database: Option<TestDatabase>, settings: Settings, feeds: FeedSettings) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = fettle_server::start(Config {
            data: data.path().to_owned(),
            database: database.as_ref().map(TestDatabase::url),
            listen: any,
            agent_listen: any,
            names: Vec::new(),
            organisation: "Test".to_owned(),
            repository_hosts: Vec::new(),
            keyrings: Vec::new(),
            insecure_http: false,
            feeds,
            settings,
        })
        .await
        .expect("the server starts");
        let (console, agents) = (running.console_url(), running.agent_address());
        let (fleet, state) = (Arc::clone(&running.fleet), Arc::clone(&running.state));
        let link = running.setup_link().await.expect("a setup code").expect("there is no administrator yet");
        let code = link.expose_secret().split_once('#').expect("the code stands after #").1.to_owned();
        let stop = CancellationToken::new();
        #[expect(clippy::disallowed_methods, reason = "the test itself is what owns this server")]
        let serving = tokio::spawn(running.serve(stop.clone()));
        let client = client();
        let token = set_up(&client, &console, &code).await;
        let enrolment = Enrolment {
            server: agents,
            pin: fleet.keys.ca.pin(),
            customer: fleet.organisation.id,
            key: ActivationKeyId::from(uuid::Uuid::nil()),
        };
        let mut app =
            Self { fleet, state, console, agents, token, client, enrolment, stop, serving, data, _database: database };
        let key = app.post("/v1/activation-keys", json!({ "title": "test" })).await.ok();
        app.enrolment.key = serde_json::from_value(key["id"].clone()).expect("an id");
        eventually("the index", Duration::from_mins(1), async || app.state.fleet.loading.is_ready().then_some(()))
            .await;
        app
    }

    pub async fn enrol(&self, hostname: &str) -> TestAgent {
        TestAgent::enrol(&self.enrolment, hostname).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(reqwest::Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(reqwest::Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(reqwest::Method::PATCH, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(reqwest::Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(reqwest::Method::DELETE, path, None).await
    }

    /// Posts a file as it is.
    pub async fn upload(&self, path: &str, file: impl Into<reqwest::Body>) -> Answer {
        answer(self.client.post(format!("{}{path}", self.console)).bearer_auth(&self.token).body(file)).await
    }

    async fn call(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.console)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }

    /// Stops the server as an operator would, and waits for its end.
    ///
    /// # Panics
    /// If it did not serve to the end.
    pub async fn stop(self) {
        self.stop_keeping_data().await;
    }

    /// Like [`TestApp::stop`], with the data for another start.
    ///
    /// # Panics
    /// If it did not serve to the end.
    pub async fn stop_keeping_data(self) -> TempDir {
        self.stop.cancel();
        self.serving.await.expect("no panic").expect("it served");
        self.data
    }
}

fn client() -> reqwest::Client {
    // The default provider is wanted by the client even where no TLS is spoken; a second call finds it there.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let received = request.send().await.expect("an answer");
    let status = received.status().as_u16();
    let body = received.bytes().await.expect("a body");
    Answer { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

/// Makes the administrator, signs in, and gives a token.
async fn set_up(client: &reqwest::Client, console: &str, code: &str) -> String {
    let administrator = json!({
        "code": code, "username": "ada", "password": "correct horse battery staple 42",
        "firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com",
    });
    let made = client.post(format!("{console}/v1/setup")).json(&administrator).send().await.expect("an answer");
    let status = made.status();
    let cookie = made.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok()).unwrap_or_default();
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    assert!(status.is_success(), "{status}: {}", made.text().await.unwrap_or_default());
    let request = client
        .post(format!("{console}/v1/tokens"))
        .header("cookie", cookie)
        .header("origin", console)
        .header("x-requested-with", "fettle")
        .json(&json!({ "name": "test", "days": 1 }));
    let token = answer(request).await.ok();
    token["token"].as_str().expect("a token").to_owned()
}
