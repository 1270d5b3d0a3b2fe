//! Debian's lists of advisories and its tracker.

use std::collections::BTreeSet;

use fettle_catalog::debian::advisories::{self, Advisory};
use fettle_catalog::debian::statements;
use fettle_catalog::debian::tracker::{self, State, Statement};
use fettle_catalog::reading::{ReadError, Report};

use crate::support::vendor_file;

fn list(text: &[u8]) -> Result<(Vec<Advisory>, Report), ReadError> {
    let mut found = Vec::new();
    let report = advisories::read(text, |advisory| found.push(advisory))?;
    Ok((found, report))
}

const LIST: &str = "[29 Mar 2026] DSA-9001-1 example-server - security update
\t{CVE-2026-0001 CVE-2026-0002
\t CVE-2026-0003}
\t[bookworm] - example-server 2:1.20-1+deb12u6
        [bullseye] - example-server  1.19-1 
\t[buster] - example-server <end-of-life>
        NOTE: a note
[28 Mar 2026] DSA-9000-2 other - regression update
\t[bookworm] - other 1_0
\tsomething else
[27 Mar 2026] DSA-9000-1 bookworm end-of-life
[no date] DSA-8999-1 lost - security update
\t{CVE-2026-0004}
";

#[test]
fn what_is_indented_belongs_to_the_last_head() {
    let (found, report) = list(LIST.as_bytes()).expect("a list");
    assert_eq!(found.len(), 3);
    let first = &found[0];
    assert_eq!((first.id.as_str(), first.package.as_deref(), first.line), ("DSA-9001-1", Some("example-server"), 1));
    assert_eq!(first.cves, ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"]);
    let fixes: Vec<_> = first.fixes.iter().map(|fix| format!("{} {}", fix.release, fix.version)).collect();
    assert_eq!(fixes, ["bookworm 2:1.20-1+deb12u6", "bullseye 1.19-1"]);
    assert_eq!(found[2].package, None);
    let dropped: Vec<_> =
        report.dropped.examples().iter().map(|example| format!("{}: {}", example.place, example.reason)).collect();
    assert_eq!(
        dropped,
        [
            "line 9: a line that is no `[release] - source version`",
            "line 12: a head that is no `[date] id package - title`"
        ]
    );
    let warned: Vec<_> = report.warnings.reasons().collect();
    assert_eq!(
        warned,
        [("a line of an unknown kind", 1), ("a line without a head", 1), ("a release without a fixed version", 1)]
    );
    assert_eq!(list(b"\n").expect_err("empty").to_string(), "FEED_MALFORMED: the file: there is no advisory");
}

/// `catalogue.md` 12.
#[test]
fn the_real_lists() {
    // Three more CVEs of the first list are named in notes alone.
    for (name, advisories, cves, release_lines) in
        [("DSA", 5_406, 14_767, (6_988, 6_926, 0)), ("DLA", 3_534, 8_690, (3_535, 3_534, 0))]
    {
        let Some(path) = vendor_file(&format!("debian/security-tracker_{name}_list.txt")) else { return };
        let (found, report) = list(&fs_err::read(path).expect("readable")).expect("the real list");
        assert_eq!((report.read["advisories"], found.len() as u64), (advisories, advisories));
        let distinct: BTreeSet<&str> = found.iter().flat_map(|advisory| &advisory.cves).map(String::as_str).collect();
        assert_eq!(distinct.len(), cves, "{name}");
        let fixes = report.read["releaseLines"];
        let lines = fixes
            + report
                .warnings
                .reasons()
                .find(|(reason, _)| reason.contains("without a fixed"))
                .map_or(0, |(_, count)| count);
        assert_eq!((lines, fixes, report.dropped.total()), release_lines, "{name}");
        assert!(found.iter().all(|advisory| advisory.fixes.iter().all(|fix| fix.release != "bookworm")), "{name}");
    }
}

const TRACKER: &str = r#"{
  "example": {
    "CVE-2026-0001": {"description": "x", "scope": "local", "releases": {
      "bookworm": {"status": "resolved", "fixed_version": "1.2-3", "urgency": "low", "repositories": {"bookworm": "1.2-1",
        "bookworm-security": "1.2-3+deb12u1", "bookworm-backports": "1.4-1~bpo12+1", "bookworm-updates": "no version"}},
      "experimental": {"status": "open", "urgency": "low"},
      "trixie": {"status": "resolved", "fixed_version": "0", "urgency": "not yet assigned"},
      "sid": {"status": "open", "urgency": "unimportant", "repositories": {"sid": "1.5-1"}},
      "bullseye": {"status": "open", "urgency": "medium", "nodsa": "minor"},
      "buster": {"status": "resolved", "fixed_version": "no version", "urgency": "low"}}},
    "TEMP-0000000-ABCDEF": {"releases": {}},
    "CVE-2026-0002": {"releases": 7}
  },
  "other": {"CVE-2026-0003": {"releases": {"sid": {"status": "undetermined", "urgency": "high"}}}}
}"#;

