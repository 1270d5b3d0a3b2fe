//! An exception as lists show it.

use fettle_model::exception::ExceptionState;
use fettle_model::{AssetId, ExceptionId, TagId};
use fettle_store::catalogue::PatchException;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::patches::row::PatchName;
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionRow {
    #[schema(value_type = Uuid)]
    pub id: ExceptionId,
    /// Requested, Approved, Rejected, Expired or Revoked.
    #[schema(value_type = String)]
    pub state: ExceptionState,
    pub reason: String,
    pub expires_at: Timestamp,
    /// None where a query finds them.
    pub patches: Vec<PatchName>,
    pub patch_query: Option<String>,
    /// IANA name of the zone of the query's dates.
    pub tz: Option<String>,
    pub assets: Vec<AssetName>,
    /// Whoever has one of them is covered.
    pub tags: Vec<TagName>,
    pub requested_by: String,
    pub requested_at: Timestamp,
    /// Who approved, rejected or revoked it; `null` where it ran out by itself, or waits.
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetName {
    #[schema(value_type = Uuid)]
    pub asset_id: AssetId,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagName {
    #[schema(value_type = Uuid)]
    pub tag_id: TagId,
    /// Names from the top, joined by `/`; of a tag that is gone its id.
    pub path: String,
}

impl AppState {
    pub(super) fn exception_row(&self, exception: PatchException) -> ExceptionRow {
        let index = &self.fleet.index;
        let patches = exception.patches.into_iter().map(|patch_id| PatchName {
            patch_id,
            title: index
                .with_patch(patch_id, |entry| entry.patch.title.clone())
                .unwrap_or_else(|| patch_id.to_string()),
        });
        let assets = exception.assets.into_iter().map(|asset_id| AssetName {
            asset_id,
            name: index.asset(asset_id).map_or_else(|| asset_id.to_string(), |row| row.columns.name),
        });
        let tags = exception
            .tags
            .into_iter()
            .map(|tag_id| TagName { tag_id, path: index.tag_path(tag_id).unwrap_or_else(|| tag_id.to_string()) });
        ExceptionRow {
            id: exception.id,
            state: exception.state,
            reason: exception.reason,
            expires_at: exception.expires_at,
            patches: patches.collect(),
            patch_query: exception.patch_query,
            tz: exception.tz,
            assets: assets.collect(),
            tags: tags.collect(),
            requested_by: exception.requested_by,
            requested_at: exception.requested_at,
            decided_by: exception.decided_by,
            decided_at: exception.decided_at,
        }
    }
}
