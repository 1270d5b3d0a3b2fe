//! The tracker's statements by vulnerability, as the catalogue keeps them.

use std::collections::BTreeMap;
use std::io::Read;

use fettle_model::source_statement::SourceStatement;
use fettle_model::text::cleaned;

use super::tracker::{self, Statement};
use super::{patches, releases};
use crate::reading::{ReadError, Report};
use crate::rule::product_key;

/// Statements of each CVE, sorted.
pub type ByCve = BTreeMap<String, Vec<SourceStatement>>;

/// Longest urgency and reason that are kept, in characters.
const MAX_TEXT: usize = 200;

/// Reads the tracker's document, and gives what it says of releases with a number. Of others (unstable) it is counted.
pub fn read(input: impl Read) -> Result<(ByCve, Report), ReadError> {
    let mut by_cve = ByCve::new();
    let mut of_others = 0;
    let mut report = tracker::read(input, |statement| match releases::number(&statement.release) {
        Some(number) => {
            let cve = statement.cve.clone();
            by_cve.entry(cve).or_default().push(of_release(statement, number));
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

fn of_release(statement: Statement, number: &str) -> SourceStatement {
    SourceStatement {
        product: product_key(patches::VENDOR, number),
        source: statement.source,
        state: statement.state,
        urgency: cleaned(&statement.urgency, MAX_TEXT),
        no_advisory: statement.no_advisory.map(|reason| cleaned(&reason, MAX_TEXT)),
    }
}
