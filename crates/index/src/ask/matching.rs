//! The things for which a query holds (`qql.md` 3.5).

use fettle_qql::Entity;
use fettle_qql::typed::Query;

use super::asking::{Asking, ThingSet};
use super::asset_set::AssetSet;
use super::deadline::{AskError, Deadline};
use super::resolved::Resolved;
use super::scope::Scope;
use super::things::ThingKind;
use crate::block::Block;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// About the thing that is listed.
    pub query: &'q Query,
    /// About the other side of its findings: patches for assets, assets for patches and vulnerabilities.
    pub having: Option<&'q Query>,
    pub scope: &'q Scope,
    pub deadline: Deadline,
}

/// What was found.
#[derive(Debug, Clone)]
pub(super) enum Found {
    Assets(AssetSet),
    Things(ThingKind, ThingSet),
}

impl Found {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Assets(assets) => assets.len(),
            Self::Things(_, things) => things.len(),
        }
    }
}

/// What lists of an entity are made of: things of the kind; `None`: assets.
pub(super) const fn listed(entity: Entity) -> Result<Option<ThingKind>, AskError> {
    match entity {
        Entity::Asset => Ok(None),
        Entity::Patch => Ok(Some(ThingKind::Patch)),
        Entity::Vulnerability => Ok(Some(ThingKind::Vulnerability)),
        Entity::Component => Ok(Some(ThingKind::Component)),
        Entity::Deployment | Entity::Audit => Err(AskError::NotInIndex(entity)),
    }
}

impl<'q> Asking<'_> {
    pub(super) fn matching(&self, question: &Question<'q>) -> Result<Found, AskError> {
        let condition = self.resolve(&question.query.root)?;
        let having = question.having.map(|having| self.resolve(&having.root)).transpose()?;
        self.found(question.query.entity, condition, having)
    }

    pub(super) fn found(
        &self,
        entity: Entity,
        condition: Resolved<'q>,
        having: Option<Resolved<'q>>,
    ) -> Result<Found, AskError> {
        Ok(match listed(entity)? {
            None => {
                let condition = match having {
                    None => condition,
                    Some(having) => {
                        let with_finding = super::resolved::OfAsset::Within(self.assets_with_finding(&having)?);
                        Resolved::And(vec![Resolved::OfAsset(with_finding), condition])
                    }
                };
                Found::Assets(self.assets_where(&condition)?)
            }
            Some(ThingKind::Patch) => Found::Things(ThingKind::Patch, self.patches_where(&condition, having)?),
            Some(kind) => {
                let mut found = self.things_where(kind, &condition)?;
                if let Some(having) = having {
                    found &= self.vulnerabilities_of_assets(&having)?;
                }
                Found::Things(kind, found)
            }
        })
    }

    pub(super) fn assets_where(&self, condition: &Resolved<'q>) -> Result<AssetSet, AskError> {
        let of_block = |at: usize, block: &Block| {
            self.check()?;
            Ok(self.slots_where(at, block, condition))
        };
        self.per_block(of_block).into_iter().collect()
    }

    /// One pair has to satisfy the whole. Without `having` a patch with no finding in scope is judged once, with every
    /// finding token null.
    fn patches_where(&self, condition: &Resolved<'q>, having: Option<Resolved<'q>>) -> Result<ThingSet, AskError> {
        match having {
            Some(having) => self.patches_with_finding(condition, Some(&having)),
            None if !condition.about().ties => self.things_where(ThingKind::Patch, condition),
            None => {
                let mut found = self.patches_with_finding(condition, None)?;
                // Those alone that hold with null may be without a finding, and they are few, as a rule.
                let alone = self.things_where(ThingKind::Patch, condition)? - &found;
                if !alone.is_empty() {
                    let any = Resolved::Constant(true);
                    let only = super::resolved::OfThing::Within(alone.clone());
                    let condition = Resolved::And(vec![Resolved::OfThing(only), any]);
                    found |= alone - self.patches_with_finding(&condition, None)?;
                }
                Ok(found)
            }
        }
    }
}
