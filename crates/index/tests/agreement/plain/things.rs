//! Patches, vulnerabilities and components.

use fettle_catalog::judge::Verdict;
use fettle_index::{ComponentId, PatchEntry};
use fettle_model::component::Component;
use fettle_model::patch::{PatchKind, PatchPackage, Reboot};
use fettle_model::vulnerability::{Share, VulnerabilityFacts};
use fettle_model::{AssetId, PackageKind};
use fettle_qql::token::{TokenDefinition, TokenId};
use fettle_qql::tokens::{ComponentToken, PatchToken, VulnerabilityToken};
use fettle_qql::typed::{Elements, Related};
use fettle_testqql::{Fact, Facts, Thing};

use super::{World, date, flag, midnight, of_component, replaces, text, texts, version, whole};
use crate::truth::facts;

pub(crate) struct Patch<'w> {
    pub(crate) world: &'w World<'w>,
    pub(crate) entry: &'w PatchEntry,
    pub(crate) tie: Option<AssetId>,
}

impl Thing for Patch<'_> {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        let TokenId::Patch(id) = token.id else { panic!("{} is no token of patches", token.name) };
        match (token.tie, self.tie) {
            (None, _) => self.own(id),
            (Some(_), Some(asset)) => self.world.finding(asset, self.entry, id),
            (Some(_), None) => Vec::new(),
        }
    }

    fn elements(&self, _group: &Elements) -> Vec<Box<dyn Thing + '_>> {
        let packages = self.entry.patch.packages.iter();
        let kind = self.entry.patch.package_kind;
        packages.map(|package| Box::new(Package { kind, package }) as Box<dyn Thing>).collect()
    }

    fn related(&self, group: &Related) -> Vec<Box<dyn Thing + '_>> {
        let (world, entry) = (self.world, self.entry);
        if group.token.id == TokenId::Patch(PatchToken::Assets) {
            let found = world.assets().filter(|asset| world.has_finding(*asset, entry));
            found.map(|asset| Box::new(world.asset(asset, Some(entry))) as Box<dyn Thing>).collect()
        } else {
            let cves = entry.patch.cves.iter().flatten();
            cves.map(|cve| Box::new(Vulnerability { world, cve }) as Box<dyn Thing>).collect()
        }
    }
}

impl Patch<'_> {
    fn own(&self, token: PatchToken) -> Facts {
        let (world, entry, patch) = (self.world, self.entry, &self.entry.patch);
        let cves = || patch.cves.iter().flatten().map(String::as_str);
        let highest = |value: fn(&VulnerabilityFacts) -> Option<f64>| {
            let values = cves().filter_map(|cve| value(&facts_of(cve)));
            values.max_by(f64::total_cmp).map(Fact::Float).into_iter().collect()
        };
        let ids =
            |entries: Vec<&PatchEntry>| entries.into_iter().map(|other| Fact::Uuid(other.patch.id.uuid())).collect();
        match token {
            PatchToken::Id => vec![Fact::Uuid(patch.id.uuid())],
            PatchToken::Supersedes => {
                ids(world.patches().filter(|older| replaces(world.truth, entry, older)).collect())
            }
            PatchToken::SupersededBy => ids(world.newer(entry).collect()),
            PatchToken::Title => text(&patch.title),
            PatchToken::Description => text(&patch.description),
            PatchToken::Vendor => text(&patch.vendor),
            PatchToken::Platform => {
                text(if patch.package_kind == PackageKind::WindowsUpdate { "Windows" } else { "Linux" })
            }
            PatchToken::Product => match &patch.update {
                Some(update) => texts(update.products.iter().map(String::as_str)),
                None => text(&patch.product),
            },
            PatchToken::ServicePack => flag(patch.kind == PatchKind::ServicePack),
            PatchToken::ModifiedDate => date(patch.modified),
            PatchToken::VendorSeverity => text(patch.severity.name()),
            PatchToken::Category => text(patch.category()),
            PatchToken::IsSecurity => flag(patch.is_security()),
            PatchToken::IsSuperseded => flag(world.newer(entry).next().is_some()),
            PatchToken::Enabled => flag(entry.state.enabled),
            PatchToken::Deleted => flag(patch.withdrawn),
            PatchToken::IsHidden => flag(entry.state.is_hidden()),
            PatchToken::IsKnownExploited => flag(cves().any(|cve| facts_of(cve).is_known_exploited())),
            PatchToken::Kb | PatchToken::Bulletin => {
                let scheme = if token == PatchToken::Kb { "KB" } else { "BULLETIN" };
                let natives = patch.native_ids.iter().filter(|native| native.scheme == scheme);
                natives.take(1).map(|native| Fact::Text(native.value.clone())).collect()
            }
            PatchToken::Advisory => text(patch.advisory().unwrap_or_default()),
            PatchToken::VendorPatchId => texts(patch.native_ids.iter().map(|native| native.value.as_str())),
            PatchToken::Cve => texts(cves()),
            PatchToken::OsRelease => text(&patch.product),
            PatchToken::Reboot => text(match patch.reboot {
                Reboot::Never => "Never",
                Reboot::Maybe => "Maybe",
                Reboot::Always => "Always",
            }),
            PatchToken::PublishedDate => date(patch.published),
            PatchToken::SyncDateTime => date(Some(entry.synced_at)),
            PatchToken::SizeBytes => {
                patch.size_bytes().map_or_else(Vec::new, |bytes| whole(usize::try_from(bytes).expect("few")))
            }
            PatchToken::MissingCount => world.with_status(entry, Verdict::Missing),
            PatchToken::InstalledCount => world.with_status(entry, Verdict::Installed),
            PatchToken::MaxCvss => highest(|facts| Some(facts.cvss()?.score.value())),
            PatchToken::MaxEpss => highest(|facts| Some(facts.epss.as_ref()?.probability.value())),
            PatchToken::PackageName | PatchToken::PackageArchitecture | PatchToken::PackageFixedVersion => {
                let packages = patch.packages.iter();
                packages.flat_map(|package| of_package(patch.package_kind, package, token)).collect()
            }
            other => panic!("{other:?} has no value of its own"),
        }
    }
}

