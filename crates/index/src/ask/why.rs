//! Why one thing is among what a query finds, or is not: the values that a part looks at, and the related things.

use fettle_model::{AssetId, PatchId};
use fettle_qql::Entity;
use fettle_qql::token::{TokenDefinition, TokenId};
use fettle_qql::tokens::AssetToken;
use fettle_qql::typed::{Elements, Expression, Form, Leaf, Test};

use super::asking::Asking;
use super::asset_column::column;
use super::deadline::AskError;
use super::interfaces::each_value_of_interface;
use super::matching::Found;
use super::order::ThingId;
use super::resolved::element_holds;
use super::things::component::{each_value_of, of_asset};
use super::things::{Thing, ThingKind, each_of_package};
use super::value::Value;
use crate::Slot;
use crate::bits::Bits;
use crate::catalogue::PatchNumber;
use crate::columns::InterfaceParts;
use crate::dictionary::ComponentId;

/// Values that are told of a part.
pub const MAX_VALUES: usize = 10;
/// Related things that are told of a group, and findings that are told of a question.
pub const MAX_PAIRS: usize = 5;

/// What a part says of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    /// The part, by itself, finds the thing.
    pub holds: bool,
    /// Of a part that holds, the values by which it does; of another, those that the thing has. At most [`MAX_VALUES`].
    pub values: Vec<String>,
    /// Things for which the inside of a group holds: at most [`MAX_PAIRS`].
    pub related: Vec<RelatedThing>,
}

