//! Asking for an exception.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_fleet::decisions::exceptions::NewException as Asked;
use fettle_model::exception::ExceptionState;
use fettle_model::{AssetId, PatchId};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::row::ExceptionRow;
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewException {
    /// 1–500.
    #[schema(value_type = Vec<Uuid>)]
    pub patches: Vec<PatchId>,
    /// 1–5,000.
    #[schema(value_type = Vec<Uuid>)]
    pub assets: Vec<AssetId>,
    /// 10–2,000 characters.
    pub reason: String,
    /// 1–365 days ahead.
    pub expires_at: Timestamp,
    /// Approve it in the same step, which a Super User may.
    #[serde(default)]
    pub approve: bool,
}

#[utoipa::path(post, path = "/v1/exceptions", tag = "exceptions", request_body = NewException,
    responses((status = 201, body = ExceptionRow)))]
pub async fn create(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Input(new): Input<NewException>,
) -> Result<(StatusCode, Json<ExceptionRow>), ApiError> {
    app.index_ready()?;
    let asked = Asked { patches: new.patches, assets: new.assets, reason: new.reason, expires_at: new.expires_at };
    let mut exception = app.fleet.request_exception(&caller.actor, asked).await?;
    if new.approve {
        exception = app.fleet.decide_exception(&caller.actor, exception.id, ExceptionState::Approved).await?;
    }
    Ok((StatusCode::CREATED, Json(app.exception_row(exception))))
}
