//! What may be written next.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_qql::complete::{self, Completions as Offered, Item, ItemKind, MAX_ITEMS, Values};
use fettle_qql::{Context, Entity};
use fettle_store::searches::SavedSearch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{Known, Noted, commonest};
use super::{QueryPart, context, no_second};
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompletionRequest {
    /// `asset`, `patch`, `vulnerability`, `component`, `deployment` or `audit`.
    pub entity: String,
    /// Which text of the list it is; `query`.
    #[serde(default)]
    pub field: QueryPart,
    pub text: String,
    /// Behind how many characters of the text it stands.
    pub cursor: usize,
    /// IANA name of the zone in which dates are offered; UTC.
    pub tz: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Completions {
    pub replace: ReplacedText,
    /// Up to 20.
    pub items: Vec<Completion>,
}

/// What an item's text is put in place of, in Unicode characters from 0.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplacedText {
    pub offset: usize,
    pub length: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Completion {
    /// `token`, `operator`, `keyword`, `value`, or `search`: a whole query that was kept.
    #[schema(value_type = String)]
    pub kind: CompletionKind,
    pub insert: String,
    pub label: String,
    /// Things in scope that have the value, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Of a token.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub example: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub help: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CompletionKind {
    Search,
    #[serde(untagged)]
    Part(ItemKind),
}

/// Searches that an empty text is completed with.
const SEARCHES: usize = 5;

impl From<Item> for Completion {
    fn from(item: Item) -> Self {
        let Item { kind, insert, label, count, token_kind, example, help } = item;
        Self { kind: CompletionKind::Part(kind), insert, label, count, token_type: token_kind, example, help }
    }
}

impl From<SavedSearch> for Completion {
    fn from(search: SavedSearch) -> Self {
        let SavedSearch { name, query, .. } = search;
        let kind = CompletionKind::Search;
        Self { kind, insert: query, label: name, count: None, token_type: None, example: None, help: None }
    }
}

#[utoipa::path(post, path = "/v1/qql/complete", tag = "qql", request_body = CompletionRequest,
    responses((status = 200, body = Completions)))]
pub async fn complete(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(asked): Input<CompletionRequest>,
) -> Result<Json<Completions>, ApiError> {
    let context = context(&app, &asked.entity, asked.tz.as_deref())?;
    // What is wanted at the cursor is known first; then the values that it is completed with are asked for.
    let noted = Noted::default();
    let offered = offer(&asked, &context, &noted)?;
    let offered = match noted.wanted() {
        None => offered,
        Some(wanted) => {
            let values = commonest(&app, &wanted).await?;
            offer(&asked, &context, &Known(values))?
        }
    };
    let replace = ReplacedText { offset: offered.replace.offset, length: offered.replace.length };
    let searches = searches(&app, &caller, &asked, context.entity).await?;
    let items = searches.into_iter().map(Completion::from).chain(offered.items.into_iter().map(Completion::from));
    Ok(Json(Completions { replace, items: items.take(MAX_ITEMS).collect() }))
}

/// The caller's own and those that are shared, by name, where nothing is written yet. A second query would be lost: those
/// with one are opened from their list.
async fn searches(
    app: &AppState,
    caller: &Caller,
    asked: &CompletionRequest,
    entity: Entity,
) -> Result<Vec<SavedSearch>, ApiError> {
    if !matches!(asked.field, QueryPart::Query) || !asked.text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let visible = app.fleet.database.read().await?.saved_searches().visible_to(caller.user.id, entity).await?;
    let whole = visible.into_iter().filter(|search| search.having_query.is_empty() && !search.query.is_empty());
    Ok(whole.take(SEARCHES).collect())
}

fn offer(asked: &CompletionRequest, context: &Context, values: &dyn Values) -> Result<Offered, ApiError> {
    match asked.field {
        QueryPart::Query => Ok(complete::complete(&asked.text, asked.cursor, context, values)),
        QueryPart::HavingQuery => complete::complete_having(&asked.text, asked.cursor, context, values)
            .ok_or_else(|| no_second(context.entity)),
    }
}
