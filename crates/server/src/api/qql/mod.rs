//! Help with the query language (`qql.md` 6 and 7): what may be written next, what a text means, what words there are.

pub mod complete;
pub mod explain;
mod parts;
pub mod tokens;
mod values;
mod why;

use fettle_qql::{Context, Entity};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::api::query::zone;
use crate::state::AppState;

/// Which of a list's two texts is meant.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum QueryPart {
    #[default]
    Query,
    HavingQuery,
}

fn entity(name: &str) -> Result<Entity, ApiError> {
    name.parse().map_err(|error: fettle_qql::token::UnknownEntity| ApiError::invalid_field("entity", error.to_string()))
}

fn context(app: &AppState, entity_name: &str, tz: Option<&str>) -> Result<Context, ApiError> {
    Ok(Context::new(entity(entity_name)?, app.fleet.clock.now(), zone(tz)?))
}

fn no_second(entity: Entity) -> ApiError {
    ApiError::invalid_field("field", format!("a query about {} takes no second one", entity.plural()))
}
