//! What happens to a small fleet: machines that report, patches that come out.

use std::collections::BTreeSet;

use fettle_index::{Columns, MachineFacts, NetworkInterface, SelfCheckResult};
use fettle_model::component::{Component, Offer, RepositoryTrust};
use fettle_model::{Article, AssetId, Obstacle, ScanStatus};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::truth::RULES;

pub(crate) const PACKAGES: [(&str, &str); 8] = [
    ("libssl3", "openssl"),
    ("openssl", "openssl"),
    ("bash", "bash"),
    ("curl", "curl"),
    ("libcurl4", "curl"),
    ("linux-image-6.1.0-1-amd64", "linux-signed-amd64"),
    ("linux-image-6.1.0-2-amd64", "linux-signed-amd64"),
    ("linux-libc-dev", "linux"),
];
pub(crate) const VERSIONS: [&str; 6] = ["1.0-1~deb12u1", "1.0-1", "1.0-1+deb12u1", "1.1-1", "1:0.9-1", "1.1-1~bpo12+1"];
pub(crate) const REPOSITORIES: [&str; 2] = ["Debian/Debian/stable/main", "Debian/Debian-Security/stable-security/main"];

/// Some have the names of Debian's.
pub(crate) const RPMS: [&str; 4] = ["bash", "curl", "libcurl4", "kernel-core"];
pub(crate) const STREAMS: [&str; 2] = ["", "curl:8"];

/// Releases of Windows, and a program that may be on any machine, with their product keys.
pub(crate) const WINDOWS: [(&str, &str); 2] = [
    ("10.0.19045 Client X64", "windows:10.0.19045-client-x64"),
    ("10.0.17763 Server X64", "windows:10.0.17763-server-x64"),
];
pub(crate) const PROGRAM: (&str, &str) = ("Example  Office 2016", "program:example office 2016");
pub(crate) const PRODUCTS: [&str; 3] = [WINDOWS[0].1, WINDOWS[1].1, PROGRAM.1];
/// Numbers of articles are below this.
pub(crate) const ARTICLES: u32 = 6;

/// One asset's packages (index, version, architecture), rpms (with their module stream), repositories and release; of a
/// Windows its release instead, and what it lists of updates and programs.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) windows: Option<usize>,
    pub(crate) articles: Vec<u32>,
    pub(crate) program: bool,
    pub(crate) packages: Vec<(usize, usize, bool)>,
    pub(crate) rpms: Vec<(usize, usize, bool, usize)>,
    /// What its package manager offers: a version of each of some packages, and a place among obstacles, if any.
    pub(crate) offers: Vec<(usize, usize, Option<usize>)>,
    pub(crate) repositories: [bool; 2],
    pub(crate) release: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// `meanwhile` comes between the preview and the change.
    Report {
        asset: usize,
        machine: Machine,
        keeps_preview: bool,
        meanwhile: Option<Publication>,
    },
    Publish(Publication),
    /// People decide about a patch that is there.
    Decide {
        patch: usize,
        enabled: bool,
        hidden: bool,
    },
    /// A revision of a patch that is there says another source and version.
    Move {
        patch: usize,
        source: &'static str,
        version: usize,
    },
    /// A revision of a patch that is there says that its feed took it back, or brought it back.
    Withdraw {
        patch: usize,
        withdrawn: bool,
    },
    /// An exception for every second asset, from the first or the second on, and the patch.
    Except {
        patch: usize,
        from: usize,
        expired: bool,
    },
    /// An exception by a rule about patches, for whoever has the tag and for the first assets.
    ExceptByRule {
        rule: usize,
        first: usize,
    },
    /// An advisory, which speaks of source packages.
    Advise {
        source: &'static str,
        version: usize,
        also: Option<&'static str>,
        elsewhere: Option<Elsewhere>,
    },
    /// An advisory of rpms (index, architecture, module stream), which speaks of each by its name.
    AdviseRpms {
        source: &'static str,
        version: usize,
        packages: Vec<(usize, bool, usize)>,
    },
    /// Updates of Windows or of the program, which come in at once.
    Update(Vec<Update>),
}

