//! What the database would hold, judged asset by asset and patch by patch.

use std::collections::{BTreeMap, BTreeSet};

use fettle_catalog::chain::ChainKey;
use fettle_catalog::judge::{AssetView, Verdict, judge};
use fettle_catalog::rule::{PackageKey, Reporters, Rule};
use fettle_index::tags::TagDefinition;
use fettle_index::{ComponentId, Counts, ExceptedPatches, Exception, PatchEntry, PatchNumber, PatchRule};
use fettle_model::component::Component;
use fettle_model::patch::{
    Corroboration, ForeignFix, MatchedBy, NativeId, Patch, PatchKind, PatchPackage, PatchState, Reboot,
};
use fettle_model::sla::{PatchClock, SlaDays};
use fettle_model::vulnerability::{
    BaseScore, CvssScore, CvssVersion, Epss, KnownExploited, Share, VulnerabilityFacts, VulnerabilityRecord,
};
use fettle_model::{Article, AssetId, PackageKind, PatchId, Repository, Severity, TagId};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::steps::{Elsewhere, PACKAGES, Publication, REPOSITORIES, RPMS, STREAMS, VERSIONS, asset_id, enrolled_at};

#[derive(Default)]
pub(crate) struct Truth {
    pub(crate) interned: BTreeMap<Component, ComponentId>,
    pub(crate) machines: BTreeMap<AssetId, BTreeSet<Component>>,
    pub(crate) patches: BTreeMap<PatchNumber, PatchEntry>,
    /// As they are while the patch is not withdrawn.
    pub(crate) rules: BTreeMap<PatchNumber, Rule>,
    pub(crate) exceptions: Vec<Exception>,
    /// Put on assets by hand, with their paths.
    pub(crate) tags: Vec<(TagDefinition, &'static str)>,
    /// Of each update the articles that replace it, for they are asked for again and again.
    pub(crate) above: BTreeMap<PatchNumber, BTreeSet<Article>>,
}

/// By version.
const SEVERITIES: [Severity; 6] =
    [Severity::None, Severity::Low, Severity::Critical, Severity::Important, Severity::Moderate, Severity::None];
/// The vulnerability that every patch of the first version fixes, and nothing else makes urgent.
const EXPLOITED: &str = "CVE-2026-0000";
const EXPLOITED_DUE: jiff::civil::Date = jiff::civil::date(1970, 3, 20);

/// Does a rule find a patch?
type Finds = fn(&PatchEntry) -> bool;

/// Rules by which exceptions find patches, with what they find.
pub(crate) const RULES: [(&str, Finds); 6] = [
    ("isSecurity:true", |entry| entry.patch.is_security()),
    ("vendorSeverity:[Critical,Important]", |entry| {
        matches!(entry.patch.severity, Severity::Critical | Severity::Important)
    }),
    ("enabled:false or isHidden:true", |entry| !entry.state.enabled || entry.state.is_hidden()),
    ("isKnownExploited:true", |entry| entry.patch.cves.iter().flatten().any(|cve| cve == EXPLOITED)),
    ("publishedDate>=now-80d", |entry| entry.patch.published.is_some()),
    ("vulnerabilities:(cvss>=9)", |entry| entry.patch.cves.iter().flatten().any(|cve| cve == "CVE-2026-0002")),
];

/// Some findings are overdue then, and some are not yet.
pub(crate) const AS_OF: i64 = 86_400 * 110;

pub(crate) fn facts() -> [(String, VulnerabilityFacts); 2] {
    let listed = KnownExploited {
        vendor: "V".to_owned(),
        product: "P".to_owned(),
        name: "N".to_owned(),
        date_added: jiff::civil::date(1970, 3, 1),
        due_date: EXPLOITED_DUE,
        required_action: String::new(),
        ransomware: false,
        notes: String::new(),
    };
    let record = VulnerabilityRecord {
        description: "A buffer overflow in the parser".to_owned(),
        published: Timestamp::from_second(86_400 * 50).ok(),
        is_rejected: false,
        cvss: vec![CvssScore {
            source: "security@vendor.example".to_owned(),
            version: CvssVersion::V31,
            score: BaseScore(98),
            vector: "CVSS:3.1/AV:N/AC:L".to_owned(),
        }],
    };
    let epss =
        Epss { probability: Share(500_000), percentile: Some(Share(990_000)), model_version: None, score_date: None };
    [
        (EXPLOITED.to_owned(), VulnerabilityFacts { known_exploited: Some(listed), ..VulnerabilityFacts::default() }),
        (
            "CVE-2026-0002".to_owned(),
            VulnerabilityFacts { record: Some(record), epss: Some(epss), ..VulnerabilityFacts::default() },
        ),
    ]
}

pub(crate) fn patch(
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
        native_ids: native_ids(number, version),
        title: format!("{source} {}", VERSIONS[version]),
        description: String::new(),
        vendor: "Debian".to_owned(),
        kind,
        severity: SEVERITIES[version],
        urgency: None,
        // Some CVEs are fixed by several patches.
        cves: Some(vec![format!("CVE-2026-{:04}", version), format!("CVE-2025-{:04}", number.0)]),
        product: "debian:12".to_owned(),
        package_kind: PackageKind::Deb,
        repository,
        source: source.to_owned(),
        source_version: VERSIONS[version].to_owned(),
        packages,
        published: (version != 2).then(|| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 40)),
        modified: None,
        reboot: Reboot::Never,
        advisory_link: None,
        update: None,
        withdrawn: false,
    }
}

