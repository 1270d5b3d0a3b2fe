//! Vulnerabilities: a CVE, the patches that fix it, and the assets that lack one of them.
//!
//! CVEs of the same patches expose the same assets, so each distinct set of patches is united once.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use fettle_model::vulnerability::{BaseScore, Share, VulnerabilityFacts};
use jiff::Timestamp;
use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Facet, FacetCounter, Page, Priority, Words};
use crate::block::Block;
use crate::{Index, POISONED, PatchEntry, PatchNumber, Shared};

#[derive(Debug, Clone, Default)]
pub struct VulnerabilityFilter {
    /// Words in the CVE, or in title or source of a patch that fixes it.
    pub search: String,
    /// Assets lack a fix, or none does; `None`: either.
    pub exposed: Option<bool>,
    pub known_exploited: Option<bool>,
    /// The score that is shown is at least this; one without a score is left out.
    pub min_cvss: Option<BaseScore>,
    pub min_epss: Option<Share>,
    /// Only these: what a query found.
    pub among: Option<FxHashSet<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VulnerabilitySort {
    #[default]
    Priority,
    Exposed,
    Cve,
    Patches,
    Published,
    Cvss,
    Epss,
}

/// One CVE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VulnerabilityRow {
    pub cve: String,
    /// Patches that fix it.
    pub patches: usize,
    /// Their source packages, sorted.
    pub sources: Vec<String>,
    /// Assets that lack a patch which fixes it.
    pub exposed: u64,
    /// When its first fix came out.
    pub published: Option<Timestamp>,
    pub facts: Arc<VulnerabilityFacts>,
    pub priority: Priority,
}

#[derive(Debug, Clone)]
pub struct VulnerabilityPage {
    pub total: usize,
    pub rows: Vec<VulnerabilityRow>,
    pub facets: Vec<Facet>,
}

impl Index {
    /// Vulnerabilities that match, sorted; ties by CVE, the newest first.
    pub fn vulnerabilities(
        &self,
        filter: &VulnerabilityFilter,
        sort: VulnerabilitySort,
        descending: bool,
        page: Page,
    ) -> VulnerabilityPage {
        let words = Words::new(&filter.search);
        let shared = self.shared.read().expect(POISONED);
        let mut exposure: FxHashMap<&BTreeSet<PatchNumber>, u64> = FxHashMap::default();
        let assets = shared.slots.len() as u64;
        let mut rows = Vec::new();
        let mut known_exploited = FacetCounter::default();
        for (cve, patches) in shared.catalogue.cves() {
            let entries = || patches.iter().filter_map(|number| shared.catalogue.get(*number));
            let facts = shared.catalogue.facts(cve);
            let is_among = filter.among.as_ref().is_none_or(|among| among.contains(cve));
            if !is_among || !has_facts(filter, &facts) || !is_wanted(&words, cve, entries()) {
                continue;
            }
            let exposed = *exposure.entry(patches).or_insert_with(|| self.exposed(&shared, patches));
            if filter.exposed.is_none_or(|wanted| wanted == (exposed > 0)) {
                known_exploited.add(if facts.is_known_exploited() { "yes" } else { "no" });
                rows.push(row(cve, exposed, assets, facts, entries()));
            }
        }
        rows.sort_by(|left, right| {
            let order = compare(sort, left, right);
            let order = if descending { order.reverse() } else { order };
            order.then_with(|| by_number(&right.cve, &left.cve))
        });
        VulnerabilityPage {
            total: rows.len(),
            rows: rows.into_iter().skip(page.offset).take(page.limit).collect(),
            facets: vec![known_exploited.finish("knownExploited")],
        }
    }

    /// One vulnerability and the patches that fix it, by title; `None`: no patch names it.
    pub fn vulnerability(&self, cve: &str) -> Option<(VulnerabilityRow, Vec<PatchEntry>)> {
        let shared = self.shared.read().expect(POISONED);
        let patches = shared.catalogue.of_cve(cve)?;
        let entries = || patches.iter().filter_map(|number| shared.catalogue.get(*number));
        let mut fixes: Vec<PatchEntry> = entries().cloned().collect();
        fixes.sort_by(|left, right| left.patch.title.cmp(&right.patch.title));
        let assets = shared.slots.len() as u64;
        Some((row(cve, self.exposed(&shared, patches), assets, shared.catalogue.facts(cve), entries()), fixes))
    }

