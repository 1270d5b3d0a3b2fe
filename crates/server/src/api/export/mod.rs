//! Every row that a query finds, as a file: CSV and JSON are sent while they are made, page by page, so that no more than
//! two pages are held; XLSX is written to a file of its own first.
//!
//! Pages are questions of their own, as those of lists are: a thing whose sort value changes in between may be seen twice
//! or not at all, and neither the index nor the database is held from one to the next. A client that goes away ends it.

mod pages;
mod sheets;
mod text;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use fettle_qql::Entity;
use futures_util::StreamExt as _;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::auth::Caller;
use super::error::{ApiError, Parameters};
use super::fields::Field;
use super::query::{QueryParameters, zone};
use super::turns::Turn;
use crate::state::AppState;
use pages::Pages;
use text::{TextFormat, TextWriter};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// RFC 4180 in UTF-8 with a byte order mark, a header row, lists joined by `;`.
    Csv,
    /// An array of rows as lists have them.
    Json,
    /// One row on each line.
    Jsonl,
    /// A new sheet every 1,000,000 rows, at most 5.
    Xlsx,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ExportParameters {
    /// `csv`, `json`, `jsonl` or `xlsx`.
    #[param(value_type = String)]
    pub format: ExportFormat,
    /// QQL; what is found. Nothing finds everything.
    #[serde(default)]
    pub query: String,
    /// A second query, about the other side of findings.
    pub having_query: Option<String>,
    /// Up to three sortable tokens, as in lists.
    pub sort: Option<String>,
    /// IANA name of the zone of dates that name none, and in which CSV and XLSX show times; UTC.
    pub tz: Option<String>,
    /// Names of fields with commas between, in their order; all. Inside a field: `cvss.score`.
    pub fields: Option<String>,
}

/// The list by its name in the address.
fn listed(name: &str) -> Option<Entity> {
    match name {
        "assets" => Some(Entity::Asset),
        "patches" => Some(Entity::Patch),
        "vulnerabilities" => Some(Entity::Vulnerability),
        "components" => Some(Entity::Component),
        "deployments" => Some(Entity::Deployment),
        "audit" => Some(Entity::Audit),
        _ => None,
    }
}

/// All rows of `assets`, `patches`, `vulnerabilities`, `components`, `deployments` or `audit` that a query finds.
#[utoipa::path(get, path = "/v1/query/{entity}/export", tag = "query",
    params(("entity" = String, Path), ExportParameters),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn export(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Path(name): Path<String>,
    Parameters(asked): Parameters<ExportParameters>,
) -> Result<Response, ApiError> {
    let entity = listed(&name).ok_or_else(|| ApiError::not_found("list"))?;
    let chosen = Field::chosen(entity, asked.fields.as_deref())?;
    let zone = zone(asked.tz.as_deref())?;
    let details = json!({ "list": name, "format": format!("{:?}", asked.format), "query": asked.query,
        "havingQuery": asked.having_query, "fields": asked.fields });
    let format = asked.format;
    let parameters = QueryParameters {
        query: asked.query,
        having_query: asked.having_query,
        sort: asked.sort,
        tz: asked.tz,
        ..QueryParameters::default()
    };
    let mut pages = Pages::new(Arc::clone(&app), entity, parameters)?;
    // What is wrong is an answer, as long as nothing was sent.
    let first = pages.next().await?.unwrap_or_default();
    let (action, object) =
        if entity == Entity::Audit { ("audit.export", "audit") } else { ("report.download", "report") };
    app.fleet.record_export(&caller.actor, action, object, details).await?;
    let all_fields = || Field::all(entity);
    let (body, kind, extension) = match format {
        ExportFormat::Csv => {
            let format = TextFormat::Csv { fields: chosen.unwrap_or_else(all_fields), zone };
            (streamed(&app, pages, first, format), "text/csv; charset=utf-8", "csv")
        }
        ExportFormat::Json => (streamed(&app, pages, first, TextFormat::Json(chosen)), "application/json", "json"),
        ExportFormat::Jsonl => {
            (streamed(&app, pages, first, TextFormat::JsonLines(chosen)), "application/jsonl", "jsonl")
        }
        ExportFormat::Xlsx => {
            let file = sheets::file(&app, pages, first, chosen.unwrap_or_else(all_fields), zone).await?;
            (file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
        }
    };
    let day = TimeZone::UTC.to_datetime(app.fleet.clock.now()).date();
    let disposition = format!("attachment; filename=\"fettle-{name}-{day}.{extension}\"");
    let disposition = HeaderValue::try_from(disposition).map_err(ApiError::internal)?;
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((StatusCode::OK, headers, body).into_response())
}

/// Why an export that was begun does not come to its end: the client sees a connection that breaks, never a file that
/// looks whole.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("{0}")]
    Page(ApiError),
    #[error("the server is stopping")]
    Stopping,
}

