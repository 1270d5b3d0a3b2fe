//! The findings of one asset.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_catalog::judge::{AssetView, judge};
use fettle_fleet::ledger::{Ledger, since};
use fettle_index::Status;
use fettle_index::query::Finding;
use fettle_model::AssetId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::error::{ApiError, Id, Parameters};
use crate::api::list::{Listing, Paging, YesNo, unknown_sort};
use crate::api::patches::row::PatchRow;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct FindingParameters {
    /// Missing, Installed or Undetermined; all.
    status: Option<String>,
    #[serde(default)]
    search: String,
    #[param(value_type = Option<String>)]
    security: Option<YesNo>,
    /// `no`: only patches that nothing newer replaces here.
    #[param(value_type = Option<String>)]
    superseded: Option<YesNo>,
    /// `yes`: only what is missing and past its due date.
    #[param(value_type = Option<String>)]
    overdue: Option<YesNo>,
    /// `yes`: those that people hid too.
    #[param(value_type = Option<String>)]
    hidden: Option<YesNo>,
    limit: Option<usize>,
    after: Option<String>,
    /// title, published, isSecurity, since or dueDate.
    sort: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetPatchRow {
    #[serde(flatten)]
    pub patch: PatchRow,
    /// Missing, Installed or Undetermined.
    pub status: String,
    pub is_latest: bool,
    pub obstacle: Option<String>,
    /// Of Undetermined: why.
    pub finding_reason: Option<String>,
    pub since: Timestamp,
    /// `null`: no rule gives a date.
    pub due_date: Option<Timestamp>,
    /// An approved exception covers it here.
    pub is_excepted: bool,
    /// Missing, past its due date, and not excepted.
    pub is_overdue: bool,
    pub packages_here: Vec<PackageHere>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackageHere {
    pub name: String,
    pub architecture: String,
    pub installed: String,
    /// `null`: it is from outside of the release, and it is not known since when the fix is in it.
    pub fixed: Option<String>,
}

#[utoipa::path(get, path = "/v1/assets/{id}/patches", tag = "assets",
    params(("id" = Uuid, Path), FindingParameters), responses((status = 200, body = Listing<AssetPatchRow>)))]
pub async fn patches(
    State(app): State<Arc<AppState>>,
    Id(id): Id<AssetId>,
    Parameters(asked): Parameters<FindingParameters>,
) -> Result<Json<Listing<AssetPatchRow>>, ApiError> {
    app.index_ready()?;
    let wanted = match asked.status.as_deref() {
        None | Some("all") => None,
        Some(name) => Some(status_of(name)?),
    };
    let paging = Paging { search: asked.search, limit: asked.limit, after: asked.after, sort: asked.sort };
    let page = paging.page()?;
    let facts = AssetFacts::load(&app, id).await?;
    let view = AssetView::new(&facts.components);
    let words: Vec<String> = paging.search.split_whitespace().map(str::to_lowercase).collect();
    let mut rows: Vec<AssetPatchRow> = app
        .fleet
        .index
        .findings(id)
        .into_iter()
        .filter(|finding| wanted.is_none_or(|status| finding.status == status))
        .filter(|finding| {
            asked.security.is_none_or(|security| finding.entry.patch.is_security() == bool::from(security))
        })
        .filter(|finding| asked.superseded != Some(YesNo::No) || finding.is_latest)
        .filter(|finding| asked.hidden == Some(YesNo::Yes) || !finding.entry.state.is_hidden())
        .filter(|finding| asked.overdue.is_none_or(|overdue| finding.is_overdue == bool::from(overdue)))
        .filter(|finding| {
            let patch = &finding.entry.patch;
            let text = format!("{} {}", patch.title, patch.cves.clone().unwrap_or_default().join(" ")).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        })
        .map(|finding| row(&app, id, finding, &view, &facts))
        .collect();
    sort(&mut rows, &paging)?;
    Ok(Json(Listing::of_all(rows, page, Vec::new())))
}

/// The status of a finding that a parameter names.
pub(in crate::api) fn status_of(name: &str) -> Result<Status, ApiError> {
    let unknown = || ApiError::invalid_field("status", "a status is Missing, Installed or Undetermined");
    Status::found(name).ok_or_else(unknown)
}

/// What the findings of an asset are told from.
pub(in crate::api) struct AssetFacts {
    pub(in crate::api) components: Vec<fettle_model::component::Component>,
    pub(in crate::api) ledger: Ledger,
    pub(in crate::api) enrolled_at: Timestamp,
    pub(in crate::api) scanned_at: Option<Timestamp>,
    pub(in crate::api) name: String,
}

impl AssetFacts {
    pub(in crate::api) async fn load(app: &AppState, id: AssetId) -> Result<Self, ApiError> {
        let row = app.fleet.index.asset(id).ok_or_else(|| ApiError::not_found("asset"))?;
        let components = app.fleet.components_of(id).await?;
        let loaded = app.fleet.database.read().await?.assets().load(id).await?;
        let loaded = loaded.ok_or_else(|| ApiError::not_found("asset"))?;
        Ok(Self {
            components,
            ledger: Ledger::decode(&loaded.inventory.ledger).map_err(ApiError::internal)?,
            enrolled_at: row.columns.enrolled_at,
            scanned_at: row.columns.scanned_at,
            name: row.columns.name,
        })
    }

    pub(super) fn since(&self, entry: &fettle_index::PatchEntry) -> Timestamp {
        since(entry.synced_at, self.enrolled_at, self.ledger.changed(entry.number))
    }
}

fn row(app: &AppState, asset: AssetId, finding: Finding, view: &AssetView<'_>, facts: &AssetFacts) -> AssetPatchRow {
    let judged = judge(&finding.entry.rule, asset, view);
    let packages = judged.packages.into_iter().map(|package| PackageHere {
        name: package.name,
        architecture: package.architecture,
        installed: package.installed,
        fixed: package.fixed,
    });
    AssetPatchRow {
        status: finding.status.name().to_owned(),
        is_latest: finding.is_latest,
        obstacle: judged.obstacle.map(|obstacle| obstacle.name().to_owned()),
        finding_reason: judged.undetermined.map(|reason| reason.name().to_owned()),
        since: facts.since(&finding.entry),
        due_date: finding.due,
        is_excepted: finding.is_excepted,
        is_overdue: finding.is_overdue,
        packages_here: packages.collect(),
        patch: app.patch_row_counted(finding.entry),
    }
}

fn sort(rows: &mut [AssetPatchRow], paging: &Paging) -> Result<(), ApiError> {
    let (column, descending) = paging.sort();
    match column {
        None => rows.sort_by(|left, right| {
            let settled =
                |row: &AssetPatchRow| [Status::Missing, Status::Undetermined].map(|open| row.status != open.name());
            let key = |row: &AssetPatchRow| (settled(row), !row.patch.is_security, row.patch.title.clone());
            key(left).cmp(&key(right))
        }),
        Some("title") => rows.sort_by(|left, right| left.patch.title.cmp(&right.patch.title)),
        Some("published") => rows.sort_by_key(|row| row.patch.published),
        Some("isSecurity") => rows.sort_by_key(|row| row.patch.is_security),
        // What has no date comes last.
        Some("dueDate") => rows.sort_by_key(|row| (row.due_date.is_none(), row.due_date)),
        Some("since") => rows.sort_by_key(|row| row.since),
        Some(other) => return Err(unknown_sort(other)),
    }
    if descending {
        rows.reverse();
    }
    Ok(())
}
