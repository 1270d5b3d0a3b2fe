//! Approving, rejecting and revoking.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::ExceptionId;
use fettle_model::exception::ExceptionState;
use serde::Deserialize;
use utoipa::ToSchema;

use super::row::ExceptionRow;
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Input};
use crate::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExceptionDecision {
    /// Approved, Rejected or Revoked.
    #[schema(value_type = String)]
    pub state: ExceptionState,
}

#[utoipa::path(patch, path = "/v1/exceptions/{id}", tag = "exceptions", params(("id" = Uuid, Path)),
    request_body = ExceptionDecision, responses((status = 200, body = ExceptionRow)))]
pub async fn decide(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<ExceptionId>,
    Input(decision): Input<ExceptionDecision>,
) -> Result<Json<ExceptionRow>, ApiError> {
    app.index_ready()?;
    if matches!(decision.state, ExceptionState::Requested | ExceptionState::Expired) {
        return Err(ApiError::invalid_field("state", "a decision is Approved, Rejected or Revoked"));
    }
    let exception = app.fleet.decide_exception(&caller.actor, id, decision.state).await?;
    Ok(Json(app.exception_row(exception)))
}