    /// The row of a vulnerability that no patch fixes, with what is known of it.
    pub fn unfixed(&self, cve: &str, facts: VulnerabilityFacts) -> VulnerabilityRow {
        let assets = self.shared.read().expect(POISONED).slots.len() as u64;
        row(cve, 0, assets, Arc::new(facts), std::iter::empty())
    }

    /// Every CVE that a patch names.
    pub fn cves(&self) -> Vec<String> {
        self.shared.read().expect(POISONED).catalogue.cves().map(|(cve, _)| cve.to_owned()).collect()
    }

    pub(super) fn exposed(&self, shared: &Shared, patches: &BTreeSet<PatchNumber>) -> u64 {
        self.all_blocks().iter().map(|block| exposed_slots(&block.read(shared), patches).len()).sum()
    }
}

/// Slots of a block that lack a patch which fixes the CVE; `None`: no patch names it.
pub(super) fn slots_exposed(shared: &Shared, block: &Block, cve: &str) -> Option<RoaringBitmap> {
    shared.catalogue.of_cve(cve).map(|patches| exposed_slots(block, patches))
}

fn exposed_slots(block: &Block, patches: &BTreeSet<PatchNumber>) -> RoaringBitmap {
    let mut slots = RoaringBitmap::new();
    for missing in patches.iter().filter_map(|patch| block.missing(*patch)) {
        slots |= missing;
    }
    slots
}

fn has_facts(filter: &VulnerabilityFilter, facts: &VulnerabilityFacts) -> bool {
    filter.known_exploited.is_none_or(|wanted| wanted == facts.is_known_exploited())
        && filter.min_cvss.is_none_or(|least| facts.cvss().is_some_and(|shown| shown.score >= least))
        && filter.min_epss.is_none_or(|least| facts.epss.as_ref().is_some_and(|epss| epss.probability >= least))
}

fn is_wanted<'a>(words: &Words, cve: &str, entries: impl Iterator<Item = &'a PatchEntry>) -> bool {
    let mut texts = vec![cve];
    for entry in entries {
        texts.extend([entry.patch.title.as_str(), &entry.patch.source]);
    }
    words.match_any(&texts)
}

pub(crate) fn row<'a>(
    cve: &str,
    exposed: u64,
    assets: u64,
    facts: Arc<VulnerabilityFacts>,
    entries: impl Iterator<Item = &'a PatchEntry>,
) -> VulnerabilityRow {
    let mut row = VulnerabilityRow {
        cve: cve.to_owned(),
        patches: 0,
        sources: Vec::new(),
        exposed,
        published: None,
        priority: Priority::of(&facts, exposed, assets),
        facts,
    };
    for entry in entries {
        row.patches += 1;
        row.sources.push(entry.patch.source.clone());
        row.published = [row.published, entry.patch.published].into_iter().flatten().min();
    }
    row.sources.sort();
    row.sources.dedup();
    row
}

fn compare(sort: VulnerabilitySort, left: &VulnerabilityRow, right: &VulnerabilityRow) -> Ordering {
    let score = |row: &VulnerabilityRow| row.facts.cvss().map(|shown| shown.score);
    let probability = |row: &VulnerabilityRow| row.facts.epss.as_ref().map(|epss| epss.probability);
    match sort {
        VulnerabilitySort::Priority => left.priority.total().cmp(&right.priority.total()),
        VulnerabilitySort::Exposed => left.exposed.cmp(&right.exposed),
        VulnerabilitySort::Cve => by_number(&left.cve, &right.cve),
        VulnerabilitySort::Patches => left.patches.cmp(&right.patches),
        VulnerabilitySort::Published => left.published.cmp(&right.published),
        VulnerabilitySort::Cvss => score(left).cmp(&score(right)),
        VulnerabilitySort::Epss => probability(left).cmp(&probability(right)),
    }
}

/// `CVE-2026-9999` stands before `CVE-2026-10000`.
fn by_number(left: &str, right: &str) -> Ordering {
    let key = |cve: &str| {
        let mut parts = cve.split('-').skip(1).map(|part| part.parse::<u128>().unwrap_or(u128::MAX));
        (parts.next(), parts.next())
    };
    key(left).cmp(&key(right)).then_with(|| left.cmp(right))
}
