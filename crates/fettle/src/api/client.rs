//! Calls to the server: one place that knows addresses, tokens, time limits and refusals.

use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Address, Page};
use crate::failure::Failure;

/// Time for one call, answer included.
const CALL_LIMIT: Duration = Duration::from_mins(1);
/// Time for a file to be sent, read and applied.
const UPLOAD_LIMIT: Duration = Duration::from_hours(1);
/// Time for a file to be made and received.
const DOWNLOAD_LIMIT: Duration = Duration::from_hours(1);
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Rows asked for at once when all are wanted; the API's most.
const PAGE: u32 = 1_000;
/// A write answers how far it brought the server; later reads say so and see at least that much.
const POSITION: &str = "fettle-at";

/// An answer as text, for `--json`, and as what it means.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub(crate) json: String,
    pub(crate) value: T,
}

#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    address: Address,
    token: Option<SecretString>,
    /// `Cookie` of a session, while `fettle login` has one.
    cookie: Option<SecretString>,
    position: Mutex<Option<HeaderValue>>,
}

impl Client {
    /// A client without credentials. Refuses addresses on which secrets would travel readable.
    pub(crate) fn new(address: Address) -> Result<Self, Failure> {
        if !address.is_encrypted() && !address.is_loopback() {
            return Err(Failure::NotEncrypted { url: address.to_string() });
        }
        let mut http = reqwest::Client::builder()
            .timeout(CALL_LIMIT)
            .connect_timeout(CONNECT_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("fettle/", env!("CARGO_PKG_VERSION")));
        if address.is_loopback() {
            // Nothing on this machine is reached through a proxy.
            http = http.no_proxy();
        }
        if !address.is_encrypted() {
            // Plain http needs no roots, and a small machine may have none.
            http = http.tls_certs_only([]);
        }
        let http = http.build().map_err(Failure::HttpClient)?;
        Ok(Self { http, address, token: None, cookie: None, position: Mutex::new(None) })
    }

    pub(crate) fn with_token(mut self, token: SecretString) -> Result<Self, Failure> {
        if HeaderValue::from_str(token.expose_secret()).is_err() || token.expose_secret().is_empty() {
            return Err(Failure::Argument("the API token has characters that no token has".to_owned()));
        }
        self.token = Some(token);
        Ok(self)
    }

    pub(crate) const fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer<T>, Failure> {
        let request = self.request_with(Method::GET, path, query);
        read(&format!("GET {path}"), self.send(request).await?).await
    }

    /// All rows of a list, page by page.
    pub(crate) async fn all<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<T>, Failure> {
        let limit = PAGE.to_string();
        let mut items = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut query = query.to_vec();
            query.push(("limit", &limit));
            if let Some(after) = &after {
                query.push(("after", after));
            }
            let page: Page<T> = self.get(path, &query).await?.value;
            items.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(items);
            }
        }
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Failure> {
        self.write(Method::POST, path, body).await
    }

    pub(crate) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Failure> {
        self.write(Method::PUT, path, body).await
    }

    pub(crate) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Failure> {
        self.write(Method::PATCH, path, body).await
    }

    /// Sends a file as it is, of `length` bytes. The answer comes when the file was used.
    pub(crate) async fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        file: tokio::fs::File,
        length: u64,
    ) -> Result<Answer<T>, Failure> {
        let request = self.request_with(Method::POST, path, query).timeout(UPLOAD_LIMIT);
        let request = request.header(CONTENT_LENGTH, length).header(CONTENT_TYPE, "application/octet-stream");
        read(&format!("POST {path}"), self.send(request.body(file)).await?).await
    }

    /// Hands a file over as it comes; false from `take` ends it. An error in the middle is told: what came is not whole.
    pub(crate) async fn download(
        &self,
        path: &str,
        query: &[(&str, &str)],
        mut take: impl FnMut(&[u8]) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let request = self.request_with(Method::GET, path, query).timeout(DOWNLOAD_LIMIT);
        let mut response = self.send(request).await?;
        let broken = |source: reqwest::Error| Failure::Answer {
            call: format!("GET {path}"),
            source: source.without_url().into(),
        };
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if !take(&chunk)? {
                break;
            }
        }
        Ok(())
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<(), Failure> {
        self.delete_with(path, &[]).await
    }

    pub(crate) async fn delete_with(&self, path: &str, query: &[(&str, &str)]) -> Result<(), Failure> {
        self.send(self.request_with(Method::DELETE, path, query)).await.map(drop)
    }

    /// Signs in with name and password; the session's cookie goes with later calls of this client.
    pub(crate) async fn sign_in(&mut self, username: &str, password: &SecretString) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct SignIn<'a> {
            username: &'a str,
            password: &'a str,
        }
        let body = SignIn { username, password: password.expose_secret() };
        let response = self.send(self.request(Method::POST, "/v1/session").json(&body)).await?;
        let cookies = response.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let pairs: Vec<&str> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
        self.cookie = Some(pairs.join("; ").into());
        Ok(())
    }

    async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Failure> {
        let call = format!("{method} {path}");
        let request = self.request(method, path).json(body);
        read(&call, self.send(request).await?).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_with(method, path, &[])
    }

    fn request_with(&self, method: Method, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let mut request = self.http.request(method, self.address.call(path, query));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        if let Some(cookie) = &self.cookie {
            request = request
                .header("cookie", cookie.expose_secret())
                .header("x-requested-with", "fettle")
                .header("origin", self.address.origin());
        }
        let position = self.position.lock().expect("no holder panics").clone();
        if let Some(position) = position {
            request = request.header(POSITION, position);
        }
        request
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let unreachable = |source: reqwest::Error| Failure::Unreachable {
            url: self.address.to_string(),
            source: source.without_url(),
        };
        let response = request.send().await.map_err(unreachable)?;
        self.remember(response.headers());
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        Err(refusal(status, &body))
    }

    fn remember(&self, headers: &HeaderMap) {
        if let Some(position) = headers.get(POSITION) {
            *self.position.lock().expect("no holder panics") = Some(position.clone());
        }
    }
}

async fn read<T: DeserializeOwned>(call: &str, response: Response) -> Result<Answer<T>, Failure> {
    let unreadable = |source| Failure::Answer { call: call.to_owned(), source };
    let json = response.text().await.map_err(|error| unreadable(error.without_url().into()))?;
    let value = serde_json::from_str(&json).map_err(|error| unreadable(error.into()))?;
    Ok(Answer { json, value })
}

#[derive(Debug, serde::Deserialize)]
struct Refusal {
    error: RefusalBody,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefusalBody {
    code: String,
    message: String,
    field: Option<String>,
    request_id: Option<String>,
    /// Of a query.
    #[serde(default)]
    errors: Vec<RefusedQuery>,
}

/// One error of a query, with its place drawn.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct RefusedQuery {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) caret: String,
}

/// The server's own words where it gave some; a proxy's answer is named by its status.
fn refusal(status: reqwest::StatusCode, body: &[u8]) -> Failure {
    match serde_json::from_slice::<Refusal>(body) {
        Ok(Refusal { error }) if !error.errors.is_empty() => {
            Failure::RefusedQuery { field: error.field.unwrap_or_default(), errors: error.errors }
        }
        Ok(Refusal { error }) => {
            Failure::Refused { code: error.code, message: error.message, field: error.field, request: error.request_id }
        }
        Err(_) => Failure::Refused {
            code: format!("HTTP_{}", status.as_u16()),
            message: format!("answered {status}, which is no answer of a Fettle server"),
            field: None,
            request: None,
        },
    }
}
