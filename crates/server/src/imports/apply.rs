//! Reads a received file and applies what it says.

use std::io::BufReader;

use axum::http::StatusCode;
use fettle_catalog::reading::ReadError;
use fettle_fleet::access::Actor;
use fettle_fleet::catalogue::import::{Applied, is_stored, read_records};

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
