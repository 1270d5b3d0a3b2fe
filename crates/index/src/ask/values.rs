//! The values that things in scope have, the commonest first: what a query is completed with (`qql.md` 6).

use fettle_qql::text::folded;
use fettle_qql::token::{Kind, TokenDefinition, TokenId};
use fettle_qql::tokens::AssetToken;
use rustc_hash::FxHashMap;

use super::asking::Asking;
use super::asset_column::{AssetColumn, Each, column};
use super::deadline::{AskError, Deadline};
use super::matching::listed;
use super::scope::Scope;
use super::things::component::{each_value_of, of_asset};
use super::things::{Thing, ThingKind};
use super::value::Value;
use crate::bits::Bits;
use crate::block::Block;
use crate::columns::TextColumn;
use crate::dictionary::ComponentId;
use crate::{Index, POISONED};

/// What is longer is text to read, not to choose: such values are left out.
const MAX_LENGTH: usize = 200;
/// Assets and things between two looks at the clock.
const STEPS: usize = 1_024;

impl Index {
    /// At most `limit` values that begin with `prefix`, in any case, each with the number of things in scope that have it.
    /// `None` of a token whose values are not chosen from: numbers, dates, ids, and what is said of findings.
    pub fn ask_values(
        &self,
        token: &'static TokenDefinition,
        (prefix, limit): (&str, usize),
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Option<Vec<(String, u64)>>, AskError> {
        let kinds = matches!(
            token.kind,
            Kind::Text | Kind::Keyword | Kind::Enum(_) | Kind::Bool | Kind::Version(_) | Kind::Address
        );
        if !kinds || token.tie.is_some() {
            return Ok(None);
        }
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, scope, deadline);
        let mut counts = Counts { prefix: folded(prefix), by_value: FxHashMap::default() };
        match (listed(token.id.entity())?, token.id) {
            (None, TokenId::Asset(id)) if of_asset(id).is_some() => {
                return asking.of_components(token, &counts, limit).map(Some);
            }
            (None, TokenId::Asset(id)) => asking.of_assets(id, token, &mut counts)?,
            (Some(kind), _) => asking.of_things(kind, token, &mut counts)?,
            (None, _) => return Ok(None),
        }
        Ok(Some(commonest(counts.by_value.into_iter().collect(), limit)))
    }
}

fn commonest(mut values: Vec<(String, u64)>, limit: usize) -> Vec<(String, u64)> {
    values.sort_unstable_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    values.truncate(limit);
    values
}

struct Counts {
    /// Without case.
    prefix: String,
    by_value: FxHashMap<String, u64>,
}

impl Counts {
    fn is_wanted(&self, value: &str) -> bool {
        value.chars().nth(MAX_LENGTH).is_none() && (self.prefix.is_empty() || folded(value).starts_with(&self.prefix))
    }

    fn add(&mut self, value: &str, count: u64) {
        if count == 0 {
            return;
        }
        if let Some(known) = self.by_value.get_mut(value) {
            *known += count;
        } else if self.is_wanted(value) {
            self.by_value.insert(value.to_owned(), count);
        }
    }

