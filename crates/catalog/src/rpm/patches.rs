//! Advisories of rpm repositories as patches (`catalogue.md` 1.1, 5.4): one for each advisory and release.
//!
//! A repository lists of an advisory the packages that it has itself, so that one advisory may come in the files of
//! several repositories: [`joined`] puts together what they say. Packages are compared by name, architecture and module
//! stream. A source package (`src`) is never installed: it only names the chain that the patch stands in.

use std::collections::BTreeMap;
use std::io::BufRead;

use fettle_model::package_kind::is_install_only;
use fettle_model::patch::{
    Corroboration, MatchedBy, NativeId, Patch, PatchKind, PatchPackage, Reboot, STREAM_NOT_TOLD,
};
use fettle_model::text::cleaned;
use fettle_model::version::rpm;
use fettle_model::{PackageKind, PatchId};

use super::distribution::Distribution;
use super::updateinfo::{self, Package, Update};
use crate::reading::{ReadError, Report};
use crate::rule::product_key;

/// Longest title and description, in characters.
const MAX_TITLE: usize = 512;
const MAX_DESCRIPTION: usize = 16_384;

/// Reads the advisories of a repository, and gives what they make.
pub fn read(input: impl BufRead) -> Result<(Vec<Patch>, Report), ReadError> {
    let mut patches: BTreeMap<PatchId, Patch> = BTreeMap::new();
    let mut notes = Report::default();
    let mut report = updateinfo::read(input, |update| {
        for patch in patches_of(&update, &mut notes) {
            let joined = match patches.get(&patch.id) {
                Some(known) => joined(known, patch),
                None => patch,
            };
            patches.insert(joined.id, joined);
        }
    })?;
    report.join(notes);
    report.count_many("patches", patches.len());
    patches.values().filter(|patch| patch.withdrawn).for_each(|_| report.count("withdrawn"));
    Ok((patches.into_values().collect(), report))
}

/// The patches of one advisory, by release. What makes none is counted as unresolved.
fn patches_of(update: &Update, notes: &mut Report) -> Vec<Patch> {
    let mut unresolved = |reason, detail: &str| notes.unresolved.add(update.place.clone(), reason, detail);
    let collection = update.packages.first().map_or("", |package| package.collection.as_str());
    let Some(distribution) = Distribution::of(&update.release, collection, &update.id) else {
        unresolved("an advisory of no distribution that is known", &update.id);
        return Vec::new();
    };
    let mut by_release: BTreeMap<String, Vec<&Package>> = BTreeMap::new();
    for package in &update.packages {
        match release_of(distribution, &update.release, package) {
            Some(number) if is_module_without_stream(package) => {
                unresolved("a package of a module whose stream is not told", &package.name);
                by_release.entry(number).or_default().push(package);
            }
            Some(number) => by_release.entry(number).or_default().push(package),
            None => unresolved("a package of no release that is known", &package.name),
        }
    }
    let mut patches = Vec::new();
    for (number, packages) in by_release {
        match patch(distribution, &number, update, &packages) {
            Some(patch) => patches.push(patch),
            None => unresolved("an advisory without a package that can be installed", &update.id),
        }
    }
    patches
}

fn release_of(distribution: &Distribution, named: &str, package: &Package) -> Option<String> {
    let (_, release) = package.version.rsplit_once('-')?;
    let by_name = || distribution.number_of_name(named).or_else(|| distribution.number_of_name(&package.collection));
    distribution.number_of_package(release).map(str::to_owned).or_else(by_name)
}

/// Built for a module, by its release (`2.module+el9…`), while its collection does not say for which stream: a version of
/// another stream must not be taken for the fix.
fn is_module_without_stream(package: &Package) -> bool {
    package.stream.is_empty() && package.version.contains(".module")
}

/// None where no package is one that a machine has.
fn patch(distribution: &Distribution, number: &str, update: &Update, listed: &[&Package]) -> Option<Patch> {
    let packages = packages(listed);
    let (source, source_version) = main_source(update, listed, packages.first()?);
    let product = product_key(distribution.id, number);
    let suggests_reboot = update.suggests_reboot || listed.iter().any(|package| package.suggests_reboot);
    let reboot = if suggests_reboot {
        Reboot::Always
    } else if packages.iter().any(|package| is_install_only(&package.name)) {
        Reboot::Maybe
    } else {
        Reboot::Never
    };
    let title = if update.title.is_empty() { &source } else { &update.title };
    Some(Patch {
        id: PatchId::derive(distribution.vendor, &update.id, &product, "any"),
        aliases: Vec::new(),
        native_ids: vec![NativeId { scheme: distribution.scheme.to_owned(), value: update.id.clone() }],
        title: cleaned(&format!("{} {title}", update.id), MAX_TITLE),
        description: cleaned(&update.description, MAX_DESCRIPTION),
        vendor: distribution.vendor.to_owned(),
        kind: kind(update),
        severity: update.severity,
        urgency: None,
        cves: Some(update.cves.clone()),
        product,
        package_kind: PackageKind::Rpm,
        repository: None,
        source,
        source_version,
        packages,
        published: update.issued,
        modified: update.updated,
        reboot,
        advisory_link: update.link.clone(),
        update: None,
        withdrawn: is_taken_back(update),
    })
}

