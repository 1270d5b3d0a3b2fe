//! Groups of what a query finds (`qql.md` 4): how many things have which value. A thing with several values counts in
//! each.

use std::collections::BTreeMap;

use fettle_qql::measure::{Figure, Tally};
pub use fettle_qql::order::{GroupBy, GroupOrder};
use fettle_qql::token::{Grouping, Kind, TokenDefinition, TokenId};
use fettle_qql::typed::{Leaf, Test};
use jiff::Timestamp;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::asking::Asking;
use super::asset_column::{AssetColumn, column};
use super::asset_set::AssetSet;
use super::deadline::AskError;
use super::matching::{Found, Question};
use super::order::SortValue;
use super::resolved::Resolved;
use super::things::component::{each_value_of, of_asset};
use super::things::{Thing, ThingKind};
use super::value::Value;
use crate::bits::Bits;
use crate::block::Block;
use crate::dictionary::ComponentId;
use crate::posting::slot_of;
use crate::{Index, POISONED};

#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// One for each token; `None`: things without a value.
    pub values: Vec<Option<GroupValue>>,
    pub count: u64,
    /// One for each measure; `None`: nothing has a value.
    pub figures: Vec<Option<Figure>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GroupValue {
    /// As it is shown, and as it can be written in a query; a span of time by its first day.
    pub text: String,
    order: SortValue,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// Things for which the query holds.
    pub total: u64,
    pub groups: Vec<Group>,
    /// In the groups that are left out, each thing as often as it is in one of them; `None` of tokens that show the
    /// commonest values only.
    pub other: Option<u64>,
    /// Groups that are left out.
    pub left_out: usize,
    pub as_of: Timestamp,
}

/// A group while it is counted.
struct Counted {
    values: Vec<Option<GroupValue>>,
    count: u64,
    /// One for each measure.
    tallies: Vec<Tally>,
}

/// Groups by their values' texts; `None`: no value.
#[derive(Default)]
pub(super) struct Counts {
    groups: FxHashMap<Vec<Option<String>>, Counted>,
    /// Groups with fewer than any that is shown, which were not counted.
    left_out: usize,
}

impl Counts {
    pub(super) fn add(&mut self, values: Vec<Option<GroupValue>>, count: u64, tallies: &[Tally]) {
        let texts = values.iter().map(|value| Some(value.as_ref()?.text.clone())).collect();
        let new = || Counted { values, count: 0, tallies: vec![Tally::default(); tallies.len()] };
        let counted = self.groups.entry(texts).or_insert_with(new);
        counted.count += count;
        for (known, tally) in counted.tallies.iter_mut().zip(tallies) {
            known.merge(*tally);
        }
    }

    /// So many more have fewer than any that is shown.
    pub(super) fn leave_out(&mut self, groups: usize) {
        self.left_out += groups;
    }

    fn merge(&mut self, other: Self) {
        self.left_out += other.left_out;
        for Counted { values, count, tallies } in other.groups.into_values() {
            self.add(values, count, &tallies);
        }
    }
}

impl Index {
    pub fn ask_groups(&self, question: &Question<'_>, by: &GroupBy) -> Result<Groups, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        let (total, counts) = match asking.matching(question)? {
            Found::Assets(assets) => {
                let counted = match by.tokens.as_slice() {
                    [token] if by.measures.is_empty() => asking.count_one(&assets, token, by)?,
                    _ => None,
                };
                let counts = counted.map_or_else(|| asking.count_parts(&assets, by), Ok)?;
                (assets.len(), counts)
            }
            Found::Things(ThingKind::Patch, patches) if by.tokens.iter().any(|token| token.tie.is_some()) => {
                (patches.len(), asking.count_pairs(&patches, question, by)?)
            }
            Found::Things(kind, things) => (things.len(), asking.count_things(kind, &things, by)?),
        };
        Ok(groups(counts, total, by, shared.as_of))
    }
}

