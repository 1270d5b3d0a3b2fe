//! How tags hang together: each below its parent, and each behind the tags that its rule names.

use std::collections::BTreeMap;

use fettle_model::TagId;
use fettle_model::tag::{MAX_DEPTH, MAX_RULE_DEPTH};
use rustc_hash::FxHashMap;

use super::rule::CheckedRule;

/// Why tags cannot hang together so. Names are paths from the root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagFault {
    #[error("there is no such parent")]
    NoParent,
    #[error("a tag cannot be below itself: {}", .0.join(" → "))]
    ParentLoop(Vec<String>),
    #[error("tags are at most {MAX_DEPTH} levels deep")]
    TooDeep,
    /// The same tag at both ends.
    #[error("the rule depends on itself: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    #[error("more than {MAX_RULE_DEPTH} rules name one another: {}", .0.join(" → "))]
    RulesTooDeep(Vec<String>),
}

/// A tag, as far as others hang on it.
pub(super) struct Node<'t> {
    pub(super) name: &'t str,
    pub(super) parent: Option<TagId>,
    pub(super) rule: Option<&'t CheckedRule>,
}

pub(super) type Nodes<'t> = BTreeMap<TagId, Node<'t>>;

/// `Rings/Ring 1`, for every tag.
pub(super) fn paths(nodes: &Nodes<'_>) -> Result<FxHashMap<TagId, String>, TagFault> {
    let mut paths = FxHashMap::default();
    for id in nodes.keys() {
        let mut names = Vec::new();
        let mut at = Some(*id);
        while let Some(here) = at {
            let node = nodes.get(&here).ok_or(TagFault::NoParent)?;
            names.push(node.name);
            if names.len() > MAX_DEPTH {
                return Err(too_deep(nodes, *id));
            }
            at = node.parent;
        }
        names.reverse();
        paths.insert(*id, names.join("/"));
    }
    Ok(paths)
}

/// Deeper than is allowed, or without an end.
fn too_deep(nodes: &Nodes<'_>, from: TagId) -> TagFault {
    let mut seen: Vec<TagId> = Vec::new();
    let mut at = Some(from);
    while let Some(here) = at {
        if let Some(start) = seen.iter().position(|seen| *seen == here) {
            let ring = seen[start..].iter().chain([&here]);
            return TagFault::ParentLoop(ring.filter_map(|id| Some(nodes.get(id)?.name.to_owned())).collect());
        }
        seen.push(here);
        at = nodes.get(&here).and_then(|node| node.parent);
    }
    TagFault::TooDeep
}

/// Tags that each tag's rule names.
pub(super) fn uses(nodes: &Nodes<'_>, paths: &FxHashMap<TagId, String>) -> FxHashMap<TagId, Vec<TagId>> {
    let of_rule = |(id, node): (&TagId, &Node<'_>)| {
        let tests = &node.rule?.dependencies.tags;
        if tests.is_empty() {
            return None;
        }
        let is_named = |(other, node): &(&TagId, &Node<'_>)| {
            let path = paths.get(other).map_or("", String::as_str);
            tests.iter().any(|test| test.speaks_of(**other, node.name, path))
        };
        Some((*id, nodes.iter().filter(is_named).map(|(other, _)| *other).collect()))
    };
    nodes.iter().filter_map(of_rule).collect()
}

/// Every tag behind those that its rule names.
pub(super) fn in_order(nodes: &Nodes<'_>, uses: &FxHashMap<TagId, Vec<TagId>>) -> Result<Vec<TagId>, Vec<TagId>> {
    let mut walk = Walk { uses, marks: FxHashMap::default(), trail: Vec::new(), order: Vec::new() };
    for id in nodes.keys() {
        walk.visit(*id)?;
    }
    Ok(walk.order)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    OnTrail,
    Done,
}

struct Walk<'u> {
    uses: &'u FxHashMap<TagId, Vec<TagId>>,
    marks: FxHashMap<TagId, Mark>,
    trail: Vec<TagId>,
    order: Vec<TagId>,
}

impl Walk<'_> {
    /// `Err`: a circle, the same tag at both ends.
    fn visit(&mut self, id: TagId) -> Result<(), Vec<TagId>> {
        match self.marks.get(&id) {
            Some(Mark::Done) => return Ok(()),
            Some(Mark::OnTrail) => {
                let start = self.trail.iter().position(|on_trail| *on_trail == id).unwrap_or_default();
                return Err(self.trail[start..].iter().chain([&id]).copied().collect());
            }
            None => {}
        }
        self.marks.insert(id, Mark::OnTrail);
        self.trail.push(id);
        for used in self.uses.get(&id).into_iter().flatten() {
            self.visit(*used)?;
        }
        self.trail.pop();
        self.marks.insert(id, Mark::Done);
        self.order.push(id);
        Ok(())
    }
}

/// The longest chain of rules that each name the next, where it is longer than is allowed. `order` has no circle.
pub(super) fn too_long_chain(order: &[TagId], uses: &FxHashMap<TagId, Vec<TagId>>) -> Option<Vec<TagId>> {
    let mut longest: FxHashMap<TagId, (usize, Option<TagId>)> = FxHashMap::default();
    for id in order.iter().filter(|id| uses.contains_key(id)) {
        let depths = uses[id].iter().filter_map(|used| Some((longest.get(used)?.0, *used)));
        let deepest = depths.max();
        let depth = 1 + deepest.map_or(0, |(depth, _)| depth);
        longest.insert(*id, (depth, deepest.map(|(_, used)| used)));
        if depth > MAX_RULE_DEPTH {
            let next = |id: &TagId| longest.get(id).and_then(|(_, next)| *next);
            return Some(std::iter::successors(Some(*id), next).collect());
        }
    }
    None
}
