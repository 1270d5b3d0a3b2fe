//! Calls of the agent channel: JSON over HTTP/1.1 and TLS 1.3, larger bodies packed with zstd (`agent.md` 3.1).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use fettle_wire::limit::{COMPRESS_ABOVE, TOKEN_HEADER};
use fettle_wire::message::Refusal;
use fettle_wire::message::refusal::RefusalBody;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::wait::Failure;
use crate::server_trust::{self, ClientIdentity, TlsError};
use crate::settings::Settings;

const CONNECT: Duration = Duration::from_secs(10);
/// For an answer, beyond the time that the server may hold the request.
pub const ANSWER: Duration = Duration::from_mins(1);
/// A second connection is closed when it has been idle so long.
const IDLE: Duration = Duration::from_secs(10);
/// Answers beyond this, in bytes, are not read.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the HTTP client could not be made")]
    Build(#[source] reqwest::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("SERVER_UNTRUSTED: the server's certificate is not of the pinned CA")]
    Untrusted(#[source] reqwest::Error),
    #[error("the server did not answer {call}")]
    NoAnswer { call: String, source: reqwest::Error },
    #[error("the server refused {call} with status {status}: {} {}", body.code, body.message)]
    Refused { call: String, status: u16, retry_after: Option<u64>, body: Box<RefusalBody> },
    #[error("the server's answer to {call} is not valid")]
    Answer { call: String, source: serde_json::Error },
}

impl CallError {
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { body, .. } => Some(&body.code),
            _ => None,
        }
    }

    pub fn failure(&self) -> Failure {
        match self {
            Self::Untrusted(_) => Failure::Untrusted,
            Self::NoAnswer { .. } => Failure::NoAnswer,
            Self::Refused { retry_after: Some(seconds), status: 429 | 503, .. } => Failure::RetryAfter(*seconds),
            Self::Refused { status, .. } if *status >= 500 => Failure::NoAnswer,
            Self::Refused { body, .. } => Failure::Refused(body.code.clone()),
            Self::Answer { .. } => Failure::Refused("an answer that is not valid".to_owned()),
        }
    }
}

/// How connections are made where that is not left to the system.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// The address that they come from.
    pub from: Option<IpAddr>,
    /// The server's name and where it is, so that it is not looked up for each of them.
    pub to: Option<(String, SocketAddr)>,
}

/// One identity's calls. Connections are kept and shared by its clones.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    way: Arc<Way>,
}

/// What connections are made with.
#[derive(Debug)]
struct Way {
    settings: Arc<Settings>,
    tls: rustls::ClientConfig,
    route: Route,
}

impl Client {
    pub fn new(
        settings: &Settings,
        known_ca: Option<&str>,
        identity: Option<ClientIdentity<'_>>,
    ) -> Result<Self, ClientError> {
        Self::over(Arc::new(settings.clone()), known_ca, identity, Route::default())
    }

    /// Like [`Client::new`], by a way that is given.
    pub fn over(
        settings: Arc<Settings>,
        known_ca: Option<&str>,
        identity: Option<ClientIdentity<'_>>,
        route: Route,
    ) -> Result<Self, ClientError> {
        let tls = server_trust::client_configuration(settings.server_ca, known_ca, identity)?;
        Self::by(Arc::new(Way { settings, tls, route }))
    }

    /// The same identity over connections of its own, which go on with the TLS sessions of the earlier ones.
    pub fn afresh(&self) -> Result<Self, ClientError> {
        Self::by(Arc::clone(&self.way))
    }

    fn by(way: Arc<Way>) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(way.tls.clone())
            .http1_only()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("fettle-agent/", env!("CARGO_PKG_VERSION")))
            .local_address(way.route.from);
        if let Some((name, address)) = &way.route.to {
            builder = builder.resolve(name, *address);
        }
        if let Some(proxy) = &way.settings.proxy_url {
            builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(ClientError::Build)?);
        }
        let http = builder.build().map_err(ClientError::Build)?;
        Ok(Self { http, way })
    }

    /// Sends `body` to `call` and reads the answer, which may take `wait`.
    pub async fn post<Q: Serialize, A: DeserializeOwned>(
        &self,
        call: &str,
        body: &Q,
        wait: Duration,
    ) -> Result<A, CallError> {
        self.post_with(call, body, wait, None).await
    }

    /// With the token of the last answer beside a message that carries none itself, so that the server knows which
    /// answers have arrived.
    pub async fn post_with<Q: Serialize, A: DeserializeOwned>(
        &self,
        call: &str,
        body: &Q,
        wait: Duration,
        token: Option<&str>,
    ) -> Result<A, CallError> {
        let json = serde_json::to_vec(body).expect("messages are JSON");
        let mut request =
            self.http.post(self.way.settings.call(call)).header(CONTENT_TYPE, "application/json").timeout(wait);
        if json.len() > COMPRESS_ABOVE {
            let packed = zstd::bulk::compress(&json, 3).expect("packing in memory does not fail");
            request = request.header(CONTENT_ENCODING, "zstd").body(packed);
        } else {
            request = request.body(json);
        }
        if let Some(token) = token {
            request = request.header(TOKEN_HEADER, token);
        }
        let bytes = self.answer(call, request).await?;
        serde_json::from_slice(&bytes).map_err(|source| CallError::Answer { call: call.to_owned(), source })
    }

    /// Bytes of a document, as they are.
    pub async fn get(&self, call: &str) -> Result<Vec<u8>, CallError> {
        self.answer(call, self.http.get(self.way.settings.call(call)).timeout(ANSWER)).await
    }

    async fn answer(&self, call: &str, request: reqwest::RequestBuilder) -> Result<Vec<u8>, CallError> {
        let failed = |source: reqwest::Error| {
            if server_trust::is_untrusted(&source) {
                CallError::Untrusted(source)
            } else {
                CallError::NoAnswer { call: call.to_owned(), source }
            }
        };
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let retry_after =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > ANSWER_LIMIT {
                break;
            }
            bytes.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(bytes);
        }
        let body = serde_json::from_slice::<Refusal>(&bytes).map_or_else(
            |_| RefusalBody {
                code: status.to_string(),
                message: "without a refusal's form".to_owned(),
                pointer: None,
                request_id: None,
                supported: Vec::new(),
                restored: None,
            },
            |refusal| refusal.error,
        );
        Err(CallError::Refused { call: call.to_owned(), status: status.as_u16(), retry_after, body: Box::new(body) })
    }
}
