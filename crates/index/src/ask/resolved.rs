//! A query whose groups are answered: what is left is judged asset by asset, thing by thing, or pair by pair.
//!
//! What stands in a group speaks of the inner thing and of what ties the two, never of anything further out. So a group
//! is a set, found once: the assets that have a patch for which the inner query holds, the patches that have such an asset.

use fettle_model::component::Component;
use fettle_qql::token::TokenId;
use fettle_qql::tokens::AssetToken;
use fettle_qql::typed::{Elements, Expression, Form, Free, Leaf, Related, Test};

use super::asking::{Asking, ThingSet};
use super::asset_set::AssetSet;
use super::deadline::AskError;
use super::things::component::{each_value_of, of_asset};
use super::things::{Thing, ThingKind};
use super::value::{Value, holds};
use crate::dictionary::ComponentId;

/// An expression, and what it is about.
#[derive(Debug, Clone)]
pub(crate) enum Resolved<'q> {
    Constant(bool),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    OfAsset(OfAsset<'q>),
    OfThing(OfThing<'q>),
    /// About the finding that ties an asset to a patch.
    OfTie(&'q Leaf),
}

/// A condition about an asset alone.
#[derive(Debug, Clone)]
pub(crate) enum OfAsset<'q> {
    Leaf(&'q Leaf),
    Free(&'q Free),
    Interfaces(&'q Expression),
    /// It has one of the components, or none of them.
    Components {
        any_of: Vec<ComponentId>,
        negated: bool,
    },
    Within(AssetSet),
}

/// A condition about a patch, a vulnerability or a component alone.
#[derive(Debug, Clone)]
pub(crate) enum OfThing<'q> {
    Leaf(&'q Leaf),
    Free(&'q Free),
    Packages(&'q Expression),
    Within(ThingSet),
}

/// What parts of an expression are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct About {
    pub(crate) assets: bool,
    pub(crate) things: bool,
    pub(crate) ties: bool,
}

impl Resolved<'_> {
    pub(crate) fn about(&self) -> About {
        match self {
            Self::Constant(_) => About::default(),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().map(Self::about).fold(About::default(), |all, part| About {
                    assets: all.assets || part.assets,
                    things: all.things || part.things,
                    ties: all.ties || part.ties,
                })
            }
            Self::Not(inner) => inner.about(),
            Self::OfAsset(_) => About { assets: true, ..About::default() },
            Self::OfThing(_) => About { things: true, ..About::default() },
            Self::OfTie(_) => About { ties: true, ..About::default() },
        }
    }
}

impl<'q> Asking<'_> {
    /// Answers the groups of an expression.
    pub(crate) fn resolve(&self, expression: &'q Expression) -> Result<Resolved<'q>, AskError> {
        self.check()?;
        let all = |parts: &'q [Expression]| parts.iter().map(|part| self.resolve(part)).collect::<Result<Vec<_>, _>>();
        Ok(match &expression.form {
            Form::All => Resolved::Constant(true),
            Form::And(parts) => Resolved::And(all(parts)?),
            Form::Or(parts) => Resolved::Or(all(parts)?),
            Form::Not(inner) => Resolved::Not(Box::new(self.resolve(inner)?)),
            Form::Leaf(leaf) => self.leaf(leaf),
            Form::Free(free) => match free.tokens.first().map(|token| token.id) {
                Some(TokenId::Asset(_)) => Resolved::OfAsset(OfAsset::Free(free)),
                Some(_) => Resolved::OfThing(OfThing::Free(free)),
                None => Resolved::Constant(false),
            },
            Form::Related(related) => self.related(related)?,
            Form::Elements(elements) => self.elements(elements),
        })
    }

    fn leaf(&self, leaf: &'q Leaf) -> Resolved<'q> {
        match leaf.token.id {
            TokenId::Asset(token) if of_asset(token).is_some() => {
                // A list is null when it is empty: no component has a value.
                let negated = leaf.test == Test::Null;
                let test = if negated { &Test::Present } else { &leaf.test };
                let candidates = || if negated { None } else { self.with_value(leaf) };
                let is_wanted = |component: &_| holds(test, |visit| each_value_of(component, leaf.token, visit));
                let any_of = self.components_where(candidates, is_wanted);
                Resolved::OfAsset(OfAsset::Components { any_of, negated })
            }
            TokenId::Asset(_) => Resolved::OfAsset(OfAsset::Leaf(leaf)),
            _ if leaf.token.tie.is_some() => Resolved::OfTie(leaf),
            _ => Resolved::OfThing(OfThing::Leaf(leaf)),
        }
    }

    /// `candidates`: those outside of which none is wanted, where these are known.
    fn components_where(
        &self,
        candidates: impl Fn() -> Option<ThingSet>,
        is_wanted: impl Fn(&Component) -> bool,
    ) -> Vec<ComponentId> {
        let dictionary = &self.shared.dictionary;
        if let Some(recalling) = &self.recalling {
            return recalling.components(dictionary, is_wanted);
        }
        match candidates() {
            Some(candidates) => {
                let is_wanted = |id: &ComponentId| dictionary.component(*id).is_some_and(&is_wanted);
                candidates.into_iter().map(ComponentId).filter(is_wanted).collect()
            }
            None => dictionary.all().filter(|(_, component)| is_wanted(component)).map(|(id, _)| id).collect(),
        }
    }

    fn elements(&self, elements: &'q Elements) -> Resolved<'q> {
        let inner = &*elements.inner;
        match elements.token.id {
            TokenId::Asset(AssetToken::Interfaces) => Resolved::OfAsset(OfAsset::Interfaces(inner)),
            TokenId::Asset(_) => {
                let is_wanted =
                    |component: &_| element_holds(inner, &|token, visit| each_value_of(component, token, visit));
                let any_of = self.components_where(|| self.with_element(inner), is_wanted);
                Resolved::OfAsset(OfAsset::Components { any_of, negated: false })
            }
            _ => Resolved::OfThing(OfThing::Packages(inner)),
        }
    }

    fn related(&self, related: &'q Related) -> Result<Resolved<'q>, AskError> {
        let inner = self.resolve(&related.inner)?;
        let things = |things| Resolved::OfThing(OfThing::Within(things));
        let assets = |assets| Resolved::OfAsset(OfAsset::Within(assets));
        Ok(match related.token.id {
            TokenId::Asset(AssetToken::Patches) => assets(self.assets_with_finding(&inner)?),
            TokenId::Asset(_) => assets(self.assets_exposed_to(&inner)?),
            TokenId::Patch(fettle_qql::tokens::PatchToken::Assets) => things(self.patches_with_finding(&inner, None)?),
            TokenId::Patch(_) => things(self.patches_that_fix(&inner)?),
            TokenId::Vulnerability(fettle_qql::tokens::VulnerabilityToken::Assets) => {
                things(self.vulnerabilities_of_assets(&inner)?)
            }
            TokenId::Vulnerability(_) => things(self.vulnerabilities_fixed_by(&inner)?),
            TokenId::Component(_) => things(self.components_of_assets(&inner)?),
            TokenId::Deployment(_) | TokenId::Audit(_) => return Err(AskError::NotInIndex(related.token.id.entity())),
        })
    }

    /// The patches for which a query about patches alone holds.
    pub(crate) fn patches_by_rule(&self, root: &'q Expression) -> Result<ThingSet, AskError> {
        self.things_where(ThingKind::Patch, &self.resolve(root)?)
    }

    /// The things of a kind for which a condition about things alone holds. Tokens of findings are null.
    pub(crate) fn things_where(&self, kind: ThingKind, condition: &Resolved<'_>) -> Result<ThingSet, AskError> {
        match &self.recalling {
            Some(recalling) => recalling.things(|| self.find_things(kind, condition)),
            None => self.find_things(kind, condition),
        }
    }

    /// Does a condition hold for a thing, looked at alone?
    pub(crate) fn holds(&self, thing: Thing, condition: &Resolved<'_>) -> bool {
        match condition {
            Resolved::Constant(constant) => *constant,
            Resolved::And(parts) => parts.iter().all(|part| self.holds(thing, part)),
            Resolved::Or(parts) => parts.iter().any(|part| self.holds(thing, part)),
            Resolved::Not(inner) => !self.holds(thing, inner),
            Resolved::OfThing(condition) => self.thing_holds(thing, condition),
            Resolved::OfTie(leaf) => leaf.test == Test::Null,
            Resolved::OfAsset(_) => false,
        }
    }

    fn thing_holds(&self, thing: Thing, condition: &OfThing<'_>) -> bool {
        match condition {
            OfThing::Leaf(leaf) => holds(&leaf.test, |visit| self.each_value(thing, leaf.token, visit)),
            OfThing::Free(free) => {
                let mut found = false;
                for token in &free.tokens {
                    self.each_value(thing, token, &mut |value| {
                        found = found || free.asked.matcher.matches(&value.shown());
                    });
                }
                found
            }
            OfThing::Packages(inner) => self.a_package_holds(thing, inner),
            OfThing::Within(things) => things.contains(thing.number),
        }
    }

    fn a_package_holds(&self, thing: Thing, inner: &Expression) -> bool {
        let Some(entry) = self.shared.catalogue.get(crate::PatchNumber(thing.number)) else { return false };
        entry.patch.packages.iter().any(|package| {
            element_holds(inner, &|token, visit| {
                if let TokenId::Patch(id) = token.id {
                    super::things::each_of_package(&entry.patch, package, id, visit);
                }
            })
        })
    }
}

/// Tells the values of a token.
type Visit<'v> = &'v dyn Fn(&fettle_qql::token::TokenDefinition, &mut dyn FnMut(Value<'_>));

/// Does an expression hold for one element, whose values `each_value` tells? There are no groups inside elements.
pub(crate) fn element_holds(expression: &Expression, each_value: Visit<'_>) -> bool {
    match &expression.form {
        Form::All => true,
        Form::And(parts) => parts.iter().all(|part| element_holds(part, each_value)),
        Form::Or(parts) => parts.iter().any(|part| element_holds(part, each_value)),
        Form::Not(inner) => !element_holds(inner, each_value),
        Form::Leaf(leaf) => holds(&leaf.test, |visit| each_value(leaf.token, visit)),
        Form::Free(free) => {
            let mut found = false;
            for token in &free.tokens {
                each_value(token, &mut |value| found = found || free.asked.matcher.matches(&value.shown()));
            }
            found
        }
        Form::Related(_) | Form::Elements(_) => false,
    }
}
