//! The deployments of one asset.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::AssetId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::error::{ApiError, Id};
use crate::api::jobs::row::DeploymentRow;
use crate::state::AppState;

const SHOWN: u32 = 200;

#[derive(Debug, Serialize, ToSchema)]
pub struct Deployments {
    /// Newest first, at most 200.
    pub items: Vec<DeploymentRow>,
}

#[utoipa::path(get, path = "/v1/assets/{id}/deployments", tag = "assets", params(("id" = Uuid, Path)),
    responses((status = 200, body = Deployments)))]
pub async fn deployments(State(app): State<Arc<AppState>>, Id(id): Id<AssetId>) -> Result<Json<Deployments>, ApiError> {
    app.fleet.agents.get(id).ok_or_else(|| ApiError::not_found("asset"))?;
    let mut read = app.fleet.database.read().await?;
    let listed = read.deployments().of_asset(id, SHOWN).await?;
    let mut items = Vec::with_capacity(listed.len());
    for one in listed {
        let patches = read.deployments().patches(one.deployment.id).await?;
        items.push(app.deployment_row(one, patches.iter().map(|patch| (patch.outcome, 1))));
    }
    Ok(Json(Deployments { items }))
}
