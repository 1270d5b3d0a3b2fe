//! Advisories of rpm repositories as patches: for which release, of which packages, and judged in rpm's order.

use fettle_catalog::chain::replaces;
use fettle_catalog::judge::{AssetView, Judgement, RestartNeeded, Verdict, judge};
use fettle_catalog::reading::Report;
use fettle_catalog::rpm::patches::{self, joined};
use fettle_catalog::rule::{Reporters, Rule};
use fettle_model::component::{Component, Running};
use fettle_model::patch::{Patch, PatchKind, Reboot};
use fettle_model::{AssetId, Severity};

use crate::support::{fixture, vendor_file};

fn read(text: &[u8]) -> (Vec<Patch>, Report) {
    patches::read(text).expect("a list")
}

fn own() -> (Vec<Patch>, Report) {
    let (mut found, report) = read(&fixture("updateinfo.xml"));
    found.sort_by_key(|patch| patch.title.clone());
    (found, report)
}

fn of(id: &str) -> Patch {
    own().0.into_iter().find(|patch| patch.advisory() == Some(id)).expect("it makes a patch")
}

fn rpm(name: &str, version: &str, arch: &str, stream: &str) -> Component {
    Component::Rpm {
        name: name.to_owned(),
        version: version.to_owned(),
        arch: arch.to_owned(),
        vendor: "AlmaLinux".to_owned(),
        stream: stream.to_owned(),
        source: String::new(),
    }
}

fn judged(patch: &Patch, release: (&str, &str), packages: &[Component]) -> Judgement {
    let os = Component::Os { id: release.0.to_owned(), release: release.1.to_owned() };
    let components: Vec<_> = std::iter::once(os).chain(packages.iter().cloned()).collect();
    let asset: AssetId = "0193a1b2-0000-7000-8000-000000000001".parse().expect("an id");
    judge(&Rule::of(patch, &Reporters::default()), asset, &AssetView::new(&components))
}

#[test]
fn one_patch_for_each_advisory_and_release() {
    let (found, report) = own();
    let lines: Vec<_> = found
        .iter()
        .map(|patch| format!("{} | {} | {} {}", patch.title, patch.product, patch.source, patch.source_version))
        .collect();
    assert_eq!(
        lines,
        [
            "ALBA-2026:0002 example-libs bug fix update | almalinux:9 | example 1:1.0-11.el9",
            "ALSA-2026:0001 Important: example security update | almalinux:9 | example 1:1.0-10.el9",
            "ALSA-2026:0003 Moderate: kernel security update | almalinux:9 | kernel 0:5.14.0-70.1.1.el9",
            "ALSA-2026:0004 Low: nodejs:18 security update | almalinux:9 | nodejs 1:18.20.0-1.module_el9.4.0+1+a",
            "ALSA-2026:0007 taken back | almalinux:9 | extra 0:1-1.el9",
            "RLEA-2026:0005 new module | rocky:9 | mariadb 3:10.5.16-2.module+el9.1.0+1+a",
        ]
    );
    let untold: Vec<_> = found.iter().filter(|patch| patch.is_untold()).map(|patch| &patch.source).collect();
    assert_eq!(untold, ["mariadb"], "read, and not stored");
    let unresolved: Vec<_> = report.unresolved.reasons().collect();
    assert_eq!(
        unresolved,
        [("a package of a module whose stream is not told", 1), ("an advisory of no distribution that is known", 1),]
    );
    assert_eq!((report.read["advisories"], report.read["patches"], report.dropped.total()), (7, 6, 0));
    let withdrawn: Vec<_> = found.iter().filter(|patch| patch.withdrawn).filter_map(Patch::advisory).collect();
    assert_eq!((withdrawn, report.read["withdrawn"]), (vec!["ALSA-2026:0007"], 1));
}

#[test]
fn what_a_record_says() {
    let patch = of("ALSA-2026:0001");
    assert_eq!(
        (patch.vendor.as_str(), patch.kind, patch.severity),
        ("AlmaLinux", PatchKind::Security, Severity::Important)
    );
    assert_eq!(
        (patch.native_ids[0].scheme.as_str(), patch.description.as_str()),
        ("ALSA", "Example parses everything.")
    );
    assert_eq!(patch.cves.as_deref(), Some(&["CVE-2026-1001".to_owned()][..]));
    assert_eq!(patch.published.map(|at| at.to_string()).as_deref(), Some("2026-03-01T16:09:29Z"));
    assert_eq!(patch.modified.map(|at| at.to_string()).as_deref(), Some("2026-03-02T00:00:00Z"));
    assert_eq!(patch.advisory_link.as_deref(), Some("https://errata.example.com/9/ALSA-2026-0001.html"));
    let packages: Vec<_> =
        patch.packages.iter().map(|package| format!("{}.{}", package.name, package.architecture)).collect();
    assert_eq!(packages, ["example.x86_64", "example-libs.i686", "example-libs.x86_64"], "no source package");
    assert_eq!((patch.reboot, of("ALSA-2026:0003").reboot), (Reboot::Never, Reboot::Always));
    assert_eq!(of("ALBA-2026:0002").kind, PatchKind::Bugfix);
}

