//! Who has a tag, which tags an asset has, and who would be a member by another rule.

use fettle_model::{AssetId, TagId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::rule::{CheckedRule, HeldRule};
use crate::ask::asking::Asking;
use crate::ask::{AskError, Deadline, Scope};
use crate::bits::Bits;
use crate::query::AssetRow;
use crate::{Index, POISONED};

/// A collection as it would be.
#[derive(Debug, Clone, Copy)]
pub struct RuleQuestion<'q> {
    /// The tag that it would be in place of.
    pub tag: Option<TagId>,
    pub rule: Option<&'q CheckedRule>,
    pub pinned_in: &'q FxHashSet<AssetId>,
    pub pinned_out: &'q FxHashSet<AssetId>,
    /// Rows of each kind.
    pub limit: usize,
    pub deadline: Deadline,
}

/// Who would be a member, join and leave: how many, and the first of them, in no order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberChanges {
    /// Now.
    pub before: u64,
    pub members: u64,
    pub joining: u64,
    pub leaving: u64,
    pub first_members: Vec<AssetRow>,
    pub first_joining: Vec<AssetRow>,
    pub first_leaving: Vec<AssetRow>,
}

impl Index {
    /// Members of each tag that has some.
    pub fn tag_counts(&self) -> FxHashMap<TagId, u64> {
        let shared = self.shared.read().expect(POISONED);
        let mut counts = FxHashMap::default();
        for block in self.all_blocks() {
            for (number, slots) in &block.read(&shared).tags {
                if let Some(tag) = shared.tags.get(*number) {
                    *counts.entry(tag.id).or_default() += slots.len();
                }
            }
        }
        counts
    }

    /// In no order.
    pub fn tag_members(&self, tag: TagId) -> Vec<AssetId> {
        let shared = self.shared.read().expect(POISONED);
        let Some(number) = shared.tags.number(tag) else { return Vec::new() };
        let mut members = Vec::new();
        for block in self.all_blocks() {
            let block = block.read(&shared);
            let slots = block.tags.get(&number).into_iter().flatten();
            members.extend(slots.map(|slot| block.columns.id(crate::posting::slot_of(slot))));
        }
        members
    }

    /// Tags of an asset, in no order.
    pub fn tags_of(&self, asset: AssetId) -> Vec<TagId> {
        let shared = self.shared.read().expect(POISONED);
        let Some(slot) = shared.slots.get(&asset) else { return Vec::new() };
        let block = self.block(slot.block);
        let block = block.read(&shared);
        let has = block.tags.iter().filter(|(_, slots)| slots.contains(u32::from(slot.at)));
        has.filter_map(|(number, _)| Some(shared.tags.get(*number)?.id)).collect()
    }

    /// Tags whose rules make no sense any more, and stand still.
    pub fn broken_tags(&self) -> Vec<TagId> {
        let shared = self.shared.read().expect(POISONED);
        shared.tags.all().filter(|tag| matches!(tag.rule, HeldRule::Broken)).map(|tag| tag.id).collect()
    }

    /// `Rings/Ring 1`.
    pub fn tag_path(&self, tag: TagId) -> Option<String> {
        let shared = self.shared.read().expect(POISONED);
        Some(shared.tags.get(shared.tags.number(tag)?)?.path.clone())
    }

    /// Tags whose rules name this one, by its name, path or id.
    pub fn tags_that_name(&self, tag: TagId) -> Vec<TagId> {
        let shared = self.shared.read().expect(POISONED);
        let Some(number) = shared.tags.number(tag) else { return Vec::new() };
        shared.tags.all().filter(|other| other.uses.contains(&number)).map(|other| other.id).collect()
    }

    /// Who would be a member. Changes nothing.
    pub fn preview_tag(&self, question: &RuleQuestion<'_>) -> Result<MemberChanges, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, &Scope::Everything, question.deadline);
        let condition = question.rule.map(|rule| asking.resolve(&rule.query.root)).transpose()?;
        let number = question.tag.and_then(|tag| shared.tags.number(tag));
        let mut changes = MemberChanges::default();
        for at in 0..asking.block_count() {
            asking.check()?;
            let block = asking.block(at);
            let slots = |assets: &FxHashSet<AssetId>| -> Bits {
                let here = assets.iter().filter_map(|asset| shared.slots.get(asset));
                here.filter(|slot| slot.block == at).map(|slot| slot.at).collect()
            };
            let mut after = match &condition {
                None => Bits::default(),
                Some(condition) => asking.slots_where(at, &block, condition),
            };
            after.add(&slots(question.pinned_in));
            after.remove(&slots(question.pinned_out));
            after.keep(block.columns.taken());
            let before = number.and_then(|number| block.tags.get(&number)).map(Bits::of_bitmap).unwrap_or_default();
            let (joining, leaving) = (after.without(&before), before.without(&after));
            let rows = |slots: &Bits, known: &mut Vec<AssetRow>| {
                let left = question.limit.saturating_sub(known.len());
                let row = |slot: u16| {
                    Some(AssetRow { columns: block.columns.get(slot)?, counts: block.columns.counts(slot) })
                };
                known.extend(slots.iter().filter_map(row).take(left));
            };
            rows(&after, &mut changes.first_members);
            rows(&joining, &mut changes.first_joining);
            rows(&leaving, &mut changes.first_leaving);
            changes.before += before.len();
            changes.members += after.len();
            changes.joining += joining.len();
            changes.leaving += leaving.len();
        }
        Ok(changes)
    }
}
