//! Things and findings by which a group holds for one thing.

use fettle_model::{AssetId, PatchId};
use fettle_qql::Entity;
use fettle_qql::token::TokenId;
use fettle_qql::tokens::{AssetToken, PatchToken};
use fettle_qql::typed::{Expression, Form, Related};
use roaring::RoaringBitmap;

use super::asking::{Asking, ThingSet};
use super::asset_set::AssetSet;
use super::deadline::AskError;
use super::matching::Question;
use super::resolved::{OfAsset, OfThing, Resolved};
use super::things::{Thing, ThingKind};
use super::why::{MAX_PAIRS, RelatedThing, Subject};
use crate::Slot;
use crate::catalogue::PatchNumber;
use crate::dictionary::ComponentId;

fn only(slot: Slot) -> AssetSet {
    let mut assets = AssetSet::default();
    assets.add(slot.block, &std::iter::once(slot.at).collect());
    assets
}

impl<'q> Asking<'_> {
    pub(super) fn related_where(&self, subject: Subject, related: &'q Related) -> Result<Vec<RelatedThing>, AskError> {
        let inner = self.resolve(&related.inner)?;
        match (subject, related.entity) {
            (Subject::Asset(slot), Entity::Patch) => {
                let here = Resolved::OfAsset(OfAsset::Within(only(slot)));
                Ok(self.patches_named(&self.patches_with_finding(&inner, Some(&here))?))
            }
            (Subject::Asset(slot), _) => {
                let found = self.things_where(ThingKind::Vulnerability, &inner)?;
                let block = self.block(slot.block);
                let is_exposed = |number: &u32| {
                    let (_, patches) = &self.cves()[*number as usize];
                    let mut missing = patches.iter().filter_map(|patch| block.missing(*patch));
                    missing.any(|slots| slots.contains(u32::from(slot.at)))
                };
                Ok(self.cves_named(found.iter().filter(is_exposed)))
            }
            (Subject::Thing(thing), Entity::Asset) => {
                let assets = match thing.kind {
                    ThingKind::Patch => self.assets_with_finding(&Resolved::And(vec![only_patch(thing), inner]))?,
                    ThingKind::Vulnerability => {
                        let (_, patches) = self.cves()[thing.number as usize];
                        let here = |at| {
                            let block = self.block(at);
                            self.slots_where(at, &block, &inner).and(&self.exposed_slots(at, &block, patches))
                        };
                        (0..self.block_count()).map(here).collect()
                    }
                    ThingKind::Component => {
                        let here = |at| {
                            let block = self.block(at);
                            let having = block.union(std::iter::once(ComponentId(thing.number)));
                            self.slots_where(at, &block, &inner).and(&having)
                        };
                        (0..self.block_count()).map(here).collect()
                    }
                };
                Ok(self.assets_named(&assets))
            }
            (Subject::Thing(thing), Entity::Patch) => {
                let (_, fixes) = self.cves()[thing.number as usize];
                let fixes: ThingSet = fixes.iter().map(|patch| patch.0).collect();
                Ok(self.patches_named(&(self.things_where(ThingKind::Patch, &inner)? & fixes)))
            }
            (Subject::Thing(thing), _) => {
                let found = self.things_where(ThingKind::Vulnerability, &inner)?;
                let fixes = |number: &u32| self.cves()[*number as usize].1.contains(&PatchNumber(thing.number));
                Ok(self.cves_named(found.iter().filter(fixes)))
            }
        }
    }

    fn patches_named(&self, patches: &RoaringBitmap) -> Vec<RelatedThing> {
        let entries = patches.iter().filter_map(|number| self.shared.catalogue.get(PatchNumber(number)));
        let name = |entry: &crate::PatchEntry| RelatedThing {
            entity: Entity::Patch,
            id: entry.patch.id.to_string(),
            name: entry.patch.title.clone(),
        };
        entries.take(MAX_PAIRS).map(name).collect()
    }

    fn cves_named(&self, numbers: impl Iterator<Item = u32>) -> Vec<RelatedThing> {
        let cves = numbers.take(MAX_PAIRS).map(|number| self.cves()[number as usize].0.to_owned());
        cves.map(|cve| RelatedThing { entity: Entity::Vulnerability, id: cve.clone(), name: cve }).collect()
    }

