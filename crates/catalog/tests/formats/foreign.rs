//! Versions from outside of a release: a list of advisories and the tracker say together what a machine lacks.

use std::fmt::Write as _;

use fettle_catalog::debian::{patches, statements};
use fettle_catalog::explain::sentence;
use fettle_catalog::foreign::Said;
use fettle_catalog::judge::{AssetView, Judgement, judge};
use fettle_catalog::rule::{Reporters, Rule};
use fettle_model::AssetId;
use fettle_model::component::Component;
use fettle_model::patch::Patch;

const LIST: &str = "\
[02 Jun 2026] DSA-6003-1 linux - security update
\t{CVE-2026-1004}
\t[bookworm] - linux 6.1.170-3
[01 Jun 2026] DSA-6002-1 curl - security update
\t{CVE-2026-1002 CVE-2026-1003}
\t[bookworm] - curl 7.88.1-10+deb12u9
[01 May 2026] DSA-6001-1 apache2 - security update
\t{CVE-2026-1001}
\t[bookworm] - apache2 2.4.57-2+deb12u1
";

const TRACKER: &str = r#"{
  "apache2": {"CVE-2026-1001": {"releases": {
    "bookworm": {"status": "resolved", "fixed_version": "2.4.57-2+deb12u1", "urgency": "high",
      "repositories": {"bookworm": "2.4.57-2", "bookworm-security": "2.4.57-2+deb12u1"}},
    "sid": {"status": "resolved", "fixed_version": "2.4.58-1", "urgency": "high", "repositories": {"sid": "2.4.59-1"}}}}},
  "curl": {
    "CVE-2026-1002": {"releases": {
      "bookworm": {"status": "resolved", "fixed_version": "7.88.1-10+deb12u9", "urgency": "low",
        "repositories": {"bookworm": "7.88.1-10+deb12u8", "bookworm-security": "7.88.1-10+deb12u9"}},
      "sid": {"status": "resolved", "fixed_version": "8.8.0-1", "urgency": "low"}}},
    "CVE-2026-1003": {"releases": {"sid": {"status": "open", "urgency": "low"}}}},
  "linux": {"CVE-2026-1004": {"releases": {
    "bookworm": {"status": "resolved", "fixed_version": "6.1.170-3", "urgency": "low",
      "repositories": {"bookworm": "6.1.164-1", "bookworm-security": "6.1.170-3"}},
    "sid": {"status": "resolved", "fixed_version": "6.12.9-1", "urgency": "low"}}}}
}"#;

fn advisories(said: &Said) -> Vec<Patch> {
    let (mut patches, _) = patches::read(LIST.as_bytes()).expect("a list");
    for patch in &mut patches {
        assert_eq!(said.put_on(patch), patch.packages[0].foreign.is_some());
    }
    patches
}

fn of_tracker() -> Said {
    let (by_cve, _) = statements::read(TRACKER.as_bytes()).expect("JSON");
    by_cve.into_iter().collect()
}

fn package(name: &str, source: &str, version: &str) -> Component {
    Component::Deb {
        name: name.to_owned(),
        version: version.to_owned(),
        arch: "amd64".to_owned(),
        source: source.to_owned(),
        source_version: version.to_owned(),
    }
}

fn judged(patch: &Patch, packages: &[Component]) -> (Rule, Judgement) {
    let release = Component::Os { id: "debian".to_owned(), release: "12".to_owned() };
    let rule = Rule::of(patch, &Reporters::default());
    let judgement =
        judge(&rule, AssetId(uuid::Uuid::nil()), &AssetView::new(std::iter::once(&release).chain(packages)));
    (rule, judgement)
}

fn said(patches: &[Patch], source: &str, packages: &[Component]) -> String {
    let patch = patches.iter().find(|patch| patch.source == source).expect("an advisory");
    let (rule, judgement) = judged(patch, packages);
    format!("{}: {}", judgement.verdict.name(), sentence("web1", patch, &rule, &judgement))
}

