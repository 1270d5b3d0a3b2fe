//! Updates of Windows, and of programs on it, into the catalogue.

use std::collections::BTreeSet;

use fettle_catalog::definitions::Definitions;
use fettle_catalog::definitions::patches::patches;
use fettle_model::patch::Patch;
use fettle_store::StoreError;

use super::advisories::Imported;
use super::learn::{entry, put};
use crate::Fleet;

/// Patches in one transaction: some tens of milliseconds, in which nothing else is written.
const BATCH: usize = 250;

impl Fleet {
    /// Puts all updates of the table into the catalogue. They are stored batch by batch and then judged together on every
    /// asset, for each changes how the others of its product stand. The same again changes nothing; a crash in between
    /// leaves whole patches, which the index has at the next start, and the next import goes on.
    pub async fn import_updates(&self, definitions: Definitions) -> Result<Imported, StoreError> {
        let mut imported = Imported::default();
        let (mut batch, mut entries, mut cves) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut changed = patches(&definitions).filter(|patch| self.is_news(patch, &mut imported)).peekable();
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
        drop(definitions);
        let _turn = self.catalogue_turn.lock().await;
        self.index.put_patches(entries);
        self.reload_facts(cves.into_iter().collect()).await?;
        Ok(imported)
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
