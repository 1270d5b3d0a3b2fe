//! Steps 11 to 13: a full scan decides what became of each patch; then the restart rule and the terminal state.

use fettle_model::DeploymentState as State;
use fettle_model::asset::RebootReason;
use fettle_model::outcome::{FailureReason, PatchOutcome, terminal_state};
use fettle_model::{Component, PatchId};
use fettle_wire::message::EventKind;
use fettle_wire::message::events::detail;
use fettle_wire::message::report::ScanResult;
use serde_json::json;

use super::execution::plain;
use super::memory::PackageSet;
use super::{Said, Work, WorkError};
use crate::keeper::inventory::installed_version;
use crate::platform::apt::offers::wants_reboot;
use crate::platform::apt::transaction::is_done;
use crate::scan::{REFRESH_MINUTES, RefreshWish, Scan};

impl Work {
    /// `PendingReboot` goes on when the machine has been restarted by whoever did it.
    pub(super) fn after_restart(&mut self) -> Result<(), WorkError> {
        if self.memory.state_boot.as_deref() == Some(&self.boot) {
            return Ok(());
        }
        self.tell(EventKind::Booted, json!({ "boot": self.boot }))?;
        self.set_state(State::Verifying)?;
        self.verify()
    }

    pub(super) fn verify(&mut self) -> Result<(), WorkError> {
        self.progress("Verifying", None);
        let files = self.files(self.memory.runs);
        self.send_output(&files, true).map_err(WorkError::Worker)?;
        let scan = self.collectors.scan(RefreshWish::WhenOlderThan(REFRESH_MINUTES), &mut |_| {});
        let scan = match scan {
            Ok(scan) => scan,
            Err(error) => return self.end_unverified(&crate::collector::chain(&error)),
        };
        let packages: Vec<Component> =
            scan.components.iter().filter_map(|component| component.clone().read().ok()).collect();
        if packages.is_empty() {
            return self.end_unverified("the scan did not see any package");
        }
        let restart = self.restart_reasons(&scan);
        let after = package_set(&packages);
        self.tell_moves(&after)?;
        self.judge(&packages, &restart)?;
        let waits = self.cut_short().is_none()
            && self.memory.outcomes.values().any(|outcome| *outcome == PatchOutcome::PendingReboot);
        if waits {
            self.set_state(State::PendingReboot)?;
        } else {
            let outcomes: Vec<PatchOutcome> = self.memory.outcomes.values().copied().collect();
            let (state, reason) = self.cut_short().unwrap_or_else(|| (terminal_state(&outcomes), ""));
            self.end(state, reason, "", None)?;
        }
        if scan.report.result == ScanResult::Failed {
            tracing::warn!(reason = scan.report.reason, "the verifying scan was not whole");
        }
        self.say(Said::Scanned(Box::new(scan)));
        if let Err(error) = self.platform.empty_archives() {
            tracing::warn!(%error, "fetched packages stay");
        }
        if waits { Ok(()) } else { self.make_record() }
    }

    fn end_unverified(&mut self, text: &str) -> Result<(), WorkError> {
        let patches: Vec<PatchId> = self.accepted.manifest.patches.iter().map(|patch| patch.id).collect();
        for patch in patches {
            if !self.memory.outcomes.contains_key(&patch) {
                self.fail_patch(patch, FailureReason::VerificationFailed, text, None)?;
            }
        }
        self.end(State::Failed, "VERIFICATION_FAILED", text, None)?;
        self.make_record()
    }

    /// A wanted outcome is a success only when the scan shows it.
    fn judge(&mut self, packages: &[Component], restart: &[String]) -> Result<(), WorkError> {
        let manifest = self.accepted.manifest.clone();
        let before = self.memory.before.clone().unwrap_or_default();
        for patch in self.half_configured()? {
            let text = "a package of it is only half configured (see dpkg --audit)";
            self.fail_patch(patch, FailureReason::VerificationFailed, text, None)?;
        }
        for patch in &manifest.patches {
            let known = self.memory.outcomes.get(&patch.id);
            if known.is_some_and(|outcome| *outcome != PatchOutcome::PendingReboot) {
                continue;
            }
            let mut moves = Vec::new();
            let mut open = Vec::new();
            for package in &patch.packages {
                let now = installed_version(packages, &package.name, &package.arch);
                let was = ["", "all"]
                    .iter()
                    .find_map(|arch| {
                        let arch = if arch.is_empty() { package.arch.as_str() } else { arch };
                        before.get(&format!("{} {arch}", package.name))
                    })
                    .cloned();
                match now {
                    Some(version) if !is_done(manifest.work, version, &package.version) => {
                        open.push(format!("{} is {version}", package.name));
                    }
                    _ => {}
                }
                if was.as_deref() != now {
                    moves.push(detail::PackageMove {
                        name: package.name.clone(),
                        arch: package.arch.clone(),
                        from: was,
                        to: now.map(str::to_owned),
                    });
                }
            }
            if !open.is_empty() {
                self.fail_patch(patch.id, FailureReason::VerificationFailed, &open.join("; "), None)?;
                continue;
            }
            let waits = known.is_none() && moves.iter().any(|moved| restart.contains(&moved.name));
            let outcome = if waits { PatchOutcome::PendingReboot } else { PatchOutcome::Success };
            self.tell_outcome(&detail::Patch { packages: moves, ..plain(patch.id, outcome) })?;
        }
        Ok(())
    }

    /// Names of packages whose new version waits for a restart.
    fn restart_reasons(&self, scan: &Scan) -> Vec<String> {
        let reasons: &[RebootReason] = scan.facts.pending_reboot();
        let named = reasons
            .iter()
            .filter(|reason| reason.reason == "RebootRequiredFile")
            .filter_map(|reason| reason.detail.as_deref())
            .flat_map(|detail| detail.split(", "))
            .map(str::to_owned);
        let kernel = reasons.iter().any(|reason| reason.reason == "KernelNewer");
        let kernels = self
            .accepted
            .manifest
            .patches
            .iter()
            .flat_map(|patch| &patch.packages)
            .map(|package| package.name.clone())
            .filter(|name| kernel && wants_reboot(name) && name.starts_with("linux-image"));
        named.chain(kernels).collect()
    }

    /// Packages that moved though no patch asked for them.
    fn tell_moves(&mut self, after: &PackageSet) -> Result<(), WorkError> {
        let before = self.memory.before.clone().unwrap_or_default();
        let wanted: Vec<String> = self
            .accepted
            .manifest
            .patches
            .iter()
            .flat_map(|patch| &patch.packages)
            .map(|package| package.name.clone())
            .collect();
        for (key, from, to) in moved(&before, after) {
            let (name, arch) = key.split_once(' ').unwrap_or((&key, ""));
            if !wanted.iter().any(|wanted| wanted == name) && !self.memory.told_moves.contains(&key) {
                let moved = detail::PackageMove { name: name.to_owned(), arch: arch.to_owned(), from, to };
                self.tell(EventKind::Package, serde_json::to_value(&moved).expect("a detail is JSON"))?;
            }
        }
        Ok(())
    }
}

fn package_set(packages: &[Component]) -> PackageSet {
    packages
        .iter()
        .filter_map(|component| match component {
            Component::Deb { name, version, arch, .. } => Some((format!("{name} {arch}"), version.clone())),
            _ => None,
        })
        .collect()
}

/// Difference of two package sets: key, version before, version after.
pub(super) fn moved(before: &PackageSet, after: &PackageSet) -> Vec<(String, Option<String>, Option<String>)> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| (key.clone(), before.get(key).cloned(), after.get(key).cloned()))
        .collect()
}