/// What is known of versions from outside of the release: by their places, its newest and the fix in unstable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elsewhere {
    pub(crate) newest: Option<usize>,
    pub(crate) fixed: Option<usize>,
    pub(crate) is_complete: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Update {
    pub(crate) product: usize,
    pub(crate) article: u32,
    pub(crate) replaces: Vec<u32>,
    /// Day of its publication.
    pub(crate) posted: i64,
    pub(crate) service_pack: bool,
    pub(crate) cves: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Publication {
    pub(crate) source: &'static str,
    pub(crate) version: usize,
    pub(crate) repository: usize,
    pub(crate) packages: Vec<(usize, bool)>,
    pub(crate) everyone: bool,
}

pub(crate) fn machine() -> impl Strategy<Value = Machine> {
    let package = (0..PACKAGES.len(), 0..VERSIONS.len(), any::<bool>());
    let rpm = (0..RPMS.len(), 0..VERSIONS.len(), any::<bool>(), 0..STREAMS.len());
    let rpms = proptest::collection::vec(rpm, 0..5);
    let offer = (0..PACKAGES.len(), 0..VERSIONS.len(), proptest::option::of(0..Obstacle::ALL.len()));
    let offers = proptest::collection::vec(offer, 0..4);
    let windows = proptest::option::of(0..WINDOWS.len());
    let of_windows = (windows, proptest::collection::vec(0..ARTICLES, 0..3), any::<bool>());
    let of_linux = (proptest::collection::vec(package, 0..8), rpms, offers, any::<[bool; 2]>(), any::<bool>());
    (of_linux, of_windows).prop_map(
        |((packages, rpms, mut offers, repositories, release), (windows, articles, program))| {
            offers.sort_unstable();
            // A package manager has one candidate for a package.
            offers.dedup_by_key(|(package, ..)| *package);
            Machine { windows, articles, program, packages, rpms, offers, repositories, release }
        },
    )
}

pub(crate) fn update() -> impl Strategy<Value = Update> {
    let replaces = proptest::collection::vec(0..ARTICLES, 0..3);
    (0..PRODUCTS.len(), 0..ARTICLES, replaces, 30..50i64, any::<bool>(), any::<bool>()).prop_map(
        |(product, article, replaces, posted, service_pack, cves)| Update {
            product,
            article,
            replaces,
            posted,
            service_pack,
            cves,
        },
    )
}

pub(crate) fn publication() -> impl Strategy<Value = Publication> {
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

pub(crate) fn source() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("openssl"), Just("bash"), Just("curl"), Just("linux")]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let meanwhile = proptest::option::weighted(0.2, publication());
    prop_oneof![
        3 => (0..6usize, machine(), any::<bool>(), meanwhile).prop_map(|(asset, machine, keeps_preview, meanwhile)| {
            Step::Report { asset, machine, keeps_preview, meanwhile }
        }),
        2 => publication().prop_map(Step::Publish),
        1 => (0..8usize, any::<bool>(), any::<bool>())
            .prop_map(|(patch, enabled, hidden)| Step::Decide { patch, enabled, hidden }),
        1 => (0..8usize, 0..2usize, any::<bool>())
            .prop_map(|(patch, from, expired)| Step::Except { patch, from, expired }),
        1 => (0..RULES.len(), 0..2usize).prop_map(|(rule, first)| Step::ExceptByRule { rule, first }),
        1 => (0..8usize, source(), 0..VERSIONS.len())
            .prop_map(|(patch, source, version)| Step::Move { patch, source, version }),
        2 => (0..8usize, prop::bool::weighted(0.7)).prop_map(|(patch, withdrawn)| Step::Withdraw { patch, withdrawn }),
        2 => (source(), 0..VERSIONS.len(), proptest::option::of(source()), proptest::option::of(elsewhere()))
            .prop_map(|(source, version, also, elsewhere)| Step::Advise { source, version, also, elsewhere }),
        2 => (source(), 0..VERSIONS.len(), proptest::collection::vec(rpm_advised(), 1..4))
            .prop_map(|(source, version, packages)| Step::AdviseRpms { source, version, packages }),
        3 => proptest::collection::vec(update(), 1..6).prop_map(Step::Update),
    ]
}

pub(crate) fn elsewhere() -> impl Strategy<Value = Elsewhere> {
    let version = || proptest::option::weighted(0.7, 0..VERSIONS.len());
    (version(), version(), any::<bool>()).prop_map(|(newest, fixed, is_complete)| Elsewhere {
        newest,
        fixed,
        is_complete,
    })
}

fn rpm_advised() -> impl Strategy<Value = (usize, bool, usize)> {
    (0..RPMS.len(), any::<bool>(), 0..STREAMS.len())
}

pub(crate) fn asset_id(number: usize) -> AssetId {
    AssetId(Uuid::from_u128(number as u128 + 1))
}

/// A month apart, from the patches' own year on.
pub(crate) fn enrolled_at(asset: AssetId) -> Timestamp {
    let months = i64::try_from(asset.uuid().as_u128()).expect("few assets");
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 30 * months)
}

