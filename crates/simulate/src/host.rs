//! One host: an image with drift, and how far it is behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fettle_model::asset::{Disk, Facts, HardwareFacts, Interface, OsFacts, RebootReason};
use fettle_model::component::{Component, Offer, RepositoryTrust, Running};
use fettle_wire::message::report::OfferDetails;
use jiff::Timestamp;

use crate::archive::{Archive, Package, Source, UPDATED};
use crate::chance::Chance;
use crate::image::Image;

/// A host as it is now.
#[derive(Debug)]
pub struct Host {
    pub name: String,
    pub archive: Arc<Archive>,
    number: u64,
    seed: u64,
    role: &'static str,
    /// Installed packages as places in the archive: source and package, sorted.
    packages: Box<[(u16, u8)]>,
    /// Updates of each source that are installed; sources that were never updated do not stand here.
    levels: BTreeMap<u16, u32>,
    /// Sources whose next update is offered.
    offered: BTreeSet<u16>,
}

/// Where a component stands in the archive of its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Os,
    Kernel,
    Main,
    Security,
    /// A package, after `level` updates of its source.
    Installed {
        source: u16,
        package: u8,
        level: u32,
    },
    /// The update of a package whose source was updated `level` times.
    Offered {
        source: u16,
        package: u8,
        level: u32,
    },
}

/// What a round of updates changed.
#[derive(Debug, Default)]
pub struct Upgrade {
    pub add: Vec<Component>,
    pub remove: Vec<Component>,
    pub details: Vec<OfferDetails>,
}

impl Host {
    /// Host `number` of the seed: an image, up to 5 % of its packages gone and others in their place, `behind` offered
    /// updates.
    pub fn new(seed: u64, number: u64, image: &Image, behind: usize) -> Self {
        let chance = Chance::new(seed, "host", number);
        let archive = Arc::clone(&image.archive);
        let mut packages = Vec::with_capacity(image.packages.len());
        let mut gone = 0;
        for place in &image.packages {
            if chance.percent(3) {
                gone += 1;
                continue;
            }
            packages.push(*place);
        }
        for _ in 0..gone {
            let source = chance.below(archive.sources.len());
            packages.push((u16::try_from(source).unwrap_or(0), 0));
        }
        packages.sort_unstable();
        packages.dedup();
        let mut host = Self {
            name: format!("{}-{}{number:05}", image.role, archive.os_id),
            archive,
            number,
            seed,
            role: image.role,
            packages: packages.into(),
            levels: BTreeMap::new(),
            offered: BTreeSet::new(),
        };
        let sources = host.updated();
        for source in &sources {
            if chance.percent(30) {
                host.levels.insert(*source, 1 + u32::try_from(chance.below(3)).unwrap_or(0));
            }
        }
        while host.offered.len() < behind.min(sources.len()) {
            host.offered.insert(sources[chance.below(sources.len())]);
        }
        host
    }

    /// Sources that it has and that the archive ever updates.
    fn updated(&self) -> Vec<u16> {
        let places = self.packages.iter().take_while(|(source, _)| usize::from(*source) < UPDATED);
        let mut sources: Vec<u16> = places.map(|(source, _)| *source).collect();
        sources.dedup();
        sources
    }

    pub fn package_count(&self) -> usize {
        self.packages.len()
    }

    /// Of one source, those that it has.
    fn of(&self, source: u16) -> &[(u16, u8)] {
        let begin = self.packages.partition_point(|place| place.0 < source);
        let count = self.packages[begin..].iter().take_while(|place| place.0 == source).count();
        &self.packages[begin..begin + count]
    }

    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Everything that an agent there would report.
    pub fn components(&self) -> Vec<Component> {
        self.places().into_iter().map(|place| self.component(place)).collect()
    }

