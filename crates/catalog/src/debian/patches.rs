//! Advisories of the DSA and DLA lists as patches (`catalogue.md` 1.1, 5.2): one for each advisory and release.
//!
//! `DSA-5380-2` revises `DSA-5380-1`: both are the patch `DSA-5380`, whose id stays. What a revision says of a source
//! package in a release holds in place of what the one before said; what it does not speak of stays.

use std::collections::BTreeMap;
use std::io::BufRead;

use fettle_model::debian_source::is_side_by_side;
use fettle_model::patch::{Corroboration, MatchedBy, NativeId, Patch, PatchKind, PatchPackage, Reboot};
use fettle_model::severity::Severity;
use fettle_model::text::cleaned;
use fettle_model::{PackageKind, PatchId};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::advisories::{self, Advisory};
use super::releases;
use crate::reading::{Place, ReadError, Report};
use crate::rule::product_key;

pub(super) const VENDOR: &str = "Debian";
/// Where Debian shows an advisory; its id follows.
const ADVISORY_PAGE: &str = "https://security-tracker.debian.org/tracker/";

/// Reads a list, and gives what it makes.
pub fn read(input: impl BufRead) -> Result<(Vec<Patch>, Report), ReadError> {
    let mut advisories = Vec::new();
    let mut report = advisories::read(input, |advisory| advisories.push(advisory))?;
    Ok((patches(advisories, &mut report), report))
}

/// The patches of all advisories of one list, by advisory and release. Releases without a known number make none, and
/// are counted in `report` as unresolved.
fn patches(advisories: Vec<Advisory>, report: &mut Report) -> Vec<Patch> {
    let mut drafts: BTreeMap<(String, &str), Vec<Advisory>> = BTreeMap::new();
    for advisory in advisories {
        let (base, _) = base_and_revision(&advisory.id);
        let mut by_release: BTreeMap<&str, Advisory> = BTreeMap::new();
        for fix in &advisory.fixes {
            let Some(number) = releases::number(&fix.release) else {
                report.unresolved.add(Place::Line(advisory.line), "a release without a known number", &fix.release);
                continue;
            };
            let of_release =
                by_release.entry(number).or_insert_with(|| Advisory { fixes: Vec::new(), ..advisory.clone() });
            of_release.fixes.push(fix.clone());
        }
        for (number, of_release) in by_release {
            drafts.entry((base.to_owned(), number)).or_default().push(of_release);
        }
    }
    let patches: Vec<_> =
        drafts.into_iter().map(|((base, number), revisions)| patch(&base, number, revisions)).collect();
    report.count_many("patches", patches.len());
    patches
}

/// `DSA-5380-2` as `DSA-5380` and 2; the oldest advisories have no revision.
fn base_and_revision(id: &str) -> (&str, u32) {
    match id.match_indices('-').nth(1) {
        Some((at, _)) => (&id[..at], id[at + 1..].parse().unwrap_or(u32::MAX)),
        None => (id, 1),
    }
}

/// `revisions` are all of one release, and at least one.
fn patch(base: &str, number: &str, mut revisions: Vec<Advisory>) -> Patch {
    revisions.sort_by_key(|advisory| std::cmp::Reverse(base_and_revision(&advisory.id).1));
    let newest = &revisions[0];
    let packages = packages(&revisions);
    let main = main_package(newest, &packages);
    let (source, source_version) = (main.name.clone(), main.fixed_version.clone());
    let mut cves: Vec<_> = revisions.iter().flat_map(|advisory| advisory.cves.iter().cloned()).collect();
    cves.sort();
    cves.dedup();
    let product = product_key(VENDOR, number);
    // A new kernel takes effect with the next boot.
    let reboot =
        if packages.iter().any(|package| is_side_by_side(&package.name)) { Reboot::Maybe } else { Reboot::Never };
    Patch {
        id: PatchId::derive(VENDOR, base, &product, "any"),
        aliases: Vec::new(),
        native_ids: native_ids(&revisions),
        title: cleaned(&format!("{} {}: {}", newest.id, newest.package.as_ref().unwrap_or(&source), newest.title), 512),
        description: String::new(),
        vendor: VENDOR.to_owned(),
        kind: PatchKind::Security,
        // Debian gives its advisories none.
        severity: Severity::None,
        urgency: None,
        cves: Some(cves),
        product,
        package_kind: PackageKind::Deb,
        repository: None,
        source,
        source_version,
        packages,
        published: revisions.iter().filter_map(published).min(),
        modified: None,
        reboot,
        advisory_link: Some(format!("{ADVISORY_PAGE}{}", newest.id)),
        update: None,
        withdrawn: false,
    }
}

/// From the newest revision to the oldest, each once.
fn native_ids(revisions: &[Advisory]) -> Vec<NativeId> {
    let mut ids: Vec<_> = revisions.iter().map(|advisory| native_id(&advisory.id)).collect();
    ids.dedup();
    ids
}

fn native_id(id: &str) -> NativeId {
    let scheme = id.split('-').next().unwrap_or(VENDOR);
    NativeId { scheme: scheme.to_owned(), value: id.to_owned() }
}

/// The newest word on each source package.
fn packages(revisions: &[Advisory]) -> Vec<PatchPackage> {
    let mut fixed: BTreeMap<&str, &str> = BTreeMap::new();
    for fix in revisions.iter().flat_map(|advisory| &advisory.fixes) {
        fixed.entry(&fix.source).or_insert(&fix.version);
    }
    let package = |(source, version): (&str, &str)| PatchPackage {
        name: source.to_owned(),
        architecture: "any".to_owned(),
        fixed_version: version.to_owned(),
        stream: String::new(),
        size_bytes: None,
        sha256: None,
        corroboration: Corroboration::Advisory,
        by: MatchedBy::Source,
        foreign: None,
    };
    fixed.into_iter().map(package).collect()
}

/// The one that the advisory is named after, where it is fixed in this release; else the first.
fn main_package<'a>(newest: &Advisory, packages: &'a [PatchPackage]) -> &'a PatchPackage {
    let named = packages.iter().find(|package| newest.package.as_ref() == Some(&package.name));
    named.unwrap_or(&packages[0])
}

/// A date without time is midnight, UTC.
fn published(advisory: &Advisory) -> Option<Timestamp> {
    advisory.date.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp())
}
