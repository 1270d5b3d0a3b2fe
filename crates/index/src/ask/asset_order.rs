//! The first assets of an order, block by block: by places of texts among the block's own, and by numbers, so that no text
//! is compared for each asset.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use fettle_qql::order::{Direction, SortKey};
use fettle_qql::text::folded;
use fettle_qql::token::{Kind, TokenId};
use uuid::Uuid;

use super::asking::Asking;
use super::asset_column::{AssetColumn, column};
use super::order::{Order, Position, SortValue, ThingId, sorted_text};
use super::value::VersionScheme;
use crate::bits::Bits;
use crate::block::Block;
use crate::columns::{Ranks, TextColumn};

/// A key's values in one block, as numbers in the order of the values.
struct BlockKey<'b> {
    key: SortKey,
    column: AssetColumn<'b>,
    ranks: Option<Arc<Ranks>>,
}

/// By which a slot is sorted in its block: a number per key, in the direction of the key.
type Sorted = (Numbers, Uuid);
type Numbers = [u64; fettle_qql::order::MAX_SORT];

/// Of what has no value: behind all that have one, in both directions.
const LAST: u64 = u64::MAX;

/// The first `limit` of the slots behind the order's place, and how many are behind it.
pub(super) fn first_of_block(
    asking: &Asking<'_>,
    at: usize,
    block: &Block,
    slots: &Bits,
    order: &Order<'_>,
) -> (Vec<(Position, u16)>, u64) {
    let keys: Vec<_> = order.keys.iter().filter_map(|key| BlockKey::new(asking, at, block, *key)).collect();
    let after = order.after.as_ref().map(|after| sorted_position(&keys, after));
    let first = First { block, slots, keys: &keys, after, limit: order.limit };
    // Nearly all are told apart by the first key: what it is made of is looked up once, not for each of them.
    let (best, behind) = match keys.first() {
        None => first.by(|_| 0),
        Some(key) => match &key.column {
            AssetColumn::Number(numbers) | AssetColumn::Moment(numbers) => {
                first.by(|slot| key.directed(numbers.get(slot).map(in_order)))
            }
            AssetColumn::Count(count) => {
                let counts = block.columns.all_counts();
                let count = |slot: u16| counts.get(usize::from(slot)).map_or(0, count);
                first.by(|slot| key.directed(Some(in_order(i64::from(count(slot))))))
            }
            AssetColumn::Text(texts) | AssetColumn::Dotted(texts) => first.by(|slot| {
                key.directed(key.ranks.as_ref().and_then(|ranks| ranks.of(texts.code(slot))).map(own_place))
            }),
            _ => first.by(|slot| key.directed(key.number(block, slot))),
        },
    };
    let position = |slot: u16| Position {
        values: keys
            .iter()
            .map(|key| Position::value_of(key.key, |visit| key.column.each_value(block, slot, visit)))
            .collect(),
        id: ThingId::Uuid(block.columns.id(slot).uuid()),
    };
    (best.into_iter().map(|(_, slot)| (position(slot), slot)).collect(), behind)
}

/// The search for the first slots.
struct First<'f, 'b> {
    block: &'b Block,
    slots: &'f Bits,
    keys: &'f [BlockKey<'b>],
    after: Option<Sorted>,
    limit: usize,
}

impl First<'_, '_> {
    /// `number`: of a slot by the first key. Gives the first slots, and how many are behind the order's place.
    fn by(&self, number: impl Fn(u16) -> u64) -> (BinaryHeap<(Sorted, u16)>, u64) {
        let mut best: BinaryHeap<(Sorted, u16)> = BinaryHeap::with_capacity(self.limit + 1);
        let (mut behind, mut last) = (0, LAST);
        let begin = self.after.as_ref().map_or(0, |after| after.0[0]);
        for slot in self.slots.iter() {
            let first = number(slot);
            if first > last {
                behind += 1;
                continue;
            }
            if first < begin {
                continue;
            }
            let rest = self.keys.iter().skip(1).map(|key| key.directed(key.number(self.block, slot)));
            let sorted = (numbers(std::iter::once(first).chain(rest)), self.block.columns.id(slot).uuid());
            if self.after.as_ref().is_some_and(|after| sorted <= *after) {
                continue;
            }
            behind += 1;
            if best.len() < self.limit {
                best.push((sorted, slot));
            } else if let Some(mut worst) = best.peek_mut()
                && sorted < worst.0
            {
                *worst = (sorted, slot);
            }
            if best.len() == self.limit {
                // What comes behind it is behind the order's place too.
                last = best.peek().map_or(LAST, |worst| worst.0.0[0]);
            }
        }
        (best, behind)
    }
}

