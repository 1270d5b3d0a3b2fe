//! Tags (`automation.md` 4): who has them, in each block as sets of slots. Members of a collection are the assets for
//! which its rule holds, with those that are pinned in and without those that are pinned out.
//!
//! A change notes what it touched (`pending`); [`Index::settle_tags`] judges again the rules that look at it, only for
//! the assets that changed where that is enough, in the order in which rules name other tags.

mod dependencies;
mod kinds;
mod members;
mod order;
mod pending;
mod registry;
mod rule;
mod settle;

use std::sync::{Arc, Mutex};

use fettle_model::{AssetId, TagId};

use crate::{Index, POISONED};
pub(crate) use kinds::FactKinds;
pub use members::{MemberChanges, RuleQuestion};
pub use order::TagFault;
pub(crate) use pending::Pending;
pub(crate) use registry::{Tag, Tags};
pub use rule::{CheckedRule, read_rule};
pub use settle::Settled;
pub(crate) use settle::Settling;

/// Where a tag stands in memory; given once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TagNumber(u32);

/// A tag as people made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagDefinition {
    pub id: TagId,
    pub name: String,
    pub parent: Option<TagId>,
    /// `None`: its members are those that are pinned in.
    pub rule: Option<TagRule>,
    pub pinned_in: Vec<AssetId>,
    pub pinned_out: Vec<AssetId>,
}

/// A rule as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRule {
    /// QQL about assets.
    pub text: String,
    /// IANA name of the zone of its dates.
    pub tz: String,
}

/// What the index holds of tags beside their members.
#[derive(Debug, Default)]
pub(crate) struct TagWork {
    /// Shared with changes that wait at their blocks.
    pub(crate) pending: Arc<Pending>,
    /// One at a time brings members up to date.
    settling: Mutex<Settling>,
}

impl Index {
    /// Would the tags still be a tree, and rules name each other in no circle, if this one were so?
    pub fn check_tag(&self, tag: &TagDefinition) -> Result<(), TagFault> {
        let shared = self.shared.read().expect(POISONED);
        shared.tags.with(tag, shared.as_of).map(drop)
    }

    /// Puts tags in, or in place of what they were. Members follow with [`Index::settle_tags`].
    pub fn put_tags(&self, tags: impl IntoIterator<Item = TagDefinition>) {
        let mut shared = self.shared_for_writing();
        let as_of = shared.as_of;
        let touched = shared.tags.put(tags, as_of);
        self.tags.pending.want(shared.tags.kinds());
        self.tags.pending.note_tags(touched);
    }

    /// Takes a tag away from all assets. Tags below it and rules that name it are others' matter.
    pub fn remove_tag(&self, id: TagId) {
        let mut shared = self.shared_for_writing();
        let Some((number, touched)) = shared.tags.remove(id) else { return };
        for block in self.all_blocks() {
            block.write(&shared).tags.remove(&number);
        }
        self.tags.pending.want(shared.tags.kinds());
        self.tags.pending.note_tags(touched);
    }
}
