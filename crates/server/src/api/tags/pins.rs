//! Pinning assets in and out, and putting a tag on assets by hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_fleet::tags::PinChange;
use fettle_model::tag::Pin;
use fettle_model::{AssetId, TagId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::row::TagDetails;
use super::settled;
use crate::api::auth::Caller;
use crate::api::error::{ApiError, Id, Input};
use crate::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PinsBody {
    /// 1–5,000.
    #[schema(value_type = Vec<Uuid>)]
    pub assets: Vec<AssetId>,
    /// In or Out; `null`: as the rule says, or off a tag without a rule.
    #[schema(value_type = Option<String>)]
    pub pin: Option<Pin>,
    /// 0–200 characters.
    #[serde(default)]
    pub reason: String,
}

#[utoipa::path(post, path = "/v1/tags/{id}/pins", tag = "tags", params(("id" = Uuid, Path)), request_body = PinsBody,
    responses((status = 200, body = TagDetails)))]
pub async fn pin(
    State(app): State<Arc<AppState>>,
    caller: Caller,
    Id(id): Id<TagId>,
    Input(body): Input<PinsBody>,
) -> Result<Json<TagDetails>, ApiError> {
    app.index_ready()?;
    let change = PinChange { assets: body.assets, pin: body.pin, reason: body.reason };
    app.fleet.pin_assets(&caller.actor, id, change).await?;
    settled(&app).await?;
    app.tag_details(id).await.map(Json)
}