fn groups(counts: Counts, total: u64, by: &GroupBy, as_of: Timestamp) -> Groups {
    let figures =
        |tallies: Vec<Tally>| by.measures.iter().zip(tallies).map(|(measure, tally)| measure.of(tally)).collect();
    let group = |Counted { values, count, tallies }: Counted| Group { values, count, figures: figures(tallies) };
    let left_out = counts.left_out;
    let mut groups: Vec<Group> = counts.groups.into_values().map(group).collect();
    groups.sort_by(|left, right| {
        let by_value = || by_value(left, right);
        match by.order {
            GroupOrder::Count => right.count.cmp(&left.count).then_with(by_value),
            GroupOrder::Value => by_value(),
        }
    });
    let rest = groups.split_off(by.limit.min(groups.len()));
    let is_top_only = by.tokens.iter().any(|token| token.grouping == Grouping::TopOnly);
    let other = (!is_top_only).then(|| rest.iter().map(|group| group.count).sum());
    Groups { total, groups, other, left_out: left_out + rest.len(), as_of }
}

fn by_value(left: &Group, right: &Group) -> std::cmp::Ordering {
    let compare = |(left, right): (&Option<GroupValue>, &Option<GroupValue>)| match (left, right) {
        (None, None) => std::cmp::Ordering::Equal,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (Some(_), None) => std::cmp::Ordering::Less,
        (Some(left), Some(right)) => left.order.compare(&right.order).then_with(|| left.text.cmp(&right.text)),
    };
    left.values.iter().zip(&right.values).map(compare).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

/// One part of a set: who has the value.
struct Part {
    value: Option<GroupValue>,
    slots: Bits,
}

/// Assets of one block, taken apart by one token after the other.
struct Partition<'p, 's> {
    asking: &'p Asking<'s>,
    at: usize,
    block: &'p Block,
    by: &'p GroupBy,
    /// What is measured.
    measured: Vec<AssetColumn<'p>>,
}

impl<'p, 's> Partition<'p, 's> {
    fn new(asking: &'p Asking<'s>, at: usize, block: &'p Block, by: &'p GroupBy) -> Self {
        let measured = by.measures.iter().filter_map(|measure| match measure.token.id {
            TokenId::Asset(id) => Some(column(asking, at, block, id, measure.token)),
            _ => None,
        });
        Self { asking, at, block, by, measured: measured.collect() }
    }

    fn tallies(&self, slots: &Bits) -> Vec<Tally> {
        let of = |column: &AssetColumn<'_>| {
            let mut tally = Tally::default();
            for slot in slots.iter() {
                column.each_value(self.block, slot, &mut |value| measure(&mut tally, &value));
            }
            tally
        };
        self.measured.iter().map(of).collect()
    }

    fn count(
        &self,
        slots: &Bits,
        place: usize,
        values: &mut Vec<Option<GroupValue>>,
        counts: &mut Counts,
    ) -> Result<(), AskError> {
        let Some(token) = self.by.tokens.get(place) else {
            let count = slots.len();
            if count > 0 {
                counts.add(values.clone(), count, &self.tallies(slots));
            }
            return Ok(());
        };
        self.asking.check()?;
        for part in self.parts(token, slots) {
            values.push(part.value);
            self.count(&part.slots, place + 1, values, counts)?;
            values.pop();
        }
        Ok(())
    }

    fn parts(&self, token: &'static TokenDefinition, slots: &Bits) -> Vec<Part> {
        let TokenId::Asset(id) = token.id else { return Vec::new() };
        if of_asset(id).is_some() {
            return self.parts_by_component(token, slots);
        }
        let column = column(self.asking, self.at, self.block, id, token);
        let mut without = slots.clone();
        let mut parts: FxHashMap<String, Part> = FxHashMap::default();
        let mut add = |value: &Value<'_>, slot: u16| {
            let value = shown(token, value, self.by);
            let new = || Part { value: Some(value.clone()), slots: Bits::default() };
            let part = parts.entry(value.text.clone()).or_insert_with(new);
            part.slots.insert(slot);
        };
        match &column {
            // Each text is looked at once.
            AssetColumn::Text(texts) | AssetColumn::Dotted(texts) => {
                let mut by_code: FxHashMap<u32, Bits> = FxHashMap::default();
                for slot in slots.iter() {
                    by_code.entry(texts.code(slot)).or_default().insert(slot);
                }
                let none = by_code.remove(&0);
                let part = |(_, slots): (u32, Bits)| {
                    let first = slots.iter().next()?;
                    let mut shown_value = None;
                    column
                        .each_value(self.block, first, &mut |value| shown_value = Some(shown(token, &value, self.by)));
                    Some(Part { value: Some(shown_value?), slots })
                };
                let mut parts: Vec<Part> = by_code.into_iter().filter_map(part).collect();
                parts.extend(none.map(|slots| Part { value: None, slots }));
                return parts;
            }
            AssetColumn::Choice(choice) => {
                for (value, having) in choice.parts(slots) {
                    without.remove(&having);
                    let value = shown(token, &value, self.by);
                    parts.insert(value.text.clone(), Part { value: Some(value), slots: having });
                }
            }
            AssetColumn::Labels(labels) => {
                let here = slots.to_bitmap();
                for (value, slots) in labels {
                    for slot in (&here & *slots).iter().map(slot_of) {
                        add(value, slot);
                        without.clear(slot);
                    }
                }
            }
            column => {
                for slot in slots.iter() {
                    column.each_value(self.block, slot, &mut |value| {
                        add(&value, slot);
                        without.clear(slot);
                    });
                }
            }
        }
        let none = (!without.is_empty()).then_some(Part { value: None, slots: without });
        parts.into_values().chain(none).collect()
    }

    fn parts_by_component(&self, token: &'static TokenDefinition, slots: &Bits) -> Vec<Part> {
        let mut by_value: FxHashMap<String, (GroupValue, Vec<ComponentId>)> = FxHashMap::default();
        for component in self.block.components_on(slots) {
            let Some(known) = self.asking.shared.dictionary.component(component) else { continue };
            each_value_of(known, token, &mut |value| {
                let value = shown(token, &value, self.by);
                by_value.entry(value.text.clone()).or_insert_with(|| (value, Vec::new())).1.push(component);
            });
        }
        let mut without = slots.clone();
        let mut parts: Vec<Part> = by_value
            .into_values()
            .map(|(value, components)| {
                let mut having = self.block.union(components.into_iter());
                having.keep(slots);
                without.remove(&having);
                Part { value: Some(value), slots: having }
            })
            .collect();
        if !without.is_empty() {
            parts.push(Part { value: None, slots: without });
        }
        parts
    }
}

