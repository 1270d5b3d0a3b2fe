//! What advisories' source packages are compared with where a machine has them from outside of its release
//! (`catalogue.md` 5.2): kept with the patch, and worked out anew when an advisory or the tracker comes in.

use std::collections::BTreeSet;

use fettle_catalog::foreign::Said;
use fettle_model::PackageKind;
use fettle_model::patch::{MatchedBy, Patch};
use fettle_store::StoreError;

use super::advisories::BATCH;
use crate::Fleet;

/// Of the patches of Debian, each once.
pub(super) fn cves_of<'a>(patches: impl Iterator<Item = &'a Patch>) -> BTreeSet<String> {
    let of_debian = patches.filter(|patch| patch.package_kind == PackageKind::Deb);
    of_debian.flat_map(|patch| patch.cves.iter().flatten().cloned()).collect()
}

impl Fleet {
    /// What the tracker says of these vulnerabilities.
    pub(super) async fn said_on(&self, cves: BTreeSet<String>) -> Result<Said, StoreError> {
        if cves.is_empty() {
            return Ok(Said::default());
        }
        let cves: Vec<String> = cves.into_iter().collect();
        Ok(Said::from_iter(self.database.read().await?.source_statements().of_each(&cves).await?))
    }

    /// After the tracker came in: patches for which it says something else than before, judged anew. The caller has the
    /// catalogue's turn.
    pub(super) async fn renew_foreign_fixes(&self) -> Result<(), StoreError> {
        let advised = self.index.patches_where(|patch| {
            patch.package_kind == PackageKind::Deb
                && patch.judged_packages().any(|package| package.by == MatchedBy::Source)
        });
        for batch in advised.chunks(BATCH) {
            let mut patches: Vec<Patch> =
                batch.iter().filter_map(|patch| self.index.patch_entry(*patch)).map(|entry| entry.patch).collect();
            let said = self.said_on(cves_of(patches.iter())).await?;
            patches.retain_mut(|patch| said.put_on(patch));
            if !patches.is_empty() {
                self.store_advisories(patches, &[]).await?;
            }
        }
        Ok(())
    }
}
