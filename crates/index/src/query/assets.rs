//! The list of assets.

use std::cmp::Ordering;

use fettle_model::source_statement::SourceStatement;
use fettle_model::{AssetId, PatchId, ScanStatus};
use roaring::RoaringBitmap;
use rustc_hash::FxHashSet;

use super::affected::{affecting, slots_affected};
use super::overdue::slots_overdue;
use super::{Facet, FacetCounter, Page, Words};
use crate::block::Block;
use crate::finding::Status;
use crate::{Columns, Counts, Index, LastDeployment, POISONED};

#[derive(Debug, Clone, Default)]
pub struct AssetFilter {
    /// Words in name, address, operating system or user.
    pub search: String,
    pub scan_status: Option<ScanStatus>,
    pub operating_system: Option<String>,
    pub pending_reboot: Option<bool>,
    /// Has missing patches, or has none although it was scanned and all can be told.
    pub missing: Option<bool>,
    /// Has a patch that is past its due date, or has none.
    pub overdue: Option<bool>,
    /// Only assets on which the patch has this status.
    pub patch: Option<(PatchId, Status)>,
    /// Only assets that lack a patch which fixes this CVE.
    pub cve: Option<String>,
    /// Only assets that one of these says to be vulnerable, whether there is a fix or none.
    pub affected: Option<Vec<SourceStatement>>,
    /// Only these: what a query found.
    pub among: Option<FxHashSet<AssetId>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AssetSort {
    #[default]
    Name,
    OperatingSystem,
    ScanStatus,
    ScannedAt,
    Missing,
    MissingSecurity,
    Installed,
    Undetermined,
    LastCheckedIn,
    LastLoggedOnUser,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AssetRow {
    pub columns: Columns,
    pub counts: Counts,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AssetPage {
    pub total: usize,
    pub rows: Vec<AssetRow>,
    pub facets: Vec<Facet>,
}

impl Index {
    /// Assets that match, sorted; ties by name, then id.
    pub fn assets(&self, filter: &AssetFilter, sort: AssetSort, descending: bool, page: Page) -> AssetPage {
        let words = Words::new(&filter.search);
        let mut matching: Vec<AssetRow> = Vec::new();
        let (mut statuses, mut systems, mut reboots) = <(FacetCounter, FacetCounter, FacetCounter)>::default();
        self.each_row(filter, |row| {
            if !is_wanted(filter, &words, &row) {
                return;
            }
            statuses.add(row.columns.scan_status.name());
            systems.add(&row.columns.operating_system);
            reboots.add(if row.columns.pending_reboot { "yes" } else { "no" });
            matching.push(row);
        });
        matching.sort_by(|left, right| {
            let order = compare(sort, left, right);
            let order = if descending { order.reverse() } else { order };
            order
                .then_with(|| left.columns.name.cmp(&right.columns.name))
                .then_with(|| left.columns.id.cmp(&right.columns.id))
        });
        AssetPage {
            total: matching.len(),
            rows: matching.into_iter().skip(page.offset).take(page.limit).collect(),
            facets: vec![statuses.finish("scanStatus"), systems.finish("os"), reboots.finish("pendingReboot")],
        }
    }

    /// True when an asset runs a release of this family: `debian` of `debian:12`.
    pub fn has_product_of(&self, family: &str) -> bool {
        let shared = self.shared.read().expect(POISONED);
        let components: Vec<_> = shared.dictionary.products_of(family).collect();
        let blocks = self.all_blocks();
        blocks.iter().any(|block| {
            let block = block.read(&shared);
            components.iter().any(|component| block.has_any(*component))
        })
    }

    /// One asset's row.
    pub fn asset(&self, asset: AssetId) -> Option<AssetRow> {
        let shared = self.shared.read().expect(POISONED);
        let slot = *shared.slots.get(&asset)?;
        let block = self.block(slot.block);
        let block = block.read(&shared);
        row(&block, slot.at)
    }

    /// The deployment that an asset's row shows; without a copy of the row.
    pub fn last_deployment(&self, asset: AssetId) -> Option<LastDeployment> {
        let shared = self.shared.read().expect(POISONED);
        let slot = *shared.slots.get(&asset)?;
        let block = self.block(slot.block);
        let block = block.read(&shared);
        block.columns.last_deployment(slot.at).cloned()
    }

    /// Walks the rows that the patch and CVE parts of a filter leave, block after block.
    fn each_row(&self, filter: &AssetFilter, mut take: impl FnMut(AssetRow)) {
        let shared = self.shared.read().expect(POISONED);
        let entry = match filter.patch {
            None => None,
            Some((patch, status)) => {
                match shared.catalogue.number(patch).and_then(|number| shared.catalogue.get(number)) {
                    Some(entry) => Some((entry, status)),
                    None => return,
                }
            }
        };
        let affecting = filter.affected.as_deref().map(affecting);
        let overdue_patches =
            if filter.overdue.is_some() { shared.overdue_patches(&self.all_blocks()) } else { Vec::new() };
        for (at, block) in self.all_blocks().iter().enumerate() {
            let block: &Block = &block.read(&shared);
            let mut wanted: Option<RoaringBitmap> =
                entry.map(|(entry, status)| super::findings::slots_with(&shared, block, at, entry, status));
            if let Some(cve) = &filter.cve {
                let exposed = super::vulnerabilities::slots_exposed(&shared, block, cve).unwrap_or_default();
                wanted = Some(wanted.map_or_else(|| exposed.clone(), |wanted| wanted & &exposed));
            }
            if let Some(statements) = &affecting {
                let affected = slots_affected(&shared, at, block, statements);
                wanted = Some(wanted.map_or_else(|| affected.clone(), |wanted| wanted & &affected));
            }
            if let Some(overdue) = filter.overdue {
                let late = slots_overdue(&shared, at, block, &overdue_patches);
                let chosen = if overdue { late } else { block.columns.taken().to_bitmap() - late };
                wanted = Some(wanted.map_or_else(|| chosen.clone(), |wanted| wanted & &chosen));
            }
            for slot in block.columns.taken().iter() {
                if wanted.as_ref().is_none_or(|wanted| wanted.contains(u32::from(slot)))
                    && let Some(row) = row(block, slot)
                {
                    take(row);
                }
            }
        }
    }
}

fn row(block: &Block, slot: u16) -> Option<AssetRow> {
    block.columns.get(slot).map(|columns| AssetRow { columns, counts: block.columns.counts(slot) })
}

fn is_wanted(filter: &AssetFilter, words: &Words, row: &AssetRow) -> bool {
    let columns = &row.columns;
    if filter.among.as_ref().is_some_and(|among| !among.contains(&columns.id)) {
        return false;
    }
    let missing = match filter.missing {
        None => true,
        Some(true) => row.counts.missing > 0,
        Some(false) => {
            row.counts.missing == 0 && row.counts.undetermined == 0 && columns.scan_status == ScanStatus::Scanned
        }
    };
    missing
        && filter.scan_status.is_none_or(|status| columns.scan_status == status)
        && filter.pending_reboot.is_none_or(|pending| columns.pending_reboot == pending)
        && filter.operating_system.as_ref().is_none_or(|system| columns.operating_system == *system)
        && words.match_any(&[
            &columns.name,
            columns.fqdn.as_deref().unwrap_or_default(),
            columns.address.as_deref().unwrap_or_default(),
            &columns.operating_system,
            columns.last_logged_on_user.as_deref().unwrap_or_default(),
        ])
}

fn compare(sort: AssetSort, left: &AssetRow, right: &AssetRow) -> Ordering {
    let (a, b) = (&left.columns, &right.columns);
    match sort {
        AssetSort::Name => a.name.cmp(&b.name),
        AssetSort::OperatingSystem => a.operating_system.cmp(&b.operating_system),
        AssetSort::ScanStatus => a.scan_status.cmp(&b.scan_status),
        AssetSort::ScannedAt => a.scanned_at.cmp(&b.scanned_at),
        AssetSort::Missing => left.counts.missing.cmp(&right.counts.missing),
        AssetSort::MissingSecurity => left.counts.missing_security.cmp(&right.counts.missing_security),
        AssetSort::Installed => left.counts.installed.cmp(&right.counts.installed),
        AssetSort::Undetermined => left.counts.undetermined.cmp(&right.counts.undetermined),
        AssetSort::LastCheckedIn => a.last_checked_in.cmp(&b.last_checked_in),
        AssetSort::LastLoggedOnUser => a.last_logged_on_user.cmp(&b.last_logged_on_user),
    }
}