impl<'q> Asking<'_> {
    fn count_parts(&self, assets: &AssetSet, by: &GroupBy) -> Result<Counts, AskError> {
        let of_block = |at: usize, block: &Block| {
            let mut counts = Counts::default();
            Partition::new(self, at, block, by).count(assets.block(at), 0, &mut Vec::new(), &mut counts)?;
            Ok(counts)
        };
        let mut counts = Counts::default();
        for of_block in self.per_block(of_block) {
            counts.merge(of_block?);
        }
        Ok(counts)
    }

    fn count_things(&self, kind: ThingKind, things: &RoaringBitmap, by: &GroupBy) -> Result<Counts, AskError> {
        let mut counts = Counts::default();
        for (at, number) in things.iter().enumerate() {
            if at % 1_024 == 0 {
                self.check()?;
            }
            let values = by.tokens.iter().map(|token| self.values_of(Thing { kind, number }, token, by));
            let tallies = self.tallies_of(Thing { kind, number }, by);
            for combination in combinations(values.collect()) {
                counts.add(combination, 1, &tallies);
            }
        }
        Ok(counts)
    }

    /// Each value once; one `None` where there is none.
    fn values_of(&self, thing: Thing, token: &TokenDefinition, by: &GroupBy) -> Vec<Option<GroupValue>> {
        let mut values: BTreeMap<String, GroupValue> = BTreeMap::new();
        self.each_value(thing, token, &mut |value| {
            let value = shown(token, &value, by);
            values.insert(value.text.clone(), value);
        });
        if values.is_empty() { vec![None] } else { values.into_values().map(Some).collect() }
    }

