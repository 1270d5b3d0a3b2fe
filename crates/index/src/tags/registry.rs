//! All tags, by number.

use std::collections::BTreeMap;

use fettle_model::{AssetId, TagId};
use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::kinds::FactKinds;
use super::order::{Node, Nodes, TagFault, in_order, paths, too_long_chain, uses};
use super::rule::HeldRule;
use super::{TagDefinition, TagNumber, TagRule};

#[derive(Debug)]
pub(crate) struct Tag {
    pub(super) number: TagNumber,
    pub(crate) id: TagId,
    pub(crate) name: String,
    parent: Option<TagId>,
    /// `Rings/Ring 1`.
    pub(crate) path: String,
    written: Option<TagRule>,
    pub(super) rule: HeldRule,
    pub(super) pinned_in: FxHashSet<AssetId>,
    pub(super) pinned_out: FxHashSet<AssetId>,
    /// Tags that the rule names.
    pub(super) uses: Vec<TagNumber>,
}

#[derive(Debug, Default)]
pub(crate) struct Tags {
    by_number: BTreeMap<TagNumber, Tag>,
    by_id: FxHashMap<TagId, TagNumber>,
    next: u32,
    /// Each behind those that its rule names.
    order: Vec<TagNumber>,
}

impl Tags {
    pub(crate) fn get(&self, number: TagNumber) -> Option<&Tag> {
        self.by_number.get(&number)
    }

    pub(crate) fn number(&self, id: TagId) -> Option<TagNumber> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Tag> {
        self.by_number.values()
    }

    pub(super) fn order(&self) -> &[TagNumber] {
        &self.order
    }

    /// Kinds of facts that rules look at; `None`: there are no tags.
    pub(super) fn kinds(&self) -> Option<FactKinds> {
        let kinds = |tag: &Tag| tag.rule.good().map_or(FactKinds::NONE, |rule| rule.dependencies.kinds());
        self.all().map(kinds).reduce(FactKinds::and)
    }

    /// How tags would hang together with this one; the ids in order.
    pub(super) fn with(&self, tag: &TagDefinition, as_of: Timestamp) -> Result<Vec<TagId>, TagFault> {
        let rule = HeldRule::read(tag.rule.as_ref(), as_of);
        let mut nodes = self.nodes();
        nodes.insert(tag.id, Node { name: &tag.name, parent: tag.parent, rule: rule.good() });
        let paths = paths(&nodes)?;
        let uses = uses(&nodes, &paths);
        let named = |ids: Vec<TagId>| ids.iter().filter_map(|id| paths.get(id).cloned()).collect();
        let order = in_order(&nodes, &uses).map_err(|ring| TagFault::Cycle(named(ring)))?;
        match too_long_chain(&order, &uses) {
            Some(chain) => Err(TagFault::RulesTooDeep(named(chain))),
            None => Ok(order),
        }
    }

    fn nodes(&self) -> Nodes<'_> {
        self.all().map(Node::of).collect()
    }

    /// Gives the tags whose members have to be worked out anew.
    pub(super) fn put(
        &mut self,
        tags: impl IntoIterator<Item = TagDefinition>,
        as_of: Timestamp,
    ) -> FxHashSet<TagNumber> {
        let mut touched = FxHashSet::default();
        for definition in tags {
            let known = self.by_id.get(&definition.id).copied();
            let number = known.unwrap_or_else(|| {
                self.next += 1;
                TagNumber(self.next)
            });
            let before = self.by_number.remove(&number);
            let tag = Tag::new(number, definition, before.as_ref(), as_of);
            if before.is_none_or(|before| !before.has_same_members(&tag)) {
                touched.insert(number);
            }
            self.by_id.insert(tag.id, number);
            self.by_number.insert(number, tag);
        }
        touched.extend(self.link());
        touched
    }

    /// The number that it had, and the tags whose members have to be worked out anew.
    pub(super) fn remove(&mut self, id: TagId) -> Option<(TagNumber, FxHashSet<TagNumber>)> {
        let number = self.by_id.remove(&id)?;
        self.by_number.remove(&number);
        Some((number, self.link()))
    }

    /// Reads rules again that name the time.
    pub(super) fn read_again(&mut self, as_of: Timestamp) {
        for tag in self.by_number.values_mut() {
            if tag.rule.good().is_some_and(|rule| rule.dependencies.clock) {
                tag.rule = HeldRule::read(tag.written.as_ref(), as_of);
            }
        }
    }

    /// Paths, uses and order. Gives the tags whose rules name others than before, or others by another name.
    fn link(&mut self) -> FxHashSet<TagNumber> {
        let nodes = self.nodes();
        // A tree that was checked before it was stored has a path to each; of another one nothing is named.
        let paths = paths(&nodes).unwrap_or_default();
        let mut uses = uses(&nodes, &paths);
        let mut broken = FxHashSet::default();
        let order = loop {
            match in_order(&nodes, &uses) {
                Ok(order) => break order,
                // None is stored; should names that a newer version reads otherwise make one, its tags stand still.
                Err(ring) => {
                    for id in &ring {
                        uses.remove(id);
                    }
                    broken.extend(ring);
                }
            }
        };
        let numbered = |ids: &[TagId]| ids.iter().filter_map(|id| self.number(*id)).collect::<Vec<_>>();
        let order = numbered(&order);
        let uses: FxHashMap<TagId, Vec<TagNumber>> = uses.iter().map(|(id, used)| (*id, numbered(used))).collect();
        let renamed = self.by_number.values().any(|tag| paths.get(&tag.id) != Some(&tag.path));
        let mut touched = FxHashSet::default();
        for tag in self.by_number.values_mut() {
            tag.path = paths.get(&tag.id).cloned().unwrap_or_default();
            let used = uses.get(&tag.id).cloned().unwrap_or_default();
            let names_tags = tag.rule.good().is_some_and(|rule| !rule.dependencies.tags.is_empty());
            if tag.uses != used || renamed && names_tags {
                touched.insert(tag.number);
            }
            tag.uses = used;
            if broken.contains(&tag.id) {
                tag.rule = HeldRule::Broken;
            }
        }
        self.order = order;
        touched
    }
}

impl<'t> Node<'t> {
    fn of(tag: &'t Tag) -> (TagId, Self) {
        (tag.id, Self { name: &tag.name, parent: tag.parent, rule: tag.rule.good() })
    }
}

impl Tag {
    fn new(number: TagNumber, tag: TagDefinition, before: Option<&Self>, as_of: Timestamp) -> Self {
        let rule = match before {
            Some(before) if before.written == tag.rule => before.rule.clone(),
            _ => HeldRule::read(tag.rule.as_ref(), as_of),
        };
        Self {
            number,
            id: tag.id,
            name: tag.name,
            parent: tag.parent,
            path: before.map(|before| before.path.clone()).unwrap_or_default(),
            written: tag.rule,
            rule,
            pinned_in: tag.pinned_in.into_iter().collect(),
            pinned_out: tag.pinned_out.into_iter().collect(),
            uses: before.map(|before| before.uses.clone()).unwrap_or_default(),
        }
    }

    fn has_same_members(&self, other: &Self) -> bool {
        self.written == other.written && self.pinned_in == other.pinned_in && self.pinned_out == other.pinned_out
    }
}
