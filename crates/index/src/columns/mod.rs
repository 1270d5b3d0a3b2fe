//! The columns of a block's assets: what lists show, sort, group and ask for.

mod addresses;
mod asset;
mod facts;
mod interfaces;
mod number;
mod ranks;
mod text;
mod texts;

use std::collections::BTreeMap;

use fettle_model::{AssetId, ScanStatus};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use uuid::Uuid;

pub use asset::{Columns, Counts, LastDeployment};
pub use facts::{MachineFacts, NetworkInterface, SelfCheckResult};
pub(crate) use interfaces::InterfaceParts;
pub(crate) use number::NumberColumn;
pub(crate) use ranks::Ranks;
pub(crate) use text::TextColumn;
pub(crate) use texts::Texts;

use crate::bits::Bits;
use crate::posting::slot_of;
use facts::FactColumns;
use roaring::RoaringBitmap;

/// Of free slots nothing is kept.
#[derive(Debug, Default)]
pub(crate) struct BlockColumns {
    taken: Bits,
    ids: Vec<AssetId>,
    revisions: Vec<u64>,
    counts: Vec<Counts>,
    pub(crate) name: TextColumn,
    pub(crate) fqdn: TextColumn,
    pub(crate) operating_system: TextColumn,
    pub(crate) os_family: TextColumn,
    pub(crate) os_id: TextColumn,
    pub(crate) os_version: TextColumn,
    /// `debian_12`.
    pub(crate) os_identifier: TextColumn,
    pub(crate) architecture: TextColumn,
    pub(crate) address: TextColumn,
    pub(crate) agent_version: TextColumn,
    pub(crate) activation_key: TextColumn,
    pub(crate) last_logged_on_user: TextColumn,
    pub(crate) scan_reason: TextColumn,
    pub(crate) pending_reboot: Bits,
    scan_status: Vec<ScanStatus>,
    pub(crate) scanned_at: NumberColumn,
    pub(crate) enrolled_at: NumberColumn,
    pub(crate) last_checked_in: NumberColumn,
    last_deployment: FxHashMap<u16, LastDeployment>,
    pub(crate) facts: FactColumns,
    /// By day since 1970: due dates follow from the enrolment.
    enrolled: BTreeMap<i64, RoaringBitmap>,
}

impl BlockColumns {
    /// Gives back memory that was kept for more assets.
    pub(crate) fn shrink(&mut self) {
        let texts = [
            &mut self.name,
            &mut self.fqdn,
            &mut self.operating_system,
            &mut self.os_family,
            &mut self.os_id,
            &mut self.os_version,
            &mut self.os_identifier,
            &mut self.architecture,
            &mut self.address,
            &mut self.agent_version,
            &mut self.activation_key,
            &mut self.last_logged_on_user,
            &mut self.scan_reason,
        ];
        texts.into_iter().for_each(TextColumn::shrink);
        for numbers in [&mut self.scanned_at, &mut self.enrolled_at, &mut self.last_checked_in] {
            numbers.shrink();
        }
        self.ids.shrink_to_fit();
        self.revisions.shrink_to_fit();
        self.counts.shrink_to_fit();
        self.scan_status.shrink_to_fit();
        self.facts.shrink();
    }

    /// Slots that hold an asset.
    pub(crate) fn taken(&self) -> &Bits {
        &self.taken
    }

    pub(crate) fn is_taken(&self, slot: u16) -> bool {
        self.taken.contains(slot)
    }

    /// What stands at a taken slot. Texts are copied.
    pub(crate) fn get(&self, slot: u16) -> Option<Columns> {
        let text = |column: &TextColumn| column.get(slot).map(str::to_owned);
        self.is_taken(slot).then(|| Columns {
            id: self.id(slot),
            name: text(&self.name).unwrap_or_default(),
            fqdn: text(&self.fqdn),
            operating_system: text(&self.operating_system).unwrap_or_default(),
            os_family: text(&self.os_family).unwrap_or_default(),
            os_id: text(&self.os_id).unwrap_or_default(),
            os_version: text(&self.os_version).unwrap_or_default(),
            architecture: text(&self.architecture).unwrap_or_default(),
            address: text(&self.address),
            agent_version: text(&self.agent_version).unwrap_or_default(),
            activation_key: text(&self.activation_key),
            last_logged_on_user: text(&self.last_logged_on_user),
            pending_reboot: self.pending_reboot.contains(slot),
            scan_status: self.scan_status(slot),
            scan_reason: text(&self.scan_reason),
            scanned_at: self.scanned_at.moment(slot),
            enrolled_at: self.enrolled_at(slot),
            last_checked_in: self.last_checked_in.moment(slot),
            revision: self.revisions[usize::from(slot)],
            last_deployment: self.last_deployment(slot).cloned(),
        })
    }

    /// Facts and counts stay as they are; those of an asset that is new here are none.
    pub(crate) fn put(&mut self, slot: u16, columns: &Columns) {
        let at = usize::from(slot);
        if self.ids.len() <= at {
            self.ids.resize(at + 1, AssetId(Uuid::nil()));
            self.revisions.resize(at + 1, 0);
            self.counts.resize(at + 1, Counts::default());
            self.scan_status.resize(at + 1, ScanStatus::Pending);
        }
        if self.enrolled_at.moment(slot) != Some(columns.enrolled_at) {
            self.leave_day(slot);
            self.enrolled.entry(day(columns.enrolled_at)).or_default().insert(u32::from(slot));
        }
        self.taken.insert(slot);
        self.ids[at] = columns.id;
        self.revisions[at] = columns.revision;
        self.scan_status[at] = columns.scan_status;
        self.put_texts(slot, Some(columns));
        if columns.pending_reboot {
            self.pending_reboot.insert(slot);
        } else {
            self.pending_reboot.clear(slot);
        }
        self.scanned_at.set_moment(slot, columns.scanned_at);
        self.enrolled_at.set_moment(slot, Some(columns.enrolled_at));
        self.put_contact(slot, columns.last_checked_in, columns.address.as_deref());
        match &columns.last_deployment {
            Some(last) => self.put_last_deployment(slot, last.clone()),
            None => drop(self.last_deployment.remove(&slot)),
        }
    }

