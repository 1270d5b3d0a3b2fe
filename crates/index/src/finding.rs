//! Findings of one asset: the status of the patches that a change may have touched, before and after it.

use std::sync::Arc;

use fettle_catalog::rule::{Clause, Standing};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Shared;
use crate::catalogue::{Catalogue, PatchEntry, PatchNumber};
use crate::columns::Counts;
use crate::dictionary::{ComponentId, Dictionary, LineKey, Version};
use fettle_model::{Article, AssetId, Repository};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    NotApplicable,
    Missing,
    Installed,
    /// It cannot be told.
    Undetermined,
}

impl Status {
    /// Of a finding: of what does not apply there is none.
    pub const FOUND: [Self; 3] = [Self::Missing, Self::Installed, Self::Undetermined];

    pub const fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "NotApplicable",
            Self::Missing => "Missing",
            Self::Installed => "Installed",
            Self::Undetermined => "Undetermined",
        }
    }

    /// The status of a finding by its name.
    pub fn found(name: &str) -> Option<Self> {
        Self::FOUND.into_iter().find(|status| status.name() == name)
    }
}

impl From<Standing> for Status {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Below => Self::Missing,
            Standing::Unknown => Self::Undetermined,
            Standing::Fixed => Self::Installed,
        }
    }
}

/// A finding that an asset's own components changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flip {
    pub patch: PatchNumber,
    pub from: Status,
    pub to: Status,
}

/// Something before a change of an asset, and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Around<T> {
    pub(crate) before: T,
    pub(crate) after: T,
}

impl Around<bool> {
    const ALWAYS: Self = Self { before: true, after: true };

    fn and(self, other: Self) -> Self {
        Self { before: self.before && other.before, after: self.after && other.after }
    }

    fn or(self, other: Self) -> Self {
        Self { before: self.before || other.before, after: self.after || other.after }
    }

    const fn is_ever(self) -> bool {
        self.before || self.after
    }
}

/// Does the asset have a component, before the change?
type Has<'a> = &'a dyn Fn(ComponentId) -> bool;

/// What one asset has, as far as it was asked for, before and after a change: patches of a chain ask for the same
/// packages, and the postings of a whole line are not looked through for each of them.
pub(crate) struct Here<'a> {
    dictionary: &'a Dictionary,
    has: Has<'a>,
    added: FxHashSet<ComponentId>,
    removed: FxHashSet<ComponentId>,
    lines: FxHashMap<LineKey<'a>, Line<'a>>,
    products: FxHashMap<&'a str, Around<bool>>,
    repositories: FxHashMap<&'a Repository, Around<bool>>,
    /// The one that was asked for last: patches of a chain share it.
    last_repository: Option<(&'a Arc<Repository>, Around<bool>)>,
    /// Every article that the asset lists.
    articles: Option<FxHashMap<Article, Around<bool>>>,
}

/// Versions of one line that the asset has, lowest first.
#[derive(Default)]
struct Line<'a> {
    held: Vec<(&'a Version, Around<bool>)>,
}

