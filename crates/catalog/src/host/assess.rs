//! A Windows machine against the table of Microsoft's updates.
//!
//! An update **applies** if a row names it for the machine's product. It is **installed** if the machine lists its
//! article, or an installed update replaces it. Else it is **missing**, and the latest unless another update that applies
//! replaces it. What replaces what is [`crate::supersedence`]'s.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use fettle_model::Severity;

use super::Unreadable;
use super::product::Product;
use crate::definitions::{Article, Definitions, Kind, Update};
use crate::judge::{Evidence, article_fact};
use crate::supersedence::{Listed, Supersedence};

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
    let listed =
        rows.iter().map(|row| Listed { article: row.article, posted: row.posted.into(), replaces: &row.replaces });
    let supersedence = Supersedence::of(listed);
    let elsewhere = elsewhere(definitions, installed);
    let said_elsewhere = |older: Article| elsewhere.get(&older).cloned().unwrap_or_default();
    let findings = updates.iter().map(|(article, rows)| {
        let by = supersedence.installed_by(*article, said_elsewhere);
        let installed_by = by.into_iter().find(|by| installed.contains(by));
        finding(definitions, *article, rows, installed_by, &supersedence)
    });
    Ok(Assessment { product: product.name().to_owned(), installed: installed.clone(), findings: findings.collect() })
}

fn finding(
    definitions: &Definitions,
    article: Article,
    rows: &[&Update],
    installed_by: Option<Article>,
    supersedence: &Supersedence,
) -> Finding {
    let mut cves: Vec<_> =
        rows.iter().flat_map(|row| row.cves.iter()).map(|cve| definitions.cves[*cve as usize].to_string()).collect();
    cves.sort_unstable();
    cves.dedup();
    let status = if installed_by.is_some() { Status::Installed } else { Status::Missing };
    let newest = rows.iter().max_by_key(|row| row.posted).expect("an update has a row");
    let lines: Vec<_> = rows.iter().map(|row| row.line.to_string()).collect();
    let mut replaced_by = supersedence.replaced_directly_by(article).to_vec();
    replaced_by.sort_unstable();
    Finding {
        article,
        // Listed for security by one product of the machine, it is not only a service pack.
        kind: rows.iter().map(|row| row.kind).min().unwrap_or(Kind::Security),
        title: definitions.titles[newest.title as usize].to_string(),
        severity: rows.iter().map(|row| row.severity).max().unwrap_or_default(),
        cves,
        status,
        is_latest: supersedence.replaced_by(article).is_empty(),
        replaced_by,
        evidence: vec![article_fact(article, installed_by)],
        source: format!("{}, from line {}", definitions.file, lines.join(", ")),
    }
}

/// Of an article those of the `installed` ones that the table says, of whatever product, to replace it.
fn elsewhere(definitions: &Definitions, installed: &BTreeSet<Article>) -> HashMap<Article, Vec<Article>> {
    let mut newer: HashMap<Article, Vec<Article>> = HashMap::new();
    for update in definitions.updates.iter().filter(|update| installed.contains(&update.article)) {
        for older in &update.replaces {
            newer.entry(*older).or_default().push(update.article);
        }
    }
    newer
}
