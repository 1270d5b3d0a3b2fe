//! Bounded downloads.

use std::sync::Arc;
use std::time::Duration;

use fettle_model::Sha256;
use futures_util::StreamExt as _;
use rustls::crypto::aws_lc_rs;

const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("FEED_UNREACHABLE: {url}")]
    Unreachable { url: String, source: reqwest::Error },
    #[error("FEED_HTTP_ERROR: {url} answered {status}")]
    Status { url: String, status: u16 },
    #[error("FEED_TOO_LARGE: {url} has more than {limit} bytes")]
    TooLarge { url: String, limit: usize },
    #[error("FEED_HASH_MISMATCH: {url} is not what the signed list says")]
    Hash { url: String },
    #[error("the client cannot be made")]
    Client(#[source] reqwest::Error),
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

/// Follows no redirect: the host was checked, another one was not.
pub(super) fn client() -> Result<reqwest::Client, FetchError> {
    made(reqwest::redirect::Policy::none())
}

/// Redirects that a vendor's feed may make: few, and to a name over TLS, or within the host that was asked.
const MOST_REDIRECTS: usize = 3;

/// For feeds that the operator or this program named: a vendor may have moved one.
pub(super) fn following_client() -> Result<reqwest::Client, FetchError> {
    made(reqwest::redirect::Policy::custom(|attempt| {
        let is_same_host = attempt.previous().first().is_some_and(|first| first.host() == attempt.url().host());
        let is_named = attempt.url().scheme() == "https" && attempt.url().domain().is_some();
        if attempt.previous().len() > MOST_REDIRECTS || !(is_same_host || is_named) {
            attempt.stop()
        } else {
            attempt.follow()
        }
    }))
}

fn made(redirects: reqwest::redirect::Policy) -> Result<reqwest::Client, FetchError> {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(rustls_platform_verifier::BuilderVerifierExt::with_platform_verifier)
        .map_err(FetchError::Tls)?
        .with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).redirect(redirects);
    builder.connect_timeout(Duration::from_secs(10)).read_timeout(PATIENCE).build().map_err(FetchError::Client)
}

/// The whole body, at most `limit` bytes of it.
pub(super) async fn get(client: &reqwest::Client, url: &str, limit: usize) -> Result<Vec<u8>, FetchError> {
    let unreachable = |source| FetchError::Unreachable { url: url.to_owned(), source };
    let response = client.get(url).send().await.map_err(unreachable)?;
    if !response.status().is_success() {
        return Err(FetchError::Status { url: url.to_owned(), status: response.status().as_u16() });
    }
    let mut body = Vec::new();
    let mut parts = response.bytes_stream();
    while let Some(part) = parts.next().await {
        body.extend_from_slice(&part.map_err(unreachable)?);
        if body.len() > limit {
            return Err(FetchError::TooLarge { url: url.to_owned(), limit });
        }
    }
    Ok(body)
}

/// As [`get`], for a file whose size and hash are known from a signed list.
pub(super) async fn get_known(
    client: &reqwest::Client,
    url: &str,
    size: usize,
    sha256: Sha256,
) -> Result<Vec<u8>, FetchError> {
    let body = get(client, url, size).await?;
    if body.len() == size && fettle_wire::sha256(&body) == sha256 {
        Ok(body)
    } else {
        Err(FetchError::Hash { url: url.to_owned() })
    }
}