/// Of every second version.
fn native_ids(number: PatchNumber, version: usize) -> Vec<NativeId> {
    let native = |scheme: &str, value| NativeId { scheme: scheme.to_owned(), value };
    if version.is_multiple_of(2) {
        return Vec::new();
    }
    vec![native("BULLETIN", format!("MS01-{version:03}")), native("KB", format!("KB{}", number.0))]
}

pub(crate) fn due(asset: AssetId, entry: &PatchEntry) -> Option<Timestamp> {
    let patch = &entry.patch;
    let exploited = patch.cves.iter().flatten().filter(|cve| *cve == EXPLOITED).map(|_| EXPLOITED_DUE);
    let start = patch.published.unwrap_or(entry.synced_at);
    PatchClock::new(&SlaDays::default(), patch.severity, start, exploited).due(enrolled_at(asset))
}

impl Truth {
    pub(crate) fn intern(&mut self, components: &BTreeSet<Component>) -> Vec<ComponentId> {
        let mut ids = Vec::new();
        for component in components {
            let next = ComponentId(u32::try_from(self.interned.len()).expect("few components"));
            ids.push(*self.interned.entry(component.clone()).or_insert(next));
        }
        ids
    }

    pub(crate) fn publish(&mut self, publication: &Publication) -> PatchEntry {
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
            stream: String::new(),
            size_bytes: None,
            sha256: None,
            corroboration,
            by: MatchedBy::Name,
            foreign: None,
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

    pub(crate) fn advise(
        &mut self,
        source: &str,
        version: usize,
        also: Option<&str>,
        elsewhere: Option<Elsewhere>,
    ) -> PatchEntry {
        let text = |place: Option<usize>| place.map(|place| VERSIONS[place].to_owned());
        let foreign = elsewhere.map(|known| ForeignFix {
            newest: text(known.newest),
            fixed: text(known.fixed),
            is_complete: known.is_complete,
        });
        let number = PatchNumber(u32::try_from(version).expect("small") + 90 + 100 * u32::from(source.as_bytes()[0]));
        let mut sources = vec![source];
        sources.extend(also.filter(|also| *also != source));
        let packages = sources.iter().map(|source| PatchPackage {
            name: (*source).to_owned(),
            architecture: "any".to_owned(),
            fixed_version: VERSIONS[version].to_owned(),
            stream: String::new(),
            size_bytes: None,
            sha256: None,
            corroboration: Corroboration::Advisory,
            by: MatchedBy::Source,
            foreign: foreign.clone(),
        });
        let patch = patch(number, source, version, PatchKind::Security, None, packages.collect());
        self.put(number, patch, &Reporters::default())
    }

    pub(crate) fn advise_rpms(
        &mut self,
        source: &str,
        version: usize,
        packages: &[(usize, bool, usize)],
    ) -> PatchEntry {
        let number = PatchNumber(u32::try_from(version).expect("small") + 60 + 100 * u32::from(source.as_bytes()[0]));
        let packages = packages.iter().map(|(package, foreign, stream)| PatchPackage {
            name: RPMS[*package].to_owned(),
            architecture: if *foreign { "noarch" } else { "x86_64" }.to_owned(),
            fixed_version: VERSIONS[version].to_owned(),
            stream: STREAMS[*stream].to_owned(),
            size_bytes: None,
            sha256: None,
            corroboration: Corroboration::Advisory,
            by: MatchedBy::Name,
            foreign: None,
        });
        let mut packages: Vec<_> = packages.collect();
        packages.sort();
        packages.dedup();
        let kind = if version == 0 { PatchKind::Bugfix } else { PatchKind::Security };
        let patch = patch(number, source, version, kind, None, packages);
        self.put(number, Patch { package_kind: PackageKind::Rpm, ..patch }, &Reporters::default())
    }

    pub(crate) fn put(&mut self, number: PatchNumber, patch: Patch, reporters: &Reporters) -> PatchEntry {
        let revision = self.patches.get(&number).map_or(1, |known| known.revision + 1);
        let rule = Rule::of(&patch, reporters);
        self.rules.insert(number, rule.clone());
        let state = self.patches.get(&number).map(|known| known.state.clone()).unwrap_or_default();
        let entry = PatchEntry {
            number,
            patch,
            state,
            rule,
            synced_at: Timestamp::UNIX_EPOCH,
            revision,
            derived_severity: None,
        };
        self.patches.insert(number, entry.clone());
        entry
    }

    /// The entry of the patch at a place, with what was decided.
    pub(crate) fn decide(&mut self, place: usize, enabled: bool, hidden: bool) -> Option<PatchEntry> {
        let entry = self.patches.values_mut().nth(place)?;
        entry.state = PatchState { enabled, hidden: hidden.then(|| "not wanted".to_owned()) };
        entry.revision += 1;
        Some(entry.clone())
    }

    /// The entry of the patch at a place, of another source and version than before.
    pub(crate) fn move_to(&mut self, place: usize, source: &str, version: usize) -> Option<PatchEntry> {
        let entry = self.patches.values_mut().nth(place).filter(|entry| entry.patch.update.is_none())?;
        source.clone_into(&mut entry.patch.source);
        VERSIONS[version].clone_into(&mut entry.patch.source_version);
        entry.revision += 1;
        Some(entry.clone())
    }

    /// The entry of the patch at a place, taken back or brought back.
    pub(crate) fn withdraw(&mut self, place: usize, withdrawn: bool) -> Option<PatchEntry> {
        let entry = self.patches.values_mut().nth(place)?;
        entry.patch.withdrawn = withdrawn;
        entry.rule =
            if withdrawn { Rule::of(&entry.patch, &Reporters::default()) } else { self.rules[&entry.number].clone() };
        entry.revision += 1;
        Some(entry.clone())
    }

    pub(crate) fn except(&mut self, place: usize, from: usize, expired: bool) {
        let Some(entry) = self.patches.values().nth(place) else { return };
        self.exceptions.push(Exception {
            patches: ExceptedPatches::Listed(vec![entry.patch.id]),
            tags: Vec::new(),
            assets: self.machines.keys().copied().skip(from).step_by(2).collect(),
            expires: Timestamp::from_second(AS_OF + i64::from(!expired)).expect("a time"),
        });
    }

    /// For whoever has the tag, and for the first assets.
    pub(crate) fn except_by_rule(&mut self, rule: usize, tag: TagId, first: usize) {
        let rule = PatchRule { text: RULES[rule].0.to_owned(), tz: "UTC".to_owned() };
        self.exceptions.push(Exception {
            patches: ExceptedPatches::Found(rule),
            assets: self.machines.keys().copied().take(first).collect(),
            tags: vec![tag],
            expires: Timestamp::from_second(AS_OF + 1).expect("a time"),
        });
    }

    pub(crate) fn is_excepted(&self, asset: AssetId, entry: &PatchEntry) -> bool {
        let mut in_force = self.exceptions.iter().filter(|exception| exception.expires.as_second() > AS_OF);
        let has = |wanted: &TagId| self.tags.iter().any(|(tag, _)| tag.id == *wanted && tag.pinned_in.contains(&asset));
        let finds = |exception: &Exception| match &exception.patches {
            ExceptedPatches::Listed(patches) => patches.contains(&entry.patch.id),
            ExceptedPatches::Found(rule) => RULES.iter().any(|(text, finds)| *text == rule.text && finds(entry)),
        };
        in_force
            .any(|exception| finds(exception) && (exception.assets.contains(&asset) || exception.tags.iter().any(has)))
    }

    pub(crate) fn is_overdue(&self, asset: AssetId, entry: &PatchEntry) -> bool {
        let is_late = due(asset, entry).is_some_and(|due| due.as_second() < AS_OF);
        is_late && self.status(asset, entry) == Verdict::Missing && !self.is_excepted(asset, entry)
    }

    /// Chains of shown patches of which the asset misses an overdue patch.
    pub(crate) fn overdue_lines(&self, asset: AssetId) -> usize {
        let shown = self.patches.values().filter(|entry| !entry.state.is_hidden());
        let late = shown.filter(|entry| self.is_overdue(asset, entry));
        let chain = |entry: &PatchEntry| entry.patch.update.is_none().then(|| ChainKey::of(&entry.patch));
        late.map(|entry| (chain(entry), self.line(entry))).collect::<BTreeSet<_>>().len()
    }

    pub(crate) fn status(&self, asset: AssetId, entry: &PatchEntry) -> Verdict {
        judge(&self.rule(entry), asset, &AssetView::new(&self.machines[&asset])).verdict
    }

    /// A newer one that is in force applies.
    pub(crate) fn is_replaced(&self, asset: AssetId, entry: &PatchEntry) -> bool {
        let newer = |other: &&PatchEntry| match entry.patch.update {
            Some(_) => self.replaces(other, entry),
            None => {
                ChainKey::of(&entry.patch).is_of(&other.patch)
                    && other.patch.compare_versions(&entry.patch).is_gt()
                    && other.patch.covers(&entry.patch)
            }
        };
        let applies = |other: &PatchEntry| self.status(asset, other) != Verdict::NotApplicable;
        let in_force = |other: &&PatchEntry| other.state.enabled && !other.patch.withdrawn;
        self.patches.values().filter(newer).filter(in_force).any(applies)
    }

    /// By looking at each patch of the asset; components are not counted.
    pub(crate) fn counts(&self, asset: AssetId) -> Counts {
        let (mut missing, mut security, mut installed, mut undetermined) = (0, 0, 0, 0);
        for entry in self.patches.values() {
            let verdict = self.status(asset, entry);
            let shown = !entry.state.is_hidden();
            installed += u32::from(verdict == Verdict::Installed && shown);
            let is_latest = || !self.is_replaced(asset, entry);
            undetermined += u32::from(verdict == Verdict::Undetermined && shown && is_latest());
            let chain = |other: &&PatchEntry| ChainKey::of(&entry.patch).is_of(&other.patch);
            let brought = |other: &&PatchEntry| {
                if entry.patch.update.is_some() { self.brings(entry, other) } else { chain(other) }
            };
            if verdict == Verdict::Missing && shown && is_latest() {
                missing += 1;
                let brings_security = self
                    .patches
                    .values()
                    .filter(brought)
                    .any(|other| other.patch.is_security() && self.status(asset, other) == Verdict::Missing);
                security += u32::from(brings_security);
            }
        }
        Counts { missing, missing_security: security, installed, undetermined, ..Counts::default() }
    }
}
