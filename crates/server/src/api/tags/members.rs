//! Who has a tag.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_index::Index;
use fettle_model::TagId;
use fettle_qql::Entity;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::ask::{answer, request};
use crate::api::assets::row::AssetRow;
use crate::api::error::{ApiError, Id, Parameters};
use crate::api::query::{Found, QueryParameters};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MemberParameters {
    /// As `/v1/query/assets` takes it; by name.
    sort: Option<String>,
    /// 1–1,000; 50.
    limit: Option<usize>,
    /// `next` of the page before, in the same order.
    after: Option<String>,
}

#[utoipa::path(get, path = "/v1/tags/{id}/members", tag = "tags", params(("id" = Uuid, Path), MemberParameters),
    responses((status = 200, body = Found<AssetRow>)))]
pub async fn members(
    State(app): State<Arc<AppState>>,
    Id(id): Id<TagId>,
    Parameters(asked): Parameters<MemberParameters>,
) -> Result<Json<Found<AssetRow>>, ApiError> {
    app.index_ready()?;
    if app.fleet.index.tag_path(id).is_none() {
        return Err(ApiError::not_found("tag"));
    }
    let MemberParameters { sort, limit, after } = asked;
    let asked = QueryParameters { query: format!("tags.id:{id}"), sort, limit, after, ..QueryParameters::default() };
    let request = request(&app, asked, Entity::Asset)?;
    answer(&app, request, Index::ask_assets, AppState::asset_rows).await.map(Json)
}
