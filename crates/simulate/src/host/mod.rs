//! One host of a distribution: an image with drift, and how far it is behind.

mod changelog;
mod deb;
mod pace;
mod rounds;
mod rpm;

use std::collections::BTreeMap;
use std::sync::Arc;

use fettle_model::PackageKind;
use fettle_model::asset::{Facts, OsFacts};
use fettle_model::component::{Component, Running};
use fettle_wire::message::report::OfferDetails;
use jiff::Timestamp;

use crate::archive::{Archive, Package, Source, UPDATED};
use crate::chance::Chance;
use crate::facts::Described;
use crate::image::{Image, purpose_of};
use crate::machine::{Machine, Place, Repositories};
use pace::Pace;
pub use rounds::Upgrade;

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
    /// Sources of which a newer version is offered, and after how many updates it is.
    offered: BTreeMap<u16, u32>,
    /// `None`: it is always offered as much as it installs.
    pace: Option<Pace>,
}

/// A source at the level that a host has it, or is offered it.
#[derive(Debug, Clone, Copy)]
struct PlacedSource<'a> {
    source: &'a Source,
    level: u32,
}

impl Host {
    /// Host `number` of the seed: an image, up to 5 % of its packages gone and others in their place, `behind` offered
    /// updates. Its updates are its own: [`Host::upgrade`] brings always others.
    pub fn new(seed: u64, number: u64, image: &Image, behind: usize) -> Self {
        let chance = Chance::new(seed, "host", number);
        let mut host = Self::installed(seed, number, image, &chance);
        let sources = host.updated();
        for source in &sources {
            if chance.percent(30) {
                host.levels.insert(*source, 1 + u32::try_from(chance.below(3)).unwrap_or(0));
            }
        }
        while host.offered.len() < behind.min(sources.len()) {
            let source = sources[chance.below(sources.len())];
            host.offered.insert(source, host.level(source) + 1);
        }
        host
    }

    /// Without updates.
    fn installed(seed: u64, number: u64, image: &Image, chance: &Chance) -> Self {
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
        Self {
            name: format!("{}-{}{number:05}", image.role, archive.os_id),
            archive,
            number,
            seed,
            role: image.role,
            packages: packages.into(),
            levels: BTreeMap::new(),
            offered: BTreeMap::new(),
            pace: None,
        }
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

    fn source(&self, source: u16) -> &Source {
        &self.archive.sources[usize::from(source)]
    }

    fn level(&self, source: u16) -> u32 {
        self.levels.get(&source).copied().unwrap_or(0)
    }

    /// Everything that an agent there would report.
    pub fn components(&self) -> Vec<Component> {
        self.places().into_iter().map(|place| self.component(place)).collect()
    }

    /// What is offered.
    pub(crate) fn offers(&self) -> impl Iterator<Item = Place> {
        self.offered.iter().flat_map(|(source, level)| {
            let obstacle = self.obstacle(*source);
            self.of(*source).iter().map(move |(_, package)| Place::Offered {
                source: *source,
                package: *package,
                level: *level,
                obstacle,
            })
        })
    }

    /// What goes with all offers.
    pub fn details(&self) -> Vec<OfferDetails> {
        let mut details = Vec::new();
        for (source, level) in &self.offered {
            self.for_each(*source, *level, |source, package| details.push(self.offer_details(source, package)));
        }
        details
    }

    fn for_each(&self, source: u16, level: u32, mut each: impl FnMut(PlacedSource<'_>, &Package)) {
        let placed = PlacedSource { source: self.source(source), level };
        for (_, package) in self.of(source) {
            if let Some(package) = placed.source.packages.get(usize::from(*package)) {
                each(placed, package);
            }
        }
    }

    /// A package as it is installed.
    fn package(&self, placed: PlacedSource<'_>, package: &Package) -> Component {
        match self.archive.package_kind {
            PackageKind::Rpm => self.rpm(placed, package),
            _ => self.deb(placed, package),
        }
    }

    pub fn facts(&self, booted_at: Timestamp) -> Facts {
        let described = Described {
            seed: self.seed,
            number: self.number,
            name: &self.name,
            purpose: purpose_of(self.role),
            os: self.operating_system(),
            kernel: Some(self.archive.kernel),
        };
        described.facts(booted_at)
    }
}

impl Machine for Host {
    fn name(&self) -> &str {
        &self.name
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn release_key(&self) -> &'static str {
        self.archive.codename
    }

    fn operating_system(&self) -> OsFacts {
        OsFacts {
            family: "linux".to_owned(),
            id: self.archive.os_id.to_owned(),
            version: self.archive.release.to_owned(),
            name: self.archive.os_name.to_owned(),
            codename: Some(self.archive.codename.to_owned()),
            arch: "x86_64".to_owned(),
        }
    }

    fn facts(&self, booted_at: Timestamp) -> Facts {
        self.facts(booted_at)
    }

    fn places(&self) -> Vec<Place> {
        let mut places = vec![Place::Os, Place::Kernel, Place::Main, Place::Security];
        places.extend(self.packages.iter().map(|(source, package)| Place::Installed {
            source: *source,
            package: *package,
            level: self.level(*source),
        }));
        places.extend(self.offers());
        places
    }

    fn component(&self, place: Place) -> Component {
        let placed = |source: u16, package: u8, level| {
            let source = self.source(source);
            (PlacedSource { source, level }, &source.packages[usize::from(package)])
        };
        match place {
            Place::Os => Component::Os { id: self.archive.os_id.to_owned(), release: self.archive.release.to_owned() },
            Place::Kernel => Component::Running(Running::Kernel { version: self.archive.kernel.to_owned() }),
            Place::Main => self.repository(&self.archive.main),
            Place::Security => self.repository(&self.archive.security),
            Place::Installed { source, package, level } => {
                let (source, package) = placed(source, package, level);
                self.package(source, package)
            }
            Place::Offered { source, package, level, obstacle } => {
                let (source, package) = placed(source, package, level);
                self.offer(source, package, obstacle)
            }
            Place::Program { .. } | Place::Update(_) => unreachable!("a distribution has no programs of Windows"),
        }
    }

    fn repositories(&self) -> Repositories<'_> {
        let (collector, uri) = match self.archive.package_kind {
            PackageKind::Rpm => ("rpm", "http://archive.example.com/rocky"),
            _ => ("apt", "http://archive.example.com/debian"),
        };
        Repositories {
            collector,
            distribution: Some(self.archive.codename),
            from: vec![(&self.archive.main, uri.to_owned()), (&self.archive.security, format!("{uri}-security"))],
        }
    }
}
