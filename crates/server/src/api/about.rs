//! Which server this is, whether it is ready, and what it can do.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::OrganisationId;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct About {
    pub version: String,
    pub organisation: String,
    #[schema(value_type = Uuid)]
    pub organisation_id: OrganisationId,
    pub agent_port: u16,
    /// What agents must reach.
    pub agent_url: String,
    /// `sha256:` of the public key of the server's CA.
    pub server_ca: String,
    pub setup_needed: bool,
    /// Assets that one job takes at most.
    pub max_job_assets: usize,
}

#[utoipa::path(get, path = "/v1/about", tag = "server", responses((status = 200, body = About)))]
pub async fn about(State(app): State<Arc<AppState>>) -> Result<Json<About>, ApiError> {
    Ok(Json(About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        organisation: app.fleet.organisation.name.clone(),
        organisation_id: app.fleet.organisation.id,
        agent_port: app.agent_port,
        agent_url: app.agent_url.clone(),
        server_ca: app.fleet.keys.ca.pin().to_string(),
        setup_needed: app.fleet.setup_needed().await?,
        max_job_assets: app.fleet.settings.max_individual_assets,
    }))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok` or `starting`.
    pub status: String,
    /// 0–100.
    pub progress: usize,
}

#[utoipa::path(get, path = "/health", tag = "server", responses((status = 200, body = Health)))]
pub async fn health(State(app): State<Arc<AppState>>) -> Json<Health> {
    let status = if app.fleet.loading.is_ready() { "ok" } else { "starting" };
    Json(Health { status: status.to_owned(), progress: app.fleet.loading.percent() })
}

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "server", responses((status = 200, body = Object)))]
pub async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(super::document())
}
