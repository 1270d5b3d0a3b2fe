//! What a patch's tokens say (`qql.md` 8.2). Those of findings are in [`crate::ask::findings`].

use fettle_model::PackageKind;
use fettle_model::patch::{Patch, PatchKind, PatchPackage, Reboot};
use fettle_qql::token::TokenDefinition;
use fettle_qql::tokens::PatchToken;
use std::borrow::Cow;

use crate::PatchEntry;
use crate::ask::asking::Asking;
use crate::ask::value::{Value, VersionScheme};

pub(super) fn each_value(
    asking: &Asking<'_>,
    entry: &PatchEntry,
    (id, token): (PatchToken, &TokenDefinition),
    visit: &mut dyn FnMut(Value<'_>),
) {
    let patch = &entry.patch;
    match id {
        PatchToken::Id => {
            let ids = std::iter::once(patch.id).chain(patch.aliases.iter().copied());
            ids.for_each(|id| visit(Value::Uuid(id.uuid())));
        }
        PatchToken::Supersedes => {
            for older in asking.shared.catalogue.older(entry) {
                visit(Value::Uuid(older.patch.id.uuid()));
            }
        }
        PatchToken::SupersededBy => {
            for newer in asking.shared.catalogue.newer(entry) {
                visit(Value::Uuid(newer.patch.id.uuid()));
            }
        }
        PatchToken::Cve => patch.cves.iter().flatten().filter_map(|cve| Value::text(cve)).for_each(visit),
        PatchToken::Product => match &patch.update {
            Some(update) => update.products.iter().filter_map(|product| Value::text(product)).for_each(visit),
            None => Value::text(&patch.product).into_iter().for_each(visit),
        },
        PatchToken::VendorPatchId => {
            patch.native_ids.iter().filter_map(|native| Value::text(&native.value)).for_each(visit);
        }
        PatchToken::PackageName | PatchToken::PackageArchitecture | PatchToken::PackageFixedVersion => {
            patch.packages.iter().for_each(|package| each_of_package(patch, package, id, visit));
        }
        _ => single(asking, entry, (id, token)).into_iter().for_each(visit),
    }
}

/// Of tokens with one value or none.
fn single<'e>(
    asking: &Asking<'_>,
    entry: &'e PatchEntry,
    (id, token): (PatchToken, &TokenDefinition),
) -> Option<Value<'e>> {
    let patch = &entry.patch;
    let facts = || patch.cves.iter().flatten().map(|cve| asking.shared.catalogue.facts(cve));
    let highest = |values: &mut dyn Iterator<Item = f64>| values.max_by(f64::total_cmp).map(Value::Real);
    match id {
        PatchToken::Title => Value::text(&patch.title),
        PatchToken::Description => Value::text(&patch.description),
        PatchToken::Vendor => Value::text(&patch.vendor),
        PatchToken::Platform => Value::choice(token, platform(patch)),
        PatchToken::VendorSeverity => Value::choice(token, entry.severity().name()),
        PatchToken::Category => Value::choice(token, patch.category()),
        PatchToken::IsSecurity => Some(Value::Flag(patch.is_security())),
        PatchToken::IsSuperseded => Some(Value::Flag(asking.shared.catalogue.superseded().contains(entry.number.0))),
        PatchToken::ServicePack => Some(Value::Flag(patch.kind == PatchKind::ServicePack)),
        PatchToken::Enabled => Some(Value::Flag(entry.state.enabled)),
        PatchToken::Deleted => Some(Value::Flag(patch.withdrawn)),
        PatchToken::IsHidden => Some(Value::Flag(entry.state.is_hidden())),
        PatchToken::IsKnownExploited => Some(Value::Flag(facts().any(|facts| facts.is_known_exploited()))),
        PatchToken::Kb => patch.native_id("KB").and_then(Value::text),
        PatchToken::Bulletin => patch.native_id("BULLETIN").and_then(Value::text),
        PatchToken::Advisory => patch.advisory().and_then(Value::text),
        PatchToken::OsRelease => Value::text(&patch.product),
        PatchToken::Reboot => {
            let name = match patch.reboot {
                Reboot::Never => "Never",
                Reboot::Maybe => "Maybe",
                Reboot::Always => "Always",
            };
            Value::choice(token, name)
        }
        PatchToken::PublishedDate => patch.published.map(Value::Moment),
        PatchToken::ModifiedDate => patch.modified.map(Value::Moment),
        PatchToken::SyncDateTime => Some(Value::Moment(entry.synced_at)),
        PatchToken::SizeBytes => patch.size_bytes().and_then(|bytes| i64::try_from(bytes).ok()).map(Value::Number),
        PatchToken::MissingCount => Some(Value::Number(asking.missing_count(entry.number).cast_signed())),
        PatchToken::InstalledCount => Some(Value::Number(asking.installed_count(entry.number).cast_signed())),
        PatchToken::MaxCvss => highest(&mut facts().filter_map(|facts| Some(facts.cvss()?.score.value()))),
        PatchToken::MaxEpss => highest(&mut facts().filter_map(|facts| Some(facts.epss.as_ref()?.probability.value()))),
        // Told by `each_value`; groups, and what ties a patch to an asset.
        PatchToken::Id
        | PatchToken::Supersedes
        | PatchToken::SupersededBy
        | PatchToken::Product
        | PatchToken::VendorPatchId
        | PatchToken::Cve
        | PatchToken::PackageDetails
        | PatchToken::PackageName
        | PatchToken::PackageArchitecture
        | PatchToken::PackageFixedVersion
        | PatchToken::PatchStatus
        | PatchToken::FindingReason
        | PatchToken::Obstacle
        | PatchToken::IsLatest
        | PatchToken::IsOverdue
        | PatchToken::IsExcepted
        | PatchToken::LastFoundDate
        | PatchToken::DueDate
        | PatchToken::Assets
        | PatchToken::Vulnerabilities => None,
    }
}

/// Values of one package of a patch.
const fn platform(patch: &Patch) -> &'static str {
    match patch.package_kind {
        PackageKind::Deb | PackageKind::Rpm => "Linux",
        PackageKind::WindowsUpdate => "Windows",
    }
}

pub(crate) fn each_of_package(patch: &Patch, package: &PatchPackage, id: PatchToken, visit: &mut dyn FnMut(Value<'_>)) {
    let value = match id {
        PatchToken::PackageName => Value::text(&package.name),
        PatchToken::PackageArchitecture => Value::text(&package.architecture),
        PatchToken::PackageFixedVersion => {
            let scheme = VersionScheme::Package(patch.package_kind);
            Some(Value::Version(scheme, Cow::Borrowed(&package.fixed_version)))
        }
        _ => None,
    };
    value.into_iter().for_each(visit);
}
