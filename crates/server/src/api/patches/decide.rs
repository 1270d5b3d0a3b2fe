//! Hiding and disabling patches, many at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_fleet::decisions::states::Decision;
use fettle_model::PatchId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::auth::Caller;
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchDecision {
    /// 1–500.
    #[schema(value_type = Vec<Uuid>)]
    pub patches: Vec<PatchId>,
    /// Disable, Enable, Hide or Show.
    #[schema(value_type = String)]
    pub action: PatchAction,
    /// Of Hide: 1–500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum PatchAction {
    Disable,
    Enable,
    Hide,
    Show,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Decided {
    /// Those that were not so already.
    pub changed: usize,
}

#[utoipa::path(patch, path = "/v1/patches", tag = "patches", request_body = PatchDecision,
    responses((status = 200, body = Decided)))]
pub async fn decide(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(asked): Input<PatchDecision>,
) -> Result<Json<Decided>, ApiError> {
    app.index_ready()?;
    let decision = match (asked.action, asked.reason) {
        (PatchAction::Hide, reason) => Decision::Hide { reason: reason.unwrap_or_default() },
        (_, Some(_)) => return Err(ApiError::invalid_field("reason", "only hiding takes a reason")),
        (PatchAction::Disable, None) => Decision::Disable,
        (PatchAction::Enable, None) => Decision::Enable,
        (PatchAction::Show, None) => Decision::Show,
    };
    let changed = app.fleet.decide(&caller.actor, &asked.patches, decision).await?;
    Ok(Json(Decided { changed }))
}
