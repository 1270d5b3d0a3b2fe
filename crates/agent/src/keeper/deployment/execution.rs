//! The steps of a deployment, and where to go on after a restart.

use fettle_model::DeploymentState as State;
use fettle_model::PatchId;
use fettle_model::outcome::{FailureReason, PatchOutcome, SkipReason, terminal_state};
use fettle_wire::message::EventKind;
use fettle_wire::message::check_in::Progress;
use fettle_wire::message::events::detail;
use serde::Serialize;
use serde_json::{Value, json};

use super::detection::{Found, found_of};
use super::memory::{Failure, PackageSet};
use super::{Said, Work, WorkError};
use crate::keeper::clock_watch::since_boot;
use crate::keeper::journal::Durability;
use crate::platform::Platform as _;
use crate::platform::plan::{Plan, PlanRequest, Verdict};
use crate::scan::RefreshWish;
use crate::self_check;

/// Runs the deployment to its end, or to where it waits for a restart.
pub fn run(mut work: Work) {
    let id = work.id;
    let inputs = work.inputs.clone();
    let said = match work.go_on() {
        Ok(()) => Said::Finished(id),
        Err(error) => Said::Broke(id, crate::collector::chain(&error)),
    };
    inputs.send(crate::keeper::Input::Deployment(said));
}

/// Ends a deployment that waited and was not begun, with its record.
pub fn end_unbegun(mut work: Work, state: State, reason: &str, skipped: SkipReason) -> Result<(), WorkError> {
    let patches = work.accepted.manifest.patches.iter().map(|patch| patch.id).collect::<Vec<_>>();
    let untold = work.memory.untold(patches);
    work.skip_patches(&untold, skipped)?;
    work.end(state, reason, "", None)?;
    work.make_record()
}

/// Ends a deployment of whose journal nothing is certain: what became of each patch is found out on the machine.
pub fn end_damaged(mut work: Work, text: &str) -> Result<(), WorkError> {
    if !work.memory.is_terminal() {
        let packages = work.platform.installed();
        for patch in work.accepted.manifest.patches.clone() {
            let found = packages.as_ref().map(|database| found_of(&patch, database, work.accepted.manifest.work));
            match found {
                Ok(Found::Done) => work.tell_outcome(&plain(patch.id, PatchOutcome::Installed))?,
                Ok(Found::Absent) => work.tell_outcome(&plain(patch.id, PatchOutcome::NotApplicable))?,
                Ok(Found::Open(text)) => work.fail_patch(patch.id, FailureReason::AgentError, &text, None)?,
                Err(error) => {
                    let text = crate::collector::chain(error);
                    work.fail_patch(patch.id, FailureReason::AgentError, &text, None)?;
                }
            }
        }
        work.end(State::Failed, "AGENT_ERROR", text, None)?;
    }
    work.make_record()
}

impl Work {
    fn go_on(&mut self) -> Result<(), WorkError> {
        if self.memory.is_terminal() {
            return self.make_record();
        }
        if self.memory.state.is_none() {
            // The agent ended between taking the work and saying so.
            let detail = json!({"state": State::Received.name(), "manifest": self.accepted.manifest_hash});
            self.memory.state = Some(State::Received);
            self.tell(EventKind::State, detail)?;
        }
        if self.resumed && self.memory.before.is_some() {
            self.resume()?;
        }
        match self.memory.state {
            Some(State::PendingReboot) => return self.after_restart(),
            Some(State::Verifying) => return self.verify(),
            _ => {}
        }
        if self.memory.before.is_none() && !self.begin()? {
            return self.make_record();
        }
        if !self.install()? {
            return Ok(());
        }
        // A wish that came while the last installer ran counts too.
        self.is_cancelled()?;
        match self.cut_short() {
            // Nothing was begun: nothing to verify.
            Some((state, reason)) if self.memory.installs == 0 => {
                self.end(state, reason, "", None)?;
                self.make_record()
            }
            // What was installed is looked at, but the state goes from Patching to its end.
            Some(_) => self.verify(),
            None => {
                self.set_state(State::Verifying)?;
                self.verify()
            }
        }
    }

