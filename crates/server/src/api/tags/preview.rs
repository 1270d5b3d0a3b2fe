//! Who would be a member, before anything is saved.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::TagId;
use fettle_qql::warning::Warning;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::TagBody;
use super::judged;
use super::row::{MemberRow, TagName};
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

/// Rows of each kind.
const FIRST: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewBody {
    /// The tag that would be changed; `null`: a new one.
    #[schema(value_type = Option<Uuid>)]
    pub tag: Option<TagId>,
    /// As it would be sent to be saved.
    pub draft: TagBody,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagPreview {
    /// Members now, and as they would be.
    pub before: u64,
    pub members: u64,
    pub joining: u64,
    pub leaving: u64,
    /// Of each the first 100, by name.
    pub first_members: Vec<MemberRow>,
    pub first_joining: Vec<MemberRow>,
    pub first_leaving: Vec<MemberRow>,
    /// What is allowed in the rule, and most often not meant.
    #[schema(value_type = Vec<Object>)]
    pub warnings: Vec<Warning>,
    /// Tags whose rules name it.
    pub used_by: Vec<TagName>,
    /// Saving it needs the number of those that join and leave as `confirm`.
    pub needs_confirm: bool,
}

#[utoipa::path(post, path = "/v1/tags/preview", tag = "tags", request_body = PreviewBody,
    responses((status = 200, body = TagPreview)))]
pub async fn preview(
    State(app): State<Arc<AppState>>,
    Input(body): Input<PreviewBody>,
) -> Result<Json<TagPreview>, ApiError> {
    app.index_ready()?;
    let tag = body.tag;
    let draft = body.draft.draft(&app, tag).await?;
    let judged = judged(&app, tag, draft, FIRST).await?;
    let needs_confirm = tag.is_some() && judged.is_big();
    let changes = judged.changes;
    let rows = |rows: Vec<fettle_index::query::AssetRow>| -> Vec<MemberRow> {
        let mut rows: Vec<MemberRow> = rows.into_iter().map(MemberRow::from).collect();
        rows.sort_by(|left, right| left.name.cmp(&right.name));
        rows
    };
    Ok(Json(TagPreview {
        before: changes.before,
        members: changes.members,
        joining: changes.joining,
        leaving: changes.leaving,
        first_members: rows(changes.first_members),
        first_joining: rows(changes.first_joining),
        first_leaving: rows(changes.first_leaving),
        warnings: judged.warnings,
        used_by: app.tag_names(tag.map(|tag| app.fleet.index.tags_that_name(tag)).unwrap_or_default()),
        needs_confirm,
    }))
}
