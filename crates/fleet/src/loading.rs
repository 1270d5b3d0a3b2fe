//! How far the index has been loaded. Until it is whole, nothing is decided with it: no list is answered, no report
//! taken, no work offered.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Written by [`crate::Fleet::load_index`] alone.
#[derive(Debug, Default)]
pub struct IndexLoading {
    loaded: AtomicUsize,
    total: AtomicUsize,
    ready: AtomicBool,
}

impl IndexLoading {
    pub(crate) fn begin(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
    }

    pub(crate) fn loaded(&self, assets: usize) {
        self.loaded.store(assets, Ordering::Relaxed);
    }

    pub(crate) fn finish(&self) {
        self.ready.store(true, Ordering::Release);
    }

    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// 0–100.
    pub fn percent(&self) -> usize {
        if self.is_ready() {
            return 100;
        }
        let total = self.total.load(Ordering::Relaxed).max(1);
        (self.loaded.load(Ordering::Relaxed) * 100 / total).min(99)
    }
}
