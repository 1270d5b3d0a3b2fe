//! One's own API tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::TokenId;
use fettle_store::access::ApiToken;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Input};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    #[schema(value_type = Uuid)]
    pub id: TokenId,
    pub name: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl From<ApiToken> for Token {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    pub items: Vec<Token>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewToken {
    /// 1–100 characters.
    pub name: String,
    /// 1–365.
    pub days: u32,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedToken {
    #[schema(value_type = Uuid)]
    pub id: TokenId,
    pub name: String,
    pub expires_at: Timestamp,
    /// Shown this once.
    pub token: String,
}

#[utoipa::path(get, path = "/v1/tokens", tag = "access", responses((status = 200, body = Tokens)))]
pub async fn list(State(app): State<Arc<AppState>>, caller: Caller) -> Result<Json<Tokens>, ApiError> {
    let tokens = app.fleet.database.read().await?.tokens().of_user(caller.user.id).await?;
    Ok(Json(Tokens { items: tokens.into_iter().map(Token::from).collect() }))
}

#[utoipa::path(post, path = "/v1/tokens", tag = "access", request_body = NewToken,
    responses((status = 201, body = CreatedToken)))]
pub async fn create(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(new): Input<NewToken>,
) -> Result<(StatusCode, Json<CreatedToken>), ApiError> {
    let (token, secret) = app.fleet.new_token(caller.user.id, new.name, new.days).await?;
    let created = CreatedToken {
        id: token.id,
        name: token.name,
        expires_at: token.expires_at,
        token: secret.expose_secret().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "access", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn revoke(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<TokenId>,
) -> Result<StatusCode, ApiError> {
    if app.fleet.revoke_token(caller.user.id, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("token"))
    }
}
