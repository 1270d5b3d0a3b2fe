//! How many assets have each value of one token, where nothing else is asked: counted as they stand, where groups of
//! several tokens take the assets apart.

use fettle_qql::order::{GroupBy, GroupOrder};
use fettle_qql::token::{Grouping, TokenDefinition, TokenId};
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::asking::Asking;
use super::asset_column::{AssetColumn, column};
use super::asset_set::AssetSet;
use super::deadline::AskError;
use super::group::{Counts, GroupValue, shown};
use super::things::component::{each_value_of, of_asset};
use super::turns::Turns;
use super::value::{Value, VersionScheme};
use crate::bits::Bits;
use crate::block::Block;
use crate::columns::TextColumn;
use crate::dictionary::ComponentId;

/// Groups of components that are counted before it is looked at whether others can be among the commonest.
const TOGETHER: usize = 64;

/// Those that have one value.
type Components = Vec<ComponentId>;

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
        let groups: Vec<Components> = self.components_by_text(token).into_values().collect();
        let at_most = self.count_groups(assets, &groups, Block::sum_of_counts)?;
        let mut candidates: Vec<(u64, Components)> =
            at_most.into_iter().zip(groups).filter(|(count, _)| *count > 0).collect();
        candidates.sort_unstable_by_key(|(count, _)| std::cmp::Reverse(*count));
        let without = self.count_without(assets, &candidates)?;
        let mut counts = Counts::default();
        if without > 0 {
            counts.add(vec![None], without, &[]);
        }
        // Of the commonest values no others are counted than those that may be among them.
        let is_top_only = token.grouping == Grouping::TopOnly && by.order == GroupOrder::Count;
        let mut highest: Vec<u64> = vec![without; usize::from(without > 0)];
        while let Some((most, _)) = candidates.first() {
            if is_top_only && highest.len() >= by.limit && by.limit > 0 && highest[by.limit - 1] > *most {
                break;
            }
            let rest = candidates.split_off(TOGETHER.min(candidates.len()));
            let (_, these): (Vec<u64>, Vec<Components>) = std::mem::replace(&mut candidates, rest).into_iter().unzip();
            for (count, components) in self.count_groups(assets, &these, Block::count_any)?.into_iter().zip(these) {
                let value = components.first().and_then(|id| self.value_of_component(*id, token, by));
                counts.add(vec![value], count, &[]);
                highest.push(count);
            }
            highest.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
        }
        counts.leave_out(candidates.len());
        Ok(counts)
    }

    /// How many have no component of the groups. What most have should come first: it leaves few over for the others.
    fn count_without(&self, assets: &AssetSet, groups: &[(u64, Components)]) -> Result<u64, AskError> {
        let of_block = |at: usize| {
            let mut rest = assets.block(at).clone();
            let mut turns = Turns::of(groups);
            while turns.has_more() && !rest.is_empty() {
                self.check()?;
                let block = self.block(at);
                for (_, components) in turns.begin(|| self.is_waited_for(at)) {
                    rest.remove(&block.union(components.iter().copied()));
                    if rest.is_empty() {
                        break;
                    }
                }
            }
            Ok(rest.len())
        };
        self.each_block(of_block).into_iter().sum()
    }

    /// For each group of components what `of` finds in each block, added up.
    fn count_groups(
        &self,
        assets: &AssetSet,
        groups: &[Components],
        of: fn(&Block, &[ComponentId], Option<&RoaringBitmap>) -> u64,
    ) -> Result<Vec<u64>, AskError> {
        let of_block = |at: usize| {
            let slots = assets.block(at);
            let mut counts = Vec::with_capacity(groups.len());
            let mut turns = Turns::of(groups);
            while turns.has_more() && !slots.is_empty() {
                self.check()?;
                let block = self.block(at);
                // Of all that stand here no posting has to be cut.
                let within = (slots != block.columns.taken()).then(|| slots.to_bitmap());
                counts.extend(
                    turns.begin(|| self.is_waited_for(at)).map(|components| of(&block, components, within.as_ref())),
                );
            }
            Ok(counts)
        };
        let mut sums = vec![0; groups.len()];
        for of_block in self.each_block(of_block) {
            sums.iter_mut().zip(of_block?).for_each(|(sum, count)| *sum += count);
        }
        Ok(sums)
    }

    /// The components of the fleet by their value, as it is shown.
    fn components_by_text(&self, token: &TokenDefinition) -> FxHashMap<String, Components> {
        let mut groups: FxHashMap<String, Components> = FxHashMap::default();
        for (id, component) in self.shared.dictionary.all() {
            each_value_of(component, token, &mut |value| {
                let text = value.shown();
                if let Some(group) = groups.get_mut(&*text) {
                    group.push(id);
                } else {
                    groups.insert(text.into_owned(), vec![id]);
                }
            });
        }
        groups
    }

    fn value_of_component(&self, id: ComponentId, token: &TokenDefinition, by: &GroupBy) -> Option<GroupValue> {
        let mut found = None;
        each_value_of(self.shared.dictionary.component(id)?, token, &mut |value| {
            found = Some(shown(token, &value, by));
        });
        found
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