/// The last comparisons with the fixed version of a clause: a patch's packages have the same, and those that a machine
/// has of them, too.
#[derive(Default)]
struct Compared<'a> {
    clause: Option<&'a Clause>,
    known: [Option<(&'a str, Standing)>; 2],
}

impl<'a> Compared<'a> {
    fn turn_to(&mut self, clause: &'a Clause) {
        if self.clause.is_none_or(|known| known.fixed != clause.fixed || known.foreign != clause.foreign) {
            *self = Self { clause: Some(clause), known: [None; 2] };
        }
    }

    /// By the clause that was turned to.
    fn standing(&mut self, clause: &Clause, version: &'a Version) -> Standing {
        if let Some((_, standing)) = self.known.iter().flatten().find(|(held, _)| *held == &*version.version) {
            return *standing;
        }
        let standing = version.standing(clause);
        self.known = [Some((&version.version, standing)), self.known[0]];
        standing
    }
}

impl<'a> Here<'a> {
    /// Nothing changes.
    pub(crate) fn new(dictionary: &'a Dictionary, has: Has<'a>) -> Self {
        Self::changed(dictionary, has, &[], &[])
    }

    /// Components that are looked upon as there, or as gone, after the change.
    pub(crate) fn changed(
        dictionary: &'a Dictionary,
        has: Has<'a>,
        added: &[ComponentId],
        removed: &[ComponentId],
    ) -> Self {
        Self {
            dictionary,
            has,
            added: added.iter().copied().collect(),
            removed: removed.iter().copied().collect(),
            lines: FxHashMap::default(),
            products: FxHashMap::default(),
            repositories: FxHashMap::default(),
            last_repository: None,
            articles: None,
        }
    }

    /// The status of one patch on the asset as it is.
    pub(crate) fn status(&mut self, asset: AssetId, entry: &'a PatchEntry) -> Status {
        let within = self.is_of(&entry.rule.product);
        self.statuses(asset, entry, within).before
    }

    /// `within`: the asset is one of the rule's product.
    fn statuses(&mut self, asset: AssetId, entry: &'a PatchEntry, mut within: Around<bool>) -> Around<Status> {
        let rule = &entry.rule;
        if !rule.articles.is_empty() {
            return self.statuses_of_update(within, &rule.articles);
        }
        if let Some(wanted) = rule.repository.as_ref().filter(|_| within.is_ever()) {
            within = within.and(self.has_repository(wanted));
        }
        self.judge(asset, entry, within)
    }

    fn statuses_of_update(&mut self, within: Around<bool>, articles: &[Article]) -> Around<Status> {
        let here = if within.is_ever() { self.has_any(articles) } else { Around { before: false, after: false } };
        let status = |within, here| match (within, here) {
            (false, _) => Status::NotApplicable,
            (true, true) => Status::Installed,
            (true, false) => Status::Missing,
        };
        Around { before: status(within.before, here.before), after: status(within.after, here.after) }
    }

    fn has_any(&mut self, articles: &[Article]) -> Around<bool> {
        let (dictionary, has, added, removed) = (self.dictionary, self.has, &self.added, &self.removed);
        let held = self.articles.get_or_insert_with(|| {
            let all = dictionary.articles().map(|(article, id)| (article, there(has, id, added, removed)));
            all.filter(|(_, there)| there.is_ever()).collect()
        });
        let never = Around { before: false, after: false };
        articles.iter().filter_map(|article| held.get(article)).fold(never, |so_far, there| so_far.or(*there))
    }

    /// By the packages alone, where the asset is one that the rule speaks of.
    fn judge(&mut self, asset: AssetId, entry: &'a PatchEntry, within: Around<bool>) -> Around<Status> {
        let dictionary = self.dictionary;
        let mut compared = Compared::default();
        // Of what is installed the gravest counts.
        let mut gravest: Around<Option<Standing>> = Around { before: None, after: None };
        // One that is missing stays so, whatever else is there.
        let mut open = within;
        for clause in entry.rule.clauses.iter().filter(|clause| clause.reach.includes(asset)) {
            compared.turn_to(clause);
            let newest_counts = clause.newest_counts();
            let (mut seen_before, mut seen_after) = (FxHashSet::default(), FxHashSet::default());
            // From the newest on, so that the first of each family is the one that counts.
            for (version, there) in self.line(clause).held.iter().rev() {
                let mut counting = there.and(open);
                if !counting.is_ever() || !clause.concerns(&version.architecture, &version.stream) {
                    continue;
                }
                if newest_counts {
                    let kin = dictionary.kin(version);
                    counting.before = counting.before && seen_before.insert(kin.clone());
                    counting.after = counting.after && seen_after.insert(kin);
                }
                if !counting.is_ever() {
                    continue;
                }
                let standing = compared.standing(clause, version);
                for (counts, gravest, open) in [
                    (counting.before, &mut gravest.before, &mut open.before),
                    (counting.after, &mut gravest.after, &mut open.after),
                ] {
                    if counts {
                        *gravest = (*gravest).max(Some(standing));
                        *open = standing != Standing::Below;
                    }
                }
            }
            if !open.is_ever() {
                break;
            }
        }
        let status = |standing: Option<Standing>| standing.map_or(Status::NotApplicable, Status::from);
        Around { before: status(gravest.before), after: status(gravest.after) }
    }

    fn line(&mut self, clause: &'a Clause) -> &Line<'a> {
        let (dictionary, has, added, removed) = (self.dictionary, self.has, &self.added, &self.removed);
        self.lines.entry(LineKey::of(clause)).or_insert_with(|| {
            let all = dictionary.line(LineKey::of(clause)).iter();
            let all = all.map(|version| (version, there(has, version.component, added, removed)));
            Line { held: all.filter(|(_, there)| there.is_ever()).collect() }
        })
    }

    pub(crate) fn is_of(&mut self, product: &'a str) -> Around<bool> {
        let (dictionary, has, added, removed) = (self.dictionary, self.has, &self.added, &self.removed);
        let any = || any_there(has, dictionary.product(product), added, removed);
        *self.products.entry(product).or_insert_with(any)
    }

    fn has_repository(&mut self, repository: &'a Arc<Repository>) -> Around<bool> {
        if let Some((_, last)) = self.last_repository.filter(|(last, _)| Arc::ptr_eq(last, repository)) {
            return last;
        }
        let (dictionary, has, added, removed) = (self.dictionary, self.has, &self.added, &self.removed);
        let any = || any_there(has, dictionary.repository(repository), added, removed);
        let found = *self.repositories.entry(repository).or_insert_with(any);
        self.last_repository = Some((repository, found));
        found
    }
}

fn there(
    has: Has<'_>,
    component: ComponentId,
    added: &FxHashSet<ComponentId>,
    removed: &FxHashSet<ComponentId>,
) -> Around<bool> {
    let before = has(component);
    Around { before, after: added.contains(&component) || before && !removed.contains(&component) }
}

fn any_there(
    has: Has<'_>,
    components: &[ComponentId],
    added: &FxHashSet<ComponentId>,
    removed: &FxHashSet<ComponentId>,
) -> Around<bool> {
    let never = Around { before: false, after: false };
    components.iter().fold(never, |so_far, component| {
        if so_far == Around::ALWAYS { so_far } else { so_far.or(there(has, *component, added, removed)) }
    })
}

/// What a change of an asset's components does to its findings: worked out from what it had, so that nothing has to be
/// tried.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Effect {
    pub(crate) flips: Vec<Flip>,
    /// What the chains in which something flips add to the asset's counts before and after it.
    pub(crate) counted: (Counts, Counts),
}

impl Effect {
    /// Judges every patch in the chains that the change touches, before and after it. Chains of releases that the asset is
    /// not of, which are most of a mixed fleet's, are not looked at.
    pub(crate) fn of<'a>(
        shared: &'a Shared,
        has: Has<'a>,
        asset: AssetId,
        added: &[ComponentId],
        removed: &[ComponentId],
    ) -> Self {
        let mut effect = Self::default();
        let mut here = Here::changed(&shared.dictionary, has, added, removed);
        let mut seen = FxHashSet::default();
        let heads = shared.touched(added, removed, |product| here.is_of(product).is_ever());
        for head in heads.into_iter().filter_map(|number| shared.catalogue.get(number)) {
            let patch = &head.patch;
            let within = here.is_of(&head.rule.product);
            if !within.is_ever() {
                continue;
            }
            if patch.update.is_some() {
                if seen.insert((patch.product.as_str(), patch.package_kind, "")) {
                    effect.add_updates(shared, asset, &mut here, (&patch.product, within));
                }
                continue;
            }
            if !seen.insert((patch.product.as_str(), patch.package_kind, patch.source.as_str())) {
                continue;
            }
            let chain = shared.catalogue.chain_of(head);
            let statuses = chain.iter().map(|entry| here.statuses(asset, entry, within));
            let (before, after): (Vec<_>, Vec<_>) = statuses.map(|around| (around.before, around.after)).unzip();
            if before == after {
                continue;
            }
            let versions: Vec<_> = chain.chunk_by(|left, right| is_same_version(left, right)).collect();
            count_chain(&shared.catalogue, &mut effect.counted.0, &versions, &before);
            count_chain(&shared.catalogue, &mut effect.counted.1, &versions, &after);
            effect.add_flips(&chain, before, after);
        }
        effect
    }

    fn add_updates<'a>(
        &mut self,
        shared: &'a Shared,
        asset: AssetId,
        here: &mut Here<'a>,
        (product, within): (&str, Around<bool>),
    ) {
        let updates = shared.catalogue.updates_of(product);
        let statuses = updates.iter().map(|entry| here.statuses(asset, entry, within));
        let (before, after): (Vec<_>, Vec<_>) = statuses.map(|around| (around.before, around.after)).unzip();
        if before == after {
            return;
        }
        count_updates(&shared.catalogue, &mut self.counted.0, &updates, &before);
        count_updates(&shared.catalogue, &mut self.counted.1, &updates, &after);
        self.add_flips(&updates, before, after);
    }

    fn add_flips(&mut self, entries: &[&PatchEntry], before: Vec<Status>, after: Vec<Status>) {
        let flips = entries.iter().zip(before.into_iter().zip(after)).filter(|(_, (from, to))| from != to);
        self.flips.extend(flips.map(|(entry, (from, to))| Flip { patch: entry.number, from, to }));
    }
}