    /// The same, by what hosts of one archive share.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut places = vec![Place::Os, Place::Kernel, Place::Main, Place::Security];
        places.extend(self.packages.iter().map(|(source, package)| Place::Installed {
            source: *source,
            package: *package,
            level: self.level(*source),
        }));
        places.extend(self.offers());
        places
    }

    /// What is offered.
    pub(crate) fn offers(&self) -> impl Iterator<Item = Place> {
        self.offered.iter().flat_map(|source| {
            let level = self.level(*source);
            self.of(*source).iter().map(move |(_, package)| Place::Offered {
                source: *source,
                package: *package,
                level,
            })
        })
    }

    /// What stands at a place of this host's archive.
    pub(crate) fn component(&self, place: Place) -> Component {
        let repo = |repository: &fettle_model::Repository| Component::Repo {
            manager: "deb".to_owned(),
            repository: repository.clone(),
            enabled: true,
            trust: RepositoryTrust::Signed,
        };
        let placed = |source: u16, package: u8, level| {
            let source = &self.archive.sources[usize::from(source)];
            (PlacedSource { source, level }, &source.packages[usize::from(package)])
        };
        match place {
            Place::Os => Component::Os { id: self.archive.os_id.to_owned(), release: self.archive.release.to_owned() },
            Place::Kernel => Component::Running(Running::Kernel { version: self.archive.kernel.to_owned() }),
            Place::Main => repo(&self.archive.main),
            Place::Security => repo(&self.archive.security),
            Place::Installed { source, package, level } => {
                let (source, package) = placed(source, package, level);
                self.deb(source, package)
            }
            Place::Offered { source, package, level } => {
                let (source, package) = placed(source, package, level);
                self.offer(source, package)
            }
        }
    }

    fn level(&self, source: u16) -> u32 {
        self.levels.get(&source).copied().unwrap_or(0)
    }

    /// What goes with all offers.
    pub fn details(&self) -> Vec<OfferDetails> {
        let mut details = Vec::new();
        for source in &self.offered {
            self.for_each(*source, |source, package| details.push(self.offer_details(source, package)));
        }
        details
    }

    /// Installs the updates of as many offered sources as bring `packages` packages, and is then offered as many others.
    pub fn upgrade(&mut self, packages: usize) -> Upgrade {
        let mut upgrade = Upgrade::default();
        let chance = Chance::new(
            self.seed,
            "upgrade",
            self.number ^ (self.levels.values().map(|level| u64::from(*level)).sum::<u64>() << 32),
        );
        let mut moved = 0;
        while moved < packages && !self.offered.is_empty() {
            let at = chance.below(self.offered.len());
            let source = *self.offered.iter().nth(at).expect("it is below the length");
            self.for_each(source, |source, package| {
                upgrade.remove.push(self.deb(source, package));
                upgrade.remove.push(self.offer(source, package));
            });
            moved += self.of(source).len();
            self.offered.remove(&source);
            *self.levels.entry(source).or_default() += 1;
            self.for_each(source, |source, package| upgrade.add.push(self.deb(source, package)));
        }
        let sources = self.updated();
        let mut offered = 0;
        while offered < moved && self.offered.len() < sources.len() {
            let source = sources[chance.below(sources.len())];
            if !self.offered.insert(source) {
                continue;
            }
            self.for_each(source, |source, package| {
                offered += 1;
                upgrade.add.push(self.offer(source, package));
                upgrade.details.push(self.offer_details(source, package));
            });
        }
        upgrade
    }

    fn for_each(&self, source: u16, mut each: impl FnMut(PlacedSource<'_>, &Package)) {
        let level = self.level(source);
        let placed = PlacedSource { source: &self.archive.sources[usize::from(source)], level };
        for (_, package) in self.of(source) {
            if let Some(package) = placed.source.packages.get(usize::from(*package)) {
                each(placed, package);
            }
        }
    }

    fn deb(&self, placed: PlacedSource<'_>, package: &Package) -> Component {
        let version = placed.source.version(&self.archive, placed.level);
        Component::Deb {
            name: package.name.clone(),
            version: version.clone(),
            arch: package.architecture.to_owned(),
            source: placed.source.name.clone(),
            source_version: version,
        }
    }

    fn offer(&self, placed: PlacedSource<'_>, package: &Package) -> Component {
        Component::Offer(Offer {
            manager: "deb".to_owned(),
            name: package.name.clone(),
            candidate: placed.source.version(&self.archive, placed.level + 1),
            arch: package.architecture.to_owned(),
            repository: self.repository(placed.source).clone(),
            obstacle: None,
            back: true,
        })
    }

    fn offer_details(&self, placed: PlacedSource<'_>, package: &Package) -> OfferDetails {
        let version = placed.source.version(&self.archive, placed.level + 1);
        OfferDetails {
            name: package.name.clone(),
            arch: package.architecture.to_owned(),
            candidate: version.clone(),
            repo: self.repository(placed.source).clone(),
            source: placed.source.name.clone(),
            source_version: version,
            size_bytes: Some(package.size),
            sha256: Some(placed.source.hash(&self.archive, package, placed.level + 1)),
            reboot: matches!(placed.source.name.as_str(), "linux" | "glibc" | "systemd"),
            changelog: None,
        }
    }

    fn repository(&self, source: &Source) -> &fettle_model::Repository {
        if source.is_security { &self.archive.security } else { &self.archive.main }
    }

    pub fn facts(&self, booted_at: Timestamp) -> Facts {
        let chance = Chance::new(self.seed, "facts", self.number);
        let mac = chance.bytes::<5>().map(|byte| format!("{byte:02x}")).join(":");
        let (high, low) = (self.number >> 8 & 0xff, self.number & 0xff);
        let processors = [2, 4, 8, 16][chance.below(4)];
        let size = [20, 40, 100, 500][chance.below(4)] * 1_000_000_000_u64;
        Facts {
            hostname: self.name.clone(),
            fqdn: Some(format!("{}.{}.example.com", self.name, self.role)),
            os: OsFacts {
                family: "linux".to_owned(),
                id: self.archive.os_id.to_owned(),
                version: self.archive.release.to_owned(),
                name: self.archive.os_name.to_owned(),
                codename: Some(self.archive.codename.to_owned()),
                arch: "x86_64".to_owned(),
            },
            kernel: Some(self.archive.kernel.to_owned()),
            hardware: HardwareFacts {
                manufacturer: Some("QEMU".to_owned()),
                model: Some("Standard PC (Q35 + ICH9, 2009)".to_owned()),
                serial: Some(format!("S{:08}", self.number)),
                bios_version: Some("1.16.2-debian-1.16.2-1".to_owned()),
                bios_date: Some("04/01/2014".to_owned()),
                processor: Some("Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz".to_owned()),
                processors: Some(processors),
                virtualisation: Some("kvm".to_owned()),
            },
            memory_mb: Some(u64::from(processors) * 2_048),
            disks: vec![Disk {
                mount: "/".to_owned(),
                file_system: "ext4".to_owned(),
                size_bytes: size,
                free_bytes: size / 100 * (10 + chance.below(80) as u64),
            }],
            interfaces: vec![Interface {
                name: "enp1s0".to_owned(),
                mac: Some(format!("52:{mac}")),
                addresses: vec![format!("10.{}.{high}.{low}/16", chance.below(8))],
            }],
            logged_on: chance.percent(20).then(|| ["ada", "grace", "edsger"][chance.below(3)].to_owned()),
            booted_at: Some(booted_at),
            timezone: Some(["Europe/Berlin", "Etc/UTC", "America/New_York"][chance.below(3)].to_owned()),
            pending_reboot: if chance.percent(10) {
                vec![RebootReason { reason: "KernelNewer".to_owned(), detail: None }]
            } else {
                Vec::new()
            },
            stale_processes: Vec::new(),
        }
    }
}

/// A source at the level that a host has it.
#[derive(Debug, Clone, Copy)]
struct PlacedSource<'a> {
    source: &'a Source,
    level: u32,
}