pub(crate) fn components(machine: &Machine) -> BTreeSet<Component> {
    let release = if machine.release { "12" } else { "11" };
    let (id, release) = machine.windows.map_or(("debian", release), |windows| ("windows", WINDOWS[windows].0));
    let mut components = BTreeSet::from([Component::Os { id: id.to_owned(), release: release.to_owned() }]);
    components.extend(machine.articles.iter().map(|article| Component::Kb { article: Article(*article) }));
    if machine.program {
        components.insert(Component::Msi {
            product_code: String::new(),
            upgrade_code: String::new(),
            name: PROGRAM.0.to_owned(),
            publisher: String::new(),
            version: "1".to_owned(),
            scope: "Machine".to_owned(),
            arch: "X64".to_owned(),
        });
    }
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
    for (package, version, foreign, stream) in &machine.rpms {
        components.insert(Component::Rpm {
            name: RPMS[*package].to_owned(),
            version: VERSIONS[*version].to_owned(),
            arch: if *foreign { "i686" } else { "x86_64" }.to_owned(),
            vendor: "Example".to_owned(),
            stream: STREAMS[*stream].to_owned(),
            source: String::new(),
        });
    }
    for (package, version, obstacle) in &machine.offers {
        components.insert(Component::Offer(Offer {
            manager: "deb".to_owned(),
            name: PACKAGES[*package].0.to_owned(),
            candidate: VERSIONS[*version].to_owned(),
            arch: "amd64".to_owned(),
            repository: REPOSITORIES[0].into(),
            obstacle: obstacle.map(|place| Obstacle::ALL[place]),
            back: false,
        }));
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

const NAMES: [&str; 6] = ["web-01", "Web 02", "db_01.example", "\u{c4}pfel 3", "web01", "DB-01 web"];

pub(crate) fn columns(asset: AssetId, revision: u64) -> Columns {
    let number = usize::try_from(asset.uuid().as_u128()).expect("few assets");
    let is_windows = number % 4 == 3;
    let ago = |hours: usize| {
        let as_of = Timestamp::from_second(crate::truth::AS_OF).expect("a time");
        as_of - SignedDuration::from_hours(i64::try_from(hours).expect("few"))
    };
    Columns {
        id: asset,
        name: NAMES[number % NAMES.len()].to_owned(),
        fqdn: (number % 2 == 0).then(|| format!("host{number}.example.com")),
        operating_system: if is_windows { "Microsoft Windows Server 2022" } else { "Debian GNU/Linux 12 (bookworm)" }
            .to_owned(),
        os_family: if is_windows { "windows" } else { "linux" }.to_owned(),
        os_id: if is_windows { "windows" } else { "debian" }.to_owned(),
        os_version: ["12", "", "10.0.20348", "9"][number % 4].to_owned(),
        architecture: ["x86_64", "aarch64", "riscv64"][number % 3].to_owned(),
        address: None,
        agent_version: ["1.2.10", "1.10"][number % 2].to_owned(),
        activation_key: ["Servers of Oslo", "Laptops"].get(number % 3).map(|title| (*title).to_owned()),
        last_logged_on_user: ["ada", "", "Ada Lovelace"].get(number % 4).map(|user| (*user).to_owned()),
        pending_reboot: number % 3 == 1,
        scan_status: [ScanStatus::Scanned, ScanStatus::Failed, ScanStatus::Pending][number % 3],
        scan_reason: None,
        scanned_at: (number % 3 != 2).then(|| ago(number)),
        enrolled_at: enrolled_at(asset),
        last_checked_in: (number % 5 != 0).then(|| ago(number * 7)),
        revision,
        last_deployment: None,
    }
}

pub(crate) fn machine_facts(asset: AssetId) -> MachineFacts {
    let number = usize::try_from(asset.uuid().as_u128()).expect("few assets");
    let interface = |name: &str, addresses: &[&str]| NetworkInterface {
        name: name.into(),
        mac: (name != "lo").then(|| format!("00:50:56:00:00:{number:02x}").into()),
        addresses: addresses.iter().map(|address| address.parse().expect("an address")).collect(),
    };
    let own = format!("10.0.{}.{number}", number % 2);
    let all = [
        interface("lo", &["127.0.0.1", "::1"]),
        interface("eth0", &[own.as_str(), "fe80::1"]),
        interface("eth1", &["192.168.1.7"]),
    ];
    let has_checks = number % 2 == 0;
    MachineFacts {
        manufacturer: (number % 3 != 0).then(|| "Dell Inc.".to_owned()),
        model: Some(["Latitude 5420", "KVM"][number % 2].to_owned()),
        serial: (number % 2 == 0).then(|| format!("5CG{number}")),
        timezone: Some("Europe/Oslo".to_owned()),
        memory_mb: Some(2_048 * number as u64),
        processors: (number % 4 != 0).then_some(4),
        booted_at: (number % 2 == 1).then_some(Timestamp::UNIX_EPOCH),
        interfaces: all.into_iter().take(number % 4).collect(),
        self_check: has_checks.then_some(SelfCheckResult::ALL[number % 3]),
        failed_checks: if has_checks && number % 3 == 2 { vec!["AG-02".to_owned()] } else { Vec::new() },
    }
}
