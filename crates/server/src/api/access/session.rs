//! Signing in and out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use fettle_fleet::access::session::SignedIn;
use fettle_model::UserId;
use fettle_store::access::User;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::agent_channel::Peer;
use crate::api::auth::{Caller, cookie_name};
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignIn {
    pub username: String,
    pub password: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub struct SessionShown {
    pub user: UserShown,
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserShown {
    #[schema(value_type = Uuid)]
    pub id: UserId,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub roles: Vec<String>,
}

impl From<&User> for UserShown {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            username: user.username.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            roles: user.roles.clone(),
        }
    }
}

/// The session with its cookie, which scripts cannot read.
pub(super) fn answer(app: &AppState, signed_in: SignedIn) -> Response {
    let SignedIn { user, secret, expires_at } = signed_in;
    let shown = SessionShown { user: UserShown::from(&user), expires_at };
    let seconds = expires_at.duration_since(app.fleet.clock.now()).as_secs();
    set_cookie(app, secret.expose_secret(), seconds, Json(shown).into_response())
}

fn set_cookie(app: &AppState, value: &str, seconds: i64, mut response: Response) -> Response {
    let secure = if app.secure { "; Secure" } else { "" };
    let name = cookie_name(app.secure);
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let cookie = HeaderValue::from_str(&cookie).expect("a secret is letters and digits");
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

#[utoipa::path(post, path = "/v1/session", tag = "access", request_body = SignIn,
    responses((status = 200, body = SessionShown)))]
pub async fn begin(
    State(app): State<Arc<AppState>>,
    peer: Option<Extension<Peer>>,
    Input(sign_in): Input<SignIn>,
) -> Result<Response, ApiError> {
    let address = peer.map(|Extension(peer)| peer.address);
    let signed_in = app.fleet.sign_in(&sign_in.username, sign_in.password.into(), address).await?;
    Ok(answer(&app, signed_in))
}

#[utoipa::path(get, path = "/v1/session", tag = "access", responses((status = 200, body = SessionShown)))]
pub async fn show(caller: Caller) -> Json<SessionShown> {
    Json(SessionShown { user: UserShown::from(&caller.user), expires_at: caller.expires_at })
}

#[utoipa::path(delete, path = "/v1/session", tag = "access", responses((status = 204)))]
pub async fn end(State(app): State<Arc<AppState>>, caller: Caller) -> Result<Response, ApiError> {
    if let Some(session) = caller.session {
        app.fleet.end_session(session).await?;
    }
    Ok(set_cookie(&app, "", 0, StatusCode::NO_CONTENT.into_response()))
}
