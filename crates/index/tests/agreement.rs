//! The index and the plain evaluator agree: after any sequence of reports and new patches, every status and every
//! count of the index is what judging each asset by itself gives; and an index that is loaded equals one that grew.

use std::collections::{BTreeMap, BTreeSet};

use fettle_catalog::judge::{AssetView, Verdict, judge};
use fettle_catalog::rule::{PackageKey, Reporters, Rule};
use fettle_index::query::{AssetFilter, AssetSort, Page, VulnerabilityFilter, VulnerabilitySort};
use fettle_index::{AssetChange, Columns, ComponentId, Index, LoadedAsset, PatchEntry, PatchNumber, Status};
use fettle_model::component::{Component, RepositoryTrust};
use fettle_model::patch::{Corroboration, MatchedBy, Patch, PatchKind, PatchPackage, Reboot};
use fettle_model::version::dpkg;
use fettle_model::{AssetId, PatchId, Repository, ScanStatus, Severity};
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

const PACKAGES: [(&str, &str); 8] = [
    ("libssl3", "openssl"),
    ("openssl", "openssl"),
    ("bash", "bash"),
    ("curl", "curl"),
    ("libcurl4", "curl"),
    ("linux-image-6.1.0-1-amd64", "linux-signed-amd64"),
    ("linux-image-6.1.0-2-amd64", "linux-signed-amd64"),
    ("linux-libc-dev", "linux"),
];
const VERSIONS: [&str; 5] = ["1.0-1~deb12u1", "1.0-1", "1.0-1+deb12u1", "1.1-1", "1:0.9-1"];
const REPOSITORIES: [&str; 2] = ["Debian/Debian/stable/main", "Debian/Debian-Security/stable-security/main"];

/// One asset's packages (index, version, architecture), repositories and release.
#[derive(Debug, Clone)]
struct Machine {
    packages: Vec<(usize, usize, bool)>,
    repositories: [bool; 2],
    release: bool,
}

#[derive(Debug, Clone)]
enum Step {
    /// `meanwhile` comes between the preview and the change.
    Report {
        asset: usize,
        machine: Machine,
        keeps_preview: bool,
        meanwhile: Option<Publication>,
    },
    Publish(Publication),
    /// An advisory, which speaks of source packages.
    Advise {
        source: &'static str,
        version: usize,
        also: Option<&'static str>,
    },
}

#[derive(Debug, Clone)]
struct Publication {
    source: &'static str,
    version: usize,
    repository: usize,
    packages: Vec<(usize, bool)>,
    everyone: bool,
}

fn machine() -> impl Strategy<Value = Machine> {
    let package = (0..PACKAGES.len(), 0..VERSIONS.len(), any::<bool>());
    (proptest::collection::vec(package, 0..8), any::<[bool; 2]>(), any::<bool>())
        .prop_map(|(packages, repositories, release)| Machine { packages, repositories, release })
}

fn publication() -> impl Strategy<Value = Publication> {
    (
        source(),
        0..VERSIONS.len(),
        0..2usize,
        proptest::collection::vec((0..PACKAGES.len(), any::<bool>()), 1..4),
        any::<bool>(),
    )
        .prop_map(|(source, version, repository, packages, everyone)| Publication {
            source,
            version,
            repository,
            packages,
            everyone,
        })
}

fn source() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("openssl"), Just("bash"), Just("curl"), Just("linux")]
}

fn step() -> impl Strategy<Value = Step> {
    let meanwhile = proptest::option::weighted(0.2, publication());
    prop_oneof![
        3 => (0..6usize, machine(), any::<bool>(), meanwhile).prop_map(|(asset, machine, keeps_preview, meanwhile)| {
            Step::Report { asset, machine, keeps_preview, meanwhile }
        }),
        2 => publication().prop_map(Step::Publish),
        1 => (source(), 0..VERSIONS.len(), proptest::option::of(source()))
            .prop_map(|(source, version, also)| Step::Advise { source, version, also }),
    ]
}

fn asset_id(number: usize) -> AssetId {
    AssetId(Uuid::from_u128(number as u128 + 1))
}

