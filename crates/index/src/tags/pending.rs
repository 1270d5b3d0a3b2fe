//! What has changed since collections were last brought up to date.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

use fettle_model::AssetId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::TagNumber;
use super::kinds::FactKinds;
use crate::POISONED;

#[derive(Debug, Default)]
pub(crate) struct Pending {
    changes: Mutex<Changes>,
    /// Kinds of facts that some rule looks at; of others nothing is noted. 0: there are no tags.
    wanted: AtomicU16,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Changes {
    pub(crate) assets: FxHashMap<AssetId, FactKinds>,
    /// Tags whose members are worked out anew: they, their rules or their pins changed.
    pub(crate) tags: FxHashSet<TagNumber>,
    pub(crate) catalogue: bool,
    pub(crate) clock: bool,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.assets.is_empty() && self.tags.is_empty() && !self.catalogue && !self.clock
    }
}

impl Pending {
    pub(super) fn want(&self, kinds: Option<FactKinds>) {
        let kinds = kinds.map_or(FactKinds::NONE, |kinds| kinds.and(FactKinds::PRESENCE));
        self.wanted.store(kinds.bits(), Ordering::Relaxed);
    }

    /// After the change was applied, never before.
    pub(crate) fn note_asset(&self, asset: AssetId, kinds: FactKinds) {
        if kinds.meets(FactKinds::of_bits(self.wanted.load(Ordering::Relaxed))) {
            let mut changes = self.changes.lock().expect(POISONED);
            let noted = changes.assets.entry(asset).or_default();
            *noted = noted.and(kinds);
        }
    }

    pub(crate) fn note_catalogue(&self) {
        if self.wanted.load(Ordering::Relaxed) != 0 {
            self.changes.lock().expect(POISONED).catalogue = true;
        }
    }

    pub(crate) fn note_clock(&self) {
        if self.wanted.load(Ordering::Relaxed) != 0 {
            self.changes.lock().expect(POISONED).clock = true;
        }
    }

    pub(super) fn note_tags(&self, tags: impl IntoIterator<Item = TagNumber>) {
        self.changes.lock().expect(POISONED).tags.extend(tags);
    }

    pub(super) fn take(&self) -> Changes {
        std::mem::take(&mut *self.changes.lock().expect(POISONED))
    }
}