    fn assets_named(&self, assets: &AssetSet) -> Vec<RelatedThing> {
        let mut named = Vec::new();
        for (at, slots) in assets.blocks() {
            let block = self.block(at);
            let known = slots.iter().filter_map(|slot| block.columns.get(slot));
            named.extend(known.take(MAX_PAIRS - named.len()).map(|columns| RelatedThing {
                entity: Entity::Asset,
                id: columns.id.to_string(),
                name: columns.name,
            }));
        }
        named
    }

    /// Findings of the thing for which the queries hold, and for which groups about it hold.
    pub(super) fn pairs_of(
        &self,
        subject: Subject,
        question: &Question<'q>,
    ) -> Result<Vec<(AssetId, PatchId)>, AskError> {
        let mut pairs = Vec::new();
        match subject {
            Subject::Asset(slot) => {
                if let Some(having) = question.having {
                    self.pairs_where(&self.resolve(&having.root)?, subject, &mut pairs)?;
                }
                let mut groups = Vec::new();
                groups_of(&question.query.root, TokenId::Asset(AssetToken::Patches), &mut groups);
                for inner in groups {
                    self.pairs_where(&self.resolve(inner)?, Subject::Asset(slot), &mut pairs)?;
                }
            }
            Subject::Thing(Thing { kind: ThingKind::Patch, .. }) => {
                let query = self.resolve(&question.query.root)?;
                let having = question.having.map(|having| self.resolve(&having.root)).transpose()?;
                if query.about().ties || having.is_some() {
                    let both = std::iter::once(query).chain(having).collect();
                    self.pairs_where(&Resolved::And(both), subject, &mut pairs)?;
                }
                let mut groups = Vec::new();
                groups_of(&question.query.root, TokenId::Patch(PatchToken::Assets), &mut groups);
                for inner in groups {
                    self.pairs_where(&self.resolve(inner)?, subject, &mut pairs)?;
                }
            }
            Subject::Thing(_) => {}
        }
        Ok(pairs)
    }

    fn pairs_where(
        &self,
        condition: &Resolved<'q>,
        subject: Subject,
        pairs: &mut Vec<(AssetId, PatchId)>,
    ) -> Result<(), AskError> {
        let only = match subject {
            Subject::Asset(slot) => Resolved::OfAsset(OfAsset::Within(only(slot))),
            Subject::Thing(thing) => only_patch(thing),
        };
        let condition = Resolved::And(vec![only, condition.clone()]);
        let found = self.each_pair_set(&condition, None, |found: &mut Vec<_>, patch, slots| {
            let room = MAX_PAIRS.saturating_sub(found.len());
            found.extend(slots.iter().take(room).map(|slot| (slot, patch)));
        })?;
        let found = found
            .into_iter()
            .enumerate()
            .flat_map(|(at, found)| found.into_iter().map(move |(slot, patch)| (at, slot, patch)));
        for (at, slot, patch) in found {
            let Some(entry) = self.shared.catalogue.get(patch) else { continue };
            let pair = (self.block(at).columns.id(crate::posting::slot_of(slot)), entry.patch.id);
            if pairs.len() < MAX_PAIRS && !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
        Ok(())
    }
}

fn only_patch<'q>(thing: Thing) -> Resolved<'q> {
    Resolved::OfThing(OfThing::Within(std::iter::once(thing.number).collect()))
}

/// The insides of the groups of a token that speak of the thing itself.
fn groups_of<'q>(expression: &'q Expression, token: TokenId, found: &mut Vec<&'q Expression>) {
    match &expression.form {
        Form::And(parts) | Form::Or(parts) => parts.iter().for_each(|part| groups_of(part, token, found)),
        Form::Not(inner) => groups_of(inner, token, found),
        Form::Related(related) if related.token.id == token => found.push(&related.inner),
        Form::All | Form::Leaf(_) | Form::Free(_) | Form::Related(_) | Form::Elements(_) => {}
    }
}
