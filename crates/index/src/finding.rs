//! Findings of one asset: the status of the patches that a change may have touched, before and after it.

use fettle_catalog::rule::Clause;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Shared;
use crate::asset::Counts;
use crate::block::Block;
use crate::catalogue::{Catalogue, PatchEntry, PatchNumber};
use crate::dictionary::{ComponentId, Dictionary, LineKey, Version};
use fettle_model::{AssetId, Repository};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    NotApplicable,
    Missing,
    Installed,
}

/// A finding that an asset's own components changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flip {
    pub patch: PatchNumber,
    pub from: Status,
    pub to: Status,
}

/// What one asset has, as far as it was asked for: patches of a chain ask for the same packages, and the postings of a
/// whole line are not looked through for each of them.
pub(crate) struct Here<'a> {
    dictionary: &'a Dictionary,
    /// `None`: the asset has nothing yet.
    place: Option<(&'a Block, u16)>,
    change: Change<'a>,
    lines: FxHashMap<LineKey<'a>, Vec<&'a Version>>,
    products: FxHashMap<&'a str, bool>,
    repositories: FxHashMap<&'a Repository, bool>,
}

/// Components that are looked upon as there, or as gone, whatever the postings say.
#[derive(Debug, Clone, Default)]
struct Change<'a> {
    added: FxHashSet<&'a ComponentId>,
    removed: FxHashSet<&'a ComponentId>,
}

impl<'a> Here<'a> {
    pub(crate) fn new(dictionary: &'a Dictionary, place: Option<(&'a Block, u16)>) -> Self {
        Self::after(dictionary, place, &[], &[])
    }

    /// What the asset would have after a change.
    fn after(
        dictionary: &'a Dictionary,
        place: Option<(&'a Block, u16)>,
        added: &'a [ComponentId],
        removed: &'a [ComponentId],
    ) -> Self {
        Self {
            dictionary,
            place,
            change: Change { added: added.iter().collect(), removed: removed.iter().collect() },
            lines: FxHashMap::default(),
            products: FxHashMap::default(),
            repositories: FxHashMap::default(),
        }
    }

    /// The status of one patch on the asset.
    pub(crate) fn status(&mut self, asset: AssetId, entry: &'a PatchEntry) -> Status {
        let rule = &entry.rule;
        if !self.is_of(&rule.product) || rule.repository.as_ref().is_some_and(|wanted| !self.has_repository(wanted)) {
            return Status::NotApplicable;
        }
        let mut status = Status::NotApplicable;
        for clause in rule.clauses.iter().filter(|clause| clause.reach.includes(asset)) {
            let dictionary = self.dictionary;
            let mut seen = FxHashSet::default();
            // From the newest on, so that the first of each family is the one that counts.
            let concerned = |version: &&&Version| clause.concerns(&version.architecture, &version.stream);
            for version in self.installed(clause).iter().rev().filter(concerned) {
                if clause.newest_counts() && !seen.insert(dictionary.kin(version)) {
                    continue;
                }
                if clause.is_below(&version.version) {
                    return Status::Missing;
                }
                status = Status::Installed;
            }
        }
        status
    }

    fn statuses(&mut self, asset: AssetId, chain: &[&'a PatchEntry]) -> Vec<Status> {
        chain.iter().map(|entry| self.status(asset, entry)).collect()
    }

    fn installed(&mut self, clause: &'a Clause) -> &[&'a Version] {
        let (dictionary, place, change) = (self.dictionary, self.place, &self.change);
        self.lines.entry(LineKey::of(clause)).or_insert_with(|| {
            let line = dictionary.line(LineKey::of(clause));
            line.iter().filter(|version| change.has(place, version.component)).collect()
        })
    }

    fn is_of(&mut self, product: &'a str) -> bool {
        let (dictionary, place, change) = (self.dictionary, self.place, &self.change);
        let has = || dictionary.product(product).iter().any(|id| change.has(place, *id));
        *self.products.entry(product).or_insert_with(has)
    }

    fn has_repository(&mut self, repository: &'a Repository) -> bool {
        let (dictionary, place, change) = (self.dictionary, self.place, &self.change);
        let has = || dictionary.repository(repository).iter().any(|id| change.has(place, *id));
        *self.repositories.entry(repository).or_insert_with(has)
    }
}

impl Change<'_> {
    fn has(&self, place: Option<(&Block, u16)>, component: ComponentId) -> bool {
        self.added.contains(&component)
            || !self.removed.contains(&component) && place.is_some_and(|(block, at)| block.has(component, at))
    }
}

