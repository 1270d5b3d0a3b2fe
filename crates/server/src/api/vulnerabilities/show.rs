//! One vulnerability.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::VulnerabilityRow;
use super::facts::Facts;
use crate::api::error::ApiError;
use crate::api::patches::row::PatchRow;
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VulnerabilityDetails {
    #[serde(flatten)]
    pub row: VulnerabilityRow,
    pub facts: Facts,
    /// The patches that fix it.
    pub patches: Vec<PatchRow>,
}

/// `cve` may be written in any case. The exposed assets are listed by `/v1/assets?cve=`.
#[utoipa::path(get, path = "/v1/vulnerabilities/{cve}", tag = "vulnerabilities", params(("cve" = String, Path)),
    responses((status = 200, body = VulnerabilityDetails)))]
pub async fn show(
    State(app): State<Arc<AppState>>,
    Path(cve): Path<String>,
) -> Result<Json<VulnerabilityDetails>, ApiError> {
    app.index_ready()?;
    let found = app.fleet.index.vulnerability(&cve.to_uppercase());
    let (row, patches) =
        found.ok_or_else(|| ApiError::not_found("vulnerability that a patch of the catalogue fixes"))?;
    let patches = patches.into_iter().map(|entry| app.patch_row_counted(entry)).collect();
    Ok(Json(VulnerabilityDetails { facts: Facts::from(row.facts.as_ref()), row: row.into(), patches }))
}