#[test]
fn statements_are_kept_by_vulnerability_for_releases_with_a_number() {
    let (by_cve, report) = statements::read(TRACKER.as_bytes()).expect("JSON");
    let shown: Vec<_> = by_cve
        .iter()
        .flat_map(|(cve, said)| said.iter().map(move |one| (cve, one)))
        .map(|(cve, one)| {
            let reason = one.no_advisory.as_deref().unwrap_or("-");
            let newest = one.newest.as_deref().unwrap_or("-");
            format!("{cve} {} {} {:?} {} {reason}, {newest}", one.product, one.source, one.state, one.urgency)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "CVE-2026-0001 debian:11 example Open medium minor, -",
            r#"CVE-2026-0001 debian:12 example Fixed("1.2-3") low -, 1.2-3+deb12u1"#,
            "CVE-2026-0001 debian:13 example NeverAffected not yet assigned -, -",
            "CVE-2026-0001 debian:sid example Open unimportant -, -",
            "CVE-2026-0003 debian:sid other Undetermined high -, -",
        ]
    );
    assert_eq!(report.read["statementsOfReleasesWithoutNumber"], 1, "of experimental");
    assert_eq!((report.read["cves"], report.dropped.total()), (2, 2));
}

#[test]
fn the_tracker_s_statements() {
    let mut found: Vec<Statement> = Vec::new();
    let report = tracker::read(TRACKER.as_bytes(), |statement| found.push(statement)).expect("JSON");
    let shown: Vec<_> = found
        .iter()
        .map(|statement| {
            let makes = if statement.makes_finding() { "" } else { ", no finding" };
            format!("{} {} {}: {:?}{makes}", statement.source, statement.cve, statement.release, statement.state)
        })
        .collect();
    assert_eq!(
        shown,
        [
            r#"example CVE-2026-0001 bookworm: Fixed("1.2-3")"#,
            "example CVE-2026-0001 bullseye: Open",
            "example CVE-2026-0001 experimental: Open",
            "example CVE-2026-0001 sid: Open, no finding",
            "example CVE-2026-0001 trixie: NeverAffected, no finding",
            "other CVE-2026-0003 sid: Undetermined, no finding",
        ]
    );
    assert!(matches!(found[0].state, State::Fixed(_)));
    let dropped: Vec<_> =
        report.dropped.examples().iter().map(|example| format!("{}: {}", example.place, example.reason)).collect();
    assert_eq!(
        dropped,
        [
            "/example/CVE-2026-0001: a resolved release without a readable `fixed_version`",
            "/example/CVE-2026-0002: an entry that is not of the tracker's form"
        ]
    );
    assert_eq!((report.read["sourcePackages"], report.warnings.total()), (2, 1));
    assert!(tracker::read(&b"{}"[..], drop).is_err());
    let real = vendor_file("vuls-data-update/debian/tracker/api/advisory.json");
    if let Some(path) = real {
        let report = tracker::read(fs_err::read(path).expect("readable").as_slice(), drop).expect("the real sample");
        assert_eq!(report.dropped.total(), 0);
        assert!(report.read["statements"] > 0);
    }
}
