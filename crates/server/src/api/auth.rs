//! Who calls: a session cookie or an API token, checked in one place for all routes. A route that is not in
//! [`super::public::PUBLIC`] is refused without credentials, whoever wrote it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use fettle_fleet::access::Actor;
use fettle_model::SessionId;
use fettle_store::access::User;
use fettle_store::audit::{ActorKind, AuditSource};
use jiff::Timestamp;

use super::error::ApiError;
use super::public::is_public;
use crate::agent_channel::Peer;
use crate::state::AppState;

/// A request whose credentials were checked.
#[derive(Debug, Clone)]
pub struct Caller {
    pub user: User,
    pub actor: Actor,
    /// Of a session; `None` for an API token.
    pub session: Option<SessionId>,
    pub expires_at: Timestamp,
}

/// The cookie's name: with the prefix that binds it to this host and to TLS, where there is TLS.
pub(super) const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-fettle" } else { "fettle" }
}

pub(super) async fn guard(
    State(app): State<Arc<AppState>>,
    matched: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let path = matched.as_ref().map_or("", MatchedPath::as_str);
    if !is_public(request.method().as_str(), path) {
        let ip = request.extensions().get::<Peer>().map(|peer| peer.address.to_string());
        let caller = authenticate(&app, request.method().clone(), request.headers().clone(), ip).await?;
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

async fn authenticate(
    app: &AppState,
    method: Method,
    headers: HeaderMap,
    ip: Option<String>,
) -> Result<Caller, ApiError> {
    if let Some(token) = bearer(&headers)? {
        let (user, token) = app.fleet.token(token).await?;
        let actor = actor(&user, ActorKind::Token, AuditSource::Api, ip);
        return Ok(Caller { user, actor, session: None, expires_at: token.expires_at });
    }
    let Some(secret) = cookie(&headers, cookie_name(app.secure)) else {
        return Err(ApiError::unauthenticated("sign in, or send an API token"));
    };
    let (user, session) = app.fleet.session(secret).await?;
    check_origin(&method, &headers)?;
    let actor = actor(&user, ActorKind::User, AuditSource::Console, ip);
    Ok(Caller { user, actor, session: Some(session.id), expires_at: session.expires_at })
}

fn actor(user: &User, kind: ActorKind, source: AuditSource, ip: Option<String>) -> Actor {
    Actor { user: user.id, username: user.username.clone(), kind, source, ip, request: None }
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(ApiError::unauthenticated("credentials are sent as `Authorization: Bearer ftl_…`")),
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// With a cookie, what writes must come from our own pages: it has the header that forms cannot send, and our origin.
fn check_origin(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    let same = origin.split_once("://").is_some_and(|(_, authority)| authority == host && !host.is_empty());
    if same && headers.contains_key("x-requested-with") {
        return Ok(());
    }
    let message = "a write with a session cookie needs the header X-Requested-With and this server's own origin";
    Err(ApiError::new(StatusCode::FORBIDDEN, "CSRF_REQUIRED", message))
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| ApiError::unauthenticated("sign in, or send an API token"))
    }
}
