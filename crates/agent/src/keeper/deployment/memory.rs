//! What a journal says of its deployment: how far it came, what failed, what is still open.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::outcome::{FailureReason, PatchOutcome};
use fettle_model::{DeploymentState, PatchId, Sha256};
use fettle_wire::Envelope;
use fettle_wire::document::Manifest;
use fettle_wire::dsse::PayloadType;
use fettle_wire::message::events::detail;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::keeper::journal::Record;

/// Installed packages: version by name and architecture.
pub type PackageSet = BTreeMap<String, String>;

/// Data of an `intent`: what a worker is about to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub run: u32,
    pub kind: IntentKind,
    pub patches: Vec<PatchId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntentKind {
    Download,
    Install,
    Repair,
}

/// Data of a `failed`: a patch that will not be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub patch: PatchId,
    pub reason: FailureReason,
    pub text: String,
    pub exit_code: Option<i32>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether one kind of record is there")]
pub struct Memory {
    pub manifest: Option<Vec<u8>>,
    pub authorisation: Option<Vec<u8>>,
    pub accepted: bool,
    /// The journal before this one was damaged.
    pub damaged: bool,
    pub state: Option<DeploymentState>,
    /// Why, with a state that has a reason.
    pub state_reason: Option<String>,
    /// Hash of the limits file as it was told last; `None` inside: there was none.
    pub limits: Option<Option<Sha256>>,
    /// Boot id of the last state.
    pub state_boot: Option<String>,
    pub started: Option<Timestamp>,
    pub before: Option<PackageSet>,
    /// An intent without a result.
    pub open: Option<Intent>,
    /// Number of the last worker run.
    pub runs: u32,
    /// Installations tried, by patch.
    pub attempts: BTreeMap<PatchId, u32>,
    pub failures: BTreeMap<PatchId, Failure>,
    pub skipped: Vec<PatchId>,
    /// Outcomes that were told, the last of each patch.
    pub outcomes: BTreeMap<PatchId, PatchOutcome>,
    /// Bytes of the output that were sent.
    pub log_offset: u64,
    pub recorded: bool,
    pub refused_manifest: Option<Value>,
    pub cancelled: bool,
    /// The window closed before all was installed.
    pub timed_out: bool,
    /// Installations that were begun.
    pub installs: u32,
    /// Moves of other packages that were told.
    pub told_moves: BTreeSet<String>,
}

impl Memory {
    pub fn of(records: &[Record]) -> Self {
        let mut memory = Self::default();
        for record in records {
            memory.take(record);
        }
        memory
    }

    pub fn is_terminal(&self) -> bool {
        self.state.is_some_and(DeploymentState::is_terminal)
    }

    /// The manifest, which was checked before it was journalled.
    pub fn manifest(&self) -> Option<Manifest> {
        Envelope::open(self.manifest.as_ref()?, PayloadType::Manifest, usize::MAX).ok()?.read().ok()
    }

    fn take(&mut self, record: &Record) {
        let data = &record.data;
        let bytes = || data.as_str().and_then(|text| STANDARD.decode(text).ok());
        match record.kind.as_str() {
            "manifest" => self.manifest = bytes(),
            "authorisation" => self.authorisation = bytes(),
            "accepted" => {
                self.accepted = true;
                self.limits = data.get("limits").and_then(|hash| serde_json::from_value(hash.clone()).ok());
            }
            "limitsChanged" => {
                let changed = serde_json::from_value::<detail::LimitsChanged>(data.clone()).ok();
                self.limits = changed.map(|changed| changed.to).or(self.limits);
            }
            "before" => {
                self.before = serde_json::from_value(data.clone()).ok();
                self.started = Some(record.t);
            }
            "damaged" => self.damaged = true,
            "intent" => {
                if let Ok(intent) = serde_json::from_value::<Intent>(data.clone()) {
                    self.runs = intent.run;
                    if intent.kind == IntentKind::Install {
                        self.installs += 1;
                        for patch in &intent.patches {
                            *self.attempts.entry(*patch).or_default() += 1;
                        }
                    }
                    self.open = Some(intent);
                }
            }
            "result" => self.open = None,
            "failed" => {
                if let Ok(failure) = serde_json::from_value::<Failure>(data.clone()) {
                    self.failures.entry(failure.patch).or_insert(failure);
                }
            }
            "skipped" => self.skipped = serde_json::from_value(data.clone()).unwrap_or_default(),
            "cancelled" => self.cancelled = true,
            "timedOut" => self.timed_out = true,
            "package" => {
                if let Ok(moved) = serde_json::from_value::<detail::PackageMove>(data.clone()) {
                    self.told_moves.insert(format!("{} {}", moved.name, moved.arch));
                }
            }
            "log" => self.log_offset = data.as_u64().unwrap_or(self.log_offset),
            "refused" => self.refused_manifest = data.get("manifest").cloned(),
            "state" => {
                let name = data.get("state").and_then(Value::as_str);
                self.state = name.and_then(DeploymentState::from_name).or(self.state);
                self.state_reason = data.get("reason").and_then(Value::as_str).map(str::to_owned);
                self.state_boot = Some(record.boot.clone());
            }
            "patch" => {
                if let Ok(patch) = serde_json::from_value::<detail::Patch>(data.clone()) {
                    self.outcomes.insert(patch.patch, patch.outcome);
                }
            }
            "record" => self.recorded = true,
            _ => {}
        }
    }
}
