//! The components of one asset.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_catalog::rule::is_same_architecture;
use fettle_model::AssetId;
use fettle_model::component::{Component, Offer, Running};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::error::{ApiError, Id, Parameters};
use crate::api::list::{Listing, Paging};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct SoftwareParameters {
    #[serde(default)]
    search: String,
    limit: Option<usize>,
    after: Option<String>,
    /// `deb`, `rpm`, `msi`, `kb`, `repo` or `running`; all of them.
    kind: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SoftwareRow {
    pub kind: String,
    pub name: String,
    pub version: Option<String>,
    pub architecture: Option<String>,
    pub source: Option<String>,
    pub source_version: Option<String>,
    /// What the package manager offers instead.
    pub candidate: Option<String>,
    pub obstacle: Option<String>,
}

#[utoipa::path(get, path = "/v1/assets/{id}/software", tag = "assets",
    params(("id" = Uuid, Path), SoftwareParameters), responses((status = 200, body = Listing<SoftwareRow>)))]
pub async fn software(
    State(app): State<Arc<AppState>>,
    Id(id): Id<AssetId>,
    Parameters(asked): Parameters<SoftwareParameters>,
) -> Result<Json<Listing<SoftwareRow>>, ApiError> {
    app.index_ready()?;
    let paging = Paging { search: asked.search, limit: asked.limit, after: asked.after, sort: None };
    let page = paging.page()?;
    let components = app.fleet.components_of(id).await?;
    let offers: Vec<&Offer> = components
        .iter()
        .filter_map(|component| match component {
            Component::Offer(offer) => Some(offer),
            _ => None,
        })
        .collect();
    let words: Vec<String> = paging.search.split_whitespace().map(str::to_lowercase).collect();
    let mut rows: Vec<SoftwareRow> = components
        .iter()
        .filter(|component| asked.kind.as_deref().is_none_or(|kind| component.kind() == kind))
        .filter_map(|component| row(component, &offers))
        .filter(|row| {
            let text = format!("{} {}", row.name, row.source.as_deref().unwrap_or_default()).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        })
        .collect();
    rows.sort_by(|left, right| {
        (&left.kind, &left.name, &left.architecture).cmp(&(&right.kind, &right.name, &right.architecture))
    });
    Ok(Json(Listing::of_all(rows, page, Vec::new())))
}

/// Offers are shown beside the package that they are for, not as rows of their own.
fn row(component: &Component, offers: &[&Offer]) -> Option<SoftwareRow> {
    let plain = |kind: &str, name: String, version: Option<String>| SoftwareRow {
        kind: kind.to_owned(),
        name,
        version,
        architecture: None,
        source: None,
        source_version: None,
        candidate: None,
        obstacle: None,
    };
    Some(match component {
        Component::Offer(_) => return None,
        Component::Deb { name, version, arch, source, source_version } => {
            let offer = offers.iter().find(|offer| offer.name == *name && is_same_architecture(&offer.arch, arch));
            SoftwareRow {
                architecture: Some(arch.clone()),
                source: Some(source.clone()),
                source_version: Some(source_version.clone()),
                candidate: offer.map(|offer| offer.candidate.clone()),
                obstacle: offer.and_then(|offer| offer.obstacle).map(|obstacle| obstacle.name().to_owned()),
                ..plain("deb", name.clone(), Some(version.clone()))
            }
        }
        Component::Rpm { name, version, arch, source, .. } => SoftwareRow {
            architecture: Some(arch.clone()),
            source: Some(source.clone()),
            ..plain("rpm", name.clone(), Some(version.clone()))
        },
        Component::Msi { name, publisher, version, arch, .. } => SoftwareRow {
            architecture: Some(arch.clone()),
            source: Some(publisher.clone()),
            ..plain("msi", name.clone(), Some(version.clone()))
        },
        Component::Kb { article } => plain("kb", article.to_string(), None),
        Component::Os { id, release } => plain("os", id.clone(), Some(release.clone())),
        Component::Running(Running::Kernel { version }) => {
            plain("running", "running kernel".to_owned(), Some(version.clone()))
        }
        Component::Running(Running::DeletedFile { package }) => {
            plain("running", format!("{package} (replaced files in use)"), None)
        }
        Component::Repo { repository, enabled, .. } => {
            let state = if *enabled { "enabled" } else { "disabled" };
            plain("repo", repository.to_string(), Some(state.to_owned()))
        }
        Component::Other { kind, .. } => plain(kind, component.name().into_owned(), None),
    })
}
