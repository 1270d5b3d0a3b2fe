//! The list of vulnerabilities.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_index::Index;
use fettle_index::query::{VulnerabilityFilter, VulnerabilitySort};
use fettle_model::vulnerability::{BaseScore, Share};
use fettle_qql::Entity;
use serde::Deserialize;
use utoipa::IntoParams;

use super::VulnerabilityRow;
use crate::api::error::{ApiError, Parameters};
use crate::api::list::{Listing, Paging, YesNo, unknown_sort};
use crate::api::narrowed::{Narrowing, Texts};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct VulnerabilityParameters {
    #[serde(default)]
    search: String,
    /// QQL about what is listed.
    query: Option<String>,
    /// QQL about assets that are exposed to them.
    having_query: Option<String>,
    /// IANA name of the zone of dates that name none; UTC.
    tz: Option<String>,
    sort: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
    /// Assets lack a fix, or none does.
    #[param(value_type = Option<String>)]
    exposed: Option<YesNo>,
    /// By CISA's catalogue, as it was read last.
    #[param(value_type = Option<String>)]
    known_exploited: Option<YesNo>,
    /// The CVSS score that is shown is at least this: 0–10.
    min_cvss: Option<f64>,
    /// The probability of EPSS is at least this: 0–1.
    min_epss: Option<f64>,
}

#[utoipa::path(get, path = "/v1/vulnerabilities", tag = "vulnerabilities", params(VulnerabilityParameters),
    responses((status = 200, body = Listing<VulnerabilityRow>)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<VulnerabilityParameters>,
) -> Result<Json<Listing<VulnerabilityRow>>, ApiError> {
    app.index_ready()?;
    let paging = Paging { search: asked.search, sort: asked.sort, limit: asked.limit, after: asked.after };
    let (sort, descending) = sort(paging.sort())?;
    let page = paging.page()?;
    let texts = Texts { query: asked.query.as_deref(), having: asked.having_query.as_deref(), tz: asked.tz.as_deref() };
    let narrowing = Narrowing::read(&app, Entity::Vulnerability, texts)?;
    let among = match narrowing {
        Some(narrowing) => Some(narrowing.ids(Arc::clone(&app), Index::ask_cves).await?),
        None => None,
    };
    let filter = VulnerabilityFilter {
        among,
        search: paging.search,
        exposed: asked.exposed.map(bool::from),
        known_exploited: asked.known_exploited.map(bool::from),
        min_cvss: least("minCvss", asked.min_cvss, BaseScore::new, "a score is a number from 0 to 10")?,
        min_epss: least("minEpss", asked.min_epss, Share::new, "a probability is a number from 0 to 1")?,
    };
    let found = app.fleet.index.vulnerabilities(&filter, sort, descending, page);
    let rows = found.rows.into_iter().map(VulnerabilityRow::from).collect();
    Ok(Json(Listing::new(rows, found.total, page, found.facets)))
}

fn least<T>(
    field: &'static str,
    asked: Option<f64>,
    read: impl Fn(f64) -> Option<T>,
    what: &'static str,
) -> Result<Option<T>, ApiError> {
    asked.map(|value| read(value).ok_or_else(|| ApiError::invalid_field(field, what))).transpose()
}

/// Without a column: the highest priority comes first.
fn sort((column, descending): (Option<&str>, bool)) -> Result<(VulnerabilitySort, bool), ApiError> {
    let sort = match column {
        None => return Ok((VulnerabilitySort::Priority, true)),
        Some("priority") => VulnerabilitySort::Priority,
        Some("cvss") => VulnerabilitySort::Cvss,
        Some("epss") => VulnerabilitySort::Epss,
        Some("exposedCount") => VulnerabilitySort::Exposed,
        Some("cve") => VulnerabilitySort::Cve,
        Some("patchCount") => VulnerabilitySort::Patches,
        Some("published") => VulnerabilitySort::Published,
        Some(other) => return Err(unknown_sort(other)),
    };
    Ok((sort, descending))
}
