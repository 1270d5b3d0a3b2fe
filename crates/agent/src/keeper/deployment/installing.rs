//! Steps 7 to 9: fetch, install in one transaction, and after a failure patch by patch. Also what is done about a
//! worker that an agent which ended has left behind (`agent.md` 5).

use std::time::{Duration, Instant};

use fettle_model::DeploymentState as State;
use fettle_model::PatchId;
use fettle_model::outcome::{FailureReason, SkipReason};
use fettle_wire::document::manifest::ManifestPackage;
use fettle_wire::message::EventKind;
use serde_json::json;

use super::holding::Held;
use super::memory::{Intent, IntentKind};
use super::{Work, WorkError};
use crate::keeper::journal::Durability;
use crate::platform::apt::dpkg::PackageState;
use crate::platform::apt::transaction::reason_of;
use crate::platform::plan::{Plan, Verdict};
use crate::worker::{CommandLine, Ended, WorkerFiles, read_output};

/// A patch is tried once more after a restart, the second time it has failed.
const ATTEMPTS: u32 = 2;
/// Longest time for a repair.
const REPAIR: Duration = Duration::from_mins(30);
/// Longest time for a fetch, whatever an installer may take: apt gives up by itself on a server that stays silent.
const FETCH: Duration = Duration::from_hours(3);
/// Output that is kept as the text of a failure, in bytes from its end.
const TAIL: u64 = 2_000;

/// How one worker run came out.
struct Outcome {
    kind: IntentKind,
    ended: Ended,
    /// What the run itself printed last.
    tail: String,
    took: Duration,
    /// Another process held dpkg's lock when the time was over.
    locked_out: bool,
}

impl Work {
    /// Brings what is not there yet; patches that cannot be brought are noted as failed. False: it goes no further
    /// for now, or it has ended.
    pub(super) fn install(&mut self) -> Result<bool, WorkError> {
        let plan = self.fresh_plan()?;
        if !matches!(self.memory.state, Some(State::Patching | State::Downloaded)) {
            self.fetch(&plan)?;
        }
        if self.stop_before(&plan)? {
            return Ok(true);
        }
        let plan = self.fresh_plan()?;
        let whole: Vec<PatchId> = plan.to_do().map(|(patch, _)| patch).collect();
        match self.hold(&whole, &plan.changes)? {
            Held::No => {}
            Held::Skipped => return Ok(true),
            Held::Blocked | Held::Ended => return Ok(false),
        }
        self.set_state(State::Patching)?;
        if whole.is_empty() {
            return Ok(true);
        }
        let outcome = self.transact(IntentKind::Install, &whole, &plan.specifications())?;
        if outcome.ended == Ended::Exit(0) {
            return Ok(true);
        }
        self.repair_after(&outcome)?;
        self.patch_by_patch(&outcome, whole.len() == 1)?;
        Ok(true)
    }

    /// The plan as things stand now; patches that have become impossible fail, those tried twice too.
    fn fresh_plan(&mut self) -> Result<Plan, WorkError> {
        let mut plan = match self.plan() {
            Ok(plan) => plan,
            Err(error) => {
                let open: Vec<PatchId> = self.open_patches();
                for patch in open {
                    self.fail_patch(patch, error.reason, &error.text, None)?;
                }
                return Ok(Plan { patches: Vec::new(), changes: Vec::new() });
            }
        };
        for patch in &mut plan.patches {
            let tried = self.memory.attempts.get(&patch.id).copied().unwrap_or(0);
            if let Verdict::ToDo(_) = patch.verdict
                && tried >= ATTEMPTS
            {
                patch.verdict =
                    Verdict::Fails(FailureReason::AgentError, "interrupted twice while it was installed".to_owned());
            }
            if let Verdict::Fails(reason, text) = &patch.verdict {
                self.fail_patch(patch.id, *reason, text, None)?;
            }
        }
        Ok(plan)
    }

    fn open_patches(&self) -> Vec<PatchId> {
        let settled = |patch: &PatchId| {
            self.memory.failures.contains_key(patch)
                || self.memory.skipped.contains(patch)
                || self.memory.outcomes.contains_key(patch)
        };
        self.accepted.manifest.patches.iter().map(|patch| patch.id).filter(|patch| !settled(patch)).collect()
    }

    fn fetch(&mut self, plan: &Plan) -> Result<(), WorkError> {
        self.set_state(State::Downloading)?;
        let specifications = plan.specifications();
        if !specifications.is_empty() {
            let patches: Vec<PatchId> = plan.to_do().map(|(patch, _)| patch).collect();
            let outcome = self.transact(IntentKind::Download, &patches, &specifications)?;
            if outcome.ended != Ended::Exit(0) {
                self.fetch_each(plan, &outcome)?;
            }
        }
        self.set_state(State::Downloaded)
    }

