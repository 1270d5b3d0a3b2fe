//! The same fleet, thing by thing, for the plain evaluator of queries: each token's values straight from what machines and
//! catalogue say.

mod things;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use fettle_catalog::chain::ChainKey;
use fettle_catalog::judge::{AssetView, Verdict, judge};
use fettle_index::tags::TagDefinition;
use fettle_index::{Columns, MachineFacts, NetworkInterface, PatchEntry};
use fettle_model::component::{Component, Offer, Running};
use fettle_model::debian_source::unsigned;
use fettle_model::{AgentStatus, AssetId, PackageKind, Severity};
use fettle_qql::token::{TokenDefinition, TokenId};
use fettle_qql::tokens::{AssetToken, ComponentToken, PatchToken};
use fettle_qql::typed::{Elements, Related};
use fettle_qql::value::compare_dotted;
use fettle_testqql::{Fact, Facts, Thing};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::steps::{columns, machine_facts};
use crate::truth::{AS_OF, Truth, due};
pub(crate) use things::{Installed, Patch, Vulnerability};

/// What is asked, by whom it may be seen.
pub(crate) struct World<'t> {
    pub(crate) truth: &'t Truth,
    pub(crate) scope: BTreeSet<AssetId>,
}

impl<'t> World<'t> {
    pub(crate) fn asset(&self, asset: AssetId, tie: Option<&'t PatchEntry>) -> Asset<'_> {
        let facts = machine_facts(asset);
        Asset { world: self, id: asset, columns: columns(asset, 1), machine: facts, tie }
    }

    pub(crate) fn assets(&self) -> impl Iterator<Item = AssetId> {
        self.truth.machines.keys().copied().filter(|asset| self.scope.contains(asset))
    }

    pub(crate) fn patches(&self) -> impl Iterator<Item = &'t PatchEntry> {
        self.truth.patches.values()
    }

    pub(crate) fn cves(&self) -> BTreeSet<&'t str> {
        self.patches().flat_map(|entry| entry.patch.cves.iter().flatten()).map(String::as_str).collect()
    }

    fn fixes(&self, cve: &str) -> impl Iterator<Item = &'t PatchEntry> {
        self.patches().filter(move |entry| entry.patch.cves.iter().flatten().any(|named| named == cve))
    }

    /// Components that an asset in scope has.
    pub(crate) fn components(&self) -> BTreeSet<&'t Component> {
        self.assets().flat_map(|asset| &self.truth.machines[&asset]).collect()
    }

    pub(crate) fn has_finding(&self, asset: AssetId, entry: &PatchEntry) -> bool {
        self.truth.status(asset, entry) != Verdict::NotApplicable
    }

    fn with_status(&self, entry: &PatchEntry, status: Verdict) -> Facts {
        let count = self.assets().filter(|asset| self.truth.status(*asset, entry) == status).count();
        whole(count)
    }

    fn exposed(&self, cve: &str) -> impl Iterator<Item = AssetId> {
        let misses = move |asset: &AssetId, entry: &PatchEntry| self.truth.status(*asset, entry) == Verdict::Missing;
        let cve = cve.to_owned();
        self.assets().filter(move |asset| self.fixes(&cve).any(|entry| misses(asset, entry)))
    }

    fn exposed_anywhere(&self, cve: &str, asset: AssetId) -> bool {
        self.fixes(cve).any(|entry| self.truth.status(asset, entry) == Verdict::Missing)
    }

    fn newer(&self, entry: &PatchEntry) -> impl Iterator<Item = &'t PatchEntry> {
        self.patches().filter(move |other| other.state.enabled && replaces(self.truth, other, entry))
    }

    fn finding(&self, asset: AssetId, entry: &PatchEntry, token: PatchToken) -> Facts {
        let status = self.truth.status(asset, entry);
        let is_missing = status == Verdict::Missing;
        match token {
            PatchToken::PatchStatus => text(status.name()),
            PatchToken::FindingReason => {
                let judged = judge(&self.truth.rule(entry), asset, &AssetView::new(&self.truth.machines[&asset]));
                judged.undetermined.map(|reason| Fact::Text(reason.name().to_owned())).into_iter().collect()
            }
            PatchToken::Obstacle => {
                let judged = judge(&self.truth.rule(entry), asset, &AssetView::new(&self.truth.machines[&asset]));
                judged.obstacle.map(|obstacle| Fact::Text(obstacle.name().to_owned())).into_iter().collect()
            }
            PatchToken::IsLatest => flag(!self.truth.is_replaced(asset, entry)),
            PatchToken::IsOverdue => flag(self.truth.is_overdue(asset, entry)),
            PatchToken::IsExcepted => flag(self.truth.is_excepted(asset, entry)),
            PatchToken::LastFoundDate => date(columns(asset, 1).scanned_at.filter(|_| is_missing)),
            PatchToken::DueDate => date(due(asset, entry)),
            other => panic!("{other:?} is no token of findings"),
        }
    }
}

