//! Microsoft's formats: mssecure.xml alone and in its cabinet, and the table of updates.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use fettle_catalog::definitions::patches::patches;
use fettle_catalog::definitions::{self, Definitions};
use fettle_catalog::host::assess::assess;
use fettle_catalog::host::product::Product;
use fettle_catalog::mssecure::evaluate::{Machine, RegistryChecks, evaluate};
use fettle_catalog::mssecure::{self, Datastore};
use fettle_catalog::reading::Report;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const HEADER: &str = "\"DatePosted\",\"CVE\",\"BulletinKB\",\"Title\",\"AffectedProduct\",\"AffectedComponent\",\"Severity\",\"Impact\",\"Supersedes\",\"Exploits\"\n";
/// Products of one table that are judged.
const MAX_PRODUCTS: usize = 4;

pub fn mssecure_xml(bytes: &[u8]) {
    if let Ok((store, _)) = mssecure::read(bytes) {
        judge(&store);
    }
}

pub fn mssecure_cab(bytes: &[u8]) {
    if let Ok((store, _, signature)) = mssecure::cabinet::read(bytes) {
        assert!(!signature.text().is_empty());
        judge(&store);
    }
}

/// A machine that has every product on each of its service packs, and no file.
fn judge(store: &Datastore) {
    let products = store
        .products
        .iter()
        .flat_map(|(id, product)| product.service_packs.iter().map(|service_pack| (*id, *service_pack)));
    let machine = Machine { products: products.collect(), is_english: true, ..Machine::default() };
    for patch in mssecure::patches::patches(store, &mut Report::default()) {
        assert!(patch.update.is_some_and(|update| !update.replaces.contains(&update.article)), "{}", patch.title);
    }
    for registry in [RegistryChecks::Made, RegistryChecks::LeftOut] {
        assert!(evaluate(store, &machine, registry).len() <= store.patches.len());
    }
    let edges: usize = (0..store.patches.len()).map(|patch| store.replaced_by(patch).len()).sum();
    assert_eq!(edges, store.edges());
}

pub fn wesng_archive(bytes: &[u8]) {
    if let Ok((definitions, _)) = definitions::read(Cursor::new(bytes)) {
        assess_some(&definitions);
    }
}

/// Rows of a table; the archive around it is whole, so that its checksum stands in nobody's way.
pub fn wesng_tables(bytes: &[u8]) {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, rows) in [("CVEs_20260101.csv", bytes), ("Custom_20260101.csv", b"")] {
        writer.start_file(name, options).expect("a member");
        writer.write_all(HEADER.as_bytes()).expect("written to memory");
        writer.write_all(rows).expect("written to memory");
    }
    let archive = writer.finish().expect("an archive");
    if let Ok((definitions, _)) = definitions::read(archive) {
        assess_some(&definitions);
    }
}

/// Machines on which every second article is installed.
fn assess_some(definitions: &Definitions) {
    let patches: BTreeSet<_> = patches(definitions).map(|patch| patch.id).collect();
    assert!(patches.len() <= definitions.updates.len());
    let articles: BTreeSet<_> = definitions.updates.iter().map(|update| update.article).collect();
    let installed: BTreeSet<_> = articles.into_iter().step_by(2).collect();
    for name in definitions.products.iter().take(MAX_PRODUCTS) {
        let Ok(assessment) = assess(definitions, &Product::named(name), &installed) else { continue };
        let is_there = |replaced: bool| assessment.findings.iter().any(|finding| finding.is_latest != replaced);
        // Whatever replaces whatever, some update is the latest.
        assert!(assessment.findings.is_empty() || is_there(false), "{name}");
    }
}
