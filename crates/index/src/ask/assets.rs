//! Conditions about assets alone (`qql.md` 8.1), for a whole block at once: each is a set of slots.

use fettle_qql::sieve::Sieve;
use fettle_qql::token::TokenId;
use fettle_qql::typed::{Free, Leaf, Test};

use super::asking::Asking;
use super::asset_column::{AssetColumn, Labels, column};
use super::moment;
use super::networks::{is_of_interface, slots_with_address, slots_with_interface};
use super::resolved::{OfAsset, Resolved};
use super::value::{Value, holds};
use crate::bits::Bits;
use crate::block::Block;
use crate::columns::TextColumn;

impl Asking<'_> {
    /// Slots of assets in scope for which a condition about assets alone holds.
    pub(crate) fn slots_where(&self, at: usize, block: &Block, condition: &Resolved<'_>) -> Bits {
        match condition {
            Resolved::Constant(true) => self.in_scope(at).clone(),
            Resolved::And(parts) => {
                let mut all = self.in_scope(at).clone();
                for part in parts {
                    if all.is_empty() {
                        break;
                    }
                    all.keep(&self.slots_where(at, block, part));
                }
                all
            }
            Resolved::Or(parts) => {
                let mut any = Bits::default();
                for part in parts {
                    any.add(&self.slots_where(at, block, part));
                }
                any
            }
            Resolved::Not(inner) => self.in_scope(at).without(&self.slots_where(at, block, inner)),
            Resolved::OfAsset(condition) => {
                let mut slots = self.slots_of(at, block, condition);
                slots.keep(self.in_scope(at));
                slots
            }
            // A query about assets has neither at its top level.
            Resolved::Constant(false) | Resolved::OfThing(_) | Resolved::OfTie(_) => Bits::default(),
        }
    }

    /// Also of assets out of scope.
    fn slots_of(&self, at: usize, block: &Block, condition: &OfAsset<'_>) -> Bits {
        match condition {
            OfAsset::Leaf(leaf) => self.slots_of_leaf(at, block, leaf),
            OfAsset::Free(free) => self.slots_of_free(at, block, free),
            OfAsset::Interfaces(inner) => slots_with_interface(block, inner),
            OfAsset::Components { any_of, negated } => {
                let having = block.union(any_of.iter().copied());
                if *negated { block.columns.taken().without(&having) } else { having }
            }
            OfAsset::Within(assets) => assets.block(at).clone(),
        }
    }

    fn slots_of_leaf(&self, at: usize, block: &Block, leaf: &Leaf) -> Bits {
        let TokenId::Asset(token) = leaf.token.id else { return Bits::default() };
        match (column(self, at, block, token, leaf.token), &leaf.test) {
            (column, Test::Null) => block.columns.taken().without(&with_value(block, &column)),
            (column, Test::Present) => with_value(block, &column),
            (AssetColumn::Text(column), test) => text_slots(column, test),
            (AssetColumn::Dotted(column), test) => column.slots_where(|version| {
                let version = Value::Version(super::value::VersionScheme::Dotted, version.into());
                holds(test, |visit| visit(version))
            }),
            (AssetColumn::Number(column), Test::Int(ranges)) => {
                any_of(ranges, |range| column.slots_within(&moment::whole_numbers(range)))
            }
            (AssetColumn::Moment(column), Test::Date(range)) => column.slots_within(&moment::in_microseconds(range)),
            (AssetColumn::Count(count), Test::Int(ranges)) => {
                let counts = any_of(ranges, |range| {
                    let range = moment::whole_numbers(range);
                    Bits::of_each(block.columns.all_counts(), |counts| range.contains(&i64::from(count(counts))))
                });
                counts.and(block.columns.taken())
            }
            (AssetColumn::Flag(flags), Test::Bool(wanted)) => match wanted.as_slice() {
                [true] => flags.clone(),
                [false] => block.columns.taken().without(flags),
                [] => Bits::default(),
                _ => block.columns.taken().clone(),
            },
            (AssetColumn::Id, Test::Uuid(uuids)) => {
                let known = uuids.iter().filter_map(|uuid| self.shared.slots.get(&fettle_model::AssetId(*uuid)));
                known.filter(|slot| slot.block == at).map(|slot| slot.at).collect()
            }
            (AssetColumn::Each(_), Test::Address(ranges)) if is_of_interface(token) => {
                slots_with_address(block, token, ranges)
            }
            (AssetColumn::Choice(choice), test) => {
                choice.slots_where(block.columns.taken(), |value| holds(test, |visit| visit(value.clone())))
            }
            (AssetColumn::Labels(labels), test) => {
                labels_where(&labels, |value| holds(test, |visit| visit(value.clone())))
            }
            (AssetColumn::Each(each), test) => {
                let slots = block.columns.taken().iter();
                slots.filter(|slot| holds(test, |visit| each(*slot, visit))).collect()
            }
            _ => Bits::default(),
        }
    }

    /// Each token's values are read as text.
    fn slots_of_free(&self, at: usize, block: &Block, free: &Free) -> Bits {
        let mut found = Bits::default();
        let sieve = Sieve::of_words([&free.asked.matcher]);
        for definition in &free.tokens {
            let TokenId::Asset(token) = definition.id else { continue };
            let slots = match column(self, at, block, token, definition) {
                AssetColumn::Text(column) => column.slots_matching(&sieve, |text| free.asked.matcher.matches(text)),
                AssetColumn::Each(each) => {
                    let matches = |slot: &u16| {
                        let mut matches = false;
                        each(*slot, &mut |value| matches = matches || free.asked.matcher.matches(&value.shown()));
                        matches
                    };
                    block.columns.taken().iter().filter(matches).collect()
                }
                AssetColumn::Labels(labels) => {
                    labels_where(&labels, |value| free.asked.matcher.matches(&value.shown()))
                }
                // What free text searches is text or addresses.
                _ => Bits::default(),
            };
            found.add(&slots);
        }
        found
    }
}

fn any_of<T>(ranges: &[T], of: impl Fn(&T) -> Bits) -> Bits {
    let mut any = Bits::default();
    for range in ranges {
        any.add(&of(range));
    }
    any
}

fn with_value(block: &Block, column: &AssetColumn<'_>) -> Bits {
    match column {
        AssetColumn::Text(column) | AssetColumn::Dotted(column) => column.slots_with_text(),
        AssetColumn::Number(column) | AssetColumn::Moment(column) => column.slots_where(|_| true),
        AssetColumn::Count(_) | AssetColumn::Flag(_) | AssetColumn::Id => block.columns.taken().clone(),
        AssetColumn::Each(each) => {
            let has_value = |slot: &u16| {
                let mut has_value = false;
                each(*slot, &mut |_| has_value = true);
                has_value
            };
            block.columns.taken().iter().filter(has_value).collect()
        }
        AssetColumn::Choice(choice) => choice.slots_where(block.columns.taken(), |_| true),
        AssetColumn::Labels(labels) => labels_where(labels, |_| true),
        AssetColumn::Group => Bits::default(),
    }
}

/// Slots with a label of which it holds.
fn labels_where(labels: &Labels<'_>, is_wanted: impl Fn(&Value<'_>) -> bool) -> Bits {
    let mut found = Bits::default();
    labels.iter().filter(|(value, _)| is_wanted(value)).for_each(|(_, slots)| found.insert_all(slots));
    found
}

fn text_slots(column: &TextColumn, test: &Test) -> Bits {
    Sieve::of_test(test).map_or_else(Bits::default, |(sieve, matches)| column.slots_matching(&sieve, matches))
}
