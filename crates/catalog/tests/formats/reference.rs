//! What the reference tool (WES-NG 1.03) does with the same table and host, in our words. Its flaws are kept: the
//! differences to our answer are explained by them. The figures of its own runs hold this to it.

use std::collections::{BTreeMap, BTreeSet};

use fettle_catalog::definitions::Article;

/// A row as the tool sees it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) identifier: String,
    pub(crate) article: String,
    pub(crate) product: String,
    pub(crate) supersedes: String,
    /// Title, component, severity, impact and exploits, by which it knows duplicates.
    rest: String,
}

/// All rows, by product.
pub(crate) type Rows = BTreeMap<String, Vec<Row>>;

pub(crate) fn rows(archive: &std::path::Path) -> Rows {
    let mut zip = zip::ZipArchive::new(fs_err::File::open(archive).expect("readable")).expect("an archive");
    let names: Vec<String> = zip.file_names().filter(|name| !name.starts_with("Version_")).map(str::to_owned).collect();
    let mut rows = Rows::new();
    for name in names {
        let table = zip.by_name(&name).expect("a member");
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(table);
        for record in reader.records() {
            let record = record.expect("a row");
            let [identifier, article, product, supersedes] = [1, 2, 4, 8].map(|place| record[place].to_owned());
            let rest = [3, 5, 6, 7, 9].map(|place| &record[place]).join("\n");
            rows.entry(product.clone()).or_default().push(Row { identifier, article, product, supersedes, rest });
        }
    }
    rows
}

/// Does the tool take this product for the release that it named? By the letters as they are, anywhere in the name.
pub(crate) fn sees(release: &str, product: &str) -> bool {
    let names_pack = release.contains("Service Pack");
    product.contains(release) && (names_pack || !product.contains(&format!("{release} Service Pack")))
}

pub(crate) fn of_product<'a>(rows: &'a Rows, release: &str) -> Vec<&'a Row> {
    rows.keys().filter(|product| sees(release, product)).flat_map(|product| &rows[product]).collect()
}

/// The articles that the tool calls missing: of the product's rows those that are not installed and that no row of the
/// product names as superseded. Lists are parted at `;` alone.
pub(crate) fn missing(rows: &Rows, product: &str, installed: &BTreeSet<Article>) -> BTreeSet<Article> {
    let rows = of_product(rows, product);
    let mut supersedes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        supersedes.entry(&row.article).or_default().extend(row.supersedes.split(';'));
    }
    let installed: Vec<String> = installed.iter().map(|article| article.0.to_string()).collect();
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    let mut waiting: Vec<&str> = supersedes.values().flatten().copied().collect();
    waiting.extend(installed.iter().map(String::as_str));
    while let Some(article) = waiting.pop() {
        if gone.insert(article) {
            waiting.extend(supersedes.get(article).into_iter().flatten());
        }
    }
    let mut found: Vec<&Row> = rows.into_iter().filter(|row| !gone.contains(row.article.as_str())).collect();
    if product.contains("Windows Server") {
        found = without_duplicates(&found);
    }
    found
        .iter()
        .filter(|row| !row.identifier.starts_with("SP"))
        .filter_map(|row| row.article.parse().ok().map(Article))
        .collect()
}

/// Of a vulnerability that has rows for Server Core, only those rows stay, or their like for the full server; what only
/// the full server has is lost.
fn without_duplicates<'a>(found: &[&'a Row]) -> Vec<&'a Row> {
    let is_core = |row: &Row| row.product.contains("Server Core");
    let mut by_identifier: BTreeMap<&str, Vec<&'a Row>> = BTreeMap::new();
    for row in found {
        by_identifier.entry(&row.identifier).or_default().push(row);
    }
    let mut kept: Vec<&'a Row> = Vec::new();
    for rows in by_identifier.values() {
        if !rows.iter().any(|row| is_core(row)) {
            kept.extend(rows);
            continue;
        }
        for core in rows.iter().filter(|row| is_core(row)) {
            let like = |row: &&&Row| !is_core(row) && row.article == core.article && row.rest == core.rest;
            let before = kept.len();
            kept.extend(rows.iter().filter(like));
            if kept.len() == before {
                kept.push(*core);
            }
        }
    }
    kept
}
