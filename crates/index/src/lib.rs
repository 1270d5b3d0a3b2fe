//! The index: which assets have, miss and may get what, answered from memory.
//!
//! Assets get a dense slot; slots are cut into blocks of 65,536, and a block owns everything about its assets behind
//! one lock: postings (component → assets), findings (patch → assets that miss it) and columns. A report changes one
//! block; a new patch is judged against distinct components, never against single machines. The index is derived: it
//! is rebuilt from the database at start, and losing it loses nothing.

pub mod ask;
mod audience;
mod bits;
mod block;
mod catalogue;
mod change;
mod columns;
mod contribution;
mod dictionary;
mod exception;
mod finding;
mod judging;
mod load;
mod patch_values;
mod posting;
pub mod query;
mod shared_block;
mod source_package;
pub mod tags;
mod tally;
mod text_index;
mod update_judging;
mod updates;

use std::sync::{Arc, RwLock, RwLockWriteGuard};

use fettle_model::AssetId;
use fettle_model::component::Component;
use fettle_model::sla::SlaDays;
use jiff::Timestamp;
use rustc_hash::FxHashMap;

pub use catalogue::{PatchEntry, PatchNumber};
pub use change::{AssetChange, Preview};
pub use columns::{Columns, Counts, LastDeployment, MachineFacts, NetworkInterface, SelfCheckResult};
pub use dictionary::ComponentId;
pub use exception::{ExceptedPatches, Exception, ExceptionReach, PatchRule, read_patch_rule};
pub use finding::{Flip, Status};
pub use load::{LoadedAsset, Loading};

use catalogue::Catalogue;
use dictionary::Dictionary;
use shared_block::SharedBlock;

/// Assets of one block: as many as a bitmap's container holds.
pub const BLOCK_SIZE: usize = 65_536;

/// Locks are taken in this order: turns, `shared`, then the blocks, then one block after the other.
#[derive(Debug, Default)]
pub struct Index {
    shared: RwLock<Shared>,
    blocks: RwLock<Vec<Arc<SharedBlock>>>,
    tags: tags::TagWork,
    exceptions_turn: exception::Turn,
}

/// What all blocks share: the distinct components, the catalogue, and where each asset stands.
#[derive(Debug, Default)]
struct Shared {
    dictionary: Dictionary,
    catalogue: Catalogue,
    slots: FxHashMap<AssetId, Slot>,
    sla: SlaDays,
    exceptions: exception::Exceptions,
    tags: tags::Tags,
    /// What is overdue depends on the time: this one.
    as_of: Timestamp,
    block_size: BlockSize,
    next_slot: usize,
    free_slots: Vec<Slot>,
}

/// Slots of a block.
#[derive(Debug, Clone, Copy)]
struct BlockSize(usize);

impl Default for BlockSize {
    fn default() -> Self {
        Self(BLOCK_SIZE)
    }
}

/// Where an asset stands: never the public id, and not kept anywhere but in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    block: usize,
    at: u16,
}

impl Slot {
    fn of(number: usize, BlockSize(size): BlockSize) -> Self {
        Self { block: number / size, at: u16::try_from(number % size).expect("a block's slots fit") }
    }
}

const POISONED: &str = "no writer of the index panics";

impl Index {
    pub fn new() -> Self {
        Self::default()
    }

    /// With the days that a server's settings give for due dates.
    pub fn with_sla(sla: SlaDays, now: Timestamp) -> Self {
        let shared = Shared { sla, as_of: now, ..Shared::default() };
        Self { shared: RwLock::new(shared), ..Self::default() }
    }

    /// With blocks of so many assets, at most [`BLOCK_SIZE`]; before any is put in.
    #[must_use]
    pub fn in_blocks_of(mut self, size: usize) -> Self {
        let shared = self.shared.get_mut().expect(POISONED);
        shared.block_size = BlockSize(size.clamp(1, BLOCK_SIZE));
        self
    }

    /// Moves the one moment as of which everything that depends on the time is answered.
    pub fn move_to(&self, now: Timestamp) {
        self.shared_for_writing().as_of = now;
        self.tags.pending.note_clock();
    }

    fn block(&self, number: usize) -> Arc<SharedBlock> {
        if let Some(block) = self.blocks.read().expect(POISONED).get(number) {
            return Arc::clone(block);
        }
        let mut blocks = self.blocks.write().expect(POISONED);
        while blocks.len() <= number {
            blocks.push(Arc::default());
        }
        Arc::clone(&blocks[number])
    }

    /// To change what all blocks share: with no change of a block waiting, which was worked out from what is shared now.
    fn shared_for_writing(&self) -> RwLockWriteGuard<'_, Shared> {
        let shared = self.shared.write().expect(POISONED);
        self.settle_blocks(&shared);
        shared
    }

    /// Applies the changes that wait at their blocks.
    fn settle_blocks(&self, shared: &Shared) {
        for block in self.blocks.read().expect(POISONED).iter() {
            block.settle(shared);
        }
    }

    fn all_blocks(&self) -> Vec<Arc<SharedBlock>> {
        self.blocks.read().expect(POISONED).clone()
    }

    /// Number of assets, retired ones left out.
    pub fn asset_count(&self) -> usize {
        self.shared.read().expect(POISONED).slots.len()
    }

    /// The components of these ids; an id that was never made known is left out.
    pub fn components(&self, ids: impl IntoIterator<Item = ComponentId>) -> Vec<Component> {
        let shared = self.shared.read().expect(POISONED);
        ids.into_iter().filter_map(|id| shared.dictionary.component(id).cloned()).collect()
    }

    pub fn contains(&self, asset: AssetId) -> bool {
        self.shared.read().expect(POISONED).slots.contains_key(&asset)
    }
}
