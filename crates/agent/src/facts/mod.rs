//! Facts of the machine, read from `/proc`, `/sys`, `/etc` and the kernel's own tables. What cannot be read is absent.

pub mod disks;
mod hardware;
mod network;
mod os;
mod processes;
mod reboot;
mod sessions;

use std::path::{Path, PathBuf};

use fettle_model::asset::Facts;

use crate::platform::Packages;

/// The machine that is looked at: `/` but in tests.
#[derive(Debug, Clone)]
pub struct Machine {
    pub root: PathBuf,
    pub is_root: bool,
}

impl Machine {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), is_root: rustix::process::geteuid().is_root() }
    }

    /// The trimmed content of a file below the root; `None` when it is not there, not readable or empty.
    fn text(&self, path: &str) -> Option<String> {
        let text = fs_err::read_to_string(self.root.join(path)).ok()?;
        let text = fettle_model::text::cleaned(&text, 512);
        (!text.is_empty()).then_some(text)
    }
}

#[derive(Debug)]
pub struct Collected {
    pub facts: Facts,
    /// Set when processes of other users could not be looked at.
    pub processes_hidden: Option<String>,
}

pub fn collect(machine: &Machine, packages: &Packages) -> Collected {
    let uname = rustix::system::uname();
    let kernel = uname.release().to_string_lossy().into_owned();
    let hostname = uname.nodename().to_string_lossy().into_owned();
    let processes = processes::stale(machine);
    let facts = Facts {
        fqdn: os::fqdn(machine, &hostname),
        os: os::read(machine, &uname.machine().to_string_lossy()),
        hardware: hardware::read(machine),
        memory_mb: hardware::memory_mb(machine),
        disks: disks::read(machine),
        interfaces: network::interfaces(),
        logged_on: sessions::newest_user(machine),
        booted_at: os::booted_at(machine),
        timezone: os::timezone(machine),
        pending_reboot: reboot::reasons(machine, &kernel, &packages.components),
        stale_processes: processes.stale,
        kernel: Some(kernel),
        hostname,
    };
    Collected { facts, processes_hidden: processes.hidden }
}

/// Kernel's id of this boot.
pub fn boot_id(machine: &Machine) -> Option<String> {
    machine.text("proc/sys/kernel/random/boot_id")
}

pub use hardware::identity;
pub use os::release_field as os_release;
