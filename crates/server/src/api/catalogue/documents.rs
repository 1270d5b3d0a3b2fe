//! The files that were imported.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::DocumentId;
use fettle_store::catalogue::Document;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::report::{Changes, ImportReport};
use crate::api::error::{ApiError, Parameters};
use crate::api::list::{Listing, Paging};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentRow {
    #[schema(value_type = Uuid)]
    pub id: DocumentId,
    /// `debian-dsa`.
    pub feed: String,
    /// As the sender named it.
    pub file_name: Option<String>,
    /// Of the file as it came, in hex.
    pub sha256: String,
    pub bytes: u64,
    pub imported_at: Timestamp,
    /// User name.
    pub imported_by: String,
    pub report: ImportReport,
    pub changes: Changes,
}

impl TryFrom<Document> for DocumentRow {
    type Error = serde_json::Error;

    fn try_from(document: Document) -> Result<Self, Self::Error> {
        Ok(Self {
            id: document.id,
            feed: document.feed,
            file_name: document.file_name,
            sha256: document.sha256.hex(),
            bytes: document.bytes,
            imported_at: document.imported_at,
            imported_by: document.imported_by,
            report: serde_json::from_value(document.report)?,
            changes: serde_json::from_value(document.changes)?,
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DocumentParameters {
    /// Only those of this feed.
    feed: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// Newest first.
#[utoipa::path(get, path = "/v1/catalogue/documents", tag = "catalogue", params(DocumentParameters),
    responses((status = 200, body = Listing<DocumentRow>)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<DocumentParameters>,
) -> Result<Json<Listing<DocumentRow>>, ApiError> {
    let paging = Paging { limit: asked.limit, after: asked.after, ..Paging::default() };
    let page = app.fleet.database.read().await?.documents().list(&paging.history(asked.feed)?).await?;
    let rows: Result<Vec<_>, _> = page.items.into_iter().map(DocumentRow::try_from).collect();
    let total = usize::try_from(page.total).map_err(ApiError::internal)?;
    let items = rows.map_err(ApiError::internal)?;
    Ok(Json(Listing { items, total, next: page.next.map(|id| id.to_string()), facets: Vec::new() }))
}
