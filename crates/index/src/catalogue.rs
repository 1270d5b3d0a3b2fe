//! The patches that the index judges, their rules, and what replaces what.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use fettle_catalog::chain::{ChainKey, Chains};
use fettle_catalog::rule::Rule;
use fettle_model::patch::{MatchedBy, Patch, PatchState};
use fettle_model::vulnerability::{VulnerabilityFacts, derived_severity};
use fettle_model::{Article, PackageKind, PatchId, Repository, Severity};
use jiff::Timestamp;
use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::audience::{AudienceNumber, Audiences};
use crate::patch_values::PatchValues;
use crate::updates::Updates;

/// The dense number of a patch: given by the database, never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatchNumber(pub u32);

/// One patch with its rule.
#[derive(Debug, Clone)]
pub struct PatchEntry {
    pub number: PatchNumber,
    pub patch: Patch,
    pub state: PatchState,
    /// Of an update of Windows the index keeps the articles that mean that it is installed: what is put in here is not read.
    pub rule: Rule,
    /// When the catalogue learnt it.
    pub synced_at: Timestamp,
    pub revision: u64,
    /// Of the scores of its CVEs, where the vendor gives none. The index keeps it: what is put in here is not read.
    pub derived_severity: Option<Severity>,
}

impl PatchEntry {
    /// Replaces what it covers: a disabled or withdrawn one replaces nothing.
    pub fn is_in_force(&self) -> bool {
        self.state.enabled && !self.patch.withdrawn
    }

    /// The vendor's, else the derived one.
    pub fn severity(&self) -> Severity {
        match self.patch.severity {
            Severity::None => self.derived_severity.unwrap_or_default(),
            of_vendor => of_vendor,
        }
    }

    pub fn is_severity_derived(&self) -> bool {
        self.patch.severity == Severity::None && self.derived_severity.is_some()
    }
}

/// Patches that one update of a machine brings at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Line {
    /// A source package in a release.
    Chain(ChainKey),
    /// Updates of a product that replacing connects, by one of them.
    Updates(PatchNumber),
}

/// A patch by which a chain is found, with the release that it is for: most chains that have a package are of other releases
/// than a machine's, and are passed over without a look at the patch, which seldom is at hand.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) number: PatchNumber,
    pub(crate) product: Arc<str>,
}

#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    patches: FxHashMap<PatchNumber, PatchEntry>,
    numbers: RoaringBitmap,
    by_id: FxHashMap<PatchId, PatchNumber>,
    /// By the name and by the source that a clause speaks of, one patch of each chain that has such a clause: a chain
    /// grows with each version, and its patches are judged together.
    heads: FxHashMap<(PackageKind, MatchedBy), FxHashMap<String, Vec<Head>>>,
    /// Those of the heads, each once.
    products: FxHashSet<Arc<str>>,
    /// Those of the rules, each once.
    repositories: FxHashSet<Arc<Repository>>,
    cves: BTreeMap<String, BTreeSet<PatchNumber>>,
    /// Of CVEs that a patch names, as far as something is known of them.
    facts: FxHashMap<String, Arc<VulnerabilityFacts>>,
    chains: Chains<PatchNumber>,
    /// Of a patch those older ones of its chain that it does not cover, and so does not replace: few. Kept, for chains of
    /// kernels are long, and each of their patches lists a hundred packages.
    spared: FxHashMap<PatchNumber, FxHashSet<PatchNumber>>,
    updates: Updates,
    audiences: Audiences,
    values: PatchValues,
    /// Those that another replaces, found when they are asked for, and anew after a change.
    superseded: OnceLock<RoaringBitmap>,
    /// Rises with each patch that is put in.
    generation: u64,
    /// Rises with each CVE of which something else is known.
    facts_generation: u64,
}

impl Catalogue {
    /// Puts a patch in, or a newer revision of it. False when this revision or a later one is there already.
    pub(crate) fn put(&mut self, mut entry: PatchEntry) -> bool {
        if self.patches.get(&entry.number).is_some_and(|known| known.revision >= entry.revision) {
            return false;
        }
        for id in std::iter::once(entry.patch.id).chain(entry.patch.aliases.iter().copied()) {
            self.by_id.insert(id, entry.number);
        }
        self.put_cves(&entry);
        self.superseded.take();
        self.numbers.insert(entry.number.0);
        self.values.put(self.patches.get(&entry.number), &entry);
        entry.derived_severity = self.derived_severity(&entry.patch);
        self.generation += 1;
        if entry.patch.update.is_some() {
            self.put_update(entry);
            return true;
        }
        let key = ChainKey::of(&entry.patch);
        let left = self.patches.get(&entry.number).map(|known| ChainKey::of(&known.patch)).filter(|left| *left != key);
        if let Some(left) = &left {
            self.chains.remove(left, entry.number);
        }
        self.chains.insert(key, &entry.patch.source_version, entry.number);
        self.put_spared(&entry);
        self.put_heads(&entry);
        if let Some(known) = self.patches.get(&entry.number) {
            self.audiences.remove(known);
        }
        entry.rule.repository = entry.rule.repository.map(|repository| self.repository(repository));
        self.audiences.put(&entry);
        self.patches.insert(entry.number, entry);
        // It may have been the one patch by which the others of its former chain were found.
        let stayed: Vec<_> = left.iter().flat_map(|left| self.chains.chain(left)).collect();
        for entry in stayed.into_iter().filter_map(|number| self.get(number).cloned()).collect::<Vec<_>>() {
            self.put_heads(&entry);
        }
        true
    }

