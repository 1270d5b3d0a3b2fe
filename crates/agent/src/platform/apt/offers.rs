//! From apt's answers to offers: what is above the installed version, and what stands in its way.

use std::collections::BTreeMap;

use fettle_model::version::dpkg::compare;
use fettle_model::{Obstacle, Repository};

use super::dpkg::{Database, Package};
use super::policy::Policy;
use super::records::Record;
use super::simulation::Simulation;
use super::targets::Target;
use crate::scan::FoundOffer;

/// What the package manager said, each part once a scan.
#[derive(Debug)]
pub struct Answers<'a> {
    pub database: &'a Database,
    /// Asked for by `name:arch`.
    pub policies: &'a [Policy],
    pub simulation: &'a Simulation,
    pub targets: &'a [Target],
}

/// A package below its candidate, before its record was read.
#[derive(Debug)]
pub struct Candidate<'a> {
    pub package: &'a Package,
    pub version: &'a str,
    pub repository: Repository,
    pub security: bool,
    pub back: bool,
    pub obstacle: Option<(Obstacle, String)>,
}

impl Candidate<'_> {
    /// As `apt-cache show` and `apt-get install` take it.
    pub fn specification(&self) -> String {
        format!("{}={}", qualified(self.package), self.version)
    }
}

/// `name:arch`; packages for all architectures go by their name.
pub fn qualified(package: &Package) -> String {
    if package.arch == "all" { package.name.clone() } else { format!("{}:{}", package.name, package.arch) }
}

/// Candidates above the installed version: the set of `apt list --upgradable`, sorted by package and architecture.
pub fn candidates<'a>(answers: &Answers<'a>) -> Vec<Candidate<'a>> {
    let by_name: BTreeMap<&str, &Policy> =
        answers.policies.iter().map(|policy| (policy.package.as_str(), policy)).collect();
    let mut found: Vec<Candidate<'a>> = answers
        .database
        .present()
        .filter_map(|package| {
            let qualified = format!("{}:{}", package.name, package.arch);
            // apt leaves the native architecture out of the name.
            let policy = by_name.get(qualified.as_str()).or_else(|| {
                let policy = by_name.get(package.name.as_str())?;
                (policy.installed.as_deref() == Some(&package.version)).then_some(policy)
            })?;
            candidate(answers, package, policy)
        })
        .collect();
    found.sort_by(|left, right| {
        (&left.package.name, &left.package.arch).cmp(&(&right.package.name, &right.package.arch))
    });
    found
}

fn candidate<'a>(answers: &Answers<'a>, package: &'a Package, policy: &'a Policy) -> Option<Candidate<'a>> {
    let version = policy.candidate.as_deref()?;
    if compare(version, &package.version).is_le() {
        return None;
    }
    let entry = policy.version(version)?;
    let mut repositories: Vec<&Repository> = entry
        .sources
        .iter()
        .filter_map(|(_, source)| answers.targets.iter().find(|target| target.description == *source))
        .map(|target| &target.repository)
        .collect();
    // One version may be in several suites; the security suite says more about it.
    repositories.sort_by_key(|repository| !repository.is_security());
    let repository = repositories.first().map_or_else(unnamed, |repository| (*repository).clone());
    let back = policy.version(&package.version).is_some_and(|entry| !entry.sources.is_empty());
    let obstacle = obstacle(answers, package, entry.phased_percent);
    Some(Candidate { package, version, security: repository.is_security(), repository, back, obstacle })
}

fn unnamed() -> Repository {
    Repository::from("")
}

/// Everything but why a package is kept back: that takes a simulation of its own.
fn obstacle(answers: &Answers<'_>, package: &Package, phased: Option<u8>) -> Option<(Obstacle, String)> {
    if package.held {
        return Some((Obstacle::Held, "held by dpkg's selection (apt-mark hold)".to_owned()));
    }
    if answers.simulation.install(&package.name, &package.arch).is_some() {
        return None;
    }
    // Older apts keep a staged package back without saying why.
    if answers.simulation.phased.contains(&package.name) || phased.is_some_and(|percent| percent < 100) {
        let share = phased.map_or_else(String::new, |percent| format!(" to {percent} % of machines"));
        return Some((Obstacle::Phased, format!("the vendor rolls it out by stages{share}")));
    }
    Some((Obstacle::KeptBack, String::new()))
}

/// Why `name` is kept back, from a simulation of it alone.
pub fn kept_back_reason(alone: &Simulation, complaint: &str) -> String {
    let names = |names: Vec<&str>| names.join(", ");
    let removals = names(alone.removals.iter().map(|removal| removal.name.as_str()).collect());
    let fresh = names(alone.new_packages().map(|install| install.name.as_str()).collect());
    let mut reasons = Vec::new();
    if !removals.is_empty() {
        reasons.push(format!("would remove {removals}"));
    }
    if !fresh.is_empty() {
        reasons.push(format!("needs new packages: {fresh}"));
    }
    if reasons.is_empty() {
        let unmet: Vec<&str> = complaint
            .lines()
            .map(str::trim)
            .filter(|line| line.contains("Depends:") || line.contains("Breaks:") || line.contains("Conflicts:"))
            .collect();
        reasons.push(if unmet.is_empty() { complaint.trim().to_owned() } else { unmet.join("; ") });
    }
    fettle_model::text::cleaned(&reasons.join("; "), 1_000)
}

/// With its record, a candidate is an offer.
pub fn offer(candidate: &Candidate<'_>, records: &[Record]) -> FoundOffer {
    let package = candidate.package;
    let record = records.iter().find(|record| {
        record.package == package.name
            && record.version == candidate.version
            && (record.arch == package.arch || record.arch == "all" || package.arch == "all")
    });
    let (source, source_version) = record.map_or_else(
        || (package.source.clone(), candidate.version.to_owned()),
        |record| (record.source.clone(), record.source_version.clone()),
    );
    FoundOffer {
        package: package.name.clone(),
        arch: package.arch.clone(),
        candidate: candidate.version.to_owned(),
        repository: candidate.repository.clone(),
        back: candidate.back,
        obstacle: candidate.obstacle.as_ref().map(|(obstacle, _)| *obstacle),
        installed_source_version: package.source_version.clone(),
        installed: package.version.clone(),
        security: candidate.security,
        obstacle_text: candidate.obstacle.as_ref().map(|(_, text)| text.clone()),
        reboot: wants_reboot(&package.name),
        source,
        source_version,
        size_bytes: record.and_then(|record| record.size_bytes),
        sha256: record.and_then(|record| record.sha256),
        changelog: None,
    }
}

/// Kernel, C library, init: what keeps running until the machine restarts.
pub fn wants_reboot(name: &str) -> bool {
    const NAMES: [&str; 6] = ["libc6", "systemd", "systemd-sysv", "sysvinit-core", "dbus", "intel-microcode"];
    NAMES.contains(&name) || name.starts_with("linux-image-") || name == "amd64-microcode"
}
