//! What a machine is, beside what lists show of it: changes seldom, and comes with the report that changes it.

use std::net::IpAddr;

use fettle_model::asset::{Facts, Interface};
use jiff::Timestamp;
use rustc_hash::FxHashMap;

use super::addresses::AddressColumn;
use super::interfaces::{InterfaceParts, PackedInterfaces};
use super::number::NumberColumn;
use super::text::TextColumn;

/// The worst result of an agent's own checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SelfCheckResult {
    Passed,
    Warning,
    Failed,
}

impl SelfCheckResult {
    pub const ALL: [Self; 3] = [Self::Passed, Self::Warning, Self::Failed];

    /// Of its place in [`SelfCheckResult::ALL`].
    pub(crate) fn at(place: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(place).ok()?).copied()
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "Passed",
            Self::Warning => "Warning",
            Self::Failed => "Failed",
        }
    }
}

/// Facts of one machine that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MachineFacts {
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    /// IANA name.
    pub timezone: Option<String>,
    pub memory_mb: Option<u64>,
    pub processors: Option<u32>,
    pub booted_at: Option<Timestamp>,
    pub interfaces: Vec<NetworkInterface>,
    /// None before the first self-check.
    pub self_check: Option<SelfCheckResult>,
    /// Ids of own checks that failed: `AG-02`.
    pub failed_checks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkInterface {
    pub name: Box<str>,
    pub mac: Option<Box<str>>,
    /// Without their prefix lengths; what is no address is left out.
    pub addresses: Box<[IpAddr]>,
}

impl MachineFacts {
    /// `checks`: id and result of each of the agent's own checks, as they came; a result that is not known counts as failed.
    pub fn new<'a>(facts: &Facts, checks: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let hardware = &facts.hardware;
        let mut made = Self {
            manufacturer: hardware.manufacturer.clone(),
            model: hardware.model.clone(),
            serial: hardware.serial.clone(),
            timezone: facts.timezone.clone(),
            memory_mb: facts.memory_mb,
            processors: hardware.processors,
            booted_at: facts.booted_at,
            interfaces: facts.interfaces.iter().map(interface).collect(),
            self_check: None,
            failed_checks: Vec::new(),
        };
        for (id, result) in checks {
            let known = SelfCheckResult::ALL.into_iter().find(|known| known.name() == result);
            let result = known.unwrap_or(SelfCheckResult::Failed);
            made.self_check = made.self_check.max(Some(result));
            if result == SelfCheckResult::Failed {
                made.failed_checks.push(id.to_owned());
            }
        }
        made
    }
}

fn interface(reported: &Interface) -> NetworkInterface {
    let address = |text: &String| text.split('/').next().and_then(|address| address.parse().ok());
    NetworkInterface {
        name: reported.name.as_str().into(),
        mac: reported.mac.as_deref().map(Into::into),
        addresses: reported.addresses.iter().filter_map(address).collect(),
    }
}

/// The facts of a block's assets.
#[derive(Debug, Default)]
pub(crate) struct FactColumns {
    pub(crate) manufacturer: TextColumn,
    pub(crate) model: TextColumn,
    pub(crate) serial: TextColumn,
    pub(crate) timezone: TextColumn,
    pub(crate) memory_mb: NumberColumn,
    pub(crate) processors: NumberColumn,
    pub(crate) booted_at: NumberColumn,
    interfaces: Vec<PackedInterfaces>,
    /// Of all interfaces.
    pub(crate) ipv4: AddressColumn,
    /// A place in [`SelfCheckResult::ALL`].
    pub(crate) self_check: NumberColumn,
    /// Of few.
    failed_checks: FxHashMap<u16, Box<[String]>>,
}

impl FactColumns {
    pub(crate) fn put(&mut self, slot: u16, facts: MachineFacts) {
        self.manufacturer.set(slot, facts.manufacturer.as_deref());
        self.model.set(slot, facts.model.as_deref());
        self.serial.set(slot, facts.serial.as_deref());
        self.timezone.set(slot, facts.timezone.as_deref());
        self.memory_mb.set(slot, facts.memory_mb.and_then(|mb| i64::try_from(mb).ok()));
        self.processors.set(slot, facts.processors.map(i64::from));
        self.booted_at.set_moment(slot, facts.booted_at);
        let at = usize::from(slot);
        if self.interfaces.len() <= at {
            self.interfaces.resize_with(at + 1, PackedInterfaces::default);
        }
        self.interfaces[at] = PackedInterfaces::of(&facts.interfaces);
        let addresses = self.interfaces[at].iter().flat_map(|interface| interface.addresses());
        self.ipv4.set(
            slot,
            addresses.filter_map(|address| match address {
                IpAddr::V4(address) => Some(address),
                IpAddr::V6(_) => None,
            }),
        );
        self.self_check.set(slot, facts.self_check.map(|worst| worst as i64));
        if facts.failed_checks.is_empty() {
            self.failed_checks.remove(&slot);
        } else {
            self.failed_checks.insert(slot, facts.failed_checks.into());
        }
    }

    /// Gives back memory that was kept for more assets.
    pub(super) fn shrink(&mut self) {
        for texts in [&mut self.manufacturer, &mut self.model, &mut self.serial, &mut self.timezone] {
            texts.shrink();
        }
        for numbers in [&mut self.memory_mb, &mut self.processors, &mut self.booted_at, &mut self.self_check] {
            numbers.shrink();
        }
        self.interfaces.shrink_to_fit();
        self.ipv4.shrink();
    }

    pub(crate) fn interfaces(&self, slot: u16) -> impl Iterator<Item = InterfaceParts<'_>> {
        self.interfaces.get(usize::from(slot)).into_iter().flat_map(PackedInterfaces::iter)
    }

    pub(crate) fn failed_checks(&self, slot: u16) -> &[String] {
        self.failed_checks.get(&slot).map_or(&[], |failed| failed)
    }
}