#[test]
fn judged_in_the_order_of_rpm_on_machines_of_the_release() {
    let patch = of("ALSA-2026:0001");
    let verdict = |release, packages: &[Component]| judged(&patch, release, packages).verdict;
    let nine = ("almalinux", "9.3");
    // dpkg would say otherwise of an epoch, and of `2.el9` against `10.el9` as text.
    assert_eq!(verdict(nine, &[rpm("example", "1:1.0-2.el9", "x86_64", "")]), Verdict::Missing);
    assert_eq!(verdict(nine, &[rpm("example", "1:1.0^git1-1.el9", "x86_64", "")]), Verdict::Installed);
    assert_eq!(verdict(nine, &[rpm("example", "1:1.0-10.el9", "x86_64", "")]), Verdict::Installed);
    assert_eq!(verdict(("almalinux", "8.9"), &[rpm("example", "1:1.0-2.el9", "x86_64", "")]), Verdict::NotApplicable);
    assert_eq!(verdict(("rocky", "9.3"), &[rpm("example", "1:1.0-2.el9", "x86_64", "")]), Verdict::NotApplicable);
    assert_eq!(verdict(nine, &[rpm("example", "1:1.0-2.el9", "aarch64", "")]), Verdict::NotApplicable);
    // Libraries in two architectures: none may be below.
    let both = [rpm("example-libs", "1:1.0-10.el9", "x86_64", ""), rpm("example-libs", "1:1.0-9.el9", "i686", "")];
    assert_eq!(verdict(nine, &both), Verdict::Missing);
    // A package of Debian of the same name is another thing.
    let deb = Component::Deb {
        name: "example".to_owned(),
        version: "1:0.1-1".to_owned(),
        arch: "x86_64".to_owned(),
        source: "example".to_owned(),
        source_version: "1:0.1-1".to_owned(),
    };
    assert_eq!(verdict(nine, &[deb]), Verdict::NotApplicable);
    let evidence = judged(&patch, nine, &[rpm("example", "1:1.0-2.el9", "x86_64", "")]).evidence;
    let facts: Vec<_> =
        evidence.iter().map(|fact| format!("{}: {} {} {}", fact.subject, fact.found, fact.op, fact.expected)).collect();
    assert!(facts.contains(&"rpm example.x86_64: 1:1.0-2.el9 ≥ 1:1.0-10.el9".to_owned()), "{facts:?}");
}

#[test]
fn of_kernels_the_newest_counts_and_the_booted_one_asks_for_a_restart() {
    let patch = of("ALSA-2026:0003");
    let kernel = |version| rpm("kernel-core", version, "x86_64", "");
    let booted = |release: &str| Component::Running(Running::Kernel { version: release.to_owned() });
    let nine = ("almalinux", "9.3");
    let (old, new) = (kernel("0:5.14.0-70.el9"), kernel("0:5.14.0-70.1.1.el9"));
    assert_eq!(judged(&patch, nine, std::slice::from_ref(&old)).verdict, Verdict::Missing);
    let after = judged(&patch, nine, &[old.clone(), new.clone(), booted("5.14.0-70.el9.x86_64")]);
    let restart = RestartNeeded::Kernel { running: "5.14.0-70.el9.x86_64".to_owned() };
    assert_eq!((after.verdict, after.restart_needed), (Verdict::Installed, Some(restart)));
    let restarted = judged(&patch, nine, &[old, new, booted("5.14.0-70.1.1.el9.x86_64")]);
    assert_eq!((restarted.verdict, restarted.restart_needed), (Verdict::Installed, None));
}