    /// `None`: nothing. An empty text says nothing, too.
    fn put_texts(&mut self, slot: u16, columns: Option<&Columns>) {
        let of = |text: fn(&Columns) -> Option<&str>| columns.and_then(text).filter(|text| !text.is_empty());
        self.name.set(slot, of(|columns| Some(&columns.name)));
        self.fqdn.set(slot, of(|columns| columns.fqdn.as_deref()));
        self.operating_system.set(slot, of(|columns| Some(&columns.operating_system)));
        self.os_family.set(slot, of(|columns| Some(&columns.os_family)));
        self.os_id.set(slot, of(|columns| Some(&columns.os_id)));
        self.os_version.set(slot, of(|columns| Some(&columns.os_version)));
        let identifier = columns.map(|columns| match columns.os_version.as_str() {
            "" => columns.os_id.clone(),
            version => format!("{}_{version}", columns.os_id),
        });
        self.os_identifier.set(slot, identifier.as_deref().filter(|identifier| !identifier.is_empty()));
        self.architecture.set(slot, of(|columns| Some(&columns.architecture)));
        self.agent_version.set(slot, of(|columns| Some(&columns.agent_version)));
        self.activation_key.set(slot, of(|columns| columns.activation_key.as_deref()));
        self.last_logged_on_user.set(slot, of(|columns| columns.last_logged_on_user.as_deref()));
        self.scan_reason.set(slot, of(|columns| columns.scan_reason.as_deref()));
    }

    pub(crate) fn put_contact(&mut self, slot: u16, last_checked_in: Option<Timestamp>, address: Option<&str>) {
        self.last_checked_in.set_moment(slot, last_checked_in);
        self.address.set(slot, address);
    }

    pub(crate) fn put_last_deployment(&mut self, slot: u16, last: LastDeployment) {
        self.last_deployment.insert(slot, last);
    }

    /// Frees a slot.
    pub(crate) fn remove(&mut self, slot: u16) {
        if !self.is_taken(slot) {
            return;
        }
        self.leave_day(slot);
        self.taken.clear(slot);
        self.put_texts(slot, None);
        self.pending_reboot.clear(slot);
        self.scanned_at.set(slot, None);
        self.enrolled_at.set(slot, None);
        self.put_contact(slot, None, None);
        self.last_deployment.remove(&slot);
        self.facts.put(slot, MachineFacts::default());
        self.counts[usize::from(slot)] = Counts::default();
    }

    fn leave_day(&mut self, slot: u16) {
        let Some(enrolled) = self.enrolled_at.moment(slot) else { return };
        if let Some(slots) = self.enrolled.get_mut(&day(enrolled)) {
            slots.remove(u32::from(slot));
        }
    }

    /// Slots of assets that enrolled before a moment.
    pub(crate) fn enrolled_before(&self, moment: Timestamp) -> RoaringBitmap {
        let mut slots = RoaringBitmap::new();
        for (_, of_day) in self.enrolled.range(..day(moment)) {
            slots |= of_day;
        }
        let is_before = |slot: &u32| self.enrolled_at(slot_of(*slot)) < moment;
        slots.extend(self.enrolled.get(&day(moment)).into_iter().flatten().filter(is_before));
        slots
    }

    pub(crate) fn id(&self, slot: u16) -> AssetId {
        self.ids.get(usize::from(slot)).copied().unwrap_or(AssetId(Uuid::nil()))
    }

    /// None of a free slot.
    pub(crate) fn revision(&self, slot: u16) -> Option<u64> {
        self.is_taken(slot).then(|| self.revisions[usize::from(slot)])
    }

    /// Of a free slot the earliest time.
    pub(crate) fn enrolled_at(&self, slot: u16) -> Timestamp {
        self.enrolled_at.moment(slot).unwrap_or(Timestamp::MIN)
    }

    /// By slot; of free ones they mean nothing.
    pub(crate) fn scan_statuses(&self) -> &[ScanStatus] {
        &self.scan_status
    }

    pub(crate) fn scan_status(&self, slot: u16) -> ScanStatus {
        self.scan_status.get(usize::from(slot)).copied().unwrap_or(ScanStatus::Pending)
    }

    pub(crate) fn counts(&self, slot: u16) -> Counts {
        self.counts.get(usize::from(slot)).copied().unwrap_or_default()
    }

    pub(crate) fn all_counts(&self) -> &[Counts] {
        &self.counts
    }

    pub(crate) fn counts_mut(&mut self, slot: u16) -> Option<&mut Counts> {
        if self.is_taken(slot) { self.counts.get_mut(usize::from(slot)) } else { None }
    }

    pub(crate) fn last_deployment(&self, slot: u16) -> Option<&LastDeployment> {
        self.last_deployment.get(&slot)
    }
}

fn day(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(86_400)
}
