//! What a host of Rocky Linux has: packages, of which its vendor's advisories say whether they are behind.

use fettle_model::component::Component;

use super::{Host, PlacedSource};
use crate::archive::Package;

const VENDOR: &str = "Rocky Enterprise Software Foundation";

impl Host {
    pub(super) fn rpm(&self, placed: PlacedSource<'_>, package: &Package) -> Component {
        Component::Rpm {
            name: package.name.clone(),
            version: placed.source.version(&self.archive, placed.level),
            arch: package.architecture.to_owned(),
            vendor: VENDOR.to_owned(),
            stream: String::new(),
            source: placed.source.source_rpm(&self.archive, placed.level),
        }
    }
}
