//! Updates of Windows, and of programs on it, into the catalogue.

use std::collections::BTreeSet;

use fettle_index::PatchEntry;
use fettle_model::patch::Patch;
use fettle_store::StoreError;

use super::advisories::Imported;
use super::learn::{entry, put};
use crate::Fleet;

/// Patches in one transaction: some tens of milliseconds, in which nothing else is written.
const BATCH: usize = 250;

/// Updates that are in the database and not yet in the index.
#[derive(Debug)]
pub(super) struct StoredUpdates {
    imported: Imported,
    entries: Vec<PatchEntry>,
    /// That they name.
    cves: BTreeSet<String>,
}

impl Fleet {
    /// Stores all updates of a vendor's file, batch by batch; they wait for [`Fleet::index_updates`]. The same again changes
    /// nothing; a crash in between leaves whole patches, which the index has at the next start, and the next import goes on.
    pub(super) async fn store_updates(
        &self,
        updates: impl Iterator<Item = Patch> + Send,
    ) -> Result<StoredUpdates, StoreError> {
        let mut imported = Imported::default();
        let (mut batch, mut entries, mut cves) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut changed = updates.filter(|patch| self.is_news(patch, &mut imported)).peekable();
        while let Some(patch) = changed.next() {
            cves.extend(patch.cves.iter().flatten().cloned());
            batch.push(patch);
            if batch.len() < BATCH && changed.peek().is_some() {
                continue;
            }
            let (patches, now) = (std::mem::take(&mut batch), self.clock.now());
            let _turn = self.catalogue_turn.lock().await;
            let committed = self.database.write(async move |tx| {
                let mut entries = Vec::with_capacity(patches.len());
                for patch in &patches {
                    let stored = put(tx, patch, now).await?;
                    entries.push(entry(tx, stored).await?);
                }
                Ok::<_, StoreError>(entries)
            });
            entries.extend(committed.await?.value);
        }
        drop(changed);
        Ok(StoredUpdates { imported, entries, cves })
    }

    /// Judges stored updates on every asset, all together: each changes how the others of its product stand.
    pub(super) async fn index_updates(&self, stored: StoredUpdates) -> Result<Imported, StoreError> {
        let _turn = self.catalogue_turn.lock().await;
        self.index.put_patches(stored.entries);
        self.reload_facts(stored.cves.into_iter().collect()).await?;
        Ok(stored.imported)
    }

    /// Does the catalogue know it otherwise, or not at all? Counts it.
    fn is_news(&self, patch: &Patch, imported: &mut Imported) -> bool {
        match self.index.with_patch(patch.id, |known| known.patch == *patch) {
            None => imported.added += 1,
            Some(false) => imported.changed += 1,
            Some(true) => {
                imported.unchanged += 1;
                return false;
            }
        }
        true
    }
}
