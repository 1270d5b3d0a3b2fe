//! What a query means, in full and in plain English. What it finds and why is not told here.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_qql::Query;
use fettle_qql::warning::{Warning, WarningCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::context;
use crate::api::error::{ApiError, Input};
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
}

/// Of both texts, or a refusal that names the one that does not hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedQuery {
    #[serde(flatten)]
    pub query: QueryMeaning,
    /// Of the `havingQuery`, if one was sent.
    pub having: Option<QueryMeaning>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct QueryMeaning {
    /// In full: brackets, names without aliases, dates as instants. Empty for the empty query.
    pub normalized: String,
    pub sentence: String,
    pub warnings: Vec<QueryWarning>,
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

impl From<Query> for QueryMeaning {
    fn from(query: Query) -> Self {
        let (normalized, sentence) = (query.normalized(), query.sentence());
        Self { normalized, sentence, warnings: query.warnings.into_iter().map(QueryWarning::from).collect() }
    }
}

impl From<Warning> for QueryWarning {
    fn from(warning: Warning) -> Self {
        let Warning { code, message, span, help } = warning;
        Self { code, message, offset: span.offset, length: span.length, help }
    }
}

#[utoipa::path(post, path = "/v1/qql/explain", tag = "qql", request_body = ExplainRequest,
    responses((status = 200, body = ExplainedQuery)))]
pub async fn explain(
    State(app): State<Arc<AppState>>,
    Input(asked): Input<ExplainRequest>,
) -> Result<Json<ExplainedQuery>, ApiError> {
    let context = context(&app, &asked.entity, asked.tz.as_deref())?;
    let query = fettle_qql::check(&asked.query, &context)?;
    let second = asked.having_query.as_deref().filter(|text| !text.is_empty());
    let having = second.map(|text| fettle_qql::check_having(text, &context)).transpose()?;
    Ok(Json(ExplainedQuery { query: query.into(), having: having.map(QueryMeaning::from) }))
}