#[test]
fn a_version_of_another_suite_is_compared_with_the_fix_in_unstable() {
    let patches = advisories(&of_tracker());
    let mut lines = String::new();
    for version in
        ["2.4.57-2", "2.4.57-2+deb12u1", "2.4.57-2+deb12u2", "2.4.57-3~bpo12+1", "2.4.58-1~bpo12+1", "2.4.58-1"]
    {
        let said = said(&patches, "apache2", &[package("apache2", "apache2", version)]);
        writeln!(lines, "{said}").expect("a text");
    }
    insta::assert_snapshot!(lines, @r"
    Missing: web1 lacks this security update of apache2: apache2 is at 2.4.57-2 and the fix is in 2.4.57-2+deb12u1. Its package manager would not install it now: no repository that it has offers the fixed version.
    Installed: web1 has it: apache2 is at 2.4.57-2+deb12u1, and the fix came with 2.4.57-2+deb12u1.
    Installed: web1 has it: apache2 is at 2.4.57-2+deb12u2, and the fix came with 2.4.57-2+deb12u1.
    Missing: web1 lacks this security update of apache2: apache2 is at 2.4.57-3~bpo12+1, from outside of the release, and the fix came to unstable with 2.4.58-1. Its package manager would not install it now: no repository that it has offers the fixed version.
    Installed: web1 has it: apache2 is at 2.4.58-1~bpo12+1, and the fix came to unstable with 2.4.58-1.
    Installed: web1 has it: apache2 is at 2.4.58-1, and the fix came to unstable with 2.4.58-1.
    ");
}

#[test]
fn where_the_tracker_names_no_fix_it_cannot_be_told() {
    let patches = advisories(&of_tracker());
    let curl = |version| said(&patches, "curl", &[package("curl", "curl", version)]);
    insta::assert_snapshot!(
        [
            curl("7.88.1-10+deb12u9"),
            curl("8.7.1-1~bpo12+1"),
            curl("8.7.1-1+deb13u4"),
            curl("8.9.0-1~bpo12+1"),
        ]
        .join("\n"),
        @r"
    Installed: web1 has it: curl is at 7.88.1-10+deb12u9, and the fix came with 7.88.1-10+deb12u9.
    Missing: web1 lacks this security update of curl: curl is at 8.7.1-1~bpo12+1, from outside of the release, and the fix came to unstable with 8.8.0-1. Its package manager would not install it now: no repository that it has offers the fixed version.
    Undetermined: It cannot be told whether web1 lacks it: curl is at 8.7.1-1+deb13u4, which is from outside of debian:12. An update of another release may have the fix though it is below 8.8.0-1, with which it came to unstable.
    Undetermined: It cannot be told whether web1 lacks it: curl is at 8.9.0-1~bpo12+1, which is from outside of debian:12. Debian's tracker names 8.8.0-1 in unstable for some of its flaws, and no fix for others.
    "
    );
    // Nothing is known but the version's own name.
    let untold = advisories(&Said::default());
    let curl = |version| said(&untold, "curl", &[package("curl", "curl", version)]);
    insta::assert_snapshot!([curl("8.7.1-1~bpo12+1"), curl("8.7.1-1")].join("\n"), @r"
    Undetermined: It cannot be told whether web1 lacks it: curl is at 8.7.1-1~bpo12+1, which is from outside of debian:12. Debian's tracker names no fix in unstable to compare it with.
    Installed: web1 has it: curl is at 8.7.1-1, and the fix came with 7.88.1-10+deb12u9.
    ");
}

/// One package that lacks the fix decides, whatever cannot be told of another.
#[test]
fn the_gravest_counts() {
    let patches = advisories(&of_tracker());
    let old = package("libcurl4", "curl", "7.88.1-10+deb12u1");
    let untold = package("curl", "curl", "8.9.0-1~bpo12+1");
    let fixed = package("libcurl3-gnutls", "curl", "7.88.1-10+deb12u9");
    let verdict = |packages: &[Component]| judged(&patches[1], packages).1.verdict.name();
    assert_eq!(patches[1].source, "curl");
    assert_eq!(verdict(&[untold.clone(), old, fixed.clone()]), "Missing");
    assert_eq!(verdict(&[untold, fixed.clone()]), "Undetermined");
    assert_eq!(verdict(&[fixed]), "Installed");
}

/// Of kernels the newest of its kind counts, also where that is one of backports.
#[test]
fn a_newer_kernel_of_backports_counts() {
    let patches = advisories(&of_tracker());
    let image =
        |name: &str, version: &str| package(&format!("linux-image-{name}-amd64"), "linux-signed-amd64", version);
    let fixed = image("6.1.0-40", "6.1.170+3");
    let old = image("6.1.0-38", "6.1.164+1");
    let bad = image("6.12.6+bpo", "6.12.6+1~bpo12+1");
    let good = image("6.12.12+bpo", "6.12.12+1~bpo12+1");
    let linux = |packages: &[Component]| said(&patches, "linux", packages);
    insta::assert_snapshot!(
        [linux(&[fixed.clone(), old.clone()]), linux(&[fixed, bad]), linux(&[good, old])].join("\n"),
        @r"
    Installed: web1 has it: linux-image-6.1.0-40-amd64 (of source linux) is at 6.1.170-3, and the fix came with 6.1.170-3.
    Missing: web1 lacks this security update of linux: linux-image-6.12.6+bpo-amd64 (of source linux) is at 6.12.6-1~bpo12+1, from outside of the release, and the fix came to unstable with 6.12.9-1. Its package manager would not install it now: no repository that it has offers the fixed version.
    Installed: web1 has it: linux-image-6.12.12+bpo-amd64 (of source linux) is at 6.12.12-1~bpo12+1, and the fix came to unstable with 6.12.9-1.
    "
    );
}
