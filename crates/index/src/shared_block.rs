//! A block behind its lock. Questions hold it for reading nearly all the time, so a change that finds it held is left
//! with it, and applied by whoever locks it next: reports do not wait for questions, and every question that begins
//! after a change sees it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::block::Block;
use crate::{POISONED, Shared};

/// Of more changes the last one waits until all are applied: so that they do not become many.
const MOST_WAITING: usize = 1_024;

type Change = Box<dyn FnOnce(&mut Block, &Shared) + Send>;

#[derive(Default)]
pub(crate) struct SharedBlock {
    block: RwLock<Block>,
    /// In the order in which they came.
    waiting: Mutex<Vec<Change>>,
    /// Some are waiting. Written while `waiting` is locked.
    has_waiting: AtomicBool,
    /// Who waits for the lock itself, to write.
    writers: AtomicUsize,
}

impl SharedBlock {
    /// With all changes that came before.
    pub(crate) fn read(&self, shared: &Shared) -> RwLockReadGuard<'_, Block> {
        if self.has_waiting.load(Ordering::Acquire) {
            drop(self.write(shared));
        }
        self.read_without_waiting()
    }

    /// Without the changes that wait. No change holds the block for long.
    pub(crate) fn read_without_waiting(&self) -> RwLockReadGuard<'_, Block> {
        self.block.read().expect(POISONED)
    }

    /// With all changes that came before.
    pub(crate) fn write(&self, shared: &Shared) -> RwLockWriteGuard<'_, Block> {
        self.writers.fetch_add(1, Ordering::Relaxed);
        let block = self.block.write();
        self.writers.fetch_sub(1, Ordering::Relaxed);
        let mut block = block.expect(POISONED);
        self.apply_waiting(&mut block, shared);
        block
    }

    /// Does somebody wait for whoever holds it? Changes that were left with it do not.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.writers.load(Ordering::Relaxed) > 0
    }

    /// Applies the change now, or leaves it to the next one that locks the block.
    pub(crate) fn change(&self, shared: &Shared, change: impl FnOnce(&mut Block, &Shared) + Send + 'static) {
        let count = {
            let mut waiting = self.waiting.lock().expect(POISONED);
            waiting.push(Box::new(change));
            self.has_waiting.store(true, Ordering::Release);
            waiting.len()
        };
        if count > MOST_WAITING {
            drop(self.write(shared));
        } else if let Ok(mut block) = self.block.try_write() {
            self.apply_waiting(&mut block, shared);
        }
    }

    /// Comes back when all changes that came before are applied, also those that somebody else is applying.
    pub(crate) fn settle(&self, shared: &Shared) {
        drop(self.read(shared));
    }

    fn apply_waiting(&self, block: &mut Block, shared: &Shared) {
        let changes = {
            let mut waiting = self.waiting.lock().expect(POISONED);
            self.has_waiting.store(false, Ordering::Release);
            std::mem::take(&mut *waiting)
        };
        for change in changes {
            change(block, shared);
        }
    }
}

impl std::fmt::Debug for SharedBlock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SharedBlock").field("block", &self.block).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::PatchNumber;
    use crate::finding::{Flip, Status};

    fn missing(slot: u16) -> impl FnOnce(&mut Block, &Shared) {
        let flip = Flip { patch: PatchNumber(1), from: Status::NotApplicable, to: Status::Missing };
        move |block, _| block.flip(flip, slot)
    }

    fn count(block: &Block) -> u64 {
        block.missing(PatchNumber(1)).map_or(0, roaring::RoaringBitmap::len)
    }

    #[test]
    fn a_change_does_not_wait_for_a_reader_and_the_next_one_sees_it() {
        let (block, shared) = (SharedBlock::default(), Shared::default());
        block.change(&shared, missing(1));
        let reading = block.read(&shared);
        assert_eq!(count(&reading), 1);
        block.change(&shared, missing(2));
        block.change(&shared, missing(3));
        assert_eq!(count(&reading), 1, "what is read stays as it is");
        drop(reading);
        assert_eq!(count(&block.read_without_waiting()), 1);
        assert_eq!(count(&block.read(&shared)), 3);
    }

    #[test]
    fn a_writer_sees_what_waits_and_many_do_not_wait_for_ever() {
        let (block, shared) = (SharedBlock::default(), Shared::default());
        let reading = block.read(&shared);
        block.change(&shared, missing(1));
        drop(reading);
        assert_eq!(count(&block.write(&shared)), 1);
        block.settle(&shared);
        std::thread::scope(|scope| {
            let reading = block.read(&shared);
            let changes = scope.spawn(|| (0..=1_024).for_each(|slot| block.change(&shared, missing(slot))));
            while block.waiting.lock().unwrap().len() <= MOST_WAITING {
                std::thread::yield_now();
            }
            assert!(!changes.is_finished());
            drop(reading);
        });
        assert_eq!(count(&block.read_without_waiting()), 1_025);
    }
}
