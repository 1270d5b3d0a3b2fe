//! One scan: packages, facts, self-check. Runs in a short-lived child process, so that its memory is given back.

use std::time::Instant;

use fettle_model::component::Running;
use fettle_model::{Clock, Component};
use fettle_wire::message::report::{Collector, FactsReport, ScanReport, ScanResult, SelfCheck};
use fettle_wire::{Code, WireComponent};

use crate::facts::{self, Machine};
use crate::platform::{Packages, Platform, Progress};
use crate::scan::{RefreshWish, Scan};
use crate::self_check;

/// Scans `machine` through `platform`. Never fails: what could not be found out is said in the result.
pub fn scan(
    platform: &dyn Platform,
    machine: &Machine,
    wish: RefreshWish,
    clock: &dyn Clock,
    progress: Progress<'_>,
) -> Scan {
    let started_at = clock.now();
    let mut packages = platform.packages(wish, clock, progress);
    progress("looking at processes and hardware");
    let started = Instant::now();
    let found = facts::collect(machine, &packages);
    packages.collectors.push(processes_collector(found.processes_hidden.as_deref(), started));
    let self_check = self_check::of_scan(&packages, machine, !found.facts.pending_reboot.is_empty());
    packages.components.push(Component::Os { id: found.facts.os.id.clone(), release: found.facts.os.version.clone() });
    packages.components.extend(running(&found.facts));
    let (components, dropped) = clean(&packages.components);
    let (result, reason) = outcome(&packages, &self_check);
    if result == ScanResult::Failed && !packages.broken.is_empty() {
        packages.problems.push(broken_problem(&packages.broken));
    }
    Scan {
        report: ScanReport {
            id: None,
            kind: "VM".to_owned(),
            result,
            reason: reason.map(|code| code.name().to_owned()),
            started_at,
            ended_at: clock.now(),
            watch_revision: 0,
            collectors: packages.collectors,
            refresh: packages.refresh,
        },
        components,
        dropped,
        offers: packages.offers,
        offers_known: packages.offers_known,
        packages: packages.installed,
        facts: FactsReport::new(found.facts, self_check),
        problems: packages.problems,
        unchanged: packages.unchanged,
        refreshed_at: packages.refreshed_at,
    }
}

/// An error and its sources, from the outside in.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

fn processes_collector(hidden: Option<&str>, started: Instant) -> Collector {
    Collector {
        name: "processes".to_owned(),
        result: if hidden.is_some() { "Failed" } else { "Ok" }.to_owned(),
        took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        code: hidden.map(|_| "AccessDenied".to_owned()),
        text: hidden.map(str::to_owned),
    }
}

fn running(facts: &fettle_model::asset::Facts) -> Vec<Component> {
    let kernel = facts.kernel.iter().map(|version| Running::Kernel { version: version.clone() });
    let mut stale: Vec<&String> = facts.stale_processes.iter().filter_map(|process| process.package.as_ref()).collect();
    stale.sort();
    stale.dedup();
    let stale = stale.into_iter().map(|package| Running::DeletedFile { package: package.clone() });
    kernel.chain(stale).map(Component::Running).collect()
}

/// Components as they travel; those that no server would take are left out and counted.
fn clean(components: &[Component]) -> (Vec<WireComponent>, u32) {
    let mut sorted: Vec<&Component> = components.iter().collect();
    sorted.sort();
    sorted.dedup();
    let (good, bad): (Vec<_>, Vec<_>) =
        sorted.into_iter().partition(|component| Component::from_array(component.to_array()).is_ok());
    (good.into_iter().map(WireComponent::from).collect(), u32::try_from(bad.len()).unwrap_or(u32::MAX))
}

/// What the self-check finds in the way blocks scanning; a failed package manager does too.
fn outcome(packages: &Packages, self_check: &[SelfCheck]) -> (ScanResult, Option<Code>) {
    if self_check.iter().any(self_check::blocks_scanning) {
        return (ScanResult::Failed, Some(Code::PrerequisiteMissing));
    }
    let failed = packages.collectors.iter().find(|collector| collector.name != "processes" && collector.result != "Ok");
    match failed {
        Some(collector) => {
            let code = collector.code.as_deref().and_then(Code::from_name);
            (ScanResult::Failed, Some(code.unwrap_or(Code::CollectorFailed)))
        }
        None => (ScanResult::Scanned, None),
    }
}

fn broken_problem(broken: &[String]) -> fettle_wire::scan::Problem {
    fettle_wire::scan::Problem {
        code: Code::PrerequisiteMissing.name().to_owned(),
        repo: None,
        text: format!("dpkg has packages that are not fully installed: {} (see dpkg --audit)", broken.join(", ")),
        list_date: None,
    }
}
