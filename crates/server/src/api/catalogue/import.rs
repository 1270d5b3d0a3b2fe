//! The import of a vendor's file.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_catalog::import::Format;
use fettle_fleet::catalogue::import::is_stored;
use fettle_model::DocumentId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::report::{Changes, ImportReport};
use crate::api::Caller;
use crate::api::error::{ApiError, Parameters};
use crate::api::list::YesNo;
use crate::imports::apply::carry_out;
use crate::imports::receive::receive;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ImportParameters {
    /// `debian-dsa`; found from the content when absent.
    format: Option<String>,
    /// The file's name, to be shown.
    file_name: Option<String>,
    /// Read and report, store nothing.
    #[param(value_type = Option<String>)]
    dry_run: Option<YesNo>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum ImportOutcome {
    /// A dry run: nothing was stored.
    Read,
    Imported,
    /// The same file is what the feed said last.
    AlreadyImported,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportAnswer {
    pub outcome: ImportOutcome,
    pub format: String,
    /// False for a format whose files can only be read and reported yet.
    pub can_be_stored: bool,
    /// Of the file as it came, in hex.
    pub sha256: String,
    pub bytes: u64,
    pub report: ImportReport,
    /// Of a dry run: none.
    pub changes: Option<Changes>,
    #[schema(value_type = Option<Uuid>)]
    pub document: Option<DocumentId>,
}

/// The body is the file, packed or as it is. One import goes on at a time.
#[utoipa::path(post, path = "/v1/catalogue/imports", tag = "catalogue", params(ImportParameters),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportAnswer)))]
pub async fn import(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Parameters(asked): Parameters<ImportParameters>,
    body: Body,
) -> Result<Json<ImportAnswer>, ApiError> {
    app.index_ready()?;
    let dry_run = asked.dry_run.is_some_and(bool::from);
    let named = asked.format.as_deref().filter(|name| !name.is_empty()).map(str::parse::<Format>).transpose();
    let named =
        named.map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, "FEED_KIND_UNKNOWN", error.to_string()))?;
    let turn = Arc::clone(&app.imports).try_lock_owned().map_err(|_| running())?;
    if let Some(format) = named {
        check_stored(format, dry_run)?;
    }
    let received = receive(body, named, app.data.clone()).await?;
    check_stored(received.format, dry_run)?;
    let file_name = asked.file_name.map(|name| fettle_model::text::cleaned(&name, 255)).filter(|name| !name.is_empty());
    // A task of its own: a client that goes away must not end it between a commit and the index.
    let work = app.tasks.spawn({
        let app = Arc::clone(&app);
        async move {
            let answer = carry_out(&app, &caller.actor, received, file_name, dry_run).await;
            drop(turn);
            answer
        }
    });
    work.await.map_err(ApiError::internal)?.map(Json)
}

fn check_stored(format: Format, dry_run: bool) -> Result<(), ApiError> {
    if dry_run || is_stored(format) {
        return Ok(());
    }
    let name = format.name();
    let message = format!("files in the format {name} can be read but not stored yet; a dry run shows what is in one");
    Err(ApiError::new(StatusCode::BAD_REQUEST, "FEED_NOT_STORED", message))
}

fn running() -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "IMPORT_RUNNING", "another import is going on; try again when it has ended")
}
