//! What the server has of this machine, and the difference to what a scan found (`agent.md` 3.4).

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use fettle_model::Component;
use fettle_wire::component::{canonical, hash_canonical};
use fettle_wire::message::report::{Mode, OfferDetails, Report};
use fettle_wire::{Fingerprint, WireComponent};
use serde::{Deserialize, Serialize};

use crate::folder;
use crate::scan::Scan;

/// Components in their canonical text, so that a set of them is compared and hashed without making them anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Inventory {
    components: BTreeSet<String>,
    /// Details of offers: what the server was told, by name, arch and candidate, with `true` once the changelog too.
    told: BTreeSet<(String, String, String, bool)>,
}

/// A change of the inventory, for a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub mode: Mode,
    pub from: Option<Fingerprint>,
    pub to: Fingerprint,
    pub add: Vec<WireComponent>,
    pub remove: Vec<WireComponent>,
}

impl Inventory {
    fn file(keeper: &Path) -> PathBuf {
        keeper.join("inventory.json")
    }

    pub fn load(keeper: &Path) -> io::Result<Self> {
        Ok(folder::read_json(&Self::file(keeper))?.unwrap_or_default())
    }

    pub fn store(&self, keeper: &Path) -> io::Result<()> {
        folder::write_json(&Self::file(keeper), self)
    }

    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.components.iter().map(|text| hash_canonical(text)).collect::<Vec<_>>().iter())
    }

    /// What is to be known after `scan`. Parts that the scan could not see stay as they were.
    #[must_use]
    pub fn after(&self, scan: &Scan) -> Self {
        let mut components: BTreeSet<String> = scan
            .components
            .iter()
            .filter_map(|component| component.clone().read().ok())
            .map(|component| canonical(&component))
            .collect();
        if scan.offers_known {
            components.extend(scan.offers.iter().map(|offer| canonical(&offer.component())));
        } else {
            components.extend(self.kept(|kind| kind == "offer" || kind == "repo"));
        }
        if scan.packages == 0 {
            components.extend(self.kept(|kind| kind == "deb"));
        }
        Self { components, told: self.told.clone() }
    }

    fn kept(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let kind = |text: &str| text.split('"').nth(1).is_some_and(&wanted);
        self.components.iter().filter(|text| kind(text)).cloned().collect()
    }

    /// From `self`, which the server has, to `next`; everything when the server has nothing that is known here.
    pub fn difference(&self, next: &Self, full: bool) -> Difference {
        let to = next.fingerprint();
        if full || self.is_empty() {
            let add = next.components.iter().map(|text| wire(text)).collect();
            return Difference { mode: Mode::Full, from: None, to, add, remove: Vec::new() };
        }
        Difference {
            mode: Mode::Diff,
            from: Some(self.fingerprint()),
            to,
            add: next.components.difference(&self.components).map(|text| wire(text)).collect(),
            remove: self.components.difference(&next.components).map(|text| wire(text)).collect(),
        }
    }

    /// Those of `details` that tell the server something; noted as told once the report was taken.
    pub fn news(&self, details: Vec<OfferDetails>) -> Vec<OfferDetails> {
        details
            .into_iter()
            .filter(|offer| {
                let key = |read| (offer.name.clone(), offer.arch.clone(), offer.candidate.clone(), read);
                let known =
                    self.told.contains(&key(true)) || (offer.changelog.is_none() && self.told.contains(&key(false)));
                !known
            })
            .collect()
    }

    pub fn note_told(&mut self, details: &[OfferDetails]) {
        for offer in details {
            let read = offer.changelog.is_some();
            self.told.remove(&(offer.name.clone(), offer.arch.clone(), offer.candidate.clone(), false));
            self.told.insert((offer.name.clone(), offer.arch.clone(), offer.candidate.clone(), read));
        }
    }

    /// Names of packages that a security repository offers an update of.
    pub fn security_updates(&self) -> BTreeSet<String> {
        let offers = self.kept(|kind| kind == "offer").into_iter().filter_map(|text| wire(&text).read().ok());
        offers
            .filter_map(|component| match component {
                Component::Offer(offer) if offer.repository.is_security() => Some(offer.name),
                _ => None,
            })
            .collect()
    }

    /// Nothing is shared with the server any more.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// A report's difference and the inventory that it leads to, until the server has answered.
#[derive(Debug)]
pub struct Pending {
    pub report: Report,
    pub next: Inventory,
}

fn wire(text: &str) -> WireComponent {
    WireComponent(serde_json::from_str(text).expect("canonical text is JSON"))
}

/// An installed package's version, by name and architecture.
pub fn installed_version<'a>(components: &'a [Component], name: &str, arch: &str) -> Option<&'a str> {
    components.iter().find_map(|component| match component {
        Component::Deb { name: found, version, arch: on, .. }
            if found == name && (on == arch || on == "all" || arch == "all") =>
        {
            Some(version.as_str())
        }
        _ => None,
    })
}