fn replaces(truth: &Truth, newer: &PatchEntry, older: &PatchEntry) -> bool {
    if newer.patch.withdrawn {
        return false;
    }
    if older.patch.update.is_some() {
        return truth.replaces(newer, older);
    }
    ChainKey::of(&older.patch).is_of(&newer.patch)
        && newer.patch.compare_versions(&older.patch).is_gt()
        && newer.patch.covers(&older.patch)
}

fn text(value: &str) -> Facts {
    if value.is_empty() { Vec::new() } else { vec![Fact::Text(value.to_owned())] }
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Facts {
    values.into_iter().flat_map(text).collect()
}

fn flag(value: bool) -> Facts {
    vec![Fact::Bool(value)]
}

fn whole(value: usize) -> Facts {
    vec![Fact::Int(i64::try_from(value).expect("few"))]
}

fn date(value: Option<Timestamp>) -> Facts {
    value.map(Fact::Date).into_iter().collect()
}

fn midnight(day: Date) -> Facts {
    date(Some(day.to_zoned(TimeZone::UTC).expect("a day").timestamp()))
}

fn dotted(version: &str) -> Facts {
    if version.is_empty() { Vec::new() } else { vec![Fact::Version(version.to_owned(), 2, compare_dotted)] }
}

fn version(kind: PackageKind, version: &str) -> Facts {
    let order: fn(&str, &str) -> Ordering = match kind {
        PackageKind::Deb => |left, right| PackageKind::Deb.compare(left, right),
        PackageKind::Rpm => |left, right| PackageKind::Rpm.compare(left, right),
        PackageKind::WindowsUpdate => panic!("an update has no version"),
    };
    vec![Fact::Version(version.to_owned(), u8::from(kind == PackageKind::Rpm), order)]
}

pub(crate) struct Asset<'w> {
    world: &'w World<'w>,
    id: AssetId,
    columns: Columns,
    machine: MachineFacts,
    tie: Option<&'w PatchEntry>,
}

impl Thing for Asset<'_> {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        match token.id {
            TokenId::Asset(token) => self.own(token),
            TokenId::Patch(token) => self.tie.map_or_else(Vec::new, |entry| self.world.finding(self.id, entry, token)),
            other => panic!("{other:?} is no token of assets"),
        }
    }

    fn elements(&self, group: &Elements) -> Vec<Box<dyn Thing + '_>> {
        match group.token.id {
            TokenId::Asset(AssetToken::Interfaces) => self
                .machine
                .interfaces
                .iter()
                .map(|interface| Box::new(Interface(interface)) as Box<dyn Thing>)
                .collect(),
            _ => self.components().map(|component| Box::new(Element(component)) as Box<dyn Thing>).collect(),
        }
    }

    fn related(&self, group: &Related) -> Vec<Box<dyn Thing + '_>> {
        let world = self.world;
        if group.token.id == TokenId::Asset(AssetToken::Patches) {
            let found = world.patches().filter(|entry| world.has_finding(self.id, entry));
            found.map(|entry| Box::new(Patch { world, entry, tie: Some(self.id) }) as Box<dyn Thing>).collect()
        } else {
            let exposing = world.cves().into_iter().filter(|cve| world.exposed(cve).any(|asset| asset == self.id));
            exposing.map(|cve| Box::new(Vulnerability { world, cve }) as Box<dyn Thing>).collect()
        }
    }
}

