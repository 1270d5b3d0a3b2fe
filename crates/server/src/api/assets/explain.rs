//! Explain: one patch on one asset, as a sentence and its evidence.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use fettle_catalog::explain::{corroboration_text, obstacle_text, sentence};
use fettle_catalog::judge::{AssetView, UndeterminedReason, Verdict, judge};
use fettle_model::{AssetId, PatchId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::patches::AssetFacts;
use crate::api::error::ApiError;
use crate::api::patches::row::PatchName;
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Missing, Installed, `NotApplicable` or Undetermined.
    pub status: String,
    pub sentence: String,
    /// Of Undetermined: `ForeignVersion` or `FactNotCollected`.
    pub finding_reason: Option<String>,
    pub obstacle: Option<String>,
    pub obstacle_text: Option<String>,
    pub is_latest: bool,
    /// Newer patches that apply here.
    pub superseded_by: Vec<PatchName>,
    pub since: Option<Timestamp>,
    /// When the clock of its due date started.
    pub sla_start: Option<Timestamp>,
    /// `null`: no rule gives a date, or the patch does not apply.
    pub due_date: Option<Timestamp>,
    /// An approved exception covers it here.
    pub is_excepted: bool,
    pub is_overdue: bool,
    /// At most 20, deciding ones first.
    pub evidence: Vec<Evidence>,
    pub source: Source,
    pub evaluated_at: Timestamp,
    pub inventory_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Evidence {
    pub check: String,
    pub subject: String,
    pub found: String,
    pub op: String,
    pub expected: String,
    pub holds: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    pub feed: String,
    pub native_id: String,
    /// Reported, `ThreeAssets` or `SignedIndex`.
    pub corroboration: String,
    pub text: String,
}

#[utoipa::path(get, path = "/v1/assets/{id}/patches/{patchId}/explain", tag = "assets",
    params(("id" = Uuid, Path), ("patchId" = Uuid, Path)), responses((status = 200, body = Explanation)))]
pub async fn explain(
    State(app): State<Arc<AppState>>,
    Path((asset, patch)): Path<(uuid::Uuid, uuid::Uuid)>,
) -> Result<Json<Explanation>, ApiError> {
    app.index_ready()?;
    let asset = AssetId(asset);
    let facts = AssetFacts::load(&app, asset).await?;
    explanation(&app, asset, &facts, PatchId(patch)).map(Json)
}

/// Of one patch on the asset whose facts are given.
pub(in crate::api) fn explanation(
    app: &AppState,
    asset: AssetId,
    facts: &AssetFacts,
    patch: PatchId,
) -> Result<Explanation, ApiError> {
    let entry = app.fleet.index.patch_entry(patch).ok_or_else(|| ApiError::not_found("patch"))?;
    let view = AssetView::new(&facts.components);
    let judged = judge(&entry.rule, asset, &view);
    let (newer, _) = app.fleet.index.supersedence(patch);
    let superseded_by: Vec<PatchName> = newer
        .into_iter()
        .filter(|newer| judge(&newer.rule, asset, &view).verdict != Verdict::NotApplicable)
        .map(|newer| PatchName { patch_id: newer.patch.id, title: newer.patch.title })
        .collect();
    let corroboration = entry.patch.corroboration();
    let found =
        judged.verdict != Verdict::NotApplicable && judged.undetermined != Some(UndeterminedReason::FactNotCollected);
    let clock = app.fleet.index.clock(entry.number, facts.enrolled_at).filter(|_| found);
    let is_excepted = app.fleet.index.is_excepted(entry.number, asset);
    let (sla_start, due_date) = clock.map_or((None, None), |(start, due)| (Some(start), due));
    Ok(Explanation {
        status: judged.verdict.name().to_owned(),
        sentence: sentence(&facts.name, &entry.patch, &entry.rule, &judged),
        finding_reason: judged.undetermined.map(|reason| reason.name().to_owned()),
        obstacle: judged.obstacle.map(|obstacle| obstacle.name().to_owned()),
        obstacle_text: judged.obstacle.map(|obstacle| obstacle_text(obstacle).to_owned()),
        is_latest: superseded_by.is_empty(),
        superseded_by,
        since: found.then(|| facts.since(&entry)),
        is_overdue: judged.verdict == Verdict::Missing
            && !is_excepted
            && due_date.is_some_and(|due| due < app.fleet.index.as_of()),
        is_excepted,
        sla_start,
        due_date,
        evidence: judged
            .evidence
            .into_iter()
            .map(|fact| Evidence {
                check: fact.check.to_owned(),
                subject: fact.subject,
                found: fact.found,
                op: fact.op.to_owned(),
                expected: fact.expected,
                holds: fact.holds,
            })
            .collect(),
        source: Source {
            feed: entry.patch.origin(),
            native_id: entry
                .patch
                .native_ids
                .first()
                .map_or_else(String::new, |id| format!("{} {}", id.scheme, id.value)),
            corroboration: crate::api::patches::row::corroboration_name(corroboration).to_owned(),
            text: corroboration_text(corroboration).to_owned(),
        },
        evaluated_at: app.fleet.clock.now(),
        inventory_at: facts.scanned_at,
    })
}
