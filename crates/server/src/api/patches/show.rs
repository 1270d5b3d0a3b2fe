//! One patch.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::PatchId;
use fettle_model::patch::MatchedBy;
use serde::Serialize;
use utoipa::ToSchema;

use super::row::{PatchName, PatchRow, row};
use crate::api::error::{ApiError, Id};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchDetails {
    #[serde(flatten)]
    pub row: PatchRow,
    pub description: String,
    pub native_ids: Vec<NativeId>,
    pub packages: Vec<Package>,
    pub supersedes: Vec<PatchName>,
    pub superseded_by: Vec<PatchName>,
    /// The detection rule in words.
    pub rule: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NativeId {
    pub scheme: String,
    pub value: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    pub name: String,
    pub architecture: String,
    pub fixed_version: String,
    pub size_bytes: Option<u64>,
    pub sha256: Option<String>,
}

#[utoipa::path(get, path = "/v1/patches/{id}", tag = "patches", params(("id" = Uuid, Path)),
    responses((status = 200, body = PatchDetails)))]
pub async fn show(State(app): State<Arc<AppState>>, Id(id): Id<PatchId>) -> Result<Json<PatchDetails>, ApiError> {
    app.index_ready()?;
    let (entry, count) = app.fleet.index.patch(id).ok_or_else(|| ApiError::not_found("patch"))?;
    let (newer, older) = app.fleet.index.supersedence(id);
    let names = |entries: Vec<fettle_index::PatchEntry>| -> Vec<PatchName> {
        entries.into_iter().map(|entry| PatchName { patch_id: entry.patch.id, title: entry.patch.title }).collect()
    };
    let patch = &entry.patch;
    let has_binaries = patch.packages.iter().any(|package| package.by == MatchedBy::Name);
    Ok(Json(PatchDetails {
        description: patch.description.clone(),
        native_ids: patch
            .native_ids
            .iter()
            .map(|id| NativeId { scheme: id.scheme.clone(), value: id.value.clone() })
            .collect(),
        packages: patch
            .packages
            .iter()
            // A source package beside its own binaries says nothing more.
            .filter(|package| package.by == MatchedBy::Name || !has_binaries)
            .map(|package| Package {
                name: package.name.clone(),
                architecture: package.architecture.clone(),
                fixed_version: package.fixed_version.clone(),
                size_bytes: package.size_bytes,
                sha256: package.sha256.map(|hash| hash.hex()),
            })
            .collect(),
        rule: entry.rule.text(),
        superseded_by: names(newer.clone()),
        supersedes: names(older),
        row: row(entry, count, !newer.is_empty()),
    }))
}