struct Package<'w> {
    kind: PackageKind,
    package: &'w PatchPackage,
}

impl Thing for Package<'_> {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        let TokenId::Patch(token) = token.id else { panic!("{} is no token of packages", token.name) };
        of_package(self.kind, self.package, token)
    }
}

fn of_package(kind: PackageKind, package: &PatchPackage, token: PatchToken) -> Facts {
    match token {
        PatchToken::PackageName => text(&package.name),
        PatchToken::PackageArchitecture => text(&package.architecture),
        _ => version(kind, &package.fixed_version),
    }
}

fn facts_of(cve: &str) -> VulnerabilityFacts {
    facts().into_iter().find(|(named, _)| named == cve).map(|(_, facts)| facts).unwrap_or_default()
}

pub(crate) struct Vulnerability<'w> {
    pub(crate) world: &'w World<'w>,
    pub(crate) cve: &'w str,
}

impl Vulnerability<'_> {
    /// Is an asset in scope exposed to it for which the condition holds?
    pub(crate) fn exposes(&self, is_wanted: impl Fn(&dyn Thing) -> bool) -> bool {
        self.world.exposed(self.cve).any(|asset| is_wanted(&self.world.asset(asset, None)))
    }
}

impl Thing for Vulnerability<'_> {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        let TokenId::Vulnerability(token) = token.id else { panic!("{} is no token of CVEs", token.name) };
        let (world, facts) = (self.world, facts_of(self.cve));
        let float = |value: Option<f64>| value.map(Fact::Float).into_iter().collect();
        let listed = facts.known_exploited.as_ref();
        match token {
            VulnerabilityToken::Cve => text(self.cve),
            VulnerabilityToken::Description => {
                facts.record.as_ref().map(|record| text(&record.description)).unwrap_or_default()
            }
            VulnerabilityToken::Cvss => float(facts.cvss().map(|shown| shown.score.value())),
            VulnerabilityToken::CvssVector => facts.cvss().map(|shown| text(&shown.vector)).unwrap_or_default(),
            VulnerabilityToken::Epss => float(facts.epss.as_ref().map(|epss| epss.probability.value())),
            VulnerabilityToken::EpssPercentile => {
                float(facts.epss.as_ref().and_then(|epss| epss.percentile).map(Share::value))
            }
            VulnerabilityToken::IsKnownExploited => flag(listed.is_some()),
            VulnerabilityToken::IsRansomware => flag(listed.is_some_and(|listed| listed.ransomware)),
            VulnerabilityToken::PublishedDate => date(facts.record.as_ref().and_then(|record| record.published)),
            VulnerabilityToken::KnownExploitedDate => {
                listed.map(|listed| midnight(listed.date_added)).unwrap_or_default()
            }
            VulnerabilityToken::KnownExploitedDueDate => {
                listed.map(|listed| midnight(listed.due_date)).unwrap_or_default()
            }
            VulnerabilityToken::PatchCount => whole(world.fixes(self.cve).count()),
            VulnerabilityToken::AffectedAssetCount => whole(world.exposed(self.cve).count()),
            VulnerabilityToken::Assets | VulnerabilityToken::Patches => panic!("a group has no value"),
        }
    }

    fn related(&self, group: &Related) -> Vec<Box<dyn Thing + '_>> {
        let world = self.world;
        if group.token.id == TokenId::Vulnerability(VulnerabilityToken::Assets) {
            world.exposed(self.cve).map(|asset| Box::new(world.asset(asset, None)) as Box<dyn Thing>).collect()
        } else {
            let fixes = world.fixes(self.cve);
            fixes.map(|entry| Box::new(Patch { world, entry, tie: None }) as Box<dyn Thing>).collect()
        }
    }
}

pub(crate) struct Installed<'w> {
    pub(crate) world: &'w World<'w>,
    pub(crate) component: &'w Component,
}

impl Installed<'_> {
    pub(crate) fn id(&self) -> ComponentId {
        self.world.truth.interned[self.component]
    }

    fn holders(&self) -> impl Iterator<Item = AssetId> {
        self.world.assets().filter(|asset| self.world.truth.machines[asset].contains(self.component))
    }
}

impl Thing for Installed<'_> {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        let TokenId::Component(token) = token.id else { panic!("{} is no token of components", token.name) };
        match token {
            ComponentToken::AssetCount => whole(self.holders().count()),
            token => of_component(self.component, token),
        }
    }

    fn related(&self, _group: &Related) -> Vec<Box<dyn Thing + '_>> {
        self.holders().map(|asset| Box::new(self.world.asset(asset, None)) as Box<dyn Thing>).collect()
    }
}
