//! Offers of machines become patches (`catalogue.md` 5.1). A package that only machines vouch for speaks for those that
//! reported it, until three of them have reported it alike.

use std::collections::BTreeMap;

use fettle_catalog::apt::offer::{self, Changelog, OfferedPackage};
use fettle_catalog::rule::{PackageKey, Reporters, Rule};
use fettle_index::{PatchEntry, PatchNumber};
use fettle_model::patch::{Corroboration, Patch, PatchState};
use fettle_model::{PatchId, Sha256};
use fettle_store::assets::AssetNumber;
use fettle_store::catalogue::{PatchReport, Reporter, StoredPatch};
use fettle_store::{StoreError, Tx};
use fettle_wire::message::report::OfferDetails;
use jiff::Timestamp;

use super::advisories;
use super::vulnerability_facts::IndexedPatches;
use crate::Fleet;
use crate::agents::Agent;
use crate::refusal::Refused;

/// Assets that must report a package alike before it speaks for all.
const ALIKE: u64 = 3;

/// Stands for the hash of a package whose index names none; alike ones of these prove nothing.
const NO_HASH: Sha256 = Sha256([0; 32]);

/// What a report teaches the catalogue; stored in the report's own transaction.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    patches: BTreeMap<PatchId, LearntPatch>,
}

#[derive(Debug)]
struct LearntPatch {
    patch: Patch,
    is_changed: bool,
    number: Option<PatchNumber>,
    reports: Vec<(PackageKey, Sha256)>,
    asset: AssetNumber,
}

/// Offers per report that are looked at: more than any release has packages.
const MAX_DETAILS: usize = 50_000;

impl Fleet {
    /// Compares what a report says of its offers with the catalogue. Changes nothing.
    pub(crate) fn learn(&self, agent: &Agent, product: &str, details: &[OfferDetails]) -> Result<Learnt, Refused> {
        if details.len() > MAX_DETAILS {
            return Err(Refused::invalid("too many offers in one report").at("/offerDetails"));
        }
        let mut learnt = Learnt::default();
        for (place, details) in details.iter().enumerate() {
            let offered = offered(details).ok_or_else(|| {
                Refused::invalid("an offer has control characters").at(format!("/offerDetails/{place}"))
            })?;
            let id = offer::patch_id(product, &offered);
            // The usual case, and without a copy of the record: nothing to learn.
            if self.index.with_patch(id, |entry| offer::is_known(&entry.patch, &offered)) == Some(true) {
                continue;
            }
            let learning = match learnt.patches.entry(id) {
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::btree_map::Entry::Vacant(vacant) => {
                    vacant.insert(self.learning(product, &offered, id, agent.number))
                }
            };
            learning.is_changed |= offer::extend(&mut learning.patch, &offered);
            learning.note_report(&offered);
        }
        learnt.patches.retain(|_, learning| learning.is_changed || !learning.reports.is_empty());
        Ok(learnt)
    }
}

impl Fleet {
    /// The patch of an offer as it is known, or as it begins.
    fn learning(&self, product: &str, offered: &OfferedPackage, id: PatchId, asset: AssetNumber) -> LearntPatch {
        let (number, patch, is_changed) = if let Some(entry) = self.index.patch_entry(id) {
            (Some(entry.number), entry.patch, false)
        } else {
            let (number, patch) = self.first_offer(product, offered, id);
            (number, patch, true)
        };
        LearntPatch { number, patch, is_changed, reports: Vec::new(), asset }
    }

    /// A first offer is of the advisory that names its version; without one it becomes a patch of its own.
    fn first_offer(&self, product: &str, offered: &OfferedPackage, id: PatchId) -> (Option<PatchNumber>, Patch) {
        let advised = self.advised(product, &offered.source, &offered.source_version);
        match advised.filter(|_| offered.repository.is_security()) {
            Some(entry) => (Some(entry.number), advisories::with_offers(entry.patch, id, offered)),
            None => (None, offer::patch_of(product, offered)),
        }
    }
}

