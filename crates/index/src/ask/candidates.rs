//! Which things have to be looked at for a condition: where the catalogue keeps texts with their patches, those alone.

use fettle_qql::typed::{Expression, Form, Leaf, Test};

use super::asking::{Asking, ThingSet};
use super::deadline::AskError;
use super::resolved::{OfThing, Resolved};
use super::things::{Thing, ThingKind};
use super::value::Value;

impl Asking<'_> {
    /// The things of a kind for which a condition about things alone holds, looked at one by one.
    pub(super) fn find_things(&self, kind: ThingKind, condition: &Resolved<'_>) -> Result<ThingSet, AskError> {
        let candidates = if kind == ThingKind::Patch { self.candidates(condition) } else { None };
        let mut found = Vec::new();
        for (at, number) in candidates.unwrap_or_else(|| self.all(kind)).iter().enumerate() {
            if at % 1_024 == 0 {
                self.check()?;
            }
            if self.holds(Thing { kind, number }, condition) {
                found.push(number);
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Patches outside of which the condition holds for none; `None`: it may hold for any.
    fn candidates(&self, condition: &Resolved<'_>) -> Option<ThingSet> {
        match condition {
            Resolved::Constant(constant) => (!constant).then(ThingSet::new),
            Resolved::And(parts) => in_all(parts.iter().map(|part| self.candidates(part))),
            Resolved::Or(parts) => in_any(parts.iter().map(|part| self.candidates(part))),
            Resolved::OfThing(OfThing::Within(things)) => Some(things.clone()),
            Resolved::OfThing(OfThing::Leaf(leaf)) => self.with_text(leaf),
            Resolved::OfThing(OfThing::Packages(inner)) => self.with_package(inner),
            Resolved::Not(_) | Resolved::OfThing(OfThing::Free(_)) | Resolved::OfTie(_) | Resolved::OfAsset(_) => None,
        }
    }

    /// Patches with a package that may be one of which the expression holds.
    fn with_package(&self, inner: &Expression) -> Option<ThingSet> {
        match &inner.form {
            Form::And(parts) => in_all(parts.iter().map(|part| self.with_package(part))),
            Form::Or(parts) => in_any(parts.iter().map(|part| self.with_package(part))),
            Form::Leaf(leaf) => self.with_text(leaf),
            Form::All | Form::Not(_) | Form::Free(_) | Form::Related(_) | Form::Elements(_) => None,
        }
    }

    fn with_text(&self, leaf: &Leaf) -> Option<ThingSet> {
        let texts = self.shared.catalogue.values().of(leaf.token.id)?;
        match &leaf.test {
            Test::Null => None,
            Test::Present => Some(texts.patches_where(|_| true)),
            test => Some(texts.patches_where(|text| Value::text(text).is_some_and(|value| value.fits(test)))),
        }
    }
}

fn in_all(parts: impl Iterator<Item = Option<ThingSet>>) -> Option<ThingSet> {
    parts.flatten().reduce(|all, part| all & part)
}

fn in_any(mut parts: impl Iterator<Item = Option<ThingSet>>) -> Option<ThingSet> {
    parts.try_fold(ThingSet::new(), |any, part| Some(any | part?))
}