/// What a change of an asset's components does to its findings: worked out from the postings as they are, so that
/// nothing has to be tried.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Effect {
    pub(crate) flips: Vec<Flip>,
    /// What the touched chains add to the asset's counts before and after it.
    pub(crate) counted: (Counts, Counts),
}

impl Effect {
    /// Judges every patch in the chains of `heads` before and after the change.
    pub(crate) fn of<'a>(
        shared: &'a Shared,
        place: Option<(&'a Block, u16)>,
        asset: AssetId,
        heads: &[&'a PatchEntry],
        added: &'a [ComponentId],
        removed: &'a [ComponentId],
    ) -> Self {
        let mut effect = Self::default();
        let mut before = Here::new(&shared.dictionary, place);
        let mut after = Here::after(&shared.dictionary, place, added, removed);
        for head in heads {
            let chain = shared.catalogue.chain_of(head);
            let statuses = (before.statuses(asset, &chain), after.statuses(asset, &chain));
            count_chain(&shared.catalogue, &mut effect.counted.0, &chain, &statuses.0);
            count_chain(&shared.catalogue, &mut effect.counted.1, &chain, &statuses.1);
            let flips = chain.iter().zip(statuses.0.into_iter().zip(statuses.1)).filter(|(_, (from, to))| from != to);
            effect.flips.extend(flips.map(|(entry, (from, to))| Flip { patch: entry.number, from, to }));
        }
        effect
    }
}

/// Of a chain (newest first) only patches count as missing that no enabled one that applies replaces. They bring
/// security when any missing patch of the chain does. Hidden ones replace, and are not counted.
fn count_chain(catalogue: &Catalogue, counts: &mut Counts, chain: &[&PatchEntry], statuses: &[Status]) {
    let applying = chain.iter().zip(statuses).filter(|(_, status)| **status != Status::NotApplicable);
    let replacing = applying.clone().map(|(entry, _)| *entry).filter(|entry| entry.state.enabled);
    let shown = applying.clone().filter(|(entry, _)| !entry.state.is_hidden());
    let is_missing = |(_, status): &(&&PatchEntry, &Status)| **status == Status::Missing;
    let is_latest =
        |(entry, _): &(&&PatchEntry, &Status)| !replacing.clone().any(|newer| replaces(catalogue, newer, entry));
    let missing = shown.clone().filter(is_missing).filter(is_latest).count();
    let security = applying.filter(is_missing).any(|(entry, _)| entry.patch.is_security());
    let installed = shown.filter(|(_, status)| **status == Status::Installed).count();
    let number = |count: usize| u32::try_from(count).expect("a chain is short");
    counts.missing += number(missing);
    counts.missing_security += if security { number(missing) } else { 0 };
    counts.installed += number(installed);
}

/// Does a patch replace another of its chain, where it applies?
fn replaces(catalogue: &Catalogue, newer: &PatchEntry, older: &PatchEntry) -> bool {
    newer.patch.compare_versions(&older.patch).is_gt() && catalogue.covers(newer, older)
}

pub(crate) fn is_same_version(left: &PatchEntry, right: &PatchEntry) -> bool {
    left.patch.compare_versions(&right.patch).is_eq()
}

impl Counts {
    /// Replaces what some chains added before a change by what they add after it.
    pub(crate) fn replace_findings(&mut self, before: Self, after: Self) {
        self.missing = self.missing + after.missing - before.missing;
        self.missing_security = self.missing_security + after.missing_security - before.missing_security;
        self.installed = self.installed + after.installed - before.installed;
    }
}
