//! Patches of Debian's lists of advisories.

use std::collections::{BTreeMap, BTreeSet};

use fettle_catalog::debian::patches;
use fettle_catalog::reading::Report;
use fettle_model::PatchId;
use fettle_model::patch::{Corroboration, MatchedBy, Patch, Reboot};

use crate::support::vendor_file;

fn read(text: &[u8]) -> (Vec<Patch>, Report) {
    patches::read(text).expect("a list")
}

/// `product | native ids | fixed sources | CVEs`.
fn line(patch: &Patch) -> String {
    let ids: Vec<_> = patch.native_ids.iter().map(|native| format!("{} {}", native.scheme, native.value)).collect();
    let fixed: Vec<_> =
        patch.packages.iter().map(|package| format!("{} {}", package.name, package.fixed_version)).collect();
    let cves = patch.cves.as_deref().unwrap_or_default();
    [patch.product.clone(), ids.join(", "), fixed.join(", "), cves.join(" ")].join(" | ")
}

const LIST: &str = "[03 Apr 2026] DSA-9001-3 example - regression update
\t[bookworm] - example 1.2-3+deb12u3
[02 Apr 2026] DSA-9001-2 example - regression update
\t{CVE-2026-0002}
\t[bookworm] - example 1.2-3+deb12u2
\t[bullseye] - example <unfixed>
[01 Apr 2026] DSA-9001-1 example - security update
\t{CVE-2026-0001}
\t[bullseye] - example 1.1-2+deb11u1
\t[bookworm] - example 1.2-3+deb12u1
\t[bookworm] - example-libs 7-1
[31 Mar 2026] DSA-9000-1 linux - security update
\t{CVE-2026-0003}
\t[bookworm] - linux-tools 6.1.9-1
\t[bookworm] - linux 6.1.9-1
\t[sid] - linux 6.5-1
[30 Mar 2026] DLA-800-1 old - security update
\t[buster] - old <not-affected>
\t[stretch] - old <end-of-life>
[29 Mar 2026] DLA-799 older - security update
\t[wheezy] - older 0.9
[28 Mar 2026] DSA-8999-1 bookworm end-of-life
";

#[test]
fn one_patch_for_each_advisory_and_release() {
    let (found, report) = read(LIST.as_bytes());
    let lines: Vec<_> = found.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "debian:7 | DLA DLA-799 | older 0.9 | ",
            "debian:12 | DSA DSA-9000-1 | linux 6.1.9-1, linux-tools 6.1.9-1 | CVE-2026-0003",
            "debian:11 | DSA DSA-9001-1 | example 1.1-2+deb11u1 | CVE-2026-0001",
            "debian:12 | DSA DSA-9001-3, DSA DSA-9001-2, DSA DSA-9001-1 | example 1.2-3+deb12u3, example-libs 7-1 | \
             CVE-2026-0001 CVE-2026-0002",
        ]
    );
    let unresolved: Vec<_> = report.unresolved.reasons().collect();
    assert_eq!(unresolved, [("a release without a known number", 1)], "sid has none");
    assert_eq!((report.read["patches"], report.dropped.total()), (4, 0));
}

#[test]
fn what_a_record_says() {
    let (found, _) = read(LIST.as_bytes());
    let revised = &found[3];
    assert_eq!(revised.id, PatchId::derive("Debian", "DSA-9001", "debian:12", "any"), "the same in each revision");
    assert_eq!(revised.title, "DSA-9001-3 example: regression update");
    assert_eq!(revised.advisory(), Some("DSA-9001-3"));
    assert_eq!(revised.published.expect("a date").to_string(), "2026-04-01T00:00:00Z", "of the first");
    assert!(revised.advisory_link.as_ref().expect("a link").ends_with("/DSA-9001-3"));
    assert!(
        revised
            .packages
            .iter()
            .all(|package| { (package.by, package.corroboration) == (MatchedBy::Source, Corroboration::Advisory) })
    );
    let kernel = &found[1];
    assert_eq!((kernel.source.as_str(), kernel.reboot), ("linux", Reboot::Maybe));
    assert_eq!(revised.reboot, Reboot::Never);
}

/// `catalogue.md` 12: what the real lists make, release by release.
#[test]
fn the_real_lists() {
    for (name, wanted) in [("DSA", DSA), ("DLA", DLA)] {
        let Some(path) = vendor_file(&format!("debian/security-tracker_{name}_list.txt")) else { return };
        let (found, report) = read(&fs_err::read(path).expect("readable"));
        let mut by_product: BTreeMap<&str, usize> = BTreeMap::new();
        for patch in &found {
            *by_product.entry(&patch.product).or_default() += 1;
        }
        let shown: Vec<_> = by_product.iter().map(|(product, count)| format!("{product} {count}")).collect();
        assert_eq!(shown.join(", "), wanted, "{name}");
        assert_eq!(report.unresolved.total(), 0, "{name}");
        let ids: BTreeSet<_> = found.iter().map(|patch| patch.id).collect();
        assert_eq!(ids.len(), found.len(), "{name}: ids are distinct");
        assert!(found.iter().all(|patch| !patch.packages.is_empty()), "{name}");
    }
}

const DSA: &str = "debian:10 606, debian:11 404, debian:3.0 723, debian:3.1 638, debian:4 615, debian:5 548, \
     debian:6 656, debian:7 779, debian:8 862, debian:9 716";
const DLA: &str = "debian:10 313, debian:6 444, debian:7 947, debian:8 878, debian:9 794";
