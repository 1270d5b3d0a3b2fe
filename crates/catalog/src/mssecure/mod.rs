//! mssecure.xml, the bulletins of 1998 to 2005 with their files and registry values (`catalogue.md` 5.8).
//!
//! [`read`] makes a [`Datastore`] of the file, [`cabinet`] takes it out of its signed cabinet, [`evaluate`] judges one
//! machine as `HFNetChk` did, with four results; [`patches`] are what a list of updates alone tells of.

pub mod cabinet;
mod change;
pub mod evaluate;
pub mod patches;
mod reader;
mod signature;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use change::{Command, FileChange, RegistryChange};
pub use reader::read;

use crate::reading::Report;

/// Largest file that is accepted, in bytes: as it comes, and unpacked.
pub const MAX_PACKED: u64 = 16_000_000;
pub const MAX_UNPACKED: u64 = 64_000_000;

/// Everything that the file says, its references followed.
#[derive(Debug, Clone, Default)]
pub struct Datastore {
    pub data_version: String,
    pub bulletins: Vec<Bulletin>,
    pub patches: Vec<Patch>,
    pub products: BTreeMap<ProductId, Product>,
    pub service_packs: BTreeMap<ServicePackId, String>,
    /// By `SBID`: what replaces the patches that name the record.
    pub supersedences: BTreeMap<u32, Vec<PatchKey>>,
    /// For each patch, by its place, the patches that replace it.
    replaced_by: Vec<Vec<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServicePackId(pub u32);

/// A patch is known by its bulletin and the name of its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatchKey {
    pub bulletin: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    pub id: String,
    pub title: String,
    /// As written, `YYYY/MM/DD`.
    pub posted: String,
    /// `Q` numbers, trimmed, once each.
    pub articles: BTreeSet<String>,
}

#[derive(Debug, Clone)]
pub struct Patch {
    pub key: PatchKey,
    pub affects: Vec<Affected>,
    /// Empty or 0 in the file: none.
    pub supersedence: Option<u32>,
    pub may_reboot: bool,
    pub files: Vec<FileChange>,
    pub registry: Vec<RegistryChange>,
    /// Bytes from the start of the file, for the source of a result.
    pub offset: u64,
}

/// A product with the service packs on which the patch is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    pub product: ProductId,
    pub service_packs: Vec<ServicePackId>,
    /// The service pack that brings the fix: an edge of source `ServicePack`, never one of `service_packs`.
    pub fixed_in: Option<ServicePackId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub name: String,
    pub service_packs: Vec<ServicePackId>,
}

impl Datastore {
    /// The patches that replace the patch in this place directly.
    pub fn replaced_by(&self, patch: usize) -> &[usize] {
        &self.replaced_by[patch]
    }

    /// Edges between patches.
    pub fn edges(&self) -> usize {
        self.replaced_by.iter().map(Vec::len).sum()
    }

    /// Finds a product and its service pack by their names, without case.
    pub fn installed(&self, product: &str, service_pack: &str) -> Option<(ProductId, ServicePackId)> {
        let (id, product) = self.products.iter().find(|(_, found)| found.name.eq_ignore_ascii_case(product))?;
        let has_name = |id: &&ServicePackId| {
            self.service_packs.get(id).is_some_and(|name| name.eq_ignore_ascii_case(service_pack))
        };
        Some((*id, *product.service_packs.iter().find(has_name)?))
    }

    /// Follows the supersedence records. A record that is empty or leads to no patch is counted, and ignored.
    fn link(&mut self, report: &mut Report) {
        let places: HashMap<&PatchKey, usize> =
            self.patches.iter().enumerate().map(|(place, patch)| (&patch.key, place)).collect();
        let mut replaced_by = vec![Vec::new(); self.patches.len()];
        for (place, patch) in self.patches.iter().enumerate() {
            let Some(id) = patch.supersedence else { continue };
            let Some(newer) = self.supersedences.get(&id) else {
                report.unresolved.add(patch.place(), "supersedence record", &id.to_string());
                continue;
            };
            if newer.is_empty() {
                report.warnings.add(patch.place(), "supersedence record that names no patch", &id.to_string());
            }
            for key in newer {
                match places.get(key) {
                    Some(newer) if *newer != place => replaced_by[place].push(*newer),
                    Some(_) => report.warnings.add(patch.place(), "patch that replaces itself", &key.name),
                    None => report.unresolved.add(patch.place(), "superseding patch", &key.name),
                }
            }
        }
        self.replaced_by = replaced_by;
    }
}

impl Patch {
    pub const fn place(&self) -> crate::reading::Place {
        crate::reading::Place::Offset(self.offset)
    }
}