fn components(machine: &Machine) -> BTreeSet<Component> {
    let release = if machine.release { "12" } else { "11" };
    let mut components = BTreeSet::from([Component::Os { id: "debian".to_owned(), release: release.to_owned() }]);
    for (package, version, foreign) in &machine.packages {
        let (name, source) = PACKAGES[*package];
        components.insert(Component::Deb {
            name: name.to_owned(),
            version: VERSIONS[*version].to_owned(),
            arch: if *foreign { "i386" } else { "amd64" }.to_owned(),
            source: source.to_owned(),
            // A signed source has `+` where the unsigned one has `-`.
            source_version: VERSIONS[*version].replacen('-', if source.contains("-signed") { "+" } else { "-" }, 1),
        });
    }
    for (at, enabled) in machine.repositories.iter().enumerate() {
        components.insert(Component::Repo {
            manager: "deb".to_owned(),
            repository: REPOSITORIES[at].into(),
            enabled: *enabled,
            trust: RepositoryTrust::Signed,
        });
    }
    components
}

fn columns(asset: AssetId, revision: u64) -> Columns {
    Columns {
        id: asset,
        name: format!("host{}", asset.uuid().as_u128()),
        fqdn: None,
        operating_system: "Debian".to_owned(),
        os_family: "linux".to_owned(),
        address: None,
        agent_version: "0".to_owned(),
        last_logged_on_user: None,
        pending_reboot: false,
        scan_status: ScanStatus::Scanned,
        scan_reason: None,
        scanned_at: None,
        enrolled_at: Timestamp::UNIX_EPOCH,
        last_checked_in: None,
        revision,
        last_deployment: None,
    }
}

/// What the database would hold.
#[derive(Default)]
struct Truth {
    interned: BTreeMap<Component, ComponentId>,
    machines: BTreeMap<AssetId, BTreeSet<Component>>,
    patches: BTreeMap<PatchNumber, PatchEntry>,
}

fn patch(
    number: PatchNumber,
    source: &str,
    version: usize,
    kind: PatchKind,
    repository: Option<Repository>,
    packages: Vec<PatchPackage>,
) -> Patch {
    Patch {
        id: PatchId(Uuid::from_u128(u128::from(number.0))),
        aliases: Vec::new(),
        native_ids: Vec::new(),
        title: format!("{source} {}", VERSIONS[version]),
        description: String::new(),
        vendor: "Debian".to_owned(),
        kind,
        severity: Severity::None,
        urgency: None,
        // Some CVEs are fixed by several patches.
        cves: Some(vec![format!("CVE-2026-{:04}", version), format!("CVE-2025-{:04}", number.0)]),
        product: "debian:12".to_owned(),
        repository,
        source: source.to_owned(),
        source_version: VERSIONS[version].to_owned(),
        packages,
        published: None,
        reboot: Reboot::Never,
        advisory_link: None,
    }
}

impl Truth {
    fn intern(&mut self, components: &BTreeSet<Component>) -> Vec<ComponentId> {
        let mut ids = Vec::new();
        for component in components {
            let next = ComponentId(u32::try_from(self.interned.len()).expect("few components"));
            ids.push(*self.interned.entry(component.clone()).or_insert(next));
        }
        ids
    }

    fn publish(&mut self, publication: &Publication) -> PatchEntry {
        let Publication { source, version, repository, ref packages, everyone } = *publication;
        let number = PatchNumber(
            u32::try_from(version * 10 + repository).expect("small") + 100 * u32::from(source.as_bytes()[0]),
        );
        let repository: Repository = REPOSITORIES[repository].into();
        let corroboration = if everyone { Corroboration::SignedIndex } else { Corroboration::Reported };
        let packages = packages.iter().map(|(package, foreign)| PatchPackage {
            name: PACKAGES[*package].0.to_owned(),
            architecture: if *foreign { "all" } else { "amd64" }.to_owned(),
            fixed_version: VERSIONS[version].to_owned(),
            size_bytes: None,
            sha256: None,
            corroboration,
            by: MatchedBy::Name,
        });
        let mut packages: Vec<_> = packages.collect();
        packages.sort();
        packages.dedup();
        let mut reporters = Reporters::default();
        for package in &packages {
            let key = PackageKey {
                name: package.name.clone(),
                architecture: package.architecture.clone(),
                fixed: package.fixed_version.clone(),
            };
            reporters.add(key, asset_id(version));
        }
        let kind = if repository.is_security() { PatchKind::Security } else { PatchKind::Bugfix };
        self.put(number, patch(number, source, version, kind, Some(repository), packages), &reporters)
    }