    /// How it stands among the others of its product [`Catalogue::link`] says, once all of a batch are in.
    fn put_update(&mut self, mut entry: PatchEntry) {
        if let Some(known) = self.patches.get(&entry.number) {
            self.audiences.remove(known);
            entry.rule.articles.clone_from(&known.rule.articles);
            if let Some(update) = &known.patch.update {
                self.updates.remove(known, update);
            }
        }
        if let Some(update) = &entry.patch.update {
            self.updates.insert(&entry, update);
        }
        self.patches.insert(entry.number, entry);
    }

    /// Works out anew what replaces what among the updates of these products.
    pub(crate) fn link<'a>(&mut self, products: impl IntoIterator<Item = &'a str>) {
        self.superseded.take();
        for product in products {
            let entries: Vec<&PatchEntry> =
                self.updates.group(product).filter_map(|number| self.patches.get(&number)).collect();
            let patches = &self.patches;
            let linked = self
                .updates
                .link(&entries, |number| patches.get(&number).and_then(|entry| entry.patch.update.as_ref()));
            for (number, articles) in linked {
                self.patches.entry(number).and_modify(|entry| {
                    // A withdrawn one stands in the graph, for others are replaced through it, and is judged nowhere.
                    entry.rule.articles = if entry.patch.withdrawn { Box::default() } else { articles };
                });
            }
        }
    }

    /// Products whose updates are judged otherwise, or count otherwise, once these are put in.
    pub(crate) fn products_touched(&self, entries: &[PatchEntry]) -> BTreeSet<String> {
        let mut products = BTreeSet::new();
        for entry in entries {
            let known = self.get(entry.number);
            products.insert(entry.patch.product.clone());
            products.extend(known.map(|known| known.patch.product.clone()));
            let known = known.and_then(|known| known.patch.update.as_ref());
            let said = known.into_iter().chain(&entry.patch.update);
            // Where it is not listed itself, too, what it replaces is there with it.
            if known != entry.patch.update.as_ref() {
                let older = said.flat_map(|update| update.replaces.iter().copied());
                let listed =
                    older.flat_map(|older| self.updates.of_article(older)).filter_map(|number| self.get(number));
                products.extend(listed.map(|listed| listed.patch.product.clone()));
            }
        }
        products
    }

    /// All products of updates.
    pub(crate) fn products_of_updates(&self) -> Vec<String> {
        self.updates.products().cloned().collect()
    }

    /// The updates of a product, in no order.
    pub(crate) fn updates_of(&self, product: &str) -> Vec<&PatchEntry> {
        self.updates.group(product).filter_map(|number| self.get(number)).collect()
    }

    /// At least one update of each product of which an article may make some Installed: those that list it, and those that
    /// list what it replaces anywhere.
    pub(crate) fn touched_by(&self, article: Article) -> Vec<PatchNumber> {
        let mut touched: Vec<PatchNumber> = self.updates.of_article(article).collect();
        for number in touched.clone() {
            let update = self.get(number).and_then(|entry| entry.patch.update.as_ref());
            let older = update.into_iter().flat_map(|update| &update.replaces);
            touched.extend(older.flat_map(|older| self.updates.of_article(*older)));
        }
        touched
    }

    /// Updates that a missing one brings with it, the last that came out first.
    pub(crate) fn replaced(&self, entry: &PatchEntry) -> impl Iterator<Item = &PatchEntry> {
        let standing = self.updates.standing(entry.number);
        standing.into_iter().flat_map(|standing| &standing.replaces).filter_map(|number| self.get(*number))
    }

    /// Does a patch that is in force replace it, wherever both apply?
    pub(crate) fn is_replaced(&self, entry: &PatchEntry) -> bool {
        match self.updates.standing(entry.number) {
            Some(standing) => {
                let mut newer = standing.replaced_by.iter().filter_map(|number| self.get(*number));
                newer.any(PatchEntry::is_in_force)
            }
            None => !self.newer(entry).is_empty(),
        }
    }

    /// What one update of a machine brings at once: however many of it are late, it counts once.
    pub(crate) fn line(&self, entry: &PatchEntry) -> Line {
        match entry.patch.update {
            Some(_) => Line::Updates(self.updates.line(entry.number)),
            None => Line::Chain(ChainKey::of(&entry.patch)),
        }
    }

    /// One member of each chain, and of the updates of each product.
    pub(crate) fn heads_of_all(&self) -> impl Iterator<Item = PatchNumber> {
        let of_packages = self.all().filter(|entry| entry.patch.update.is_none()).map(|entry| entry.number);
        of_packages.chain(self.updates.products().filter_map(|product| self.updates.group(product).next()))
    }

    /// Compares a patch with the others of its chain, once.
    fn put_spared(&mut self, entry: &PatchEntry) {
        self.spared.remove(&entry.number);
        let chain: Vec<PatchNumber> = self.chains.chain(&ChainKey::of(&entry.patch)).collect();
        let is_of_one_source = entry.patch.is_of_one_source();
        for number in chain.into_iter().filter(|number| *number != entry.number) {
            let Some(other) = self.patches.get(&number) else { continue };
            // What was so with the revision before it is so no more.
            if let Some(spared) = self.spared.get_mut(&number) {
                spared.remove(&entry.number);
            }
            if is_of_one_source && other.patch.is_of_one_source() {
                continue;
            }
            let (newer, older) = match entry.patch.compare_versions(&other.patch) {
                Ordering::Greater => (entry, other),
                Ordering::Less => (other, entry),
                Ordering::Equal => continue,
            };
            if !newer.patch.covers(&older.patch) {
                self.spared.entry(newer.number).or_default().insert(older.number);
            }
        }
    }

    /// May the one replace the other, which is an older one of its chain?
    pub(crate) fn covers(&self, newer: &PatchEntry, older: &PatchEntry) -> bool {
        self.spared.get(&newer.number).is_none_or(|spared| !spared.contains(&older.number))
    }

    fn put_heads(&mut self, entry: &PatchEntry) {
        let key = ChainKey::of(&entry.patch);
        let product = self.product(&entry.rule.product);
        for clause in &entry.rule.clauses {
            let heads = self.heads.entry((clause.kind, clause.by)).or_default();
            let heads = heads.entry(clause.name.clone()).or_default();
            let is_known = |head: &Head| self.patches.get(&head.number).is_some_and(|head| key.is_of(&head.patch));
            if let Some(own) = heads.iter_mut().find(|head| head.number == entry.number) {
                own.product = Arc::clone(&product);
            } else if !heads.iter().any(is_known) {
                heads.push(Head { number: entry.number, product: Arc::clone(&product) });
            }
        }
    }

    fn product(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.products.get(name) {
            return Arc::clone(known);
        }
        let product: Arc<str> = name.into();
        self.products.insert(Arc::clone(&product));
        product
    }

    /// The one that is kept of all that are equal.
    fn repository(&mut self, repository: Arc<Repository>) -> Arc<Repository> {
        if let Some(known) = self.repositories.get(&repository) {
            return Arc::clone(known);
        }
        self.repositories.insert(Arc::clone(&repository));
        repository
    }

    /// A revision may name other CVEs than the one before.
    fn put_cves(&mut self, entry: &PatchEntry) {
        let before = self.patches.get(&entry.number).and_then(|known| known.patch.cves.as_deref()).unwrap_or_default();
        for cve in before {
            if let Some(patches) = self.cves.get_mut(cve) {
                patches.remove(&entry.number);
                if patches.is_empty() {
                    self.cves.remove(cve);
                    self.facts.remove(cve);
                }
            }
        }
        for cve in entry.patch.cves.iter().flatten() {
            self.cves.entry(cve.clone()).or_default().insert(entry.number);
        }
    }

    /// Facts of a CVE that no patch names are not kept.
    pub(crate) fn put_facts(&mut self, cve: String, facts: VulnerabilityFacts) {
        let Some(patches) = self.cves.get(&cve).cloned() else { return };
        self.facts_generation += 1;
        if facts == VulnerabilityFacts::default() {
            self.facts.remove(&cve);
        } else {
            self.facts.insert(cve, Arc::new(facts));
        }
        for number in patches {
            let Some(entry) = self.patches.get(&number) else { continue };
            let derived = self.derived_severity(&entry.patch);
            self.patches.entry(number).and_modify(|entry| entry.derived_severity = derived);
        }
    }

    fn derived_severity(&self, patch: &Patch) -> Option<Severity> {
        if patch.severity != Severity::None {
            return None;
        }
        derived_severity(patch.cves.iter().flatten().filter_map(|cve| self.facts.get(cve)).map(Arc::as_ref))
    }

    pub(crate) fn facts(&self, cve: &str) -> Arc<VulnerabilityFacts> {
        self.facts.get(cve).cloned().unwrap_or_default()
    }

    /// Every CVE that a patch names, with those patches.
    pub(crate) fn cves(&self) -> impl Iterator<Item = (&str, &BTreeSet<PatchNumber>)> {
        self.cves.iter().map(|(cve, patches)| (cve.as_str(), patches))
    }

    pub(crate) fn of_cve(&self, cve: &str) -> Option<&BTreeSet<PatchNumber>> {
        self.cves.get(cve)
    }

    /// None of an update.
    pub(crate) fn audience(&self, patch: PatchNumber) -> Option<AudienceNumber> {
        self.audiences.of(patch)
    }

    pub(crate) fn number(&self, id: PatchId) -> Option<PatchNumber> {
        self.by_id.get(&id).copied()
    }

    pub(crate) fn get(&self, number: PatchNumber) -> Option<&PatchEntry> {
        self.patches.get(&number)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &PatchEntry> {
        self.patches.values()
    }

    /// The numbers of those of which [`Catalogue::is_replaced`] holds.
    pub(crate) fn superseded(&self) -> &RoaringBitmap {
        self.superseded.get_or_init(|| {
            let superseded = |number: &u32| self.get(PatchNumber(*number)).is_some_and(|entry| self.is_replaced(entry));
            self.numbers.iter().filter(superseded).collect()
        })
    }

    /// The numbers of all.
    pub(crate) const fn numbers(&self) -> &RoaringBitmap {
        &self.numbers
    }

    pub(crate) const fn values(&self) -> &PatchValues {
        &self.values
    }

    /// Rises with each patch or newer revision of one: what was judged at the same generation was judged by the same
    /// rules.
    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) const fn facts_generation(&self) -> u64 {
        self.facts_generation
    }

    /// One patch of each chain that has a clause about a Debian package, or about its (unsigned) source.
    pub(crate) fn heads_of_deb(&self, name: &str, source: &str) -> impl Iterator<Item = &Head> {
        self.heads(PackageKind::Deb, MatchedBy::Name, name).chain(self.heads(
            PackageKind::Deb,
            MatchedBy::Source,
            source,
        ))
    }

    /// One patch of each chain that has a clause about an rpm.
    pub(crate) fn heads_of_rpm(&self, name: &str) -> impl Iterator<Item = &Head> {
        self.heads(PackageKind::Rpm, MatchedBy::Name, name)
    }

    fn heads(&self, kind: PackageKind, by: MatchedBy, name: &str) -> impl Iterator<Item = &Head> {
        self.heads.get(&(kind, by)).and_then(|heads| heads.get(name)).into_iter().flatten()
    }

    /// Patches of a Debian source package in a release, oldest first.
    pub(crate) fn of_source(&self, product: &str, source: &str) -> impl Iterator<Item = &PatchEntry> {
        let key = ChainKey { product: product.to_owned(), kind: PackageKind::Deb, source: source.to_owned() };
        let numbers: Vec<_> = self.chains.chain(&key).collect();
        numbers.into_iter().filter_map(|number| self.get(number))
    }

    /// The chain that the patch stands in, newest first.
    pub(crate) fn chain_of(&self, entry: &PatchEntry) -> Vec<&PatchEntry> {
        let key = ChainKey::of(&entry.patch);
        self.chains.chain(&key).rev().filter_map(|number| self.get(number)).collect()
    }

    /// Those in force that replace it where they apply.
    pub(crate) fn newer(&self, entry: &PatchEntry) -> Vec<&PatchEntry> {
        if let Some(standing) = self.updates.standing(entry.number) {
            let newer = standing.replaced_by.iter().filter_map(|number| self.get(*number));
            return newer.filter(|newer| newer.is_in_force()).collect();
        }
        let key = ChainKey::of(&entry.patch);
        let newer = self.chains.newer(&key, entry.number).filter_map(|number| self.get(number));
        newer.filter(|newer| newer.is_in_force() && self.covers(newer, entry)).collect()
    }

    /// What it replaces where both apply, unless it is disabled: a withdrawn one applies nowhere.
    pub(crate) fn older(&self, entry: &PatchEntry) -> Vec<&PatchEntry> {
        if entry.patch.withdrawn {
            return Vec::new();
        }
        if entry.patch.update.is_some() {
            return self.replaced(entry).collect();
        }
        let key = ChainKey::of(&entry.patch);
        let older = self.chains.older(&key, entry.number).filter_map(|number| self.get(number));
        older.filter(|older| self.covers(entry, older)).collect()
    }

    /// One member of each chain.
    pub(crate) fn chain_heads(&self) -> Vec<&PatchEntry> {
        let mut seen = FxHashSet::default();
        let entries = self.all().filter(|entry| entry.patch.update.is_none());
        entries.filter(|entry| seen.insert(ChainKey::of(&entry.patch))).collect()
    }
}
