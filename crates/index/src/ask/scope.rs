//! Whom a question may see: one set of assets, cut with every query, group and related thing (`qql.md` 4).

use fettle_model::AssetId;
use rustc_hash::FxHashSet;

use crate::Shared;
use crate::bits::Bits;
use crate::block::Block;

/// The assets that a user may see.
#[derive(Debug, Clone, Default)]
pub enum Scope {
    #[default]
    Everything,
    Assets(FxHashSet<AssetId>),
}

impl Scope {
    /// Its slots of block `at`.
    pub(super) fn slots(&self, shared: &Shared, at: usize, block: &Block) -> Bits {
        match self {
            Self::Everything => block.columns.taken().clone(),
            Self::Assets(assets) => {
                let here = assets.iter().filter_map(|asset| shared.slots.get(asset));
                let mut slots: Bits = here.filter(|slot| slot.block == at).map(|slot| slot.at).collect();
                slots.keep(block.columns.taken());
                slots
            }
        }
    }
}