/// Of a chain (its versions, newest first) only patches count as missing that none in force that applies replaces. They
/// bring security when any missing patch of the chain does. Hidden ones replace, and are not counted.
fn count_chain(catalogue: &Catalogue, counts: &mut Counts, versions: &[&[&PatchEntry]], statuses: &[Status]) {
    let (mut missing, mut undetermined, mut installed, mut brings_security) = (0, 0, 0, false);
    let mut newer: Vec<&PatchEntry> = Vec::new();
    let mut statuses = statuses.iter();
    for version in versions {
        let known_newer = newer.len();
        for (entry, status) in version.iter().zip(&mut statuses) {
            if *status == Status::NotApplicable {
                continue;
            }
            let is_shown = !entry.state.is_hidden();
            let is_latest = || !newer[..known_newer].iter().any(|newer| catalogue.covers(newer, entry));
            match status {
                Status::Missing => {
                    missing += u32::from(is_shown && is_latest());
                    brings_security |= entry.patch.is_security();
                }
                Status::Undetermined => undetermined += u32::from(is_shown && is_latest()),
                Status::Installed => installed += u32::from(is_shown),
                Status::NotApplicable => {}
            }
            if entry.is_in_force() {
                newer.push(entry);
            }
        }
    }
    counts.missing += missing;
    counts.missing_security += if brings_security { missing } else { 0 };
    counts.undetermined += undetermined;
    counts.installed += installed;
}

