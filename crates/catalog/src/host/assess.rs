//! A Windows machine against the table of Microsoft's updates.
//!
//! An update **applies** if a row names it for the machine's product. It is **installed** if the machine lists its
//! article, or an installed update replaces it. Else it is **missing**, and the latest unless another update that applies
//! replaces it. "Replaces" is transitive, along what the rows of this product say: the same article may replace other
//! things elsewhere. What the table says of an installed update nowhere for this product, it says for all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use fettle_model::Severity;

use super::Unreadable;
use super::product::Product;
use crate::definitions::{Article, Definitions, Kind, Update};
use crate::judge::{Evidence, fact};

/// How a machine stands to one update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    Missing,
    Installed,
}

impl Status {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::Installed => "Installed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub article: Article,
    pub kind: Kind,
    pub title: String,
    pub severity: Severity,
    pub cves: Vec<String>,
    pub status: Status,
    /// False: one of `replaced_by` applies, too.
    pub is_latest: bool,
    /// Updates of this product that replace it directly.
    pub replaced_by: Vec<Article>,
    pub evidence: Vec<Evidence>,
    /// File and lines that speak of it.
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    pub product: String,
    /// Articles that the machine listed.
    pub installed: BTreeSet<Article>,
    /// By article.
    pub findings: Vec<Finding>,
}

impl Assessment {
    /// What is to be installed: missing, and the latest. Service packs apart.
    pub fn missing(&self, kind: Kind) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.kind == kind && finding.status == Status::Missing && finding.is_latest)
    }
}

/// Judges all updates of the product.
pub fn assess(
    definitions: &Definitions,
    product: &Product,
    installed: &BTreeSet<Article>,
) -> Result<Assessment, Unreadable> {
    let rows = definitions.of_products(|name| product.includes(name));
    if rows.is_empty() {
        return Err(Unreadable::UnknownProduct(product.name().to_owned()));
    }
    let mut updates: BTreeMap<Article, Vec<&Update>> = BTreeMap::new();
    for row in &rows {
        updates.entry(row.article).or_default().push(row);
    }
    let edges = Edges::of(definitions, &updates, installed);
    let by_installed = edges.reached(installed.iter().copied());
    let replaced = edges.replaced(&updates);
    let findings = updates.iter().map(|(article, rows)| {
        let replacement = by_installed.get(article).copied().filter(|_| !installed.contains(article));
        let status =
            if installed.contains(article) || replacement.is_some() { Status::Installed } else { Status::Missing };
        finding(definitions, *article, rows, status, replacement, replaced.contains(article), &edges)
    });
    Ok(Assessment { product: product.name().to_owned(), installed: installed.clone(), findings: findings.collect() })
}

fn finding(
    definitions: &Definitions,
    article: Article,
    rows: &[&Update],
    status: Status,
    replacement: Option<Article>,
    is_replaced: bool,
    edges: &Edges,
) -> Finding {
    let mut cves: Vec<_> =
        rows.iter().flat_map(|row| row.cves.iter()).map(|cve| definitions.cves[*cve as usize].to_string()).collect();
    cves.sort_unstable();
    cves.dedup();
    let found = match (status, replacement) {
        (Status::Missing, _) => "absent".to_owned(),
        (Status::Installed, None) => "installed".to_owned(),
        (Status::Installed, Some(newer)) => format!("replaced by {newer}, which is installed"),
    };
    let newest = rows.iter().max_by_key(|row| row.posted).expect("an update has a row");
    let lines: Vec<_> = rows.iter().map(|row| row.line.to_string()).collect();
    let mut replaced_by = edges.newer.get(&article).cloned().unwrap_or_default();
    replaced_by.sort_unstable();
    replaced_by.dedup();
    Finding {
        article,
        // Listed for security by one product of the machine, it is not only a service pack.
        kind: rows.iter().map(|row| row.kind).min().unwrap_or(Kind::Security),
        title: definitions.titles[newest.title as usize].to_string(),
        severity: rows.iter().map(|row| row.severity).max().unwrap_or_default(),
        cves,
        status,
        is_latest: !is_replaced,
        replaced_by,
        evidence: vec![fact("kb", &article.to_string(), &found, "=", "installed", status == Status::Installed)],
        source: format!("{}, from line {}", definitions.file, lines.join(", ")),
    }
}

/// Who replaces whom.
struct Edges {
    older: HashMap<Article, BTreeSet<Article>>,
    newer: HashMap<Article, Vec<Article>>,
}

impl Edges {
    fn of(definitions: &Definitions, updates: &BTreeMap<Article, Vec<&Update>>, installed: &BTreeSet<Article>) -> Self {
        let mut edges = Self { older: HashMap::new(), newer: HashMap::new() };
        let here = updates.values().flatten().copied();
        let elsewhere = definitions
            .updates
            .iter()
            .filter(|update| installed.contains(&update.article) && !updates.contains_key(&update.article));
        for update in here.chain(elsewhere) {
            for older in update.replaces.iter().filter(|older| **older != update.article) {
                edges.older.entry(update.article).or_default().insert(*older);
                edges.newer.entry(*older).or_default().push(update.article);
            }
        }
        edges
    }

    /// The listed updates that another listed one replaces, directly or through others. Of updates that replace each
    /// other the one posted last stays: else a circle would hide them all.
    fn replaced(&self, updates: &BTreeMap<Article, Vec<&Update>>) -> BTreeSet<Article> {
        let posted = |article: &Article| {
            let rows = updates.get(article).into_iter().flatten();
            (rows.map(|row| row.posted).min(), *article)
        };
        let reach: HashMap<Article, HashMap<Article, Article>> =
            updates.keys().map(|article| (*article, self.reached(std::iter::once(*article)))).collect();
        let mut replaced = BTreeSet::new();
        for (newer, older_ones) in &reach {
            for older in older_ones.keys() {
                let is_circle = reach.get(older).is_some_and(|back| back.contains_key(newer));
                if !is_circle || posted(newer) > posted(older) {
                    replaced.insert(*older);
                }
            }
        }
        replaced
    }

    /// Everything that one of these replaces, directly or through others, with the one it was reached from first.
    fn reached(&self, from: impl Iterator<Item = Article>) -> HashMap<Article, Article> {
        let mut reached = HashMap::new();
        for start in from {
            let mut waiting = vec![start];
            while let Some(newer) = waiting.pop() {
                for older in self.older.get(&newer).into_iter().flatten() {
                    if *older != start && !reached.contains_key(older) {
                        reached.insert(*older, start);
                        waiting.push(*older);
                    }
                }
            }
        }
        reached
    }
}
