//! What a machine says of itself beside what is installed: its hardware, who uses it, and where it stands.

mod hardware;
mod people;
mod site;

use fettle_model::asset::{Disk, Facts, Interface, OsFacts, RebootReason};
use jiff::Timestamp;

use crate::chance::Chance;
use hardware::Model;

/// What a machine is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Server,
    /// Somebody sits in front of it.
    Workstation,
}

/// Of which machine facts are made.
#[derive(Debug)]
pub(crate) struct Described<'a> {
    pub(crate) seed: u64,
    pub(crate) number: u64,
    pub(crate) name: &'a str,
    pub(crate) purpose: Purpose,
    pub(crate) os: OsFacts,
    pub(crate) kernel: Option<&'a str>,
}

impl Described<'_> {
    fn is_windows(&self) -> bool {
        self.os.family == "windows"
    }

    /// They follow from seed and number, but for the time at which it was started.
    pub(crate) fn facts(self, booted_at: Timestamp) -> Facts {
        let chance = Chance::new(self.seed, "facts", self.number);
        let model = hardware::model(self.purpose, &chance);
        let processors = model.processors[chance.below(model.processors.len())];
        let site = site::site(&chance);
        let environment = site::environment(self.purpose, &chance);
        Facts {
            hostname: self.name.to_owned(),
            fqdn: Some(format!("{}.{environment}.example.com", self.name)),
            hardware: model.facts(self.number, processors),
            memory_mb: Some(u64::from(processors) * u64::from(model.memory_mb)),
            disks: self.disks(&chance),
            interfaces: vec![self.interface(model, site, &chance)],
            logged_on: people::logged_on(self.purpose, &chance),
            booted_at: Some(booted_at),
            timezone: Some(site.zone.to_owned()),
            pending_reboot: self.pending_reboot(&chance),
            stale_processes: Vec::new(),
            kernel: self.kernel.map(str::to_owned),
            os: self.os,
        }
    }

    fn disks(&self, chance: &Chance) -> Vec<Disk> {
        let sizes: [u64; 4] = match self.purpose {
            Purpose::Server => [40, 80, 200, 1_000],
            Purpose::Workstation => [256, 512, 512, 1_000],
        };
        let (mount, file_system) = match (self.is_windows(), self.os.id.as_str()) {
            (true, _) => ("C:\\", "NTFS"),
            (false, "rocky") => ("/", "xfs"),
            (false, _) => ("/", "ext4"),
        };
        let size_bytes = sizes[chance.below(sizes.len())] * 1_000_000_000;
        // Few are nearly full.
        let free = if chance.percent(4) { 1 + chance.below(4) } else { 10 + chance.below(80) };
        vec![Disk {
            mount: mount.to_owned(),
            file_system: file_system.to_owned(),
            size_bytes,
            free_bytes: size_bytes / 100 * free as u64,
        }]
    }

    fn interface(&self, model: &Model, site: &site::Site, chance: &Chance) -> Interface {
        let [first, second, third] = model.mac;
        let [fourth, fifth, sixth] = chance.bytes::<3>();
        let (high, low) = (self.number >> 8 & 0xff, self.number & 0xff);
        let name = if self.is_windows() { "Ethernet" } else { model.interface };
        Interface {
            name: name.to_owned(),
            mac: Some(format!("{first:02x}:{second:02x}:{third:02x}:{fourth:02x}:{fifth:02x}:{sixth:02x}")),
            addresses: vec![format!("10.{}.{high}.{low}/16", site.network)],
        }
    }

    fn pending_reboot(&self, chance: &Chance) -> Vec<RebootReason> {
        let (percent, reason) = if self.is_windows() { (9, "WindowsUpdate") } else { (5, "KernelNewer") };
        if chance.percent(percent) {
            vec![RebootReason { reason: reason.to_owned(), detail: None }]
        } else {
            Vec::new()
        }
    }
}
