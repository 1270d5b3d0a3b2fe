//! How many assets have each value of one token, where nothing else is asked: counted as they stand, where groups of
//! several tokens take the assets apart.

use std::collections::hash_map::Entry;

use fettle_qql::order::GroupBy;
use fettle_qql::token::{TokenDefinition, TokenId};
use rustc_hash::FxHashMap;

use super::asking::Asking;
use super::asset_column::{AssetColumn, column};
use super::asset_set::AssetSet;
use super::deadline::AskError;
use super::group::{Counts, GroupValue, shown};
use super::things::component::{each_value_of, of_asset};
use super::value::{Value, VersionScheme};
use crate::bits::Bits;
use crate::block::Block;
use crate::columns::TextColumn;
use crate::dictionary::ComponentId;

/// A block's texts and how many of its assets have each; `None`: no text.
type Texts = Vec<(Option<Box<str>>, u64)>;

impl Asking<'_> {
    /// Of texts and of components; `None`: the token is of another kind.
    pub(super) fn count_one(
        &self,
        assets: &AssetSet,
        token: &'static TokenDefinition,
        by: &GroupBy,
    ) -> Result<Option<Counts>, AskError> {
        let TokenId::Asset(id) = token.id else { return Ok(None) };
        if of_asset(id).is_some() {
            return self.count_components(assets, token, by).map(Some);
        }
        let of_block = |at: usize, block: &Block| match column(self, at, block, id, token) {
            AssetColumn::Text(texts) => Some((false, by_code(texts, assets.block(at)))),
            AssetColumn::Dotted(texts) => Some((true, by_code(texts, assets.block(at)))),
            _ => None,
        };
        let Some(blocks) = self.per_block(of_block).into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        self.check()?;
        let is_dotted = blocks.iter().any(|(is_dotted, _)| *is_dotted);
        let mut sums: FxHashMap<Option<Box<str>>, u64> = FxHashMap::default();
        for (text, count) in blocks.into_iter().flat_map(|(_, texts)| texts) {
            *sums.entry(text).or_default() += count;
        }
        let mut counts = Counts::default();
        for (text, count) in sums {
            let value = text.map(|text| {
                let text = String::from(text).into();
                let value = if is_dotted { Value::Version(VersionScheme::Dotted, text) } else { Value::Text(text) };
                shown(token, &value, by)
            });
            counts.add(vec![value], count, &[]);
        }
        Ok(Some(counts))
    }

    fn count_components(&self, assets: &AssetSet, token: &TokenDefinition, by: &GroupBy) -> Result<Counts, AskError> {
        let groups = self.components_by_value(token, by);
        let all: Vec<ComponentId> = groups.iter().flat_map(|(_, components)| components.iter().copied()).collect();
        let of_block = |at: usize, block: &Block| {
            let slots = assets.block(at);
            // Of all that stand here no posting has to be cut.
            let within = (slots != block.columns.taken()).then(|| slots.to_bitmap());
            let mut counts = Vec::with_capacity(groups.len());
            for (number, (_, components)) in groups.iter().enumerate() {
                if number % 1_024 == 0 {
                    self.check()?;
                }
                counts.push(if slots.is_empty() { 0 } else { block.count_any(components, within.as_ref()) });
            }
            Ok((counts, block.without_any(&all, slots).len()))
        };
        let (mut sums, mut without) = (vec![0; groups.len()], 0);
        for of_block in self.per_block(of_block) {
            let (counts, without_here) = of_block?;
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            without += without_here;
        }
        let mut counts = Counts::default();
        let some = groups.into_iter().zip(sums).map(|((value, _), count)| (Some(value), count));
        for (value, count) in some.chain([(None, without)]).filter(|(_, count)| *count > 0) {
            counts.add(vec![value], count, &[]);
        }
        Ok(counts)
    }

    /// Each value of the fleet's components, and the components that have it.
    fn components_by_value(&self, token: &TokenDefinition, by: &GroupBy) -> Vec<(GroupValue, Vec<ComponentId>)> {
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        let mut groups: Vec<(GroupValue, Vec<ComponentId>)> = Vec::new();
        for (id, component) in self.shared.dictionary.all() {
            each_value_of(component, token, &mut |value| {
                let text = value.shown();
                if let Some(place) = places.get(&*text) {
                    groups[*place].1.push(id);
                } else if let Entry::Vacant(place) = places.entry(text.into_owned()) {
                    place.insert(groups.len());
                    groups.push((shown(token, &value, by), vec![id]));
                }
            });
        }
        groups
    }
}

fn by_code(texts: &TextColumn, slots: &Bits) -> Texts {
    let mut by_code: Vec<u64> = vec![0; texts.code_count()];
    for slot in slots.iter() {
        by_code[texts.code(slot) as usize] += 1;
    }
    let counts = (0..).zip(by_code).filter(|(_, count)| *count > 0);
    counts.map(|(code, count)| (texts.text(code).map(Into::into), count)).collect()
}
