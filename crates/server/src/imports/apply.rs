//! Reads a received file and applies what it says.

use std::io::BufReader;

use axum::http::StatusCode;
use fettle_catalog::import::Format;
use fettle_catalog::reading::ReadError;
use fettle_fleet::access::Actor;
use fettle_fleet::catalogue::advisories::Imported;
use fettle_fleet::catalogue::import::{Applied, Records, is_stored, read_records};
use fettle_model::Sha256;
use fettle_store::catalogue::Document;

use super::receive::Received;
use crate::api::ApiError;
use crate::api::catalogue::import::{ImportAnswer, ImportOutcome};
use crate::api::catalogue::report::ImportReport;
use crate::state::AppState;

/// The same file as the feed said last changes nothing.
pub(crate) async fn carry_out(
    app: &AppState,
    actor: &Actor,
    received: Received,
    file_name: Option<String>,
    dry_run: bool,
) -> Result<ImportAnswer, ApiError> {
    let answer = |outcome, file: ReadFile, changes, document| ImportAnswer {
        outcome,
        format: file.format.name().to_owned(),
        can_be_stored: is_stored(file.format),
        sha256: file.sha256.hex(),
        bytes: file.bytes,
        report: file.report,
        changes,
        document,
    };
    let Received { sha256, bytes, format, .. } = received;
    if !dry_run && let Some(document) = app.fleet.document_in_force(format, sha256).await? {
        let report = serde_json::from_value(document.report).map_err(ApiError::internal)?;
        let changes = serde_json::from_value(document.changes).map_err(ApiError::internal)?;
        let file = ReadFile { format, sha256, bytes, report, records: None };
        return Ok(answer(ImportOutcome::AlreadyImported, file, Some(changes), Some(document.id)));
    }
    let mut file = read(received).await?;
    let Some(records) = file.records.take().filter(|_| !dry_run) else {
        return Ok(answer(ImportOutcome::Read, file, None, None));
    };
    let changes = keep(app, &file, records).await?;
    let document = note(app, actor, &file, file_name, changes).await?;
    Ok(answer(ImportOutcome::Imported, file, Some(changes.into()), Some(document.id)))
}

/// A file that was read whole.
#[derive(Debug)]
pub(crate) struct ReadFile {
    format: Format,
    sha256: Sha256,
    bytes: u64,
    report: ImportReport,
    /// Of a format whose records are stored.
    pub(crate) records: Option<Records>,
}

pub(crate) async fn read(received: Received) -> Result<ReadFile, ApiError> {
    let Received { file, bytes, sha256, format } = received;
    let read = tokio::task::spawn_blocking(move || read_records(format, BufReader::new(file))).await;
    let (read, records) = read.map_err(ApiError::internal)?.map_err(refused)?;
    Ok(ReadFile { format, sha256, bytes, report: ImportReport::from(&read), records })
}

/// Puts the records of the file into the catalogue.
pub(crate) async fn keep(app: &AppState, file: &ReadFile, records: Records) -> Result<Imported, ApiError> {
    Ok(app.fleet.apply_records(records, file.sha256).await?)
}

/// Notes that the file was applied, and by whom.
pub(crate) async fn note(
    app: &AppState,
    actor: &Actor,
    file: &ReadFile,
    file_name: Option<String>,
    changes: Imported,
) -> Result<Document, ApiError> {
    let ReadFile { format, sha256, bytes, .. } = *file;
    let report = serde_json::to_value(&file.report).map_err(ApiError::internal)?;
    let applied = Applied { format, file_name, sha256, bytes, report, changes };
    Ok(app.fleet.note_document(actor, applied).await?)
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
