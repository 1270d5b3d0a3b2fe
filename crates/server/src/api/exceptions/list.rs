//! All exceptions, newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_index::query::{Facet, FacetValue};
use fettle_model::exception::ExceptionState;
use serde::Deserialize;
use utoipa::IntoParams;

use super::row::ExceptionRow;
use crate::api::error::{ApiError, Parameters};
use crate::api::list::{Listing, Paging};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionParameters {
    /// Requested, Approved, Rejected, Expired or Revoked.
    #[param(value_type = Option<String>)]
    state: Option<ExceptionState>,
    /// Words in the reason, the query, a patch's title, a tag's path or an asset's name.
    #[serde(default)]
    search: String,
    limit: Option<usize>,
    after: Option<String>,
}

#[utoipa::path(get, path = "/v1/exceptions", tag = "exceptions", params(ExceptionParameters),
    responses((status = 200, body = Listing<ExceptionRow>)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<ExceptionParameters>,
) -> Result<Json<Listing<ExceptionRow>>, ApiError> {
    app.index_ready()?;
    let paging = Paging { search: asked.search, limit: asked.limit, after: asked.after, sort: None };
    let page = paging.page()?;
    let words: Vec<String> = paging.search.split_whitespace().map(str::to_lowercase).collect();
    let stored = app.fleet.database.read().await?.exceptions().all().await?;
    let found: Vec<ExceptionRow> =
        stored.into_iter().map(|row| app.exception_row(row)).filter(|row| has_words(row, &words)).collect();
    let counted = ExceptionState::ALL.into_iter().map(|state| FacetValue {
        value: state.name().to_owned(),
        count: found.iter().filter(|row| row.state == state).count(),
    });
    let facet = Facet { name: "state", values: counted.filter(|value| value.count > 0).collect() };
    let rows = found.into_iter().filter(|row| asked.state.is_none_or(|state| row.state == state)).collect();
    Ok(Json(Listing::of_all(rows, page, vec![facet])))
}

fn has_words(row: &ExceptionRow, words: &[String]) -> bool {
    let mut texts = vec![row.reason.to_lowercase()];
    texts.extend(row.patches.iter().map(|patch| patch.title.to_lowercase()));
    texts.extend(row.patch_query.iter().map(|query| query.to_lowercase()));
    texts.extend(row.tags.iter().map(|tag| tag.path.to_lowercase()));
    texts.extend(row.assets.iter().map(|asset| asset.name.to_lowercase()));
    words.iter().all(|word| texts.iter().any(|text| text.contains(word.as_str())))
}