/// An advisory that was not released yet (`testing`, `pending`) or that a later one stands for (`obsolete`) is none that was
/// taken back.
fn is_taken_back(update: &Update) -> bool {
    update.status.eq_ignore_ascii_case("retracted")
}

/// By the advisory's type; SUSE's words are read, too. One of no known type is for security if it names a CVE.
fn kind(update: &Update) -> PatchKind {
    match update.kind.as_str() {
        "security" => PatchKind::Security,
        "enhancement" | "optional" => PatchKind::Enhancement,
        "newpackage" | "feature" => PatchKind::Feature,
        "bugfix" | "recommended" => PatchKind::Bugfix,
        _ if update.cves.is_empty() => PatchKind::Bugfix,
        _ => PatchKind::Security,
    }
}

/// What machines can have of it, sorted, each once. Of several versions of one package the highest is the fix.
fn packages(listed: &[&Package]) -> Vec<PatchPackage> {
    let installable = listed.iter().filter(|package| !is_source(package)).map(|package| PatchPackage {
        name: package.name.clone(),
        architecture: package.architecture.clone(),
        fixed_version: package.version.clone(),
        stream: if is_module_without_stream(package) { STREAM_NOT_TOLD.to_owned() } else { package.stream.clone() },
        size_bytes: None,
        sha256: None,
        corroboration: Corroboration::Advisory,
        by: MatchedBy::Name,
        foreign: None,
    });
    let mut by_name = BTreeMap::new();
    for package in installable {
        let known = by_name.entry(key(&package)).or_insert_with(|| package.clone());
        if rpm::compare(&package.fixed_version, &known.fixed_version).is_gt() {
            *known = package;
        }
    }
    sorted(by_name.into_values())
}

fn is_source(package: &Package) -> bool {
    matches!(package.architecture.as_str(), "src" | "nosrc")
}

fn key(package: &PatchPackage) -> (String, String, String) {
    (package.name.clone(), package.architecture.clone(), package.stream.clone())
}

fn sorted(packages: impl Iterator<Item = PatchPackage>) -> Vec<PatchPackage> {
    let mut packages: Vec<_> = packages.collect();
    packages.sort();
    packages
}

/// The source package by which the patch stands in its chain, with its version: the one that the title names, else the
/// first in the alphabet; of the package `first` itself where the file tells of no source.
fn main_source(update: &Update, listed: &[&Package], first: &PatchPackage) -> (String, String) {
    let mut sources: BTreeMap<String, String> = BTreeMap::new();
    for (name, version) in listed.iter().filter_map(|package| source(package)) {
        let known = sources.entry(name).or_insert_with(|| version.clone());
        if rpm::compare(&version, known).is_gt() {
            *known = version;
        }
    }
    let title = update.title.as_str();
    let is_named = |(name, _): &(&String, &String)| title.split([' ', ',']).any(|word| word == name.as_str());
    let main = sources.iter().find(is_named).or_else(|| sources.iter().next());
    match main {
        Some((name, version)) => (name.clone(), version.clone()),
        None => (first.name.clone(), first.fixed_version.clone()),
    }
}

/// Name and version of a package's source: of a source package its own; else from the file's name, which has no epoch,
/// with the epoch of the package.
fn source(package: &Package) -> Option<(String, String)> {
    if is_source(package) {
        return Some((package.name.clone(), package.version.clone()));
    }
    let file = package.source.as_ref()?.rsplit('/').next()?;
    let file = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let mut parts = file.rsplitn(3, '-');
    let (release, version, name) = (parts.next()?, parts.next()?, parts.next()?);
    let epoch = package.version.split_once(':').map_or("0", |(epoch, _)| epoch);
    Some((name.to_owned(), format!("{epoch}:{version}-{release}")))
}

/// What is known of an advisory, and what a file says of it now. A later word stands in place of an earlier one, and an
/// earlier one adds nothing. Of the same date it is the same advisory in another repository: its packages join, and it is
/// taken back if one of them says so, for the others may not have heard of it yet.
pub fn joined(known: &Patch, said: Patch) -> Patch {
    let told_at = |patch: &Patch| patch.modified.or(patch.published);
    let order = told_at(&said).cmp(&told_at(known));
    if order.is_lt() {
        return known.clone();
    }
    let said = Patch { id: known.id, aliases: known.aliases.clone(), ..said };
    if order.is_gt() {
        return said;
    }
    let mut packages: BTreeMap<_, _> = known.packages.iter().map(|package| (key(package), package.clone())).collect();
    for package in &said.packages {
        let of_key = packages.entry(key(package)).or_insert_with(|| package.clone());
        if rpm::compare(&package.fixed_version, &of_key.fixed_version).is_gt() {
            *of_key = package.clone();
        }
    }
    let mut cves: Vec<String> = known.cves.iter().chain(&said.cves).flatten().cloned().collect();
    cves.sort();
    cves.dedup();
    let is_higher = rpm::compare(&known.source_version, &said.source_version).is_gt();
    let (source, source_version) = if known.source < said.source || known.source == said.source && is_higher {
        (known.source.clone(), known.source_version.clone())
    } else {
        (said.source.clone(), said.source_version.clone())
    };
    Patch {
        packages: sorted(packages.into_values()),
        cves: Some(cves),
        source,
        source_version,
        reboot: known.reboot.max(said.reboot),
        withdrawn: known.withdrawn || said.withdrawn,
        ..said
    }
}
