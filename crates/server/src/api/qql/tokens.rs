//! The words of the language, by what is asked for.

use axum::Json;
use fettle_qql::reference::{self, TokenReference};
use fettle_qql::token::{Grouping, Level, Search, Sorting, Tie, Values};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{QueryPart, entity, no_second};
use crate::api::error::{ApiError, Parameters};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TokenParameters {
    /// `asset`, `patch`, `vulnerability`, `component`, `deployment` or `audit`.
    pub entity: String,
    /// Which text of the list it is; `query`.
    #[serde(default)]
    pub field: QueryPart,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TokenRows {
    /// In the order of the reference page.
    pub items: Vec<TokenRow>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenRow {
    #[schema(value_type = String)]
    pub name: &'static str,
    #[schema(value_type = Vec<String>)]
    pub aliases: &'static [&'static str],
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub token_type: &'static str,
    /// Of an enumeration, complete; of a ranked one, the lowest first.
    #[schema(value_type = Option<Vec<String>>)]
    pub values: Option<&'static [&'static str]>,
    pub ranked: bool,
    #[schema(value_type = String)]
    pub sorting: Sorting,
    #[schema(value_type = String)]
    pub grouping: Grouping,
    /// `freeText`: words without a token's name are looked for in it.
    #[schema(value_type = String)]
    pub search: Search,
    #[schema(value_type = String)]
    pub level: Level,
    /// `finding` or `detection`: what it speaks of beside the thing itself.
    #[schema(value_type = Option<String>)]
    pub tie: Option<Tie>,
    #[schema(value_type = String)]
    pub cardinality: Values,
    #[schema(value_type = String)]
    pub example: &'static str,
    #[schema(value_type = String)]
    pub help: &'static str,
}

impl From<TokenReference> for TokenRow {
    fn from(token: TokenReference) -> Self {
        Self {
            name: token.name,
            aliases: token.aliases,
            token_type: token.kind,
            values: token.values,
            ranked: token.ranked,
            sorting: token.sorting,
            grouping: token.grouping,
            search: token.search,
            level: token.level,
            tie: token.tie,
            cardinality: token.several,
            example: token.example,
            help: token.help,
        }
    }
}

#[utoipa::path(get, path = "/v1/qql/tokens", tag = "qql", params(TokenParameters),
    responses((status = 200, body = TokenRows)))]
pub async fn tokens(Parameters(asked): Parameters<TokenParameters>) -> Result<Json<TokenRows>, ApiError> {
    let entity = entity(&asked.entity)?;
    let tokens = match asked.field {
        QueryPart::Query => reference::tokens(entity),
        QueryPart::HavingQuery => reference::having_tokens(entity).ok_or_else(|| no_second(entity))?,
    };
    Ok(Json(TokenRows { items: tokens.into_iter().map(TokenRow::from).collect() }))
}
