//! What a signed index confirms (`catalogue.md` 5.1): a package of a patch with the same version and hash judges every
//! asset from then on.

use std::collections::{BTreeSet, HashMap};

use fettle_catalog::apt::packages::IndexedPackage;
use fettle_model::patch::{Corroboration, Patch};
use fettle_model::{Repository, Sha256};
use fettle_store::StoreError;

use super::learn::{entry, put};
use crate::Fleet;

impl Fleet {
    /// Architectures of packages in the repository that no signed index has confirmed yet; empty: nothing to look up.
    pub fn unconfirmed(&self, repository: &Repository) -> BTreeSet<String> {
        let patches = self.index.patches_of(repository);
        let packages = patches.iter().flat_map(|entry| &entry.patch.packages);
        packages
            .filter(|package| package.corroboration != Corroboration::SignedIndex && package.sha256.is_some())
            .map(|package| package.architecture.clone())
            .collect()
    }

    /// Their names.
    pub fn unconfirmed_names(&self, repository: &Repository) -> BTreeSet<String> {
        let patches = self.index.patches_of(repository);
        let packages = patches.iter().flat_map(|entry| &entry.patch.packages);
        packages
            .filter(|package| package.corroboration != Corroboration::SignedIndex)
            .map(|package| package.name.clone())
            .collect()
    }

    /// How many packages of the repository no signed index has confirmed yet.
    pub fn unconfirmed_packages(&self, repository: &Repository) -> usize {
        let patches = self.index.patches_of(repository);
        let packages = patches.iter().flat_map(|entry| &entry.patch.packages);
        packages
            .filter(|package| package.corroboration != Corroboration::SignedIndex && package.sha256.is_some())
            .count()
    }

    /// Confirms the packages of the repository's patches that the index lists; gives how many.
    pub async fn confirm(&self, repository: &Repository, indexed: &[IndexedPackage]) -> Result<usize, StoreError> {
        let known: HashMap<(&str, &str, &str), Sha256> = indexed
            .iter()
            .filter_map(|package| {
                let key = (package.name.as_str(), package.architecture.as_str(), package.version.as_str());
                package.sha256.map(|hash| (key, hash))
            })
            .collect();
        let _turn = self.catalogue_turn.lock().await;
        let mut confirmed = 0;
        for known_entry in self.index.patches_of(repository) {
            let mut patch = known_entry.patch;
            let found = confirm_packages(&mut patch, &known);
            if found == 0 {
                continue;
            }
            confirmed += found;
            let now = self.clock.now();
            let is_whole = patch.corroboration() == Corroboration::SignedIndex;
            let committed = self.database.write(async move |tx| {
                let stored = put(tx, &patch, now).await?;
                if is_whole {
                    tx.patch_reports().forget(stored.number).await?;
                }
                entry(tx, stored).await
            });
            self.index.put_patch(committed.await?.value);
        }
        Ok(confirmed)
    }
}

fn confirm_packages(patch: &mut Patch, known: &HashMap<(&str, &str, &str), Sha256>) -> usize {
    let mut found = 0;
    for package in &mut patch.packages {
        let key = (package.name.as_str(), package.architecture.as_str(), package.fixed_version.as_str());
        let is_listed = package.sha256.is_some() && known.get(&key).copied() == package.sha256;
        if is_listed && package.corroboration != Corroboration::SignedIndex {
            package.corroboration = Corroboration::SignedIndex;
            found += 1;
        }
    }
    found
}
