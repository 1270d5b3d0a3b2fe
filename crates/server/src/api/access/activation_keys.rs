//! Activation keys: with one, an agent may enrol (`patch-management.md` 2.1).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_model::ActivationKeyId;
use fettle_store::access::ActivationKey as StoredKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Input};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivationKey {
    #[schema(value_type = Uuid)]
    pub id: ActivationKeyId,
    pub title: String,
    pub enabled: bool,
    pub max_agents: Option<u32>,
    pub expire_date: Option<Timestamp>,
    pub created_at: Timestamp,
    pub used_count: u64,
    pub last_used_at: Option<Timestamp>,
    /// To be run as root on a machine that shall enrol.
    pub install_line: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ActivationKeys {
    pub items: Vec<ActivationKey>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewActivationKey {
    /// 1–255 characters.
    pub title: String,
    /// 1–1,000,000.
    #[serde(default)]
    pub max_agents: Option<u32>,
    /// In the future.
    #[serde(default)]
    pub expire_date: Option<Timestamp>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivationKeyChange {
    pub enabled: bool,
}

fn shown(app: &AppState, key: StoredKey) -> ActivationKey {
    ActivationKey {
        install_line: app.install_line(key.id),
        id: key.id,
        title: key.title,
        enabled: key.enabled,
        max_agents: key.max_agents,
        expire_date: key.expire_date,
        created_at: key.created_at,
        used_count: key.used_count,
        last_used_at: key.last_used_at,
    }
}

impl AppState {
    /// What a machine runs to enrol with the key.
    pub fn install_line(&self, key: ActivationKeyId) -> String {
        format!(
            "fettle-agent install CustomerId={} ActivationId={key} WebServiceUri={} ServerCa={}",
            self.fleet.organisation.id,
            self.agent_url,
            self.fleet.keys.ca.pin(),
        )
    }
}

#[utoipa::path(get, path = "/v1/activation-keys", tag = "agents", responses((status = 200, body = ActivationKeys)))]
pub async fn list(State(app): State<Arc<AppState>>) -> Result<Json<ActivationKeys>, ApiError> {
    let keys = app.fleet.database.read().await?.activation_keys().all().await?;
    Ok(Json(ActivationKeys { items: keys.into_iter().map(|key| shown(&app, key)).collect() }))
}

#[utoipa::path(post, path = "/v1/activation-keys", tag = "agents", request_body = NewActivationKey,
    responses((status = 201, body = ActivationKey)))]
pub async fn create(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(new): Input<NewActivationKey>,
) -> Result<(StatusCode, Json<ActivationKey>), ApiError> {
    let made = fettle_fleet::access::activation_key::NewKey {
        title: new.title,
        max_agents: new.max_agents,
        expire_date: new.expire_date,
    };
    let key = app.fleet.new_activation_key(Some(&caller.actor), made).await?;
    Ok((StatusCode::CREATED, Json(shown(&app, key))))
}

#[utoipa::path(patch, path = "/v1/activation-keys/{id}", tag = "agents", params(("id" = Uuid, Path)),
    request_body = ActivationKeyChange, responses((status = 200, body = ActivationKey)))]
pub async fn change(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<ActivationKeyId>,
    Input(change): Input<ActivationKeyChange>,
) -> Result<Json<ActivationKey>, ApiError> {
    let key = app.fleet.set_activation_key_enabled(&caller.actor, id, change.enabled).await?;
    key.map(|key| Json(shown(&app, key))).ok_or_else(|| ApiError::not_found("activation key"))
}

#[utoipa::path(delete, path = "/v1/activation-keys/{id}", tag = "agents", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn delete(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<ActivationKeyId>,
) -> Result<StatusCode, ApiError> {
    if app.fleet.delete_activation_key(&caller.actor, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("activation key"))
    }
}