impl Why {
    pub(super) fn of(holds: bool) -> Self {
        Self { holds, ..Self::default() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedThing {
    pub entity: Entity,
    /// Of an asset or a patch its id, of a vulnerability the CVE.
    pub id: String,
    pub name: String,
}

/// The thing that is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject {
    Asset(Slot),
    Thing(Thing),
}

impl Subject {
    pub(super) fn is_in(self, found: &Found) -> bool {
        match (self, found) {
            (Self::Asset(slot), Found::Assets(assets)) => assets.block(slot.block).contains(slot.at),
            (Self::Thing(thing), Found::Things(kind, things)) => *kind == thing.kind && things.contains(thing.number),
            _ => false,
        }
    }
}

impl<'q> Asking<'_> {
    /// None: there is no such thing, or it is out of scope.
    pub(super) fn subject(&self, entity: Entity, id: &ThingId) -> Option<Subject> {
        match (entity, id) {
            (Entity::Asset, ThingId::Uuid(id)) => {
                let slot = *self.shared.slots.get(&AssetId(*id))?;
                self.in_scope(slot.block).contains(slot.at).then_some(Subject::Asset(slot))
            }
            (Entity::Patch, ThingId::Uuid(id)) => {
                let number = self.shared.catalogue.number(PatchId(*id))?.0;
                Some(Subject::Thing(Thing { kind: ThingKind::Patch, number }))
            }
            (Entity::Vulnerability, ThingId::Name(cve)) => {
                let number = self.cves().binary_search_by(|(known, _)| (*known).cmp(cve)).ok()?;
                Some(Subject::Thing(Thing { kind: ThingKind::Vulnerability, number: u32::try_from(number).ok()? }))
            }
            (Entity::Component, ThingId::Number(number)) => {
                let thing = Thing { kind: ThingKind::Component, number: *number };
                (self.assets_with(*number) > 0).then_some(Subject::Thing(thing))
            }
            _ => None,
        }
    }

    /// What a part that speaks of the thing itself says of it.
    pub(super) fn why(&self, subject: Subject, form: &'q Form, holds: bool) -> Result<Why, AskError> {
        let mut why = Why::of(holds);
        match form {
            Form::All | Form::And(_) | Form::Or(_) | Form::Not(_) => {}
            Form::Leaf(Leaf { token, test }) => {
                // "Has a value" is shown by any of them.
                let by = |value: &Value<'_>| !holds || *test == Test::Present || value.fits(test);
                why.values = self.values_where(subject, token, by);
            }
            Form::Free(free) => {
                for token in &free.tokens {
                    let by = |value: &Value<'_>| holds && free.asked.matcher.matches(&value.shown());
                    why.values.append(&mut self.values_where(subject, token, by));
                }
            }
            Form::Elements(elements) => why.values = self.elements_where(subject, elements),
            Form::Related(related) => why.related = self.related_where(subject, related)?,
        }
        why.values.truncate(MAX_VALUES);
        Ok(why)
    }

    fn values_where(
        &self,
        subject: Subject,
        token: &'static TokenDefinition,
        is_wanted: impl Fn(&Value<'_>) -> bool,
    ) -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        let mut take = |value: Value<'_>| {
            if values.len() < MAX_VALUES && is_wanted(&value) {
                let shown = value.shown().into_owned();
                if !values.contains(&shown) {
                    values.push(shown);
                }
            }
        };
        match (subject, token.id) {
            (Subject::Asset(slot), TokenId::Asset(id)) if of_asset(id).is_some() => {
                let mut components = self.components_on(slot);
                components.sort_unstable();
                let known = components.into_iter().filter_map(|component| self.shared.dictionary.component(component));
                known.for_each(|component| each_value_of(component, token, &mut take));
            }
            (Subject::Asset(slot), TokenId::Asset(id)) => {
                let block = self.block(slot.block);
                column(self, slot.block, &block, id, token).each_value(&block, slot.at, &mut take);
            }
            (Subject::Thing(thing), _) => self.each_value(thing, token, &mut take),
            (Subject::Asset(_), _) => {}
        }
        values
    }

    fn components_on(&self, slot: Slot) -> Vec<ComponentId> {
        let slots: Bits = std::iter::once(slot.at).collect();
        self.block(slot.block).components_on(&slots).collect()
    }

    /// Elements for which the inside of a group holds, each as one text.
    fn elements_where(&self, subject: Subject, elements: &'q Elements) -> Vec<String> {
        let inner = &*elements.inner;
        match (subject, elements.token.id) {
            (Subject::Asset(slot), TokenId::Asset(AssetToken::Interfaces)) => {
                let block = self.block(slot.block);
                let interfaces = block.columns.facts.interfaces(slot.at);
                let wanted = interfaces.filter(|&interface| {
                    element_holds(inner, &|token, visit| {
                        if let TokenId::Asset(token) = token.id {
                            each_value_of_interface(interface, token, visit);
                        }
                    })
                });
                let addresses = |interface: InterfaceParts<'_>| {
                    let all = interface.addresses().map(|address| address.to_string());
                    std::iter::once(interface.name.to_owned()).chain(all).collect::<Vec<_>>().join(" ")
                };
                wanted.take(MAX_VALUES).map(addresses).collect()
            }
            (Subject::Asset(slot), _) => {
                let mut components = self.components_on(slot);
                components.sort_unstable();
                let known = components.into_iter().filter_map(|component| self.shared.dictionary.component(component));
                let wanted = known
                    .filter(|component| element_holds(inner, &|token, visit| each_value_of(component, token, visit)));
                wanted.take(MAX_VALUES).map(component_text).collect()
            }
            (Subject::Thing(thing), _) => self.packages_where(thing, inner),
        }
    }

    fn packages_where(&self, thing: Thing, inner: &Expression) -> Vec<String> {
        let Some(entry) = self.shared.catalogue.get(PatchNumber(thing.number)) else { return Vec::new() };
        let wanted = entry.patch.packages.iter().filter(|package| {
            element_holds(inner, &|token, visit| {
                if let TokenId::Patch(id) = token.id {
                    each_of_package(&entry.patch, package, id, visit);
                }
            })
        });
        let text = |package: &fettle_model::patch::PatchPackage| format!("{} {}", package.name, package.fixed_version);
        wanted.take(MAX_VALUES).map(text).collect()
    }
}

fn component_text(component: &fettle_model::component::Component) -> String {
    let version = super::things::component::version(component).map(|version| version.shown().into_owned());
    [Some(component.name().into_owned()), version].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
