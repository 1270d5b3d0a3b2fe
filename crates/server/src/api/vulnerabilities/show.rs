//! One vulnerability.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use fettle_fleet::Fleet;
use fettle_index::query::VulnerabilityRow as IndexRow;
use fettle_model::source_statement::{SourceStatement, UNSTABLE};
use serde::Serialize;
use utoipa::ToSchema;

use super::VulnerabilityRow;
use super::facts::Facts;
use crate::api::error::ApiError;
use crate::api::patches::row::PatchRow;
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VulnerabilityDetails {
    #[serde(flatten)]
    pub row: VulnerabilityRow,
    pub facts: Facts,
    /// The patches that fix it; none for one that only Debian's tracker names.
    pub patches: Vec<PatchRow>,
    /// What Debian's tracker says, by release and source package.
    pub statements: Vec<Statement>,
    /// Assets that are vulnerable by it, with a fix or without, each counted once; `/v1/assets?affected=` lists them.
    pub affected_count: u64,
}

/// Debian's word on the vulnerability in one source package of one release.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// `debian:12`; `debian:sid` for unstable.
    pub product: String,
    pub source: String,
    /// `Open` (vulnerable, and not fixed), `Fixed`, `NeverAffected`, `Undetermined`.
    pub status: String,
    pub fixed_version: Option<String>,
    /// Debian's own word; of `unimportant` and `end-of-life` no asset counts as vulnerable.
    pub urgency: String,
    /// Why there will be no advisory.
    pub no_advisory: Option<String>,
    /// `null` of unstable: no machine tells that it runs it.
    pub affected_count: Option<u64>,
}

/// `cve` may be written in any case. The exposed assets, which lack a patch, are listed by `/v1/assets?cve=`.
#[utoipa::path(get, path = "/v1/vulnerabilities/{cve}", tag = "vulnerabilities", params(("cve" = String, Path)),
    responses((status = 200, body = VulnerabilityDetails)))]
pub async fn show(
    State(app): State<Arc<AppState>>,
    Path(cve): Path<String>,
) -> Result<Json<VulnerabilityDetails>, ApiError> {
    app.index_ready()?;
    let cve = cve.to_uppercase();
    let statements = app.fleet.statements_on(&cve).await?;
    let (row, patches) = match app.fleet.index.vulnerability(&cve) {
        Some(found) => found,
        None if statements.is_empty() => {
            return Err(ApiError::not_found("vulnerability that a patch of the catalogue or Debian's tracker names"));
        }
        None => (unfixed(&app, &cve, &statements).await?, Vec::new()),
    };
    let patches = patches.into_iter().map(|entry| app.patch_row_counted(entry)).collect();
    Ok(Json(VulnerabilityDetails {
        facts: Facts::from(row.facts.as_ref()),
        row: row.into(),
        patches,
        affected_count: app.fleet.index.affected(&statements),
        statements: statements.iter().map(|statement| shown(&app, statement, &statements)).collect(),
    }))
}

async fn unfixed(app: &AppState, cve: &str, statements: &[SourceStatement]) -> Result<IndexRow, ApiError> {
    let row = app.fleet.index.unfixed(cve, app.fleet.facts_on(cve).await?);
    Ok(IndexRow { sources: Fleet::sources_of(statements), ..row })
}

/// `all` of the same vulnerability.
fn shown(app: &AppState, statement: &SourceStatement, all: &[SourceStatement]) -> Statement {
    let is_of_release = statement.product != UNSTABLE;
    // What is from outside of a release is judged by unstable.
    let unstable = all.iter().filter(|other| other.product == UNSTABLE && other.source == statement.source);
    let judged: Vec<SourceStatement> = unstable.chain(std::iter::once(statement)).cloned().collect();
    Statement {
        affected_count: is_of_release.then(|| app.fleet.index.affected(&judged)),
        status: statement.state.name().to_owned(),
        fixed_version: statement.fixed_version().map(str::to_owned),
        product: statement.product.clone(),
        source: statement.source.clone(),
        urgency: statement.urgency.clone(),
        no_advisory: statement.no_advisory.clone(),
    }
}
