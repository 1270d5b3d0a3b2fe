//! Asking for an exception.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use fettle_fleet::decisions::exceptions::NewException as Asked;
use fettle_model::exception::ExceptionState;
use fettle_model::{AssetId, PatchId, TagId};
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
    /// 1–500, or none and a query.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub patches: Vec<PatchId>,
    /// QQL about patches that says nothing of assets, in 1–4,096 characters: all that it finds is covered, patches of
    /// tomorrow too.
    pub patch_query: Option<String>,
    /// IANA name of the zone of the query's dates; UTC.
    pub tz: Option<String>,
    /// Up to 5,000; with the tags at least one.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub assets: Vec<AssetId>,
    /// Up to 100: whoever has one of them is covered, tomorrow too.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub tags: Vec<TagId>,
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
    let approve = new.approve;
    let mut exception = app.fleet.request_exception(&caller.actor, new.into()).await?;
    if approve {
        exception = app.fleet.decide_exception(&caller.actor, exception.id, ExceptionState::Approved).await?;
    }
    Ok((StatusCode::CREATED, Json(app.exception_row(exception))))
}

impl From<NewException> for Asked {
    fn from(new: NewException) -> Self {
        let NewException { patches, patch_query, tz, assets, tags, reason, expires_at, approve: _ } = new;
        Self { patches, patch_query, tz, assets, tags, reason, expires_at }
    }
}
