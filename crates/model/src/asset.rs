//! States of an asset, and the facts that an agent reports about its machine (`patch-management.md` 2.2, 5).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ScanStatus {
    /// Enrolled, never scanned.
    Pending,
    Scanning,
    Scanned,
    /// The last scan failed; its reason stands beside it, and the old findings stay.
    Failed,
    NotSupported,
}

impl ScanStatus {
    /// In the order of their declaration.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Scanning, Self::Scanned, Self::Failed, Self::NotSupported];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Scanning => "Scanning",
            Self::Scanned => "Scanned",
            Self::Failed => "Failed",
            Self::NotSupported => "NotSupported",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AgentStatus {
    /// Enrolled, no check-in yet.
    Provisioned,
    /// Checked in within 24 hours.
    Active,
    Inactive,
    Uninstalled,
}

impl AgentStatus {
    /// Of an agent that was last heard of at a moment, or never.
    pub fn of(last_checked_in: Option<Timestamp>, now: Timestamp) -> Self {
        match last_checked_in {
            None => Self::Provisioned,
            Some(at) if now.duration_since(at) <= SignedDuration::from_hours(24) => Self::Active,
            Some(_) => Self::Inactive,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Provisioned => "Provisioned",
            Self::Active => "Active",
            Self::Inactive => "Inactive",
            Self::Uninstalled => "Uninstalled",
        }
    }
}

/// Facts of a machine. All but the host name may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    pub hostname: String,
    pub fqdn: Option<String>,
    pub os: OsFacts,
    pub kernel: Option<String>,
    pub hardware: HardwareFacts,
    pub memory_mb: Option<u64>,
    pub disks: Vec<Disk>,
    pub interfaces: Vec<Interface>,
    /// The user of the newest session on the machine.
    pub logged_on: Option<String>,
    pub booted_at: Option<Timestamp>,
    /// IANA name.
    pub timezone: Option<String>,
    pub pending_reboot: Vec<RebootReason>,
    /// Process names that still run code of replaced files, with the package they belong to.
    pub stale_processes: Vec<StaleProcess>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OsFacts {
    /// `linux` or `windows`.
    pub family: String,
    /// `debian`, `ubuntu` …: `ID` of os-release.
    pub id: String,
    /// `VERSION_ID` of os-release; empty for testing and unstable.
    pub version: String,
    /// `PRETTY_NAME` of os-release.
    pub name: String,
    pub codename: Option<String>,
    /// Machine architecture: `x86_64`, `aarch64` ….
    pub arch: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HardwareFacts {
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub bios_version: Option<String>,
    pub bios_date: Option<String>,
    pub processor: Option<String>,
    pub processors: Option<u32>,
    pub virtualisation: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Disk {
    pub mount: String,
    pub file_system: String,
    pub size_bytes: u64,
    pub free_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interface {
    pub name: String,
    pub mac: Option<String>,
    /// With prefix length: `192.0.2.7/24`.
    pub addresses: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RebootReason {
    /// `KernelNewer` (an installed kernel is newer than the running one), `RebootRequiredFile`, `LibraryInUse`.
    pub reason: String,
    pub detail: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StaleProcess {
    pub pid: u32,
    pub name: String,
    pub package: Option<String>,
    pub file: String,
}