    fn advise(&mut self, source: &str, version: usize, also: Option<&str>) -> PatchEntry {
        let number = PatchNumber(u32::try_from(version).expect("small") + 90 + 100 * u32::from(source.as_bytes()[0]));
        let mut sources = vec![source];
        sources.extend(also.filter(|also| *also != source));
        let packages = sources.iter().map(|source| PatchPackage {
            name: (*source).to_owned(),
            architecture: "any".to_owned(),
            fixed_version: VERSIONS[version].to_owned(),
            size_bytes: None,
            sha256: None,
            corroboration: Corroboration::Advisory,
            by: MatchedBy::Source,
        });
        let patch = patch(number, source, version, PatchKind::Security, None, packages.collect());
        self.put(number, patch, &Reporters::default())
    }

    fn put(&mut self, number: PatchNumber, patch: Patch, reporters: &Reporters) -> PatchEntry {
        let revision = self.patches.get(&number).map_or(1, |known| known.revision + 1);
        let rule = Rule::of(&patch, reporters);
        let entry =
            PatchEntry { number, patch, rule, synced_at: Timestamp::UNIX_EPOCH, revision, derived_severity: None };
        self.patches.insert(number, entry.clone());
        entry
    }

    fn status(&self, asset: AssetId, entry: &PatchEntry) -> Verdict {
        judge(&entry.rule, asset, &AssetView::new(&self.machines[&asset])).verdict
    }

    /// Missing (latest only), missing security, installed: by looking at each patch of the asset.
    fn counts(&self, asset: AssetId) -> (u32, u32, u32) {
        let (mut missing, mut security, mut installed) = (0, 0, 0);
        for entry in self.patches.values() {
            let verdict = self.status(asset, entry);
            installed += u32::from(verdict == Verdict::Installed);
            let chain = |other: &&PatchEntry| other.patch.source == entry.patch.source;
            let newer =
                |other: &&PatchEntry| dpkg::compare(&other.patch.source_version, &entry.patch.source_version).is_gt();
            let applies = |other: &PatchEntry| self.status(asset, other) != Verdict::NotApplicable;
            let replaced = self.patches.values().filter(chain).filter(newer).any(applies);
            if verdict == Verdict::Missing && !replaced {
                missing += 1;
                let brings_security = self
                    .patches
                    .values()
                    .filter(chain)
                    .any(|other| other.patch.is_security() && self.status(asset, other) == Verdict::Missing);
                security += u32::from(brings_security);
            }
        }
        (missing, security, installed)
    }
}

fn check(index: &Index, truth: &Truth) -> Result<(), TestCaseError> {
    let all = Page { offset: 0, limit: 100 };
    for asset in truth.machines.keys() {
        let findings: BTreeMap<_, _> =
            index.findings(*asset).into_iter().map(|found| (found.entry.number, found.status)).collect();
        for (number, entry) in &truth.patches {
            let expected = match truth.status(*asset, entry) {
                Verdict::Missing => Some(Status::Missing),
                Verdict::Installed => Some(Status::Installed),
                _ => None,
            };
            prop_assert_eq!(findings.get(number).copied(), expected, "{} on {}", entry.patch.title, asset);
        }
        let counts = index.asset(*asset).expect("it is there").counts;
        prop_assert_eq!((counts.missing, counts.missing_security, counts.installed), truth.counts(*asset));
        let packages = truth.machines[asset].iter().filter(|component| component.kind() == "deb").count();
        prop_assert_eq!(counts.packages as usize, packages);
    }
    for entry in truth.patches.values() {
        let with = |status| {
            let filter = AssetFilter { patch: Some((entry.patch.id, status)), ..AssetFilter::default() };
            index.assets(&filter, AssetSort::Name, false, all).total
        };
        let expected = |verdict| truth.machines.keys().filter(|asset| truth.status(**asset, entry) == verdict).count();
        prop_assert_eq!(with(Status::Missing), expected(Verdict::Missing));
        prop_assert_eq!(with(Status::Installed), expected(Verdict::Installed));
        prop_assert_eq!(with(Status::NotApplicable), expected(Verdict::NotApplicable));
        let (_, count) = index.patch(entry.patch.id).expect("it is there");
        prop_assert_eq!(usize::try_from(count.missing).expect("few assets"), expected(Verdict::Missing));
    }
    Ok(())
}

