//! Whom a question may see: one set of assets, cut with every query, group and related thing (`qql.md` 4).

use std::sync::Arc;

use fettle_model::{AssetId, TagId};
use rustc_hash::FxHashSet;

use super::asset_set::AssetSet;
use crate::Shared;
use crate::bits::Bits;
use crate::shared_block::SharedBlock;

/// The assets that a user may see.
#[derive(Debug, Clone, Default)]
pub enum Scope {
    #[default]
    Everything,
    Assets(FxHashSet<AssetId>),
    /// Those that have one of the tags, as they are now.
    Tags(Vec<TagId>),
}

impl Scope {
    /// Its slots, block by block.
    pub(super) fn slots(&self, shared: &Shared, blocks: &[Arc<SharedBlock>]) -> AssetSet {
        let taken = |block: &Arc<SharedBlock>| block.read(shared).columns.taken().clone();
        match self {
            Self::Everything => blocks.iter().map(taken).collect(),
            Self::Tags(tags) => {
                let numbers: Vec<_> = tags.iter().filter_map(|tag| shared.tags.number(*tag)).collect();
                let of_block = |block: &Arc<SharedBlock>| {
                    let block = block.read(shared);
                    let mut slots = Bits::default();
                    for members in numbers.iter().filter_map(|number| block.tags.get(number)) {
                        slots.insert_all(members);
                    }
                    slots.keep(block.columns.taken());
                    slots
                };
                blocks.iter().map(of_block).collect()
            }
            Self::Assets(assets) => {
                let mut slots = vec![Bits::default(); blocks.len()];
                for slot in assets.iter().filter_map(|asset| shared.slots.get(asset)) {
                    // A block is made after the first slot in it was given.
                    if let Some(of_block) = slots.get_mut(slot.block) {
                        of_block.insert(slot.at);
                    }
                }
                slots.iter_mut().zip(blocks).for_each(|(slots, block)| slots.keep(&taken(block)));
                slots.into_iter().collect()
            }
        }
    }
}
