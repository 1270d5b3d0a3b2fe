//! The server itself, the overview, sessions, tokens and activation keys.

use jiff::Timestamp;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    pub(crate) version: String,
    pub(crate) organisation: String,
    pub(crate) organisation_id: String,
    pub(crate) agent_url: String,
    pub(crate) server_ca: String,
    pub(crate) setup_needed: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Session {
    pub(crate) user: User,
}

#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) username: String,
}

/// A token and its secret, which is shown once.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedToken {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) expires_at: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActivationKey {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) enabled: bool,
    pub(crate) max_agents: Option<u32>,
    pub(crate) expire_date: Option<Timestamp>,
    pub(crate) used_count: u64,
    pub(crate) last_used_at: Option<Timestamp>,
    /// What to run on the machine that is to enrol.
    pub(crate) install_line: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Overview {
    pub(crate) assets: u64,
    pub(crate) assets_scanned: u64,
    pub(crate) assets_pending: u64,
    pub(crate) assets_failed: u64,
    pub(crate) packages: u64,
    pub(crate) updates_missing: u64,
    pub(crate) security_missing: u64,
    #[serde(default)]
    pub(crate) assets_overdue: u64,
    pub(crate) cves: u64,
    pub(crate) cves_read: u64,
    pub(crate) cves_of: u64,
    pub(crate) reboot_pending: u64,
    /// Ten, the most urgent first.
    pub(crate) urgent: Vec<UrgentPatch>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UrgentPatch {
    pub(crate) title: String,
    pub(crate) security: bool,
    /// `None` until the changelog was read.
    pub(crate) cves: Option<Vec<String>>,
    pub(crate) urgency: Option<String>,
    /// Assets that lack it.
    pub(crate) missing: u64,
    pub(crate) published: Option<Timestamp>,
}
