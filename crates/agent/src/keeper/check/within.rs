//! Check 13: what the manifest wants lies within what the authorisation allows.

use fettle_model::job::Work;
use fettle_model::version::dpkg::compare;
use fettle_wire::document::authorisation::AuthorisedPatch;
use fettle_wire::document::manifest::{ManifestPackage, ManifestPatch};
use fettle_wire::document::{Authorisation, Manifest};

use super::Refusal;

pub(super) fn check(manifest: &Manifest, authorisation: &Authorisation) -> Result<(), Refusal> {
    if manifest.work != authorisation.work {
        return Err(Refusal::outside("/work".to_owned(), "other work was allowed"));
    }
    if manifest.options.allow_removals && !authorisation.allow_removals {
        return Err(Refusal::outside("/options/allowRemovals".to_owned(), "removals were not allowed"));
    }
    if manifest.work == Work::Rollback && !authorisation.allow_downgrade {
        return Err(Refusal::outside("/work".to_owned(), "downgrades were not allowed"));
    }
    for (at, patch) in manifest.patches.iter().enumerate() {
        let allowed = authorisation.patches.iter().find(|allowed| allowed.id == patch.id);
        let allowed =
            allowed.ok_or_else(|| Refusal::outside(format!("/patches/{at}/id"), "this patch was not allowed"))?;
        check_packages(at, patch, allowed, manifest.work)?;
    }
    Ok(())
}

fn check_packages(at: usize, patch: &ManifestPatch, allowed: &AuthorisedPatch, work: Work) -> Result<(), Refusal> {
    for (number, package) in patch.packages.iter().enumerate() {
        let found = allowed.packages.iter().find(|entry| {
            entry.name == package.name && entry.manager == package.manager && {
                let least = entry.at_least.as_deref();
                let below = entry.below.as_deref();
                is_version_allowed(package, work, least, below)
            }
        });
        if found.is_none() {
            let pointer = format!("/patches/{at}/packages/{number}");
            let text = format!("{} {} was not allowed", package.name, package.version);
            return Err(Refusal::outside(pointer, text));
        }
    }
    Ok(())
}

/// Install: at or above the least version. Rollback: the version to go back from is at most the one that the result
/// must be below.
fn is_version_allowed(package: &ManifestPackage, work: Work, least: Option<&str>, below: Option<&str>) -> bool {
    match work {
        Work::Install => least.is_some_and(|least| compare(&package.version, least).is_ge()),
        Work::Rollback => below.is_some_and(|below| compare(&package.version, below).is_le()),
    }
}
