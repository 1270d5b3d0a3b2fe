//! What a host of Debian or Ubuntu reports of its packages.

use fettle_model::component::{Component, Offer, RepositoryTrust};
use fettle_model::{Obstacle, Repository};
use fettle_wire::message::report::OfferDetails;

use super::{Host, PlacedSource};
use crate::archive::Package;

impl Host {
    pub(super) fn repository(&self, repository: &Repository) -> Component {
        Component::Repo {
            manager: self.archive.package_kind.name().to_owned(),
            repository: repository.clone(),
            enabled: true,
            trust: RepositoryTrust::Signed,
        }
    }

    pub(super) fn deb(&self, placed: PlacedSource<'_>, package: &Package) -> Component {
        let version = placed.source.version(&self.archive, placed.level);
        Component::Deb {
            name: package.name.clone(),
            version: version.clone(),
            arch: package.architecture.to_owned(),
            source: placed.source.name.clone(),
            source_version: version,
        }
    }

    pub(super) fn offer(&self, placed: PlacedSource<'_>, package: &Package, obstacle: Option<Obstacle>) -> Component {
        Component::Offer(Offer {
            manager: self.archive.package_kind.name().to_owned(),
            name: package.name.clone(),
            candidate: placed.source.version(&self.archive, placed.level),
            arch: package.architecture.to_owned(),
            repository: self.archive.repository(placed.source).clone(),
            obstacle,
            back: true,
        })
    }

    pub(super) fn offer_details(&self, placed: PlacedSource<'_>, package: &Package) -> OfferDetails {
        let version = placed.source.version(&self.archive, placed.level);
        OfferDetails {
            name: package.name.clone(),
            arch: package.architecture.to_owned(),
            candidate: version.clone(),
            repo: self.archive.repository(placed.source).clone(),
            source: placed.source.name.clone(),
            source_version: version,
            size_bytes: Some(package.size),
            sha256: Some(placed.source.hash(&self.archive, package, placed.level)),
            reboot: matches!(placed.source.name.as_str(), "linux" | "glibc" | "systemd"),
            changelog: None,
        }
    }
}
