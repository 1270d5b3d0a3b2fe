//! What holds a deployment back between its steps: the checks that are made again, the host's limits, its windows
//! (`agent.md` 4.5, `safety.md` 3).

use fettle_model::DeploymentState as State;
use fettle_model::PatchId;
use fettle_model::outcome::SkipReason;
use fettle_wire::Code;
use fettle_wire::message::EventKind;
use fettle_wire::message::dry_run::PlannedChange;
use fettle_wire::message::events::detail;
use serde_json::{Value, json};

use super::{Work, WorkError};
use crate::keeper::check::{self, Refusal};
use crate::keeper::gate::{Bounds, Gate, gate};
use crate::limits::HostLimits;

/// What is to be done about a deployment that would install now.
pub(super) enum Held {
    /// It may.
    No,
    /// Its thread ends; the keeper begins it again when the host's window opens.
    Blocked,
    /// The rest is skipped, and what was done is verified.
    Skipped,
    /// Terminal: nothing had been installed yet.
    Ended,
}

impl Work {
    /// The limits as they are now. A change is told.
    pub(super) fn limits_now(&mut self) -> Result<HostLimits, WorkError> {
        let limits = self.limits.read();
        let known = self.memory.limits.replace(limits.hash);
        if let Some(from) = known.filter(|known| *known != limits.hash) {
            let changed = detail::LimitsChanged { from, to: limits.hash };
            self.tell(EventKind::LimitsChanged, serde_json::to_value(changed).expect("a detail is JSON"))?;
        }
        Ok(limits)
    }

    /// The checks that are made again before anything is changed.
    pub(super) fn check_again(&self, limits: &HostLimits) -> Result<(), Refusal> {
        let situation = self.situation(limits);
        check::allow_again(&self.manifest_bytes, &self.authorisation_bytes, &self.accepted, &situation)
    }

    /// Also what others pull in is the host's business.
    pub(super) fn forbidden_change(changes: &[PlannedChange], limits: &HostLimits) -> Option<String> {
        let names = changes.iter().map(|change| change.name.as_str());
        limits.limits.forbids_package(names).map(|forbidden| forbidden.text)
    }

    /// Before the first installer, and before each one after a failure: `rest` is what would still be installed, and
    /// `changes` what that moves.
    pub(super) fn hold(&mut self, rest: &[PatchId], changes: &[PlannedChange]) -> Result<Held, WorkError> {
        if rest.is_empty() {
            return Ok(Held::No);
        }
        let limits = self.limits_now()?;
        let refused = match self.check_again(&limits) {
            Err(refusal) => Some((refusal.code, refusal.text)),
            Ok(()) => Self::forbidden_change(changes, &limits).map(|text| (Code::HostForbids, text)),
        };
        if let Some((code, text)) = refused {
            let skipped = if code == Code::HostForbids { SkipReason::HostForbids } else { SkipReason::Aborted };
            self.skip_patches(rest, skipped)?;
            if self.memory.installs > 0 {
                return Ok(Held::Skipped);
            }
            self.end(State::Failed, code.name(), &text, None)?;
            self.make_record()?;
            return Ok(Held::Ended);
        }
        let bounds = Bounds { start: self.accepted.manifest.start, end: self.accepted.manifest.end };
        match gate(bounds, &limits.limits, None, self.clock.now()) {
            Gate::Blocked { reason, text } if self.memory.installs == 0 => {
                let data = json!({"state": State::Blocked.name(), "reason": reason, "text": text});
                self.memory.state = Some(State::Blocked);
                self.tell(EventKind::State, data)?;
                Ok(Held::Blocked)
            }
            Gate::Blocked { .. } => {
                self.skip_patches(rest, SkipReason::WindowClosed)?;
                Ok(Held::Skipped)
            }
            Gate::Open | Gate::NotYet | Gate::Closed => Ok(Held::No),
        }
    }

    /// The limits' hash, as the record names it.
    pub(super) fn limits_hash(&self) -> Value {
        json!(self.memory.limits.flatten())
    }
}