    /// Patches by what ties them to assets: a patch counts for each value that one of its pairs has for which the query
    /// holds. Of a patch without a finding, which was judged alone, they have none.
    fn count_pairs(&self, patches: &RoaringBitmap, question: &Question<'q>, by: &GroupBy) -> Result<Counts, AskError> {
        let condition = self.resolve(&question.query.root)?;
        let having = question.having.map(|having| self.resolve(&having.root)).transpose()?;
        let mut counts = Counts::default();
        let with_finding = self.patches_with_finding(&condition, having.as_ref())?;
        self.count_patches(&(patches - with_finding), by, |_| Some(None), &mut counts);
        let leaves: Vec<Vec<Leaf>> = by.tokens.iter().map(|token| leaves_of(token)).collect();
        let choices: Vec<Vec<Option<&Leaf>>> = leaves
            .iter()
            .map(|leaves| if leaves.is_empty() { vec![None] } else { leaves.iter().map(Some).collect() })
            .collect();
        for chosen in combinations(choices) {
            let mut parts = vec![condition.clone()];
            parts.extend(chosen.iter().flatten().map(|leaf| Resolved::OfTie(leaf)));
            let found = self.patches_with_finding(&Resolved::And(parts), having.as_ref())?;
            let of_leaf = |place: usize| chosen[place].map(value_of);
            self.count_patches(&found, by, of_leaf, &mut counts);
        }
        Ok(counts)
    }

    /// `of_tie`: for the place of a token the value that the pairs have; `None` of a token of the patch's own.
    fn count_patches(
        &self,
        patches: &RoaringBitmap,
        by: &GroupBy,
        of_tie: impl Fn(usize) -> Option<Option<GroupValue>>,
        counts: &mut Counts,
    ) {
        for number in patches {
            let thing = Thing { kind: ThingKind::Patch, number };
            let values = by.tokens.iter().enumerate().map(|(place, token)| match of_tie(place) {
                Some(value) if token.tie.is_some() => vec![value],
                _ => self.values_of(thing, token, by),
            });
            let tallies = self.tallies_of(thing, by);
            for combination in combinations(values.collect()) {
                counts.add(combination, 1, &tallies);
            }
        }
    }

    fn tallies_of(&self, thing: Thing, by: &GroupBy) -> Vec<Tally> {
        let of = |token: &TokenDefinition| {
            let mut tally = Tally::default();
            self.each_value(thing, token, &mut |value| measure(&mut tally, &value));
            tally
        };
        by.measures.iter().map(|measure| of(measure.token)).collect()
    }
}

/// Adds a number or a moment.
fn measure(tally: &mut Tally, value: &Value<'_>) {
    match value {
        Value::Number(number) => tally.add_whole(*number),
        Value::Real(number) => tally.add(*number),
        Value::Moment(moment) => tally.add_whole(moment.as_microsecond()),
        _ => {}
    }
}

/// One test for each value of a finding's token, and one for no value; empty for all other tokens.
fn leaves_of(token: &'static TokenDefinition) -> Vec<Leaf> {
    let tests: Vec<Test> = match token.kind {
        _ if token.tie.is_none() => return Vec::new(),
        Kind::Bool => [false, true].map(|flag| Test::Bool(vec![flag])).to_vec(),
        Kind::Enum(enumeration) => (0..enumeration.values.len()).map(|place| Test::OneOf(vec![place])).collect(),
        _ => return Vec::new(),
    };
    tests.into_iter().chain([Test::Null]).map(|test| Leaf { token, test }).collect()
}

fn value_of(leaf: &Leaf) -> Option<GroupValue> {
    let value = match (&leaf.test, leaf.token.kind) {
        (Test::Bool(flags), _) => flags.first().map(|flag| Value::Flag(*flag)),
        (Test::OneOf(places), Kind::Enum(enumeration)) => {
            places.first().map(|place| Value::Choice(*place, enumeration.values[*place]))
        }
        _ => None,
    }?;
    Some(GroupValue { text: value.shown().into_owned(), order: SortValue::of(leaf.token, &value) })
}

/// One of each, in all ways.
fn combinations<T: Clone>(choices: Vec<Vec<T>>) -> Vec<Vec<T>> {
    choices.into_iter().fold(vec![Vec::new()], |so_far, choices| {
        so_far
            .iter()
            .flat_map(|chosen: &Vec<T>| {
                choices.iter().map(move |choice| chosen.iter().cloned().chain([choice.clone()]).collect())
            })
            .collect()
    })
}

/// A value as a group shows it, and by what groups are sorted.
pub(super) fn shown(token: &TokenDefinition, value: &Value<'_>, by: &GroupBy) -> GroupValue {
    match value {
        Value::Moment(moment) => {
            let day = by.interval.first_day(by.zone.to_datetime(*moment).date()).to_string();
            GroupValue { order: SortValue::Text(day.clone()), text: day }
        }
        value => GroupValue { text: value.shown().into_owned(), order: SortValue::of(token, value) },
    }
}