/// One for each key.
fn numbers(of_keys: impl Iterator<Item = u64>) -> Numbers {
    let mut numbers = [0; fettle_qql::order::MAX_SORT];
    numbers.iter_mut().zip(of_keys).for_each(|(place, number)| *place = number);
    numbers
}

fn sorted_position(keys: &[BlockKey<'_>], after: &Position) -> Sorted {
    let mut values = after.values.iter();
    let number =
        |key: &BlockKey<'_>| key.directed(values.next().cloned().flatten().and_then(|value| key.number_of(&value)));
    let numbers = numbers(keys.iter().map(number));
    let id = match after.id {
        ThingId::Uuid(id) => id,
        ThingId::Name(_) | ThingId::Number(_) => Uuid::nil(),
    };
    (numbers, id)
}

impl<'b> BlockKey<'b> {
    fn new(asking: &'b Asking<'_>, at: usize, block: &'b Block, key: SortKey) -> Option<Self> {
        let TokenId::Asset(token) = key.token.id else { return None };
        let column = column(asking, at, block, token, key.token);
        let ranks = match &column {
            AssetColumn::Text(texts) if key.token.kind == Kind::Text => Some(texts.ranks()),
            AssetColumn::Text(texts) => Some(texts.ranks_by(|left, right| folded(left).cmp(&folded(right)))),
            AssetColumn::Dotted(texts) => {
                Some(texts.ranks_by(|left, right| VersionScheme::Dotted.compare(left, right)))
            }
            _ => None,
        };
        Some(Self { key, column, ranks })
    }

    /// A number in the direction of the key; that of no value is the last.
    fn directed(&self, number: Option<u64>) -> u64 {
        match (number, self.key.direction) {
            (None, _) => LAST,
            (Some(number), Direction::Ascending) => number,
            // Below the number of what has no value.
            (Some(number), Direction::Descending) => LAST - 1 - number.min(LAST - 1),
        }
    }

    fn number(&self, block: &Block, slot: u16) -> Option<u64> {
        match &self.column {
            AssetColumn::Text(texts) | AssetColumn::Dotted(texts) => {
                self.ranks.as_ref()?.of(texts.code(slot)).map(own_place)
            }
            AssetColumn::Number(numbers) | AssetColumn::Moment(numbers) => numbers.get(slot).map(in_order),
            AssetColumn::Count(count) => Some(in_order(i64::from(count(&block.columns.counts(slot))))),
            column => {
                let value = Position::value_of(self.key, |visit| column.each_value(block, slot, visit))?;
                self.number_of(&value)
            }
        }
    }

    /// Of a value that need not be one of the block's.
    fn number_of(&self, value: &SortValue) -> Option<u64> {
        let place = |texts: &TextColumn, compare: &dyn Fn(&str) -> Ordering| {
            let ranks = self.ranks.as_ref()?;
            let (before, is_own) = ranks.find(|code| texts.text(code).map_or(Ordering::Less, compare));
            Some(if is_own { own_place(before) } else { own_place(before) - 1 })
        };
        match (&self.column, value) {
            (AssetColumn::Text(texts), SortValue::Text(text)) => {
                place(texts, &|other| sorted_text(self.key.token, other).cmp(text))
            }
            (AssetColumn::Dotted(texts), SortValue::Version(scheme, text)) => {
                place(texts, &|other| scheme.compare(other, text))
            }
            (_, SortValue::Whole(number)) => Some(in_order(*number)),
            _ => None,
        }
    }
}

/// Of a text of the block; between two of them there is room for one that is not.
fn own_place(rank: u32) -> u64 {
    2 * u64::from(rank) + 1
}

/// Signed numbers in the order of unsigned ones.
const fn in_order(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}