    /// The terminal state of work that a person or its window cut short.
    pub(super) fn cut_short(&self) -> Option<(State, &'static str)> {
        if self.memory.cancelled {
            Some((State::Canceled, ""))
        } else if self.memory.timed_out {
            Some((State::TimedOut, "WindowClosed"))
        } else {
            None
        }
    }

    /// Steps 3 to 6: check again, refresh, see what is there already. False: it ended here.
    fn begin(&mut self) -> Result<bool, WorkError> {
        if self.cancel.is_set() {
            self.end(State::Canceled, "", "", None)?;
            return Ok(false);
        }
        let limits = self.limits_now()?;
        if let Err(refusal) = self.check_again(&limits) {
            if refusal.code == fettle_wire::Code::HostForbids {
                return self.skip_whole(&refusal.text);
            }
            self.end(State::Failed, refusal.code.name(), &refusal.text, refusal.pointer)?;
            return Ok(false);
        }
        self.progress("Refreshing", None);
        let packages = self.platform.packages(RefreshWish::Always, self.clock.as_ref(), &|_| {});
        let (data, now) = (&self.collectors.data, self.clock.now());
        let failed = self_check::before_deployment(&packages.broken, &self.machine, data, self.clock_offset, now);
        if !failed.is_empty() {
            let lines: Vec<String> = failed.iter().map(|check| format!("{}: {}", check.id, check.text)).collect();
            self.end(State::Failed, "PREREQUISITE_MISSING", &lines.join("; "), None)?;
            return Ok(false);
        }
        let plan = match self.plan() {
            Ok(plan) => plan,
            Err(error) => {
                self.end(State::Failed, "AGENT_ERROR", &error.to_string(), None)?;
                return Ok(false);
            }
        };
        if let Some(text) = Self::forbidden_change(&plan.changes, &limits) {
            return self.skip_whole(&text);
        }
        self.tell_settled(&plan)?;
        if plan.specifications().is_empty() {
            let outcomes: Vec<PatchOutcome> = self.memory.outcomes.values().copied().collect();
            let failed = outcomes.contains(&PatchOutcome::Failed);
            // Nothing was to be done and nothing failed: there is nothing to verify either.
            let state = if failed { terminal_state(&outcomes) } else { State::NotApplicable };
            let state = if state == State::CompletedWithErrors { State::Failed } else { state };
            self.end(state, "", "", None)?;
            return Ok(false);
        }
        let before = self.package_set();
        self.note("before", &before, Durability::Synced)?;
        self.memory.started = Some(self.clock.now());
        self.memory.before = Some(before);
        Ok(true)
    }

    /// The host forbids it: no failure, counted apart.
    fn skip_whole(&mut self, text: &str) -> Result<bool, WorkError> {
        let patches: Vec<PatchId> = self.accepted.manifest.patches.iter().map(|patch| patch.id).collect();
        self.skip_patches(&patches, SkipReason::HostForbids)?;
        self.end(State::Skipped, "HostForbids", text, None)?;
        Ok(false)
    }

    pub(super) fn plan(&self) -> Result<Plan, crate::platform::plan::PlanError> {
        let manifest = &self.accepted.manifest;
        let open: Vec<_> = manifest
            .patches
            .iter()
            .filter(|patch| !self.memory.failures.contains_key(&patch.id) && !self.memory.skipped.contains(&patch.id))
            .cloned()
            .collect();
        self.platform.plan(&PlanRequest {
            work: manifest.work,
            patches: &open,
            allow_removals: manifest.options.allow_removals,
        })
    }

    /// Outcomes that are certain before anything is done.
    fn tell_settled(&mut self, plan: &Plan) -> Result<(), WorkError> {
        for patch in &plan.patches {
            match &patch.verdict {
                Verdict::ToDo(_) => {}
                Verdict::Installed => self.tell_outcome(&plain(patch.id, PatchOutcome::Installed))?,
                Verdict::NotApplicable => self.tell_outcome(&plain(patch.id, PatchOutcome::NotApplicable))?,
                Verdict::Fails(reason, text) => self.fail_patch(patch.id, *reason, text, None)?,
            }
        }
        Ok(())
    }

