//! What a query means, in full and in plain English; what each part of it finds; and why it finds one thing.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_qql::warning::{Warning, WarningCode};
use fettle_qql::{Entity, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::context;
use super::parts::{QueryNode, Tree, in_database, in_index};
use super::why::WhyThing;
use crate::api::error::{ApiError, Input};
use crate::api::patches::list::hidden_filters;
use crate::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplainRequest {
    /// `asset`, `patch`, `vulnerability`, `component`, `deployment` or `audit`.
    pub entity: String,
    pub query: String,
    pub having_query: Option<String>,
    /// IANA name of the zone of dates that name none; UTC.
    pub tz: Option<String>,
    /// Id of one asset, patch or deployment, a CVE, or the number of an audit record: which parts hold for it, and why.
    pub id: Option<String>,
    /// False: nothing is counted, and there is no `tree`.
    #[serde(default = "yes")]
    pub counts: bool,
    /// The queries narrow a list of the console, which may leave something out by default: warnings say what.
    #[serde(default)]
    pub console_list: bool,
}

const fn yes() -> bool {
    true
}

/// Of both texts, or a refusal that names the one that does not hold.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedQuery {
    #[serde(flatten)]
    pub query: QueryMeaning,
    /// Of the `havingQuery`, if one was sent.
    pub having: Option<QueryMeaning>,
    /// What both queries together find; null where nothing was counted, or the time was over before.
    pub total: Option<u64>,
    /// With `id`.
    pub why: Option<WhyThing>,
    /// The instant that `now` was.
    pub as_of: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct QueryMeaning {
    /// In full: brackets, names without aliases, dates as instants. Empty for the empty query.
    pub normalized: String,
    pub sentence: String,
    pub warnings: Vec<QueryWarning>,
    /// The whole, with its parts in it. Each is counted by itself.
    pub tree: Option<QueryNode>,
}

/// What is allowed, and most often not meant. Its place is in Unicode characters from 0 of the text as sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryWarning {
    #[schema(value_type = String)]
    pub code: WarningCode,
    pub message: String,
    pub offset: usize,
    pub length: usize,
    pub help: String,
}

impl QueryMeaning {
    fn new(query: Query, tree: Option<QueryNode>) -> Self {
        let (normalized, sentence) = (query.normalized(), query.sentence());
        let warnings = query.warnings.into_iter().map(QueryWarning::from).collect();
        Self { normalized, sentence, warnings, tree }
    }
}

impl From<Warning> for QueryWarning {
    fn from(warning: Warning) -> Self {
        let Warning { code, message, span, help } = warning;
        Self { code, message, offset: span.offset, length: span.length, help }
    }
}

/// Each part is counted as if it were the whole query, within the groups around it: the things of the list that it finds.
/// A part of the second query is counted beside an empty first one.
#[utoipa::path(post, path = "/v1/qql/explain", tag = "qql", request_body = ExplainRequest,
    responses((status = 200, body = ExplainedQuery)))]
pub async fn explain(
    State(app): State<Arc<AppState>>,
    Input(asked): Input<ExplainRequest>,
) -> Result<Json<ExplainedQuery>, ApiError> {
    let context = context(&app, &asked.entity, asked.tz.as_deref())?;
    let mut query = fettle_qql::check(&asked.query, &context)?;
    let second = asked.having_query.as_deref().filter(|text| !text.is_empty());
    let having = second.map(|text| fettle_qql::check_having(text, &context)).transpose()?;
    if asked.console_list && context.entity == Entity::Patch {
        query.warnings.append(&mut hidden_filters(&query.root));
    }
    let id = asked.id.as_deref().filter(|id| !id.is_empty());
    let tree = match context.entity {
        _ if !asked.counts && id.is_none() => Tree::default(),
        Entity::Deployment | Entity::Audit => in_database(&app, &context, &query, id).await?,
        _ => in_index(&app, &query, having.as_ref(), id).await?,
    };
    Ok(Json(ExplainedQuery {
        query: QueryMeaning::new(query, tree.query),
        having: having.map(|having| QueryMeaning::new(having, tree.having)),
        total: tree.total,
        why: tree.why,
        as_of: tree.as_of.unwrap_or(context.calendar.now),
    }))
}
