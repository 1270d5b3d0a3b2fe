//! Server settings (`patch-management.md` 0): one typed struct; a setting is added when something reads it.

use fettle_model::sla::SlaDays;
use jiff::SignedDuration;

use crate::access::guessing::Estimator;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `agent.checkInSeconds`: interval of check-ins, 30–3,600.
    pub check_in_seconds: u32,
    /// `agent.holdSeconds`: longest hold of a check-in, 10–3,600.
    pub hold_seconds: u32,
    /// `agent.maxHeld`: check-ins held at once, 0–500,000; above it answers are immediate.
    pub max_held: u32,
    /// `agent.handshakePercent`: share of the cores that TLS handshakes of agents may take, 5–80.
    pub handshake_percent: u32,
    /// `agent.refreshMinutes`: age at which an agent refreshes its lists, 15–1,440.
    pub refresh_minutes: u32,
    /// Interval of scheduled scans, in hours, 4–168.
    pub scan_interval_hours: u32,
    /// `job.installerTimeoutMinutes`, 10–720.
    pub installer_timeout_minutes: u32,
    /// `job.maxIndividualAssets`, 1–5,000.
    pub max_individual_assets: usize,
    /// `asset.purgeDays`, 1–3,650.
    pub purge_days: u32,
    /// `job.silentDays`, 1–90.
    pub silent_days: u32,
    /// `sla.*`: days until a patch has to be in, 1–3,650 each or none.
    pub sla: SlaDays,
    /// Where new passwords are judged.
    pub estimator: Estimator,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            check_in_seconds: 60,
            hold_seconds: 600,
            max_held: 20_000,
            handshake_percent: 30,
            refresh_minutes: 60,
            scan_interval_hours: 4,
            installer_timeout_minutes: 180,
            max_individual_assets: 50,
            purge_days: 90,
            silent_days: 7,
            sla: SlaDays::default(),
            estimator: Estimator::default(),
        }
    }
}

impl Settings {
    pub fn purge_after(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.purge_days))
    }
}