    /// One of them cannot be fetched: find out which.
    fn fetch_each(&mut self, plan: &Plan, whole: &Outcome) -> Result<(), WorkError> {
        let each: Vec<(PatchId, Vec<String>)> =
            plan.to_do().map(|(patch, specifications)| (patch, specifications.to_vec())).collect();
        if let [(patch, _)] = each.as_slice() {
            return self.fail_by(*patch, whole);
        }
        for (patch, specifications) in each {
            let outcome = self.transact(IntentKind::Download, &[patch], &specifications)?;
            if outcome.ended != Ended::Exit(0) {
                self.fail_by(patch, &outcome)?;
            }
        }
        Ok(())
    }

    /// A wish to cancel, or a window that closed, before the first installer: nothing has changed yet.
    fn stop_before(&mut self, plan: &Plan) -> Result<bool, WorkError> {
        let rest: Vec<PatchId> = plan.to_do().map(|(patch, _)| patch).collect();
        let closed = self.accepted.manifest.end.is_some_and(|end| self.clock.now() >= end);
        if !self.is_cancelled()? && !closed {
            return Ok(false);
        }
        if closed && !self.memory.timed_out {
            self.memory.timed_out = true;
            self.note("timedOut", &json!({}), Durability::Synced)?;
        }
        self.skip_patches(&rest, if closed { SkipReason::WindowClosed } else { SkipReason::Canceled })?;
        Ok(true)
    }

    /// The wish is noted, so that a restart knows of it.
    pub(super) fn is_cancelled(&mut self) -> Result<bool, WorkError> {
        if self.cancel.is_set() && !self.memory.cancelled {
            self.memory.cancelled = true;
            self.note("cancelled", &json!({}), Durability::Synced)?;
        }
        Ok(self.memory.cancelled)
    }

    /// The whole has failed. A single patch is not tried again: it has had its try.
    fn patch_by_patch(&mut self, whole: &Outcome, single: bool) -> Result<(), WorkError> {
        for patch in self.half_configured()? {
            self.fail_by(patch, whole)?;
        }
        let plan = self.fresh_plan_ignoring_attempts()?;
        let each: Vec<(PatchId, Vec<String>)> =
            plan.to_do().map(|(patch, specifications)| (patch, specifications.to_vec())).collect();
        for (at, (patch, specifications)) in each.iter().enumerate() {
            let rest: Vec<PatchId> = each[at..].iter().map(|(patch, _)| *patch).collect();
            if self.is_cancelled()? {
                return self.skip_patches(&rest, SkipReason::Canceled);
            }
            if single {
                return self.fail_by(*patch, whole);
            }
            if matches!(self.hold(&rest, &plan.changes)?, Held::Skipped) {
                return Ok(());
            }
            let outcome = self.transact(IntentKind::Install, &[*patch], specifications)?;
            if outcome.ended == Ended::Exit(0) {
                continue;
            }
            self.repair_after(&outcome)?;
            self.fail_by(*patch, &outcome)?;
            if !self.accepted.manifest.options.continue_on_patch_failure {
                return self.skip_patches(&rest[1..], SkipReason::EarlierFailure);
            }
        }
        Ok(())
    }

    /// Patches with a package that was unpacked and whose scripts have failed.
    pub(super) fn half_configured(&self) -> Result<Vec<PatchId>, WorkError> {
        let database = self
            .platform
            .installed()
            .map_err(|error| WorkError::Worker(std::io::Error::other(crate::collector::chain(&error))))?;
        let torn = |package: &ManifestPackage| {
            database
                .find(&package.name, Some(&package.arch))
                .is_some_and(|found| !matches!(found.state, PackageState::Installed | PackageState::Triggers))
        };
        let patches = self.accepted.manifest.patches.iter().filter(|patch| patch.packages.iter().any(torn));
        Ok(patches.map(|patch| patch.id).collect())
    }

    fn fresh_plan_ignoring_attempts(&mut self) -> Result<Plan, WorkError> {
        self.memory.attempts.clear();
        self.fresh_plan()
    }

    fn fail_by(&mut self, patch: PatchId, outcome: &Outcome) -> Result<(), WorkError> {
        let (reason, exit_code) = match outcome.ended {
            Ended::TimedOut if outcome.kind == IntentKind::Download => (FailureReason::DownloadTimeout, None),
            Ended::TimedOut if outcome.locked_out => (FailureReason::InstallerBusy, None),
            Ended::TimedOut => (FailureReason::InstallerTimeout, None),
            Ended::Vanished => (FailureReason::AgentError, None),
            Ended::Exit(code) => (reason_of(&outcome.tail), Some(code)),
        };
        let text = if outcome.tail.trim().is_empty() {
            format!("ended after {} s without a word", outcome.took.as_secs())
        } else {
            outcome.tail.clone()
        };
        self.fail_patch(patch, reason, &text, exit_code)
    }