impl Asset<'_> {
    fn tags(&self) -> impl Iterator<Item = &(TagDefinition, &'static str)> {
        self.world.truth.tags.iter().filter(|(tag, _)| tag.pinned_in.contains(&self.id))
    }

    fn components(&self) -> impl Iterator<Item = &Component> {
        self.world.truth.machines[&self.id].iter()
    }

    /// Patches that it misses, that nobody hid and that nothing newer replaces here.
    fn latest_missing(&self, wanted: impl Fn(&PatchEntry) -> bool) -> Facts {
        let truth = self.world.truth;
        let shown = self.world.patches().filter(|entry| !entry.state.is_hidden() && wanted(entry));
        let missing = shown.filter(|entry| truth.status(self.id, entry) == Verdict::Missing);
        whole(missing.filter(|entry| !truth.is_replaced(self.id, entry)).count())
    }

    fn own(&self, token: AssetToken) -> Facts {
        let (columns, machine) = (&self.columns, &self.machine);
        let some = |value: &Option<String>| value.as_deref().map(text).unwrap_or_default();
        let counts = self.world.truth.counts(self.id);
        match token {
            AssetToken::Id | AssetToken::AgentId => vec![Fact::Uuid(self.id.uuid())],
            AssetToken::Name | AssetToken::Hostname => text(&columns.name),
            AssetToken::Fqdn => some(&columns.fqdn),
            AssetToken::Platform => text(if columns.os_family == "windows" { "Windows" } else { "Linux" }),
            AssetToken::OperatingSystem => text(&columns.operating_system),
            AssetToken::OsFamily => text(&columns.os_id),
            AssetToken::OsVersion => dotted(&columns.os_version),
            AssetToken::OsIdentifier => match columns.os_version.as_str() {
                "" => text(&columns.os_id),
                version => text(&format!("{}_{version}", columns.os_id)),
            },
            AssetToken::Architecture => match columns.architecture.as_str() {
                "x86_64" => text("X64"),
                "aarch64" => text("ARM64"),
                _ => Vec::new(),
            },
            AssetToken::AgentVersion => dotted(&columns.agent_version),
            AssetToken::ActivationKey => some(&columns.activation_key),
            AssetToken::AgentStatus => {
                let as_of = Timestamp::from_second(AS_OF).expect("a time");
                text(AgentStatus::of(columns.last_checked_in, as_of).name())
            }
            AssetToken::Created => date(Some(columns.enrolled_at)),
            AssetToken::LastCheckedIn => date(columns.last_checked_in),
            AssetToken::LastBoot => date(machine.booted_at),
            AssetToken::HardwareManufacturer => some(&machine.manufacturer),
            AssetToken::HardwareModel => some(&machine.model),
            AssetToken::HardwareSerialNumber => some(&machine.serial),
            AssetToken::HardwareMemoryMb => {
                machine.memory_mb.map_or_else(Vec::new, |mb| whole(usize::try_from(mb).expect("few")))
            }
            AssetToken::HardwareCpuCount => machine.processors.map_or_else(Vec::new, |count| whole(count as usize)),
            AssetToken::LastLoggedOnUser => some(&columns.last_logged_on_user),
            AssetToken::Timezone => some(&machine.timezone),
            AssetToken::PendingReboot => flag(columns.pending_reboot),
            AssetToken::SelfCheck => machine.self_check.map_or_else(Vec::new, |worst| text(worst.name())),
            AssetToken::FailedChecks => texts(machine.failed_checks.iter().map(String::as_str)),
            AssetToken::ScanStatus => text(columns.scan_status.name()),
            AssetToken::ScanDateTime => date(columns.scanned_at),
            AssetToken::MissingPatchCount | AssetToken::NonSupersededMissingPatchCount => {
                whole(counts.missing as usize)
            }
            AssetToken::InstalledPatchCount => whole(counts.installed as usize),
            AssetToken::MissingSecurityPatchCount => whole(counts.missing_security as usize),
            AssetToken::UndeterminedPatchCount => whole(counts.undetermined as usize),
            AssetToken::MissingCriticalPatchCount => {
                self.latest_missing(|entry| entry.severity() == Severity::Critical)
            }
            AssetToken::ExceptedFindingCount => {
                self.latest_missing(|entry| self.world.truth.is_excepted(self.id, entry))
            }
            AssetToken::VulnerabilityCount => {
                let exposing = |cve: &&str| self.world.exposed_anywhere(cve, self.id);
                whole(self.world.cves().iter().filter(|cve| exposing(cve)).count())
            }
            AssetToken::OverdueFindingCount => whole(self.world.truth.overdue_lines(self.id)),
            AssetToken::InterfacesAddress
            | AssetToken::InterfacesIpv6Address
            | AssetToken::InterfacesMacAddress
            | AssetToken::InterfacesInterfaceName => {
                machine.interfaces.iter().flat_map(|interface| of_interface(interface, token)).collect()
            }
            AssetToken::ComponentsName
            | AssetToken::ComponentsSource
            | AssetToken::ComponentsVersion
            | AssetToken::ComponentsSourceVersion
            | AssetToken::ComponentsArch
            | AssetToken::ComponentsKind => {
                self.components().flat_map(|component| of_component(component, component_token(token))).collect()
            }
            AssetToken::TagsName => texts(self.tags().map(|(tag, _)| tag.name.as_str())),
            AssetToken::TagsPath => texts(self.tags().map(|(_, path)| *path)),
            AssetToken::TagsId => self.tags().map(|(tag, _)| Fact::Uuid(tag.id.uuid())).collect(),
            AssetToken::Interfaces | AssetToken::Components | AssetToken::Patches | AssetToken::Vulnerabilities => {
                panic!("a group has no value")
            }
        }
    }
}

