//! Sets of assets.

use crate::bits::Bits;

/// Slots by block. Blocks behind the last have none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct AssetSet(Vec<Bits>);

impl AssetSet {
    pub(crate) fn block(&self, at: usize) -> &Bits {
        const NONE: &Bits = &Bits::EMPTY;
        self.0.get(at).unwrap_or(NONE)
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(Bits::len).sum()
    }

    pub(crate) fn add(&mut self, at: usize, slots: &Bits) {
        if self.0.len() <= at {
            self.0.resize(at + 1, Bits::default());
        }
        self.0[at].add(slots);
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = (usize, &Bits)> {
        self.0.iter().enumerate()
    }
}

impl FromIterator<Bits> for AssetSet {
    fn from_iter<T: IntoIterator<Item = Bits>>(blocks: T) -> Self {
        Self(blocks.into_iter().collect())
    }
}
