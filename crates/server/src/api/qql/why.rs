//! Why a query finds one thing, or does not.

use std::sync::Arc;

use fettle_index::ask::{ExplainedThing, RelatedThing, Why};
use fettle_model::{AssetId, PatchId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::assets::explain::{Explanation, explanation};
use crate::api::assets::patches::AssetFacts;
use crate::api::error::ApiError;
use crate::state::AppState;

/// Of one part and one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyNode {
    /// The part, by itself, finds the thing.
    pub holds: bool,
    /// Of a part that holds, the values by which it does; of another, those that the thing has. At most 10. Told of parts
    /// that speak of the thing itself, and not of deployments and audit records.
    pub values: Vec<String>,
    /// Of a group such as `patches:( … )`: at most 5 for which its inside holds.
    pub related: Vec<WhyRelated>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WhyRelated {
    /// `asset`, `patch` or `vulnerability`.
    #[schema(value_type = String)]
    pub entity: &'static str,
    /// Of a vulnerability the CVE.
    pub id: String,
    pub name: String,
}

/// Of the whole and one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyThing {
    /// Both queries together find it; null where the time was over before.
    pub holds: Option<bool>,
    /// Findings for which the queries, or a group about findings in them, hold: at most 5, each with component, rule and
    /// advisory.
    pub findings: Vec<WhyFinding>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhyFinding {
    #[schema(value_type = Uuid)]
    pub asset_id: AssetId,
    pub asset_name: String,
    #[schema(value_type = Uuid)]
    pub patch_id: PatchId,
    pub patch_title: String,
    /// The vendor's advisory; null while only machines told of the patch.
    pub advisory: Option<String>,
    pub explanation: Explanation,
}

impl WhyNode {
    pub(super) const fn of(holds: bool) -> Self {
        Self { holds, values: Vec::new(), related: Vec::new() }
    }
}

impl From<Why> for WhyNode {
    fn from(why: Why) -> Self {
        Self { holds: why.holds, values: why.values, related: why.related.into_iter().map(WhyRelated::from).collect() }
    }
}

impl From<RelatedThing> for WhyRelated {
    fn from(thing: RelatedThing) -> Self {
        Self { entity: thing.entity.name(), id: thing.id, name: thing.name }
    }
}

impl WhyThing {
    pub(super) async fn new(app: &Arc<AppState>, thing: ExplainedThing) -> Result<Self, ApiError> {
        let mut findings = Vec::with_capacity(thing.pairs.len());
        let mut known: Option<(AssetId, AssetFacts)> = None;
        for (asset_id, patch_id) in thing.pairs {
            // Pairs of one asset stand side by side.
            let facts = match known.take().filter(|(of, _)| *of == asset_id) {
                Some((_, facts)) => facts,
                None => AssetFacts::load(app, asset_id).await?,
            };
            let entry = app.fleet.index.patch_entry(patch_id).ok_or_else(|| ApiError::not_found("patch"))?;
            findings.push(WhyFinding {
                asset_id,
                asset_name: facts.name.clone(),
                patch_id,
                patch_title: entry.patch.title.clone(),
                advisory: entry.patch.advisory().map(str::to_owned),
                explanation: explanation(app, asset_id, &facts, patch_id)?,
            });
            known = Some((asset_id, facts));
        }
        Ok(Self { holds: thing.holds, findings })
    }
}
