//! Advisories become patches (`catalogue.md` 1.1, 1.4). One that names a version which machines were offered before takes
//! over that patch: the same record, with both ids.

use std::ops::AddAssign;

use fettle_catalog::apt::offer::OfferedPackage;
use fettle_catalog::rpm::patches::joined;
use fettle_index::{PatchEntry, PatchNumber};
use fettle_model::patch::{MatchedBy, NativeId, Patch};
use fettle_model::version::dpkg;
use fettle_model::{PackageKind, PatchId};
use fettle_store::StoreError;
use serde::Serialize;

use super::foreign_fixes::cves_of;
use super::learn::{entry, put};
use super::vulnerability_facts::IndexedPatches;
use crate::Fleet;

/// Patches in one transaction: about ten milliseconds.
pub(super) const BATCH: usize = 100;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Imported {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Patches of machines' offers that became those of an advisory; counted in `changed` too.
    pub joined: usize,
    /// Patches that their feed took back; counted in `added` or `changed` too.
    pub withdrawn: usize,
}

impl AddAssign for Imported {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.changed += more.changed;
        self.unchanged += more.unchanged;
        self.joined += more.joined;
        self.withdrawn += more.withdrawn;
    }
}

impl Fleet {
    /// Puts the patches of advisories into the catalogue and judges them on every asset. The same again changes
    /// nothing; a crash in between leaves whole patches, and the next import goes on.
    pub async fn import_advisories(&self, advisories: Vec<Patch>) -> Result<Imported, StoreError> {
        let _turn = self.catalogue_turn.lock().await;
        let mut imported = Imported::default();
        let mut changed = Vec::new();
        let beside: Vec<(Patch, Option<PatchEntry>)> = advisories
            .into_iter()
            .map(|advisory| {
                let known = self.known_of(&advisory);
                (advisory, known)
            })
            .collect();
        let merging = beside.iter().filter_map(|(_, known)| known.as_ref().map(|known| &known.patch));
        let cves = cves_of(merging.chain(beside.iter().map(|(advisory, _)| advisory)));
        let said = self.said_on(cves).await?;
        for (mut advisory, known) in beside {
            let Some(known) = known else {
                said.put_on(&mut advisory);
                imported.added += 1;
                imported.withdrawn += usize::from(advisory.withdrawn);
                changed.push((advisory, None));
                continue;
            };
            let mut merged = match advisory.package_kind {
                PackageKind::Deb => merged(&known.patch, advisory),
                PackageKind::Rpm => joined(&known.patch, advisory),
                PackageKind::WindowsUpdate => advisory,
            };
            said.put_on(&mut merged);
            if merged == known.patch {
                imported.unchanged += 1;
                continue;
            }
            imported.changed += 1;
            imported.joined += usize::from(known.patch.advisory().is_none());
            let taken_back = (merged.withdrawn && !known.patch.withdrawn).then_some(known.number);
            imported.withdrawn += usize::from(taken_back.is_some());
            changed.push((merged, taken_back));
        }
        for batch in changed.chunks(BATCH) {
            let taken_back: Vec<_> = batch.iter().filter_map(|(_, taken_back)| *taken_back).collect();
            let patches = batch.iter().map(|(patch, _)| patch.clone()).collect();
            self.store_advisories(patches, &taken_back).await?;
        }
        Ok(imported)
    }

    /// Stores patches in one transaction, and judges them. Of those that are taken back now the findings end.
    pub(super) async fn store_advisories(
        &self,
        patches: Vec<Patch>,
        taken_back: &[PatchNumber],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let ended = self.ended_by_withdrawal(taken_back, now).await?;
        let committed = self.database.write(async move |tx| {
            let mut entries = Vec::with_capacity(patches.len());
            for patch in &patches {
                let stored = put(tx, patch, now).await?;
                entries.push(entry(tx, stored).await?);
            }
            tx.findings().close(&ended).await?;
            IndexedPatches::read(tx, entries).await
        });
        self.index_patches(committed.await?.value);
        Ok(())
    }

    fn known_of(&self, advisory: &Patch) -> Option<PatchEntry> {
        self.index.patch_entry(advisory.id).or_else(|| self.offered_before(advisory))
    }

    /// The patch of the security repository's offers that an advisory of Debian speaks of. One of several source packages
    /// has no single one.
    fn offered_before(&self, advisory: &Patch) -> Option<PatchEntry> {
        if advisory.package_kind != PackageKind::Deb {
            return None;
        }
        let sources = advisory.packages.iter().filter(|package| package.by == MatchedBy::Source).count();
        if sources != 1 {
            return None;
        }
        let of_source = self.index.patches_of_source(&advisory.product, &advisory.source);
        of_source.into_iter().find(|entry| {
            let patch = &entry.patch;
            patch.advisory().is_none()
                && patch.repository.as_ref().is_some_and(fettle_model::Repository::is_security)
                && dpkg::compare(&patch.source_version, &advisory.source_version).is_eq()
        })
    }

    /// The patch of the advisory that names this version of a source package.
    pub(super) fn advised(&self, product: &str, source: &str, version: &str) -> Option<PatchEntry> {
        let of_source = self.index.patches_of_source(product, source);
        of_source.into_iter().find(|entry| {
            entry.patch.advisory().is_some() && dpkg::compare(&entry.patch.source_version, version).is_eq()
        })
    }
}

/// The word of an advisory of Debian, with what was known of its packages' archives and its other names.
fn merged(known: &Patch, advisory: Patch) -> Patch {
    let offered = known.packages.iter().filter(|package| package.by == MatchedBy::Name).cloned();
    let mut packages = advisory.packages;
    packages.extend(offered);
    let mut native_ids = advisory.native_ids;
    native_ids.extend(known.native_ids.iter().filter(|native| native.scheme == "APT").cloned());
    let mut aliases = known.aliases.clone();
    if advisory.id != known.id && !aliases.contains(&advisory.id) {
        aliases.push(advisory.id);
    }
    let description = if advisory.description.is_empty() { known.description.clone() } else { advisory.description };
    Patch {
        id: known.id,
        aliases,
        native_ids,
        packages,
        description,
        cves: union(known.cves.as_deref(), advisory.cves.as_deref()),
        repository: known.repository.clone(),
        urgency: known.urgency.clone(),
        reboot: known.reboot.max(advisory.reboot),
        ..advisory
    }
}

/// An advisory's patch that machines are now offered.
pub(super) fn with_offers(advisory: Patch, id: PatchId, offered: &OfferedPackage) -> Patch {
    let mut patch = advisory;
    if !patch.aliases.contains(&id) {
        patch.aliases.push(id);
    }
    patch
        .native_ids
        .push(NativeId { scheme: "APT".to_owned(), value: format!("{} {}", offered.source, offered.source_version) });
    patch.repository = Some(offered.repository.clone());
    patch
}

fn union(left: Option<&[String]>, right: Option<&[String]>) -> Option<Vec<String>> {
    if left.is_none() && right.is_none() {
        return None;
    }
    let mut cves: Vec<String> = left.into_iter().chain(right).flatten().cloned().collect();
    cves.sort();
    cves.dedup();
    Some(cves)
}