type Chunk = Result<Bytes, Broken>;

fn streamed(app: &Arc<AppState>, mut pages: Pages, first: Vec<Value>, format: TextFormat) -> Body {
    // One waits while another is sent.
    let (sender, receiver) = mpsc::channel(1);
    let (turn, stopping) = (Turn::current(), app.stopping.clone());
    app.tasks.spawn(async move {
        let next = async move || {
            if stopping.is_cancelled() { Err(Broken::Stopping) } else { pages.next().await.map_err(Broken::Page) }
        };
        send(first, next, TextWriter::new(format), sender).await;
        drop(turn);
    });
    let chunks = futures_util::stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    });
    // Compression asks once more after the end.
    Body::from_stream(chunks.fuse())
}

/// Ends with the last page, with the first that fails, or when nobody receives any more.
async fn send(
    first: Vec<Value>,
    mut next: impl AsyncFnMut() -> Result<Option<Vec<Value>>, Broken>,
    mut writer: TextWriter,
    sender: mpsc::Sender<Chunk>,
) {
    let mut rows = first;
    loop {
        if sender.send(Ok(writer.rows(&rows).into())).await.is_err() {
            return;
        }
        match next().await {
            Ok(Some(page)) => rows = page,
            Ok(None) => break,
            Err(broken) => {
                tracing::error!(error = %broken, "an export broke off");
                // Nobody may be there to be told.
                let _ = sender.send(Err(broken)).await;
                return;
            }
        }
    }
    let _ = sender.send(Ok(writer.end().into())).await;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    async fn received(mut receiver: mpsc::Receiver<Chunk>) -> (String, bool) {
        let mut text = String::new();
        let mut is_broken = false;
        while let Some(chunk) = receiver.recv().await {
            match chunk {
                Ok(bytes) => text.push_str(std::str::from_utf8(&bytes).expect("UTF-8")),
                Err(_) => is_broken = true,
            }
        }
        (text, is_broken)
    }

    #[tokio::test]
    async fn a_client_that_goes_away_ends_it() {
        let (sender, mut receiver) = mpsc::channel(1);
        let pages = Arc::new(AtomicUsize::new(0));
        let asked = Arc::clone(&pages);
        // It would go on for ever.
        let next = async move || {
            asked.fetch_add(1, Ordering::SeqCst);
            Ok(Some(vec![json!({ "id": 1 })]))
        };
        let sending = send(Vec::new(), next, TextWriter::new(TextFormat::JsonLines(None)), sender);
        let leaving = async move {
            receiver.recv().await.expect("a page").expect("rows");
        };
        tokio::join!(sending, leaving);
        assert!(pages.load(Ordering::SeqCst) <= 3, "no page is made that nobody takes");
    }

    #[tokio::test]
    async fn what_breaks_off_does_not_look_whole() {
        for is_broken in [false, true] {
            let (sender, receiver) = mpsc::channel(1);
            let mut number = 0;
            let next = async move || {
                number += 1;
                match number {
                    1 => Ok(Some(vec![json!({ "id": 2 })])),
                    _ if is_broken => Err(Broken::Stopping),
                    _ => Ok(None),
                }
            };
            let first = vec![json!({ "id": 1 })];
            let sending = send(first, next, TextWriter::new(TextFormat::Json(None)), sender);
            let ((), (text, broke)) = tokio::join!(sending, received(receiver));
            assert_eq!((serde_json::from_str::<Value>(&text).is_ok(), broke), (!is_broken, is_broken), "{text}");
        }
    }
}
