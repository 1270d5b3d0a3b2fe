//! The archive of one release: sources, their binary packages, and the versions that appear in it one after the other.

mod history;
mod names;
mod releases;

use fettle_model::{PackageKind, Repository, Sha256};
use fettle_wire::sha256;

use crate::chance::Chance;

pub(crate) use history::OLDEST_NEWS;
pub(crate) use releases::{apt_archives, rpm_archives};

/// Sources of a release.
const SOURCES: usize = 1_400;
/// The first of them, which nearly all hosts have, are those that get updates.
pub(crate) const UPDATED: usize = 150;
/// One in so many sources has its updates in the security suite.
const SECURITY: usize = 3;

#[derive(Debug)]
pub struct Archive {
    /// Debian's packages, or rpms.
    pub package_kind: PackageKind,
    /// `debian`, `ubuntu`, `rocky`.
    pub os_id: &'static str,
    pub release: &'static str,
    /// As people read it.
    pub os_name: &'static str,
    pub codename: &'static str,
    pub kernel: &'static str,
    pub main: Repository,
    pub security: Repository,
    pub sources: Vec<Source>,
}

#[derive(Debug)]
pub struct Source {
    /// Its place in the archive, the same in every release.
    pub(crate) number: u16,
    pub name: String,
    upstream: String,
    pub packages: Vec<Package>,
    pub is_security: bool,
    /// How many days ago each of its updates came out, the oldest first: in every release on the same day.
    pub(crate) history: Vec<u16>,
}

#[derive(Debug)]
pub struct Package {
    pub name: String,
    pub architecture: &'static str,
    /// Of a version's archive, in bytes.
    pub size: u64,
}

impl Archive {
    /// What stands in the releases of rpms.
    fn mark(&self) -> &'static str {
        if self.release.starts_with('8') { "el8" } else { "el9" }
    }

    pub(crate) fn repository(&self, source: &Source) -> &Repository {
        if source.is_security { &self.security } else { &self.main }
    }
}

impl Source {
    /// Version after so many updates.
    pub fn version(&self, archive: &Archive, level: u32) -> String {
        if archive.package_kind == PackageKind::Rpm {
            return format!("0:{}-{}.{}", self.upstream, level + 1, archive.mark());
        }
        match level {
            0 => format!("{}-1", self.upstream),
            level if archive.os_id == "ubuntu" => format!("{}-1ubuntu0.{level}", self.upstream),
            level => format!("{}-1+deb{}u{level}", self.upstream, archive.release),
        }
    }

    /// Name of the file of its source package, of rpms.
    pub(crate) fn source_rpm(&self, archive: &Archive, level: u32) -> String {
        format!("{}-{}-{}.{}.src.rpm", self.name, self.upstream, level + 1, archive.mark())
    }

    /// Content of a package of that version.
    pub fn hash(&self, archive: &Archive, package: &Package, level: u32) -> Sha256 {
        sha256(format!("{} {} {}", archive.codename, package.name, self.version(archive, level)).as_bytes())
    }
}

fn sources(seed: u64, codename: &str, package_kind: PackageKind) -> Vec<Source> {
    let names = names::sources(SOURCES);
    let numbered = names.into_iter().enumerate();
    numbered
        .map(|(number, name)| {
            let chance = Chance::new(seed, codename, number as u64);
            Source { history: history::of(seed, number), ..source(name, number, package_kind, &chance) }
        })
        .collect()
}

fn source(name: String, number: usize, package_kind: PackageKind, chance: &Chance) -> Source {
    let (others, everywhere, machine) = match package_kind {
        PackageKind::Rpm => (["", "-common", "-libs", "-devel", "-doc", "-tools"], "noarch", "x86_64"),
        _ => (["", "-common", "-data", "-dev", "-doc", "-bin"], "all", "amd64"),
    };
    let count = if chance.percent(60) { 1 } else { 2 + chance.below(3) };
    let packages = others.iter().take(count).map(|suffix| Package {
        name: format!("{name}{suffix}"),
        architecture: if matches!(*suffix, "-common" | "-data" | "-doc") { everywhere } else { machine },
        size: 10_000 + chance.below(2_000_000) as u64,
    });
    Source {
        number: u16::try_from(number).unwrap_or(u16::MAX),
        upstream: format!("{}.{}.{}", 1 + chance.below(9), chance.below(40), chance.below(20)),
        packages: packages.collect(),
        is_security: number.is_multiple_of(SECURITY),
        history: Vec::new(),
        name,
    }
}

/// How long an update of a source, by its number, has been out, in days; `None` of one that came out on a simulated day.
pub(crate) fn age(seed: u64, source: u32, level: u32) -> Option<u16> {
    history::of(seed, source as usize).get(level.checked_sub(1)? as usize).copied()
}
