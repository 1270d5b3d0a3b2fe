//! The import of a vendor's file.

use std::io::BufReader;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_catalog::import::Format;
use fettle_catalog::reading::ReadError;
use fettle_fleet::access::Actor;
use fettle_fleet::catalogue::import::{Applied, is_stored, read_records};
use fettle_model::DocumentId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::receive::{Received, receive};
use super::report::{Changes, ImportReport};
use crate::api::Caller;
use crate::api::error::{ApiError, Parameters};
use crate::api::list::YesNo;
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

async fn carry_out(
    app: &AppState,
    actor: &Actor,
    received: Received,
    file_name: Option<String>,
    dry_run: bool,
) -> Result<ImportAnswer, ApiError> {
    let Received { file, bytes, sha256, format } = received;
    let answer = |outcome, report, changes, document| ImportAnswer {
        outcome,
        format: format.name().to_owned(),
        can_be_stored: is_stored(format),
        sha256: sha256.hex(),
        bytes,
        report,
        changes,
        document,
    };
    if !dry_run && let Some(document) = app.fleet.document_in_force(format, sha256).await? {
        let report = serde_json::from_value(document.report).map_err(ApiError::internal)?;
        let changes = serde_json::from_value(document.changes).map_err(ApiError::internal)?;
        return Ok(answer(ImportOutcome::AlreadyImported, report, Some(changes), Some(document.id)));
    }
    let read = tokio::task::spawn_blocking(move || read_records(format, BufReader::new(file))).await;
    let (read, records) = read.map_err(ApiError::internal)?.map_err(refused)?;
    let report = ImportReport::from(&read);
    let Some(records) = records.filter(|_| !dry_run) else {
        return Ok(answer(ImportOutcome::Read, report, None, None));
    };
    let changes = app.fleet.apply_records(records, sha256).await?;
    let stored = serde_json::to_value(&report).map_err(ApiError::internal)?;
    let applied = Applied { format, file_name, sha256, bytes, report: stored, changes };
    let document = app.fleet.note_document(actor, applied).await?;
    Ok(answer(ImportOutcome::Imported, report, Some(changes.into()), Some(document.id)))
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

/// The reader's own code, then place and reason.
fn refused(error: ReadError) -> ApiError {
    let (status, code) = match &error {
        ReadError::Input(_) => return ApiError::internal(error),
        ReadError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "FEED_TOO_LARGE"),
        ReadError::Malformed { .. } => (StatusCode::BAD_REQUEST, "FEED_MALFORMED"),
        ReadError::Incomplete(_) => (StatusCode::BAD_REQUEST, "FEED_INCOMPLETE"),
        ReadError::Signature(_) => (StatusCode::BAD_REQUEST, "FEED_SIGNATURE_INVALID"),
    };
    let text = error.to_string();
    let message = text.strip_prefix(code).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&text);
    ApiError::new(status, code, message)
}
