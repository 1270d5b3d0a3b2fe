//! The list of patches.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_index::query::{PatchFilter, PatchSort};
use fettle_index::{Index, Status};
use fettle_model::Severity;
use fettle_qql::Entity;
use fettle_qql::token::TokenId;
use fettle_qql::tokens::PatchToken;
use fettle_qql::typed::Expression;
use fettle_qql::warning::Warning;
use serde::Deserialize;
use utoipa::IntoParams;

use super::row::{PatchRow, row};
use crate::api::error::{ApiError, Parameters};
use crate::api::list::{Listing, Paging, YesNo, unknown_sort};
use crate::api::narrowed::{Narrowing, Texts, speaks_of};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct PatchParameters {
    #[serde(default)]
    search: String,
    /// QQL about what is listed.
    query: Option<String>,
    /// QQL about assets that have a finding of them, and the finding.
    having_query: Option<String>,
    /// IANA name of the zone of dates that name none; UTC.
    tz: Option<String>,
    sort: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
    #[param(value_type = Option<String>)]
    security: Option<YesNo>,
    /// Missing, Installed, Undetermined or all; without it: any of the first three somewhere.
    status: Option<String>,
    #[param(value_type = Option<String>)]
    superseded: Option<YesNo>,
    #[param(value_type = Option<String>)]
    severity: Option<Severity>,
    repository: Option<String>,
    /// Past its due date on at least one asset.
    #[param(value_type = Option<String>)]
    overdue: Option<YesNo>,
    /// `yes`: only those that people hid, which are left out otherwise.
    #[param(value_type = Option<String>)]
    hidden: Option<YesNo>,
    #[param(value_type = Option<String>)]
    enabled: Option<YesNo>,
}

#[utoipa::path(get, path = "/v1/patches", tag = "patches", params(PatchParameters),
    responses((status = 200, body = Listing<PatchRow>)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<PatchParameters>,
) -> Result<Json<Listing<PatchRow>>, ApiError> {
    app.index_ready()?;
    let unknown_status = || ApiError::invalid_field("status", "a status is Missing, Installed, Undetermined or all");
    let (status, anywhere) = match asked.status.as_deref() {
        None => (None, false),
        Some("all") => (None, true),
        Some(name) => (Some(Status::found(name).ok_or_else(unknown_status)?), false),
    };
    let paging = Paging { search: asked.search, sort: asked.sort, limit: asked.limit, after: asked.after };
    let texts = Texts { query: asked.query.as_deref(), having: asked.having_query.as_deref(), tz: asked.tz.as_deref() };
    let narrowing = Narrowing::read(&app, Entity::Patch, texts)?;
    let says = |tokens: &[PatchToken]| {
        let tokens: Vec<_> = tokens.iter().copied().map(TokenId::Patch).collect();
        narrowing.as_ref().is_some_and(|narrowing| narrowing.speaks_of(&tokens))
    };
    let anywhere = anywhere || asked.status.is_none() && says(OF_WHERE);
    let superseded = asked.superseded == Some(YesNo::Yes) || says(OF_REPLACED);
    let hidden = match asked.hidden {
        None if says(OF_HIDDEN) => None,
        hidden => Some(hidden == Some(YesNo::Yes)),
    };
    let among = match narrowing {
        Some(narrowing) => Some(narrowing.ids(Arc::clone(&app), Index::ask_patch_ids).await?),
        None => None,
    };
    let filter = PatchFilter {
        among,
        search: paging.search.clone(),
        security: asked.security.map(bool::from),
        status,
        anywhere,
        superseded,
        severity: asked.severity,
        repository: asked.repository,
        hidden,
        enabled: asked.enabled.map(bool::from),
        overdue: asked.overdue.map(bool::from),
    };
    let (sort, descending) = sort(paging.sort())?;
    let page = paging.page()?;
    let found = app.fleet.index.patches(&filter, sort, descending, page);
    let rows = found.rows.into_iter().map(|found| row(found.entry, found.count, found.is_superseded)).collect();
    Ok(Json(Listing::new(rows, found.total, page, found.facets)))
}

/// A query that speaks of one of these decides itself whether patches that apply nowhere are listed …
const OF_WHERE: &[PatchToken] = &[PatchToken::Id, PatchToken::PatchStatus, PatchToken::MissingCount];
/// … those that a newer one replaces …
const OF_REPLACED: &[PatchToken] =
    &[PatchToken::Id, PatchToken::IsSuperseded, PatchToken::SupersededBy, PatchToken::IsLatest];
/// … and those that people hid.
const OF_HIDDEN: &[PatchToken] = &[PatchToken::IsHidden];

/// What the list leaves out beside a query, as long as no filter is chosen.
pub(in crate::api) fn hidden_filters(query: &Expression) -> Vec<Warning> {
    let filters: [(&[PatchToken], &str, &str); 3] = [
        (OF_WHERE, "the list leaves out patches that apply to no asset", "`missingCount>=0` lists them too"),
        (
            OF_REPLACED,
            "the list leaves out patches that a newer one replaces",
            "`isSuperseded is not null` lists them too",
        ),
        (OF_HIDDEN, "the list leaves out patches that people hid", "`isHidden is not null` lists them too"),
    ];
    let is_silent =
        |tokens: &[PatchToken]| !speaks_of(query, &tokens.iter().copied().map(TokenId::Patch).collect::<Vec<_>>());
    let hidden = filters.into_iter().filter(|(tokens, ..)| is_silent(tokens));
    hidden.map(|(_, message, help)| Warning::hidden_filter(query, message, help)).collect()
}

/// Without a column: what most assets lack comes first.
fn sort((column, descending): (Option<&str>, bool)) -> Result<(PatchSort, bool), ApiError> {
    let sort = match column {
        None => return Ok((PatchSort::Missing, true)),
        Some("missingCount") => PatchSort::Missing,
        Some("installedCount") => PatchSort::Installed,
        Some("overdueCount") => PatchSort::Overdue,
        Some("title") => PatchSort::Title,
        Some("published") => PatchSort::Published,
        Some("isSecurity") => PatchSort::Security,
        Some("sizeBytes") => PatchSort::Size,
        Some(other) => return Err(unknown_sort(other)),
    };
    Ok((sort, descending))
}