fn offered(details: &OfferDetails) -> Option<OfferedPackage> {
    let texts = [&details.name, &details.arch, &details.candidate, &details.source, &details.source_version];
    if !texts.iter().all(|text| fettle_model::text::is_clean(text)) {
        return None;
    }
    Some(OfferedPackage {
        name: details.name.clone(),
        architecture: details.arch.clone(),
        candidate: details.candidate.clone(),
        repository: details.repo.clone(),
        source: details.source.clone(),
        source_version: details.source_version.clone(),
        size_bytes: details.size_bytes,
        sha256: details.sha256,
        reboot: details.reboot,
        changelog: details.changelog.as_ref().map(|read| Changelog {
            cves: read.cves.clone(),
            urgency: read.urgency.clone(),
            date: read.date,
            text: read.text.clone(),
        }),
    })
}

impl LearntPatch {
    /// A package that nothing better vouches for is noted with its reporter.
    fn note_report(&mut self, offered: &OfferedPackage) {
        let package = self.patch.packages.iter().find(|package| {
            package.name == offered.name
                && package.architecture == offered.architecture
                && package.fixed_version == offered.candidate
                && package.sha256 == offered.sha256
        });
        if package.is_some_and(|package| package.corroboration == Corroboration::Reported) {
            let key = PackageKey {
                name: offered.name.clone(),
                architecture: offered.architecture.clone(),
                fixed: offered.candidate.clone(),
            };
            self.reports.push((key, offered.sha256.unwrap_or(NO_HASH)));
        }
    }
}

impl Learnt {
    pub(crate) fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// Stores it, and gives the entries that the index must take after the commit.
    pub(crate) async fn store(self, tx: &mut Tx, now: Timestamp) -> Result<IndexedPatches, StoreError> {
        let mut entries = Vec::new();
        for mut learning in self.patches.into_values() {
            let number = match learning.number {
                Some(number) => fettle_store::catalogue::PatchNumber(number.0),
                None => put(tx, &learning.patch, now).await?.number,
            };
            for (key, sha256) in learning.reports {
                let report = PatchReport {
                    patch: number,
                    package: key.name,
                    arch: key.architecture,
                    version: key.fixed,
                    sha256,
                    asset: learning.asset,
                };
                tx.patch_reports().put(&report).await?;
            }
            for report in tx.patch_reports().alike(number).await? {
                if report.assets >= ALIKE && report.sha256 != NO_HASH {
                    promote(&mut learning.patch, &report);
                }
            }
            if learning.patch.corroboration() > Corroboration::Reported {
                tx.patch_reports().forget(number).await?;
            }
            // Saved even where the record stayed: its reporters grew, so its rule speaks for more.
            let stored = put(tx, &learning.patch, now).await?;
            entries.push(entry(tx, stored).await?);
        }
        IndexedPatches::read(tx, entries).await
    }
}

fn promote(patch: &mut Patch, report: &fettle_store::catalogue::AlikeReports) {
    for package in &mut patch.packages {
        if package.name == report.package
            && package.architecture == report.arch
            && package.fixed_version == report.version
            && package.sha256 == Some(report.sha256)
        {
            package.corroboration = package.corroboration.max(Corroboration::ThreeAssets);
        }
    }
}

pub(crate) async fn put(tx: &mut Tx, patch: &Patch, now: Timestamp) -> Result<StoredPatch, StoreError> {
    let native = patch.native_ids.first().map_or("", |native| native.value.as_str());
    let native_key = format!("{}\n{native}\n{}\n{}", patch.vendor, patch.origin(), patch.product);
    tx.patches().put(patch, &native_key, now).await
}

/// A stored patch as the index takes it.
pub(crate) async fn entry(tx: &mut Tx, stored: StoredPatch) -> Result<PatchEntry, StoreError> {
    let is_reported = |package: &fettle_model::patch::PatchPackage| package.corroboration == Corroboration::Reported;
    let reporters = if stored.record.packages.iter().any(is_reported) {
        tx.patch_reports().of_patch(stored.number).await?
    } else {
        Vec::new()
    };
    Ok(with_reporters(stored, reporters))
}

pub(crate) fn with_reporters(stored: StoredPatch, reporters: Vec<Reporter>) -> PatchEntry {
    let mut known = Reporters::default();
    for reporter in reporters {
        let key = PackageKey { name: reporter.package, architecture: reporter.arch, fixed: reporter.version };
        known.add(key, reporter.asset);
    }
    PatchEntry {
        number: PatchNumber(stored.number.0),
        rule: Rule::of(&stored.record, &known),
        patch: stored.record,
        state: PatchState { enabled: stored.enabled, hidden: stored.hidden_reason },
        synced_at: stored.synced_at,
        revision: stored.revision,
        derived_severity: None,
    }
}