    /// One worker run, journalled before it starts and after it ended.
    fn transact(
        &mut self,
        kind: IntentKind,
        patches: &[PatchId],
        specifications: &[String],
    ) -> Result<Outcome, WorkError> {
        let manifest = &self.accepted.manifest;
        let only_download = kind == IntentKind::Download;
        let command =
            self.platform.transaction(manifest.work, specifications, manifest.options.allow_removals, only_download);
        let limit = if only_download { FETCH } else { self.installer_limit() };
        self.progress(if only_download { "Downloading" } else { "Installing" }, None);
        self.run_worker(kind, patches, &command, limit)
    }

    fn run_worker(
        &mut self,
        kind: IntentKind,
        patches: &[PatchId],
        command: &CommandLine,
        limit: Duration,
    ) -> Result<Outcome, WorkError> {
        let run = self.memory.runs + 1;
        let intent = Intent { run, kind, patches: patches.to_vec() };
        self.note("intent", &intent, Durability::Synced)?;
        self.memory.runs = run;
        if kind == IntentKind::Install {
            self.memory.installs += 1;
            for patch in patches {
                *self.memory.attempts.entry(*patch).or_default() += 1;
            }
        }
        let files = self.files(run);
        let began = fs_err::metadata(&files.output).map_or(0, |metadata| metadata.len());
        let child = files.start(&self.collectors.program, command).map_err(WorkError::Worker)?;
        self.note("worker", &json!({"run": run, "pid": child.id()}), Durability::Written)?;
        self.await_worker(&files, kind, Some(child), limit, began)
    }

    /// Longest time of one installer run.
    fn installer_limit(&self) -> Duration {
        let host = u64::from(self.limits.read().limits.max_install_minutes) * 60;
        Duration::from_secs(self.accepted.manifest.limits.installer_timeout_s.clamp(1, host))
    }

    fn await_worker(
        &mut self,
        files: &WorkerFiles,
        kind: IntentKind,
        child: Option<std::process::Child>,
        limit: Duration,
        began: u64,
    ) -> Result<Outcome, WorkError> {
        let started = Instant::now();
        let mut watch = started;
        let mut locked_out = false;
        let ended = files.wait(child, limit, || {
            if started.elapsed() < limit {
                let session = files.pid()?.and_then(rustix::process::Pid::from_raw);
                locked_out = self.platform.is_locked_by_another(session)?;
            }
            self.watch_output(files, &mut watch)
        });
        let ended = ended.map_err(WorkError::Worker)?;
        self.send_output(files, false).map_err(WorkError::Worker)?;
        self.note("result", &json!({"run": self.memory.runs, "ended": format!("{ended:?}")}), Durability::Synced)?;
        self.note("log", &self.memory.log_offset.clone(), Durability::Written)?;
        self.memory.open = None;
        let length = fs_err::metadata(&files.output).map_or(0, |metadata| metadata.len());
        let tail =
            read_output(&files.output, began.max(length.saturating_sub(TAIL)), usize::try_from(TAIL).unwrap_or(0))
                .map_err(WorkError::Worker)?;
        Ok(Outcome { kind, ended, tail, took: started.elapsed(), locked_out })
    }

    pub(super) fn files(&self, run: u32) -> WorkerFiles {
        WorkerFiles::new(&self.folder.join("journal"), &self.id.to_string(), run)
    }

    /// A failed or ended installer may leave packages half configured.
    fn repair_after(&mut self, outcome: &Outcome) -> Result<(), WorkError> {
        if outcome.ended == Ended::Exit(0) || !self.is_torn() {
            return Ok(());
        }
        let repair = self.platform.repair();
        self.run_worker(IntentKind::Repair, &[], &repair, REPAIR)?;
        Ok(())
    }

    fn is_torn(&self) -> bool {
        let updates = self.machine.root.join("var/lib/dpkg/updates");
        let journal = fs_err::read_dir(updates).is_ok_and(|mut entries| entries.next().is_some());
        journal
            || self.platform.installed().is_ok_and(|database| {
                database.0.iter().any(|package| {
                    package.broken || !matches!(package.state, PackageState::Installed | PackageState::Absent)
                })
            })
    }

    /// After a restart: waits for a worker that still runs, repairs what one that is gone has left.
    pub(super) fn resume(&mut self) -> Result<(), WorkError> {
        let mut text = "the agent was restarted".to_owned();
        if let Some(intent) = self.memory.open.clone() {
            let files = self.files(intent.run);
            let limit = self.installer_limit();
            let outcome = self.await_worker(&files, intent.kind, None, limit, 0)?;
            text = match outcome.ended {
                Ended::Exit(code) => format!("{text}; the worker had ended with {code}"),
                Ended::TimedOut => format!("{text}; the worker ran out of time"),
                Ended::Vanished => format!("{text}; the worker was gone"),
            };
        }
        if self.is_torn() {
            let repair = self.platform.repair();
            self.run_worker(IntentKind::Repair, &[], &repair, REPAIR)?;
            text.push_str("; the package database was put in order");
        }
        self.tell(EventKind::Resumed, json!({ "text": text }))
    }
}
