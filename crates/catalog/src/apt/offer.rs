//! Updates that machines' own apt offers become catalogue entries (`catalogue.md` 1.1, 5.1): one per version of one
//! source package in one repository of one release.

use fettle_model::patch::{Corroboration, MatchedBy, NativeId, Patch, PatchKind, PatchPackage, Reboot};
use fettle_model::text::cleaned;
use fettle_model::{PackageKind, PatchId, Repository, Severity, Sha256};
use jiff::Timestamp;

use crate::cve;

/// One offered package, as an agent told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedPackage {
    pub name: String,
    pub architecture: String,
    pub candidate: String,
    pub repository: Repository,
    pub source: String,
    pub source_version: String,
    pub size_bytes: Option<u64>,
    pub sha256: Option<Sha256>,
    pub reboot: bool,
    pub changelog: Option<Changelog>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changelog {
    pub cves: Vec<String>,
    pub urgency: Option<String>,
    pub date: Option<Timestamp>,
    pub text: String,
}

/// The id of the entry that an offer belongs to.
pub fn patch_id(product: &str, offered: &OfferedPackage) -> PatchId {
    PatchId::derive(&offered.repository.origin, &native_id(offered), product, "any")
}

fn native_id(offered: &OfferedPackage) -> String {
    format!("{} {} {}", offered.source, offered.source_version, offered.repository)
}

/// The entry of a first offer.
pub fn patch_of(product: &str, offered: &OfferedPackage) -> Patch {
    let kind = if offered.repository.is_security() { PatchKind::Security } else { PatchKind::Bugfix };
    let mut patch = Patch {
        id: patch_id(product, offered),
        aliases: Vec::new(),
        native_ids: vec![NativeId {
            scheme: "APT".to_owned(),
            value: format!("{} {}", offered.source, offered.source_version),
        }],
        title: cleaned(&title(kind, offered), 512),
        description: String::new(),
        vendor: offered.repository.origin.clone(),
        kind,
        severity: Severity::None,
        urgency: None,
        cves: None,
        product: product.to_owned(),
        package_kind: PackageKind::Deb,
        repository: Some(offered.repository.clone()),
        source: offered.source.clone(),
        source_version: offered.source_version.clone(),
        packages: Vec::new(),
        published: None,
        modified: None,
        reboot: Reboot::Never,
        advisory_link: None,
        update: None,
        withdrawn: false,
    };
    extend(&mut patch, offered);
    patch
}

fn title(kind: PatchKind, offered: &OfferedPackage) -> String {
    let what = match kind {
        PatchKind::Security => "security update",
        PatchKind::Bugfix | PatchKind::Enhancement | PatchKind::Feature | PatchKind::ServicePack => "update",
    };
    format!("{}: {what} to {}", offered.source, offered.source_version)
}

/// Adds what a further offer of the same entry tells: a package, its changelog, a restart. True when that was new.
pub fn extend(patch: &mut Patch, offered: &OfferedPackage) -> bool {
    let before = patch.clone();
    let package = PatchPackage {
        name: offered.name.clone(),
        architecture: offered.architecture.clone(),
        fixed_version: offered.candidate.clone(),
        stream: String::new(),
        size_bytes: offered.size_bytes,
        sha256: offered.sha256,
        corroboration: Corroboration::Reported,
        by: MatchedBy::Name,
        foreign: None,
    };
    if !patch.packages.iter().any(|known| is_same(known, &package)) {
        patch.packages.push(package);
        patch.packages.sort();
    }
    if offered.reboot {
        patch.reboot = patch.reboot.max(Reboot::Maybe);
    }
    if let Some(changelog) = &offered.changelog {
        read_changelog(patch, changelog);
    }
    *patch != before
}

/// True when an offer can tell nothing of `patch` that the patch does not say, and its package needs no reporter.
pub fn is_known(patch: &Patch, offered: &OfferedPackage) -> bool {
    let vouched_for = |package: &PatchPackage| {
        package.name == offered.name
            && package.architecture == offered.architecture
            && package.fixed_version == offered.candidate
            && package.sha256 == offered.sha256
            && package.corroboration > Corroboration::Reported
    };
    offered.changelog.is_none()
        && (!offered.reboot || patch.reboot >= Reboot::Maybe)
        && patch.packages.iter().any(vouched_for)
}

/// The same package of the same entry: name, architecture, version and content.
pub fn is_same(left: &PatchPackage, right: &PatchPackage) -> bool {
    left.by == right.by
        && left.name == right.name
        && left.architecture == right.architecture
        && left.fixed_version == right.fixed_version
        && left.sha256 == right.sha256
}

fn read_changelog(patch: &mut Patch, changelog: &Changelog) {
    let mut cves = patch.cves.take().unwrap_or_default();
    cves.extend(changelog.cves.iter().filter_map(|cve| cve::normal(cve)));
    cves.sort();
    cves.dedup();
    patch.cves = Some(cves);
    if patch.urgency.is_none() {
        patch.urgency = changelog.urgency.as_ref().map(|urgency| cleaned(urgency, 32));
    }
    if patch.published.is_none() {
        patch.published = changelog.date;
    }
    if patch.description.is_empty() {
        patch.description = cleaned(&changelog.text, 16_384);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(name: &str) -> OfferedPackage {
        OfferedPackage {
            name: name.to_owned(),
            architecture: "amd64".to_owned(),
            candidate: "3.0.18-1~deb12u1".to_owned(),
            repository: "Debian/Debian-Security/stable-security/main".into(),
            source: "openssl".to_owned(),
            source_version: "3.0.18-1~deb12u1".to_owned(),
            size_bytes: Some(1_000),
            sha256: Some(Sha256([7; 32])),
            reboot: false,
            changelog: None,
        }
    }

    #[test]
    fn offers_of_one_source_are_one_patch() {
        let mut patch = patch_of("debian:12", &offer("openssl"));
        assert_eq!(patch_id("debian:12", &offer("libssl3")), patch.id);
        assert!(extend(&mut patch, &offer("libssl3")));
        assert!(!extend(&mut patch, &offer("libssl3")));
        assert_eq!(patch.packages.len(), 2);
        assert_eq!(patch.size_bytes(), Some(2_000));
        assert!(patch.is_security());
        assert_eq!(patch.title, "openssl: security update to 3.0.18-1~deb12u1");
    }
}
