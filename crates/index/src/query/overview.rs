//! The figures of the first page.

use std::collections::BTreeSet;

use fettle_model::ScanStatus;

use super::overdue::slots_overdue;
use crate::{Index, POISONED, PatchEntry};

/// Figures over all assets and their missing patches.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    pub assets: usize,
    pub scanned: usize,
    pub pending: usize,
    pub failed: usize,
    pub reboot_pending: usize,
    /// Assets with a patch that is past its due date.
    pub overdue: u64,
    pub packages: u64,
    /// Missing patches that nothing newer replaces, summed over assets, and those that bring security.
    pub missing: u64,
    pub missing_security: u64,
    /// Patches of which it cannot be told whether they are missing, summed over assets.
    pub undetermined: u64,
    /// Packages for which the machines' own package managers offer an update.
    pub offers: u64,
    /// Distinct CVEs of missing security patches, as far as they have been read.
    pub cves: usize,
    /// Missing security patches whose CVEs are known …
    pub cves_read: usize,
    /// … of so many.
    pub cves_of: usize,
    /// Known exploited vulnerabilities that an asset is exposed to.
    pub known_exploited: usize,
    /// Most urgent first.
    pub urgent: Vec<(PatchEntry, u64)>,
}

impl Index {
    /// `urgent`: how many of the most urgent missing patches are wanted.
    pub fn overview(&self, urgent: usize) -> Overview {
        let mut overview = Overview::default();
        let shared = self.shared.read().expect(POISONED);
        let blocks = self.all_blocks();
        let overdue_patches = shared.overdue_patches(&blocks);
        for (at, block) in blocks.iter().enumerate() {
            let block = block.read(&shared);
            overview.overdue += slots_overdue(&shared, at, &block, &overdue_patches).len();
            for slot in block.columns.taken().iter() {
                overview.assets += 1;
                match block.columns.scan_status(slot) {
                    ScanStatus::Scanned => overview.scanned += 1,
                    ScanStatus::Pending | ScanStatus::Scanning => overview.pending += 1,
                    ScanStatus::Failed | ScanStatus::NotSupported => overview.failed += 1,
                }
                overview.reboot_pending += usize::from(block.columns.pending_reboot.contains(slot));
                let counts = block.columns.counts(slot);
                overview.packages += u64::from(counts.packages);
                overview.missing += u64::from(counts.missing);
                overview.missing_security += u64::from(counts.missing_security);
                overview.undetermined += u64::from(counts.undetermined);
                overview.offers += u64::from(counts.offers);
            }
        }
        let mut cves = BTreeSet::new();
        let mut missing = Vec::new();
        for entry in shared.catalogue.all() {
            let on = |block: &std::sync::Arc<crate::shared_block::SharedBlock>| {
                block.read(&shared).missing(entry.number).map_or(0, roaring::RoaringBitmap::len)
            };
            let count: u64 = blocks.iter().map(on).sum();
            if count == 0 || entry.state.is_hidden() || shared.catalogue.is_replaced(entry) {
                continue;
            }
            if entry.patch.is_security() {
                overview.cves_of += 1;
                if let Some(known) = &entry.patch.cves {
                    overview.cves_read += 1;
                    cves.extend(known.iter().cloned());
                }
            }
            missing.push((entry, count));
        }
        overview.cves = cves.len();
        let known_exploited =
            shared.catalogue.cves().filter(|(cve, _)| shared.catalogue.facts(cve).is_known_exploited());
        overview.known_exploited = known_exploited.filter(|(_, patches)| self.exposed(&shared, patches) > 0).count();
        missing.sort_by(|left, right| {
            urgency(right).cmp(&urgency(left)).then_with(|| left.0.patch.title.cmp(&right.0.patch.title))
        });
        overview.urgent = missing.into_iter().take(urgent).map(|(entry, count)| (entry.clone(), count)).collect();
        overview
    }
}

/// Security first, then the machines that lack it, then the number of CVEs, then the age of the fix.
fn urgency((entry, count): &(&PatchEntry, u64)) -> impl Ord {
    let patch = &entry.patch;
    let cves = patch.cves.as_ref().map_or(0, Vec::len);
    (patch.is_security(), *count, cves, std::cmp::Reverse(patch.published))
}
