//! The tracker's statements by vulnerability, as the catalogue keeps them.

use std::collections::BTreeMap;
use std::io::Read;

use fettle_model::source_statement::{SourceStatement, UNSTABLE};
use fettle_model::text::cleaned;

use super::tracker::{self, Statement};
use super::{patches, releases};
use crate::reading::{ReadError, Report};
use crate::rule::product_key;

/// Statements of each CVE, sorted.
pub type ByCve = BTreeMap<String, Vec<SourceStatement>>;

/// Longest urgency and reason that are kept, in characters.
const MAX_TEXT: usize = 200;

/// Reads the tracker's document, and gives what it says of unstable and of releases with a number. Of others it is counted.
pub fn read(input: impl Read) -> Result<(ByCve, Report), ReadError> {
    let mut by_cve = ByCve::new();
    let mut of_others = 0;
    let mut report = tracker::read(input, |statement| match product(&statement.release) {
        Some(product) => {
            let cve = statement.cve.clone();
            by_cve.entry(cve).or_default().push(kept(statement, product));
        }
        None => of_others += 1,
    })?;
    for statements in by_cve.values_mut() {
        statements.sort();
        statements.dedup();
    }
    report.count_many("statementsOfReleasesWithoutNumber", of_others);
    report.count_many("cves", by_cve.len());
    Ok((by_cve, report))
}

fn product(release: &str) -> Option<String> {
    match release {
        "sid" => Some(UNSTABLE.to_owned()),
        release => releases::number(release).map(|number| product_key(patches::VENDOR, number)),
    }
}

fn kept(statement: Statement, product: String) -> SourceStatement {
    SourceStatement {
        // Of unstable it is asked by nobody, and it changes every day.
        newest: statement.newest.filter(|_| product != UNSTABLE),
        product,
        source: statement.source,
        state: statement.state,
        urgency: cleaned(&statement.urgency, MAX_TEXT),
        no_advisory: statement.no_advisory.map(|reason| cleaned(&reason, MAX_TEXT)),
    }
}