#[test]
fn a_higher_version_of_another_stream_is_no_fix() {
    let patch = of("ALSA-2026:0004");
    let nodejs =
        |version, stream| judged(&patch, ("almalinux", "9.4"), &[rpm("nodejs", version, "x86_64", stream)]).verdict;
    assert_eq!(nodejs("1:18.19.0-1.module_el9.4.0+1+a", "nodejs:18"), Verdict::Missing);
    assert_eq!(nodejs("1:18.20.0-1.module_el9.4.0+1+a", "nodejs:18"), Verdict::Installed);
    assert_eq!(nodejs("1:20.1.0-1.module_el9.4.0+1+a", "nodejs:20"), Verdict::NotApplicable);
    assert_eq!(nodejs("1:16.1.0-1.el9", ""), Verdict::NotApplicable);
}

/// A later advisory of the same source replaces one of which it brings all packages.
#[test]
fn an_advisory_replaces_what_it_covers() {
    let (security, bugfix) = (of("ALSA-2026:0001"), of("ALBA-2026:0002"));
    assert!(bugfix.compare_versions(&security).is_gt());
    assert!(!bugfix.covers(&security), "it does not bring `example`");
    let mut whole = bugfix;
    whole.packages = security.packages.clone();
    assert!(whole.covers(&security));
    whole.packages[0].fixed_version = "1:1.0-9.el9".to_owned();
    assert!(!whole.covers(&security), "at a lower version");
}

#[test]
fn two_repositories_speak_of_one_advisory_and_a_later_word_replaces_it() {
    let base = of("ALSA-2026:0001");
    let mut other = base.clone();
    other.packages.truncate(1);
    other.packages[0].name = "example-devel".to_owned();
    let both = joined(&base, other.clone());
    assert_eq!(both.packages.len(), 4);
    assert_eq!(joined(&both, base.clone()), both, "each again changes nothing");
    assert_eq!(joined(&both, other.clone()), both);
    let mut lower = base.clone();
    lower.packages[0].fixed_version = "1:1.0-1.el9".to_owned();
    assert_eq!((joined(&base, lower.clone()), joined(&lower, base.clone())), (base.clone(), base.clone()));
    other.modified = other.modified.map(|at| at + jiff::SignedDuration::from_hours(1));
    let later = joined(&both, other.clone());
    assert_eq!(later.packages, other.packages);
    assert_eq!(joined(&later, base), later, "an earlier word adds nothing");
}

/// A retraction may be in the file of one repository before it is in another's; only a later word brings it back.
#[test]
fn what_was_taken_back_comes_back_with_a_later_word_alone() {
    let base = of("ALSA-2026:0001");
    let retracted = Patch { withdrawn: true, ..base.clone() };
    assert!(joined(&base, retracted.clone()).withdrawn);
    assert!(joined(&retracted, base.clone()).withdrawn, "the other repository has not heard of it");
    let later = |patch: &Patch, hours| Patch {
        modified: patch.modified.map(|at| at + jiff::SignedDuration::from_hours(hours)),
        ..patch.clone()
    };
    assert!(!joined(&retracted, later(&base, 1)).withdrawn);
    assert!(joined(&later(&retracted, 1), base.clone()).withdrawn, "an earlier word adds nothing");
    // Where no change is dated, the day of issue orders the words.
    let issued = |patch: &Patch| Patch { modified: None, ..patch.clone() };
    let again = Patch { published: later(&base, 1).modified, ..issued(&base) };
    assert!(!joined(&issued(&retracted), again).withdrawn);

    let machine = [rpm("example", "1:1.0-2.el9", "x86_64", "")];
    assert_eq!(judged(&retracted, ("almalinux", "9.3"), &machine).verdict, Verdict::NotApplicable);
    let older = Patch { source_version: "1:1.0-9.el9".to_owned(), ..base.clone() };
    assert!(replaces(&base, &older) && !replaces(&retracted, &older));
}

/// `catalogue.md` 12. The list calls all `CentOS 6`; the packages say for which release they were built.
#[test]
fn the_real_advisories_of_centos_are_for_four_releases() {
    let Some(path) = vendor_file("updateinfo/centos_cesa_updateinfo.xml") else { return };
    let (found, report) = read(&fs_err::read(path).expect("readable"));
    let of = |product: &str| found.iter().filter(|patch| patch.product == product).count();
    assert_eq!(report.read["advisories"], 427);
    assert_eq!(["centos:4", "centos:5", "centos:6", "centos:7"].map(of), CENTOS);
    assert_eq!(found.len(), CENTOS.iter().sum::<usize>());
    assert_eq!(report.unresolved.total() + report.dropped.total(), 0);
    assert!(found.iter().all(|patch| !patch.packages.is_empty() && patch.packages.is_sorted()));
}

/// Patches for each release, counted from the file with another tool.
const CENTOS: [usize; 4] = [3, 170, 427, 129];
