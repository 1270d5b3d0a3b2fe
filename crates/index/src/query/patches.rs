//! The list of patches.

use std::cmp::Ordering;

use fettle_model::{PatchId, Severity};
use rustc_hash::FxHashSet;

use super::overdue::Enrolled;
use super::{Facet, FacetCounter, FindingCount, Page, Words};
use crate::finding::Status;
use crate::{Index, POISONED, PatchEntry};

#[derive(Debug, Clone, Default)]
pub struct PatchFilter {
    /// Words in title, source, version, CVEs or package names.
    pub search: String,
    pub security: Option<bool>,
    /// Missing, installed or not to be told on at least one asset; `None`: any of these.
    pub status: Option<Status>,
    /// Patches that apply nowhere are listed too.
    pub anywhere: bool,
    /// Past its due date on at least one asset, or on none.
    pub overdue: Option<bool>,
    /// Those that another replaces, too.
    pub superseded: bool,
    /// Only these: what a query found.
    pub among: Option<FxHashSet<PatchId>>,
    /// Only those that people hid, or only the others; `None`: either.
    pub hidden: Option<bool>,
    pub enabled: Option<bool>,
    pub severity: Option<Severity>,
    pub repository: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PatchSort {
    #[default]
    Missing,
    Installed,
    Overdue,
    Title,
    Published,
    Security,
    Size,
}

#[derive(Debug, Clone)]
pub struct PatchRow {
    pub entry: PatchEntry,
    pub count: FindingCount,
    pub is_superseded: bool,
}

#[derive(Debug, Clone)]
pub struct PatchPage {
    pub total: usize,
    pub rows: Vec<PatchRow>,
    pub facets: Vec<Facet>,
}

impl Index {
    /// Patches that match, sorted; ties by title, then id.
    pub fn patches(&self, filter: &PatchFilter, sort: PatchSort, descending: bool, page: Page) -> PatchPage {
        let words = Words::new(&filter.search);
        let mut rows = Vec::new();
        let (mut kinds, mut repositories) = <(FacetCounter, FacetCounter)>::default();
        let (mut urgencies, mut severities) = <(FacetCounter, FacetCounter)>::default();
        let mut overdue = FacetCounter::default();
        let mut enrolled = Enrolled::default();
        let shared = self.shared.read().expect(POISONED);
        for entry in shared.catalogue.all().filter(|entry| is_wanted(filter, &words, entry)) {
            let is_superseded = shared.catalogue.is_replaced(entry);
            if is_superseded && !filter.superseded {
                continue;
            }
            let count = self.count(&shared, entry, &mut enrolled);
            if !has_status(filter, count) || filter.overdue.is_some_and(|overdue| overdue != (count.overdue > 0)) {
                continue;
            }
            overdue.add(if count.overdue > 0 { "yes" } else { "no" });
            kinds.add(if entry.patch.is_security() { "yes" } else { "no" });
            repositories.add(&entry.patch.origin());
            urgencies.add(entry.patch.urgency.as_deref().unwrap_or("not read"));
            severities.add(entry.severity().name());
            rows.push(PatchRow { entry: entry.clone(), count, is_superseded });
        }
        rows.sort_by(|left, right| {
            let order = compare(sort, left, right);
            let order = if descending { order.reverse() } else { order };
            order
                .then_with(|| left.entry.patch.title.cmp(&right.entry.patch.title))
                .then_with(|| left.entry.patch.id.cmp(&right.entry.patch.id))
        });
        PatchPage {
            total: rows.len(),
            rows: rows.into_iter().skip(page.offset).take(page.limit).collect(),
            facets: vec![
                kinds.finish("security"),
                overdue.finish("overdue"),
                repositories.finish("repository"),
                urgencies.finish("urgency"),
                severities.finish("severity"),
            ],
        }
    }
}

fn is_wanted(filter: &PatchFilter, words: &Words, entry: &PatchEntry) -> bool {
    let patch = &entry.patch;
    if filter.among.as_ref().is_some_and(|among| !among.contains(&patch.id))
        || filter.hidden.is_some_and(|hidden| entry.state.is_hidden() != hidden)
        || filter.enabled.is_some_and(|enabled| entry.state.enabled != enabled)
        || filter.security.is_some_and(|security| patch.is_security() != security)
        || filter.severity.is_some_and(|severity| entry.severity() != severity)
        || filter.repository.as_ref().is_some_and(|repository| patch.origin() != *repository)
    {
        return false;
    }
    let mut texts = vec![patch.title.as_str(), &patch.source, &patch.source_version];
    texts.extend(patch.cves.iter().flatten().map(String::as_str));
    texts.extend(patch.packages.iter().map(|package| package.name.as_str()));
    words.match_any(&texts)
}

const fn has_status(filter: &PatchFilter, count: FindingCount) -> bool {
    match filter.status {
        Some(Status::Missing) => count.missing > 0,
        Some(Status::Installed) => count.installed > 0,
        Some(Status::Undetermined) => count.undetermined > 0,
        Some(Status::NotApplicable) => !is_found(count),
        None => filter.anywhere || is_found(count),
    }
}

/// There is a finding of it anywhere.
const fn is_found(count: FindingCount) -> bool {
    count.missing > 0 || count.installed > 0 || count.undetermined > 0
}

fn compare(sort: PatchSort, left: &PatchRow, right: &PatchRow) -> Ordering {
    let (a, b) = (&left.entry.patch, &right.entry.patch);
    match sort {
        PatchSort::Missing => left.count.missing.cmp(&right.count.missing),
        PatchSort::Installed => left.count.installed.cmp(&right.count.installed),
        PatchSort::Overdue => left.count.overdue.cmp(&right.count.overdue),
        PatchSort::Title => a.title.cmp(&b.title),
        PatchSort::Published => a.published.cmp(&b.published),
        PatchSort::Security => a.is_security().cmp(&b.is_security()),
        PatchSort::Size => a.size_bytes().cmp(&b.size_bytes()),
    }
}
