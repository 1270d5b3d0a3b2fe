//! Which things have to be looked at for a condition: where their texts are kept with who has them, those alone.

use fettle_qql::token::TokenId;
use fettle_qql::tokens::{AssetToken, ComponentToken, PatchToken};
use fettle_qql::typed::{Expression, Form, Leaf, Test};

use super::asking::{Asking, ThingSet};
use super::deadline::AskError;
use super::resolved::{OfThing, Resolved};
use super::things::{Thing, ThingKind};
use crate::text_index::TextIndex;

impl Asking<'_> {
    /// The things of a kind for which a condition about things alone holds, looked at one by one.
    pub(super) fn find_things(&self, kind: ThingKind, condition: &Resolved<'_>) -> Result<ThingSet, AskError> {
        let mut found = Vec::new();
        for (at, number) in self.candidates(kind, condition).iter().enumerate() {
            if at % 1_024 == 0 {
                self.check()?;
            }
            if self.holds(Thing { kind, number }, condition) {
                found.push(number);
            }
        }
        Ok(found.into_iter().collect())
    }

    fn candidates(&self, kind: ThingKind, condition: &Resolved<'_>) -> ThingSet {
        match self.may_hold_for(condition) {
            None => self.all(kind),
            // Those that no asset in scope has are not listed.
            Some(some) if kind == ThingKind::Component => {
                some.into_iter().filter(|id| self.assets_with(*id) > 0).collect()
            }
            Some(some) => some,
        }
    }

    /// Things outside of which the condition holds for none; `None`: it may hold for any.
    fn may_hold_for(&self, condition: &Resolved<'_>) -> Option<ThingSet> {
        match condition {
            Resolved::Constant(constant) => (!constant).then(ThingSet::new),
            Resolved::And(parts) => in_all(parts.iter().map(|part| self.may_hold_for(part))),
            Resolved::Or(parts) => in_any(parts.iter().map(|part| self.may_hold_for(part))),
            Resolved::OfThing(OfThing::Within(things)) => Some(things.clone()),
            Resolved::OfThing(OfThing::Leaf(leaf)) => self.with_value(leaf),
            Resolved::OfThing(OfThing::Packages(inner)) => self.with_element(inner),
            Resolved::Not(_) | Resolved::OfThing(OfThing::Free(_)) | Resolved::OfTie(_) | Resolved::OfAsset(_) => None,
        }
    }

    /// Patches with a package, or components, of which the expression may hold; `None`: it may hold for any.
    pub(super) fn with_element(&self, inner: &Expression) -> Option<ThingSet> {
        match &inner.form {
            Form::And(parts) => in_all(parts.iter().map(|part| self.with_element(part))),
            Form::Or(parts) => in_any(parts.iter().map(|part| self.with_element(part))),
            Form::Leaf(leaf) => self.with_value(leaf),
            Form::All | Form::Not(_) | Form::Free(_) | Form::Related(_) | Form::Elements(_) => None,
        }
    }

    /// Things of which the leaf may hold; `None`: it may hold for any.
    pub(super) fn with_value(&self, leaf: &Leaf) -> Option<ThingSet> {
        let catalogue = &self.shared.catalogue;
        match (leaf.token.id, &leaf.test) {
            (TokenId::Patch(PatchToken::IsSuperseded), Test::Bool(flags)) => match flags.as_slice() {
                [true] => Some(catalogue.superseded().clone()),
                [false] => Some(catalogue.numbers() - catalogue.superseded()),
                _ => None,
            },
            (token, test) => self.texts_of(token)?.having(test),
        }
    }

    fn texts_of(&self, token: TokenId) -> Option<&TextIndex> {
        let dictionary = &self.shared.dictionary;
        match token {
            TokenId::Patch(token) => self.shared.catalogue.values().of(token),
            TokenId::Asset(AssetToken::ComponentsName) | TokenId::Component(ComponentToken::Name) => {
                Some(dictionary.names())
            }
            TokenId::Asset(AssetToken::ComponentsSource) | TokenId::Component(ComponentToken::Source) => {
                Some(dictionary.sources())
            }
            _ => None,
        }
    }
}

fn in_all(parts: impl Iterator<Item = Option<ThingSet>>) -> Option<ThingSet> {
    parts.flatten().reduce(|all, part| all & part)
}

fn in_any(mut parts: impl Iterator<Item = Option<ThingSet>>) -> Option<ThingSet> {
    parts.try_fold(ThingSet::new(), |any, part| Some(any | part?))
}
