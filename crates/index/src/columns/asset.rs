//! The columns of an asset: what lists show and sort by.

use fettle_model::{AgentStatus, AssetId, ScanStatus};
use jiff::Timestamp;

/// Facts of one asset that the database knows. Counts of findings are the index's own ([`Counts`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    pub id: AssetId,
    pub name: String,
    pub fqdn: Option<String>,
    /// `Debian GNU/Linux 12 (bookworm)`.
    pub operating_system: String,
    /// `linux` or `windows`.
    pub os_family: String,
    /// `debian`.
    pub os_id: String,
    /// `12`; empty for testing and unstable.
    pub os_version: String,
    /// Of the machine, as it names it: `x86_64`.
    pub architecture: String,
    pub address: Option<String>,
    pub agent_version: String,
    /// Title of the key that it enrolled with.
    pub activation_key: Option<String>,
    pub last_logged_on_user: Option<String>,
    pub pending_reboot: bool,
    pub scan_status: ScanStatus,
    pub scan_reason: Option<String>,
    pub scanned_at: Option<Timestamp>,
    pub enrolled_at: Timestamp,
    pub last_checked_in: Option<Timestamp>,
    pub revision: u64,
    pub last_deployment: Option<LastDeployment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDeployment {
    pub deployment: fettle_model::DeploymentId,
    pub job: fettle_model::JobId,
    pub state: fettle_model::DeploymentState,
    pub at: Timestamp,
}

/// Figures of one asset, kept by the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Installed packages.
    pub packages: u32,
    /// Updates that its own package manager offers.
    pub offers: u32,
    /// Missing patches that nothing newer replaces here, and those that bring security with them.
    pub missing: u32,
    pub missing_security: u32,
    /// Patches of which it cannot be told whether they are missing, and that nothing newer replaces here.
    pub undetermined: u32,
    pub installed: u32,
}

impl Columns {
    /// Active within 24 hours of `now`.
    pub fn agent_status(&self, now: Timestamp) -> AgentStatus {
        AgentStatus::of(self.last_checked_in, now)
    }
}