/// Of the updates of a product only those count as missing that none in force replaces: all of them apply. One brings
/// security when it, or a missing one that it replaces, does.
fn count_updates(catalogue: &Catalogue, counts: &mut Counts, updates: &[&PatchEntry], statuses: &[Status]) {
    let missing: FxHashSet<PatchNumber> = updates
        .iter()
        .zip(statuses)
        .filter(|(_, status)| **status == Status::Missing)
        .map(|(entry, _)| entry.number)
        .collect();
    for (entry, status) in updates.iter().zip(statuses).filter(|(entry, _)| !entry.state.is_hidden()) {
        if *status == Status::Installed {
            counts.installed += 1;
        } else if *status == Status::Missing && !catalogue.is_replaced(entry) {
            let mut brought = catalogue.replaced(entry).filter(|older| missing.contains(&older.number));
            counts.missing += 1;
            counts.missing_security +=
                u32::from(entry.patch.is_security() || brought.any(|older| older.patch.is_security()));
        }
    }
}

pub(crate) fn is_same_version(left: &PatchEntry, right: &PatchEntry) -> bool {
    left.patch.compare_versions(&right.patch).is_eq()
}

impl Counts {
    /// Replaces what some chains added before a change by what they add after it.
    pub(crate) fn replace_findings(&mut self, before: Self, after: Self) {
        self.missing = self.missing + after.missing - before.missing;
        self.missing_security = self.missing_security + after.missing_security - before.missing_security;
        self.undetermined = self.undetermined + after.undetermined - before.undetermined;
        self.installed = self.installed + after.installed - before.installed;
    }
}
