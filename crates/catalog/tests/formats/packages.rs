//! Binaries are judged by their source: Debian's security suite, package by package.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;

use fettle_catalog::apt::packages::{IndexedPackage, read};
use fettle_catalog::judge::{AssetView, Verdict, judge};
use fettle_catalog::rule::{Clause, Reach, Rule};
use fettle_model::component::Component;
use fettle_model::debian_source::unsigned;
use fettle_model::patch::MatchedBy;
use fettle_model::version::dpkg;
use fettle_model::{AssetId, PackageKind};

use crate::support::vendor_file;

fn index() -> Option<Vec<IndexedPackage>> {
    let path = vendor_file("debian_apt/bookworm-security_main_binary-amd64_Packages.xz")?;
    let packed = fs_err::File::open(path).expect("readable");
    let input = BufReader::new(lzma_rust2::XzReader::new(packed, true));
    let (packages, skipped) = read(input, |_| true).expect("an index");
    assert_eq!(skipped, 0);
    Some(packages)
}

/// What an advisory about one source says of a machine that has this package alone.
fn verdict(package: &IndexedPackage, source: &str, fixed: &str) -> Verdict {
    let components = [
        Component::Os { id: "debian".to_owned(), release: "12".to_owned() },
        Component::Deb {
            name: package.name.clone(),
            version: package.version.clone(),
            arch: package.architecture.clone(),
            source: package.source.clone(),
            source_version: package.source_version.clone(),
        },
    ];
    let clause = Clause {
        kind: PackageKind::Deb,
        by: MatchedBy::Source,
        name: source.to_owned(),
        architecture: "any".to_owned(),
        stream: String::new(),
        fixed: Some(fixed.to_owned()),
        reach: Reach::Everyone,
        foreign: None,
    };
    let rule =
        Rule { product: "debian:12".to_owned(), repository: None, clauses: vec![clause], articles: Box::default() };
    let asset: AssetId = "0193a1b2-0000-7000-8000-000000000001".parse().expect("an id");
    judge(&rule, asset, &AssetView::new(&components)).verdict
}

/// Every binary whose version differs from its source's. An advisory that names the source at the version that the suite
/// has is fulfilled by the binary, and one that names the next version is not. By the binary's own version that would be
/// wrong for those above and below.
#[test]
fn binaries_whose_version_differs_are_judged_by_their_source() {
    let Some(packages) = index() else { return };
    let sources: BTreeSet<_> = packages.iter().map(|package| package.source.as_str()).collect();
    assert_eq!((packages.len(), sources.len()), (3_006, 388), "catalogue.md 12");
    let differing: Vec<_> = packages.iter().filter(|package| package.version != package.source_version).collect();
    let of_sources: BTreeSet<_> = differing.iter().map(|package| package.source.as_str()).collect();
    assert_eq!((differing.len(), of_sources.len()), (85, 12), "catalogue.md 12");

    let mut table: BTreeMap<String, usize> = BTreeMap::new();
    for package in &differing {
        let (source, version) = unsigned(&package.source, &package.source_version);
        let next = format!("{version}.1");
        assert_eq!(verdict(package, &source, &version), Verdict::Installed, "{}: fixed in what is there", package.name);
        assert_eq!(verdict(package, &source, &next), Verdict::Missing, "{}: missing what comes next", package.name);
        let by_name = verdict(package, &package.name, &next);
        assert_eq!(by_name, Verdict::NotApplicable, "{}: advisories name sources", package.name);
        let own = own_kind(&package.version, &version);
        *table.entry(format!("{own} of {} by {source} {version}", package.source)).or_default() += 1;
    }
    let lines: Vec<_> = table.iter().map(|(line, count)| format!("{count} {line}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    1 above of libreoffice by libreoffice 4:7.4.7-1+deb12u13
    1 above of linux by linux 6.1.192-2
    1 above of node-undici by node-undici 5.15.0+dfsg1+~cs20.10.9.3-1+deb12u3
    4 above of ntpsec by ntpsec 1.2.2+dfsg1-1+deb12u1
    1 above of util-linux by util-linux 2.38.1-5+deb12u1
    2 below of inetutils by inetutils 2:2.4-2+deb12u3
    2 below of libreoffice by libreoffice 4:7.4.7-1+deb12u13
    1 below of linux by linux 6.1.192-2
    4 below of postgresql-common by postgresql-common 248+deb12u2
    5 below of samba by samba 2:4.17.12+dfsg-0+deb12u4
    1 below of twitter-bootstrap3 by twitter-bootstrap3 3.4.1+dfsg-3+deb12u2
    2 below of znc by znc 1.8.2-3.1+deb12u2
    3 equal of linux-signed-6.12-amd64 by linux-6.12 6.12.100-1~deb12u1
    3 equal of linux-signed-6.12-amd64 by linux-6.12 6.12.101-1~deb12u1
    3 equal of linux-signed-6.12-amd64 by linux-6.12 6.12.107-1~deb12u1
    3 equal of linux-signed-6.12-amd64 by linux-6.12 6.12.111-1~deb12u1
    3 equal of linux-signed-6.12-amd64 by linux-6.12 6.12.113-1~deb12u1
    3 equal of linux-signed-6.12-amd64 by linux-6.12 6.12.115-2~deb12u1
    9 equal of linux-signed-6.12-amd64 by linux-6.12 6.12.117-1~deb12u1
    3 equal of linux-signed-amd64 by linux 6.1.172-1
    3 equal of linux-signed-amd64 by linux 6.1.174-1
    3 equal of linux-signed-amd64 by linux 6.1.176-1
    3 equal of linux-signed-amd64 by linux 6.1.177-1
    3 equal of linux-signed-amd64 by linux 6.1.180-1
    3 equal of linux-signed-amd64 by linux 6.1.187-1
    3 equal of linux-signed-amd64 by linux 6.1.190-1
    3 equal of linux-signed-amd64 by linux 6.1.192-1
    9 equal of linux-signed-amd64 by linux 6.1.192-2
    ");
}

/// How the binary's own version stands to the one that it is judged by.
fn own_kind(own: &str, judged: &str) -> &'static str {
    match dpkg::compare(own, judged) {
        std::cmp::Ordering::Less => "below",
        std::cmp::Ordering::Equal => "equal",
        std::cmp::Ordering::Greater => "above",
    }
}

/// The unsigned kernels of the suite, too, say the same source version as the signed ones.
#[test]
fn signed_kernels_count_as_their_unsigned_source() {
    let Some(packages) = index() else { return };
    let mut compared = 0;
    let unsigned_versions: BTreeSet<(&str, &str)> = packages
        .iter()
        .filter(|package| package.name.ends_with("-amd64-unsigned"))
        .map(|package| (package.name.trim_end_matches("-unsigned"), package.source_version.as_str()))
        .collect();
    for (name, version) in unsigned_versions {
        let signed = packages.iter().filter(|package| package.name == name);
        for signed in signed {
            let judged = unsigned(&signed.source, &signed.source_version).1;
            if judged == version {
                compared += 1;
            }
        }
    }
    assert!(compared > 0, "the suite has unsigned kernels beside the signed ones");
}