    /// Each value of one thing once.
    fn add_each(&mut self, each: impl FnOnce(&mut dyn FnMut(Value<'_>))) {
        let mut values: Vec<String> = Vec::new();
        each(&mut |value| {
            let shown = value.shown();
            if !values.iter().any(|known| **known == *shown) {
                values.push(shown.into_owned());
            }
        });
        for value in &values {
            self.add(value, 1);
        }
    }
}

impl Asking<'_> {
    fn of_assets(&self, id: AssetToken, token: &'static TokenDefinition, counts: &mut Counts) -> Result<(), AskError> {
        for at in 0..self.block_count() {
            self.check()?;
            let block = self.block(at);
            let scope = self.in_scope(at);
            match column(self, at, &block, id, token) {
                AssetColumn::Text(texts) | AssetColumn::Dotted(texts) => by_code(texts, scope, counts),
                AssetColumn::Flag(flags) => {
                    counts.add("true", flags.and(scope).len());
                    counts.add("false", scope.without(flags).len());
                }
                AssetColumn::Labels(labels) => {
                    // Two labels may be called alike.
                    let mut by_text: FxHashMap<String, Bits> = FxHashMap::default();
                    for (value, slots) in labels {
                        by_text.entry(value.shown().into_owned()).or_default().insert_all(slots);
                    }
                    for (text, slots) in &by_text {
                        counts.add(text, slots.and(scope).len());
                    }
                }
                AssetColumn::Choice(choice) => {
                    for (value, slots) in choice.parts(scope) {
                        counts.add(&value.shown(), slots.len());
                    }
                }
                AssetColumn::Each(each) => self.one_by_one(&each, scope, counts)?,
                AssetColumn::Number(_)
                | AssetColumn::Moment(_)
                | AssetColumn::Count(_)
                | AssetColumn::Id
                | AssetColumn::Group => {}
            }
        }
        Ok(())
    }

    fn one_by_one(&self, each: &Each<'_>, scope: &Bits, counts: &mut Counts) -> Result<(), AskError> {
        for (number, slot) in scope.iter().enumerate() {
            if number % STEPS == 0 {
                self.check()?;
            }
            counts.add_each(|visit| each(slot, visit));
        }
        Ok(())
    }

    fn of_things(&self, kind: ThingKind, token: &TokenDefinition, counts: &mut Counts) -> Result<(), AskError> {
        for (place, number) in self.all(kind).iter().enumerate() {
            if place % STEPS == 0 {
                self.check()?;
            }
            counts.add_each(|visit| self.each_value(Thing { kind, number }, token, visit));
        }
        Ok(())
    }

    /// Values of the components that assets have. An asset has several, so that numbers of components cannot be added up:
    /// their sum is the most that a value may have, and those that may have most are counted first.
    fn of_components(
        &self,
        token: &TokenDefinition,
        wanted: &Counts,
        limit: usize,
    ) -> Result<Vec<(String, u64)>, AskError> {
        let mut by_value: FxHashMap<String, (u64, Vec<ComponentId>)> = FxHashMap::default();
        for (place, (id, component)) in self.shared.dictionary.all().enumerate() {
            if place % STEPS == 0 {
                self.check()?;
            }
            let assets = self.assets_with(id.0);
            if assets == 0 {
                continue;
            }
            each_value_of(component, token, &mut |value| {
                let shown = value.shown();
                if let Some((most, components)) = by_value.get_mut(&*shown) {
                    *most += assets;
                    components.push(id);
                } else if wanted.is_wanted(&shown) {
                    by_value.insert(shown.into_owned(), (assets, vec![id]));
                }
            });
        }
        let mut candidates: Vec<_> = by_value.into_iter().collect();
        candidates.sort_unstable_by(|(left, (a, _)), (right, (b, _))| b.cmp(a).then_with(|| left.cmp(right)));
        let mut counted: Vec<(String, u64)> = Vec::new();
        for (value, (most, components)) in candidates {
            counted = commonest(counted, limit);
            // As common as the last, it may still come before it by name.
            if counted.get(limit.saturating_sub(1)).is_some_and(|(_, count)| *count > most) {
                break;
            }
            let count =
                if let [one] = components.as_slice() { self.assets_with(one.0) } else { self.with_any(&components)? };
            counted.push((value, count));
        }
        Ok(commonest(counted, limit))
    }

    /// Assets in scope that have any of the components.
    fn with_any(&self, components: &[ComponentId]) -> Result<u64, AskError> {
        let mut count = 0;
        for at in 0..self.block_count() {
            let block = self.block(at);
            count += self.having(&block, self.in_scope(at), components)?;
        }
        Ok(count)
    }

    fn having(&self, block: &Block, scope: &Bits, components: &[ComponentId]) -> Result<u64, AskError> {
        let (mut found, mut count) = (Bits::default(), 0);
        for part in components.chunks(STEPS) {
            self.check()?;
            for component in part {
                block.add_slots(*component, &mut found);
            }
            count = found.and(scope).len();
            if count == scope.len() {
                break;
            }
        }
        Ok(count)
    }
}

/// Each text is looked at once.
fn by_code(texts: &TextColumn, scope: &Bits, counts: &mut Counts) {
    let mut by_code = vec![0; texts.code_count()];
    for slot in scope.iter() {
        by_code[texts.code(slot) as usize] += 1;
    }
    for (code, count) in (0..).zip(by_code).skip(1) {
        if let Some(text) = texts.text(code) {
            counts.add(text, count);
        }
    }
}
