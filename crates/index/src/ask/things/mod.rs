//! Values of what is no asset: patches, vulnerabilities, components.

pub(crate) mod component;
mod patch;
mod vulnerability;

pub(crate) use patch::each_of_package;

use fettle_qql::token::{TokenDefinition, TokenId};

use super::asking::{Asking, ThingSet};
use super::value::Value;
use crate::catalogue::PatchNumber;
use crate::dictionary::ComponentId;

/// A kind of thing that stands in the catalogue or in the dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThingKind {
    Patch,
    Vulnerability,
    Component,
}

/// A single thing by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Thing {
    pub(crate) kind: ThingKind,
    pub(crate) number: u32,
}

impl Asking<'_> {
    /// All of a kind. Of components those that an asset in scope has.
    pub(crate) fn all(&self, kind: ThingKind) -> ThingSet {
        match kind {
            ThingKind::Patch => self.shared.catalogue.numbers().clone(),
            ThingKind::Vulnerability => (0..u32::try_from(self.cves().len()).unwrap_or(u32::MAX)).collect(),
            ThingKind::Component => {
                let ids = self.shared.dictionary.all().map(|(id, _)| id.0);
                ids.filter(|id| self.assets_with(*id) > 0).collect()
            }
        }
    }

    /// Tells every value that the token has of the thing. Tokens of findings have none here.
    pub(crate) fn each_value(&self, thing: Thing, token: &TokenDefinition, visit: &mut dyn FnMut(Value<'_>)) {
        match (thing.kind, token.id) {
            (ThingKind::Patch, TokenId::Patch(id)) => {
                if let Some(entry) = self.shared.catalogue.get(PatchNumber(thing.number)) {
                    patch::each_value(self, entry, (id, token), visit);
                }
            }
            (ThingKind::Vulnerability, TokenId::Vulnerability(id)) => {
                vulnerability::each_value(self, thing.number, id, visit);
            }
            (ThingKind::Component, TokenId::Component(id)) => {
                if let Some(component) = self.shared.dictionary.component(ComponentId(thing.number)) {
                    component::each_value(component, (id, token), visit);
                    if id == fettle_qql::tokens::ComponentToken::AssetCount {
                        visit(Value::Number(self.assets_with(thing.number).cast_signed()));
                    }
                }
            }
            _ => {}
        }
    }
}