struct Interface<'w>(&'w NetworkInterface);

impl Thing for Interface<'_> {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        let TokenId::Asset(token) = token.id else { panic!("{} is no token of interfaces", token.name) };
        of_interface(self.0, token)
    }
}

fn of_interface(interface: &NetworkInterface, token: AssetToken) -> Facts {
    let addresses = interface.addresses.iter().copied();
    match token {
        AssetToken::InterfacesAddress => addresses.filter(std::net::IpAddr::is_ipv4).map(Fact::Address).collect(),
        AssetToken::InterfacesIpv6Address => addresses.filter(std::net::IpAddr::is_ipv6).map(Fact::Address).collect(),
        AssetToken::InterfacesMacAddress => interface.mac.as_deref().map(text).unwrap_or_default(),
        _ => text(&interface.name),
    }
}

/// A component as an element of an asset.
struct Element<'w>(&'w Component);

impl Thing for Element<'_> {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        let TokenId::Asset(token) = token.id else { panic!("{} is no token of components", token.name) };
        of_component(self.0, component_token(token))
    }
}

fn component_token(token: AssetToken) -> ComponentToken {
    match token {
        AssetToken::ComponentsName => ComponentToken::Name,
        AssetToken::ComponentsSource => ComponentToken::Source,
        AssetToken::ComponentsVersion => ComponentToken::Version,
        AssetToken::ComponentsSourceVersion => ComponentToken::SourceVersion,
        AssetToken::ComponentsArch => ComponentToken::Arch,
        AssetToken::ComponentsKind => ComponentToken::Kind,
        other => panic!("{other:?} is no token of components"),
    }
}

fn of_component(component: &Component, token: ComponentToken) -> Facts {
    match (token, component) {
        (ComponentToken::Name, component) => text(&component.name()),
        (ComponentToken::Kind, component) => text(component.kind()),
        (ComponentToken::Source, Component::Deb { source, source_version, .. }) => {
            text(&unsigned(source, source_version).0)
        }
        (ComponentToken::SourceVersion, Component::Deb { source, source_version, .. }) => {
            version(PackageKind::Deb, &unsigned(source, source_version).1)
        }
        (ComponentToken::Version, Component::Deb { version: of_deb, .. }) => version(PackageKind::Deb, of_deb),
        (ComponentToken::Version, Component::Rpm { version: of_rpm, .. }) => version(PackageKind::Rpm, of_rpm),
        (ComponentToken::Version, Component::Os { release, .. }) => dotted(release),
        (ComponentToken::Version, Component::Msi { version, .. } | Component::Running(Running::Kernel { version })) => {
            dotted(version)
        }
        (ComponentToken::Version, Component::Offer(Offer { candidate, .. })) => version(PackageKind::Deb, candidate),
        (
            ComponentToken::Arch,
            Component::Deb { arch, .. } | Component::Rpm { arch, .. } | Component::Msi { arch, .. },
        ) => text(arch),
        (ComponentToken::Arch, Component::Offer(offer)) => text(&offer.arch),
        _ => Vec::new(),
    }
}