fn check_vulnerabilities(index: &Index, truth: &Truth) -> Result<(), TestCaseError> {
    let all = Page { offset: 0, limit: usize::MAX };
    let filter = VulnerabilityFilter::default();
    let rows = index.vulnerabilities(&filter, VulnerabilitySort::Cve, false, all).rows;
    let named: BTreeSet<&String> = truth.patches.values().flat_map(|entry| entry.patch.cves.iter().flatten()).collect();
    prop_assert_eq!(rows.iter().map(|row| &row.cve).collect::<BTreeSet<_>>(), named);
    for row in rows {
        let fixes =
            || truth.patches.values().filter(|entry| entry.patch.cves.iter().flatten().any(|cve| *cve == row.cve));
        let lacks = |asset: &&AssetId| fixes().any(|entry| truth.status(**asset, entry) == Verdict::Missing);
        let exposed = truth.machines.keys().filter(lacks).count();
        prop_assert_eq!(row.exposed, exposed as u64, "{}", row.cve);
        prop_assert_eq!(row.patches, fixes().count());
        let filter = AssetFilter { cve: Some(row.cve.clone()), ..AssetFilter::default() };
        prop_assert_eq!(index.assets(&filter, AssetSort::Name, false, all).total, exposed);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_the_plain_evaluator(steps in proptest::collection::vec(step(), 1..25)) {
        let index = Index::new();
        let mut truth = Truth::default();
        for (revision, step) in (1u64..).zip(steps) {
            match step {
                Step::Report { asset, machine, keeps_preview, meanwhile } => {
                    let asset = asset_id(asset);
                    let now = components(&machine);
                    let before = truth.machines.insert(asset, now.clone()).unwrap_or_default();
                    truth.intern(&now);
                    index.add_components(truth.interned.iter().map(|(component, id)| (*id, component)));
                    let ids = |set: BTreeSet<Component>| set.iter().map(|component| truth.interned[component]).collect::<Vec<_>>();
                    let added = ids(now.difference(&before).cloned().collect());
                    let removed = ids(before.difference(&now).cloned().collect());
                    let preview = index.preview(asset, &added, &removed);
                    let previewed = preview.flips().to_vec();
                    let statuses: BTreeMap<_, _> = index.findings(asset).into_iter().map(|found| (found.entry.number, found.status)).collect();
                    for flip in &previewed {
                        let was = statuses.get(&flip.patch).copied().unwrap_or(Status::NotApplicable);
                        prop_assert_eq!(was, flip.from);
                    }
                    let is_overtaken = meanwhile.is_some();
                    if let Some(publication) = meanwhile {
                        index.put_patch(truth.publish(&publication));
                    }
                    let change = AssetChange { columns: columns(asset, revision), added, removed };
                    index.change_asset(change, keeps_preview.then_some(preview));
                    let after: BTreeMap<_, _> = index.findings(asset).into_iter().map(|found| (found.entry.number, found.status)).collect();
                    if !is_overtaken {
                        for flip in &previewed {
                            let is = after.get(&flip.patch).copied().unwrap_or(Status::NotApplicable);
                            prop_assert_eq!(is, flip.to);
                        }
                        let changed = statuses.iter().filter(|(patch, status)| after.get(patch) != Some(status)).count()
                            + after.keys().filter(|patch| !statuses.contains_key(patch)).count();
                        prop_assert_eq!(changed, previewed.len());
                    }
                }
                Step::Publish(publication) => index.put_patch(truth.publish(&publication)),
                Step::Advise { source, version, also } => {
                    index.put_patch(truth.advise(source, version, also));
                }
            }
            check(&index, &truth)?;
        }
        check_vulnerabilities(&index, &truth)?;
        let loaded = Index::new();
        loaded.add_components(truth.interned.iter().map(|(component, id)| (*id, component)));
        let assets: Vec<_> = truth.machines.iter().map(|(asset, machine)| LoadedAsset {
            columns: columns(*asset, 1),
            components: machine.iter().map(|component| truth.interned[component]).collect(),
        }).collect();
        loaded.load(assets, truth.patches.values().cloned());
        check(&loaded, &truth)?;
        check_vulnerabilities(&loaded, &truth)?;
        if let Some(asset) = truth.machines.keys().next().copied() {
            loaded.remove_asset(asset);
            truth.machines.remove(&asset);
            prop_assert!(loaded.asset(asset).is_none());
            check(&loaded, &truth)?;
        }
    }
}