    pub(super) fn fail_patch(
        &mut self,
        patch: PatchId,
        reason: FailureReason,
        text: &str,
        exit_code: Option<i32>,
    ) -> Result<(), WorkError> {
        if self.memory.failures.contains_key(&patch) {
            return Ok(());
        }
        let text = fettle_model::text::cleaned(text, 2_000);
        let failure = Failure { patch, reason, text: text.clone(), exit_code };
        self.note("failed", &failure, Durability::Synced)?;
        self.memory.failures.insert(patch, failure);
        self.tell_outcome(&detail::Patch {
            failure: Some(reason),
            text: Some(text),
            exit_code,
            ..plain(patch, PatchOutcome::Failed)
        })
    }

    pub(super) fn skip_patches(&mut self, patches: &[PatchId], reason: SkipReason) -> Result<(), WorkError> {
        if patches.is_empty() {
            return Ok(());
        }
        self.memory.skipped.extend(patches);
        let skipped = self.memory.skipped.clone();
        self.note("skipped", &skipped, Durability::Synced)?;
        for patch in patches {
            self.tell_outcome(&detail::Patch { skipped: Some(reason), ..plain(*patch, PatchOutcome::Skipped) })?;
        }
        Ok(())
    }

    pub(super) fn tell_outcome(&mut self, patch: &detail::Patch) -> Result<(), WorkError> {
        self.memory.outcomes.insert(patch.patch, patch.outcome);
        let data = serde_json::to_value(patch).expect("a detail is JSON");
        self.tell(EventKind::Patch, data)
    }

    pub(super) fn set_state(&mut self, state: State) -> Result<(), WorkError> {
        if self.memory.state == Some(state) {
            return Ok(());
        }
        if let Some(changed) = self.clock_watch.look(self.clock.now(), since_boot()) {
            self.tell(EventKind::ClockChanged, serde_json::to_value(changed).expect("a detail is JSON"))?;
        }
        self.memory.state = Some(state);
        self.tell(EventKind::State, json!({ "state": state.name() }))
    }

    /// A terminal state, with its reason.
    pub(super) fn end(
        &mut self,
        state: State,
        reason: &str,
        text: &str,
        pointer: Option<String>,
    ) -> Result<(), WorkError> {
        self.memory.state = Some(state);
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let detail = detail::State { manifest: None, reason: some(reason), text: some(text), pointer };
        let mut data = serde_json::to_value(detail).expect("a detail is JSON");
        data["state"] = Value::String(state.name().to_owned());
        self.tell(EventKind::State, data)
    }

    /// An event: on the disk first, then sent.
    pub(super) fn tell(&mut self, kind: EventKind, data: Value) -> Result<(), WorkError> {
        for event in self.journal.event(kind, data, self.clock.as_ref())? {
            self.say(Said::Event(event));
        }
        Ok(())
    }

    pub(super) fn note(&mut self, kind: &str, data: &impl Serialize, durability: Durability) -> Result<(), WorkError> {
        let data = serde_json::to_value(data).expect("a record is JSON");
        Ok(self.journal.note(kind, data, durability, self.clock.as_ref())?)
    }

    pub(super) fn progress(&self, step: &str, percent: Option<u8>) {
        let progress = Progress { deployment: self.id, step: step.to_owned(), percent, bytes: None };
        self.say(Said::Progress(progress));
    }

    /// Installed packages now; empty when dpkg's database cannot be read.
    pub(super) fn package_set(&self) -> PackageSet {
        match self.platform.installed() {
            Ok(database) => database
                .present()
                .map(|package| (format!("{} {}", package.name, package.arch), package.version.clone()))
                .collect(),
            Err(error) => {
                tracing::error!(error = crate::collector::chain(&error), "packages not read");
                PackageSet::new()
            }
        }
    }
}

pub(super) fn plain(patch: PatchId, outcome: PatchOutcome) -> detail::Patch {
    detail::Patch {
        patch,
        outcome,
        failure: None,
        skipped: None,
        text: None,
        exit_code: None,
        duration_ms: None,
        packages: Vec::new(),
    }
}
