//! A condition about assets, for a few of them: asset by asset, where whole columns would be looked through in vain.

use fettle_qql::token::TokenId;
use fettle_qql::tokens::AssetToken;
use fettle_qql::typed::{Free, Leaf};

use rustc_hash::FxHashSet;

use super::asking::Asking;
use super::asset_column::{AssetColumn, column};
use super::interfaces::each_value_of_interface;
use super::resolved::{OfAsset, Resolved, element_holds};
use super::value::holds;
use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::PatchNumber;

/// As many assets are judged one by one; above, whole columns are faster.
const FEW: u64 = 256;
/// As often a posting is asked for one asset; above, joining postings is faster.
const LOOK_UPS: u64 = 8_192;

/// So few assets that their own findings are looked at, and not each patch's.
const NARROW: u64 = 4_096;

impl Asking<'_> {
    pub(super) fn is_narrow(&self) -> bool {
        self.assets_in_scope() <= NARROW
    }

    /// Of the wanted patches those that an asset in scope misses.
    pub(super) fn missed_in_scope(&self, is_wanted: impl Fn(PatchNumber) -> bool) -> FxHashSet<PatchNumber> {
        let mut missed = FxHashSet::default();
        for at in (0..self.block_count()).filter(|at| !self.in_scope(*at).is_empty()) {
            let scope = self.in_scope(at).to_bitmap();
            let block = self.block(at);
            let here = block.all_missing().filter(|(patch, missing)| is_wanted(*patch) && !missing.is_disjoint(&scope));
            missed.extend(here.map(|(patch, _)| patch));
        }
        missed
    }

    /// Of the assets in scope those for which the condition holds.
    pub(crate) fn among(&self, at: usize, block: &Block, condition: &Resolved<'_>) -> Bits {
        let scope = self.in_scope(at);
        if scope.len() > FEW || scope.len() * components(condition) > LOOK_UPS {
            return self.slots_where(at, block, condition);
        }
        let taken = scope.iter().filter(|slot| block.columns.is_taken(*slot));
        taken.filter(|slot| self.slot_holds(at, block, *slot, condition)).collect()
    }

    fn slot_holds(&self, at: usize, block: &Block, slot: u16, condition: &Resolved<'_>) -> bool {
        match condition {
            Resolved::Constant(constant) => *constant,
            Resolved::And(parts) => parts.iter().all(|part| self.slot_holds(at, block, slot, part)),
            Resolved::Or(parts) => parts.iter().any(|part| self.slot_holds(at, block, slot, part)),
            Resolved::Not(inner) => !self.slot_holds(at, block, slot, inner),
            Resolved::OfAsset(condition) => self.slot_fits(at, block, slot, condition),
            // A query about assets has neither at its top level.
            Resolved::OfThing(_) | Resolved::OfTie(_) => false,
        }
    }

    fn slot_fits(&self, at: usize, block: &Block, slot: u16, condition: &OfAsset<'_>) -> bool {
        match condition {
            OfAsset::Leaf(leaf) => self.leaf_holds(at, block, slot, leaf),
            OfAsset::Free(free) => self.free_holds(at, block, slot, free),
            OfAsset::Interfaces(inner) => block.columns.facts.interfaces(slot).any(|interface| {
                element_holds(inner, &|token, visit| {
                    if let TokenId::Asset(token) = token.id {
                        each_value_of_interface(interface, token, visit);
                    }
                })
            }),
            OfAsset::Components { any_of, negated } => {
                any_of.iter().any(|component| block.has(*component, slot)) != *negated
            }
            OfAsset::Within(assets) => assets.block(at).contains(slot),
        }
    }

    fn leaf_holds(&self, at: usize, block: &Block, slot: u16, leaf: &Leaf) -> bool {
        let TokenId::Asset(token) = leaf.token.id else { return false };
        let column = column(self, at, block, token, leaf.token);
        holds(&leaf.test, |visit| column.each_value(block, slot, visit))
    }

    /// Text and addresses, as for whole blocks.
    fn free_holds(&self, at: usize, block: &Block, slot: u16, free: &Free) -> bool {
        let tokens = free.tokens.iter().filter_map(|definition| match definition.id {
            TokenId::Asset(token) => Some((token, *definition)),
            _ => None,
        });
        tokens.into_iter().any(|(token, definition): (AssetToken, _)| {
            let column = column(self, at, block, token, definition);
            let is_searched = matches!(column, AssetColumn::Text(_) | AssetColumn::Each(_) | AssetColumn::Labels(_));
            let mut found = false;
            if is_searched {
                column.each_value(block, slot, &mut |value| {
                    found = found || free.asked.matcher.matches(&value.shown());
                });
            }
            found
        })
    }
}

/// Postings that are asked for each asset.
fn components(condition: &Resolved<'_>) -> u64 {
    match condition {
        Resolved::And(parts) | Resolved::Or(parts) => parts.iter().map(components).sum(),
        Resolved::Not(inner) => components(inner),
        Resolved::OfAsset(OfAsset::Components { any_of, .. }) => any_of.len() as u64,
        _ => 0,
    }
}
