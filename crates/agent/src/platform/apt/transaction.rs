//! Planning and running transactions: simulate first, install with the agent's own lists, repair what was torn.

use std::path::Path;

use fettle_model::job::Work;
use fettle_model::outcome::FailureReason;
use fettle_model::version::dpkg::compare;
use fettle_wire::document::manifest::{ManifestPackage, ManifestPatch};
use fettle_wire::message::dry_run::PlannedChange;

use super::dpkg::{Database, Package};
use super::policy::{self, Policy};
use super::simulation::{self, Simulation};
use super::state::{Answer, AptState, StateError};
use super::{Apt, offers};
use crate::platform::plan::{Plan, PlanError, PlanRequest, PlannedPatch, Verdict};
use crate::worker::CommandLine;

/// How long apt itself waits for dpkg's lock, in seconds (`patch-management.md` 13: 30 min).
pub const LOCK_WAIT_S: u32 = 1_800;

impl From<StateError> for PlanError {
    fn from(error: StateError) -> Self {
        Self { reason: FailureReason::AgentError, text: crate::collector::chain(&error) }
    }
}

/// What is to be done to one patch's packages, before anything was simulated.
pub(super) fn plan(state: &AptState, request: &PlanRequest<'_>) -> Result<Plan, PlanError> {
    let database = Database::read(state.root())
        .map_err(|error| PlanError { reason: FailureReason::AgentError, text: crate::collector::chain(&error) })?;
    let named: Vec<&ManifestPackage> = request.patches.iter().flat_map(|patch| &patch.packages).collect();
    let installed: Vec<&Package> =
        named.iter().filter_map(|wanted| database.find(&wanted.name, Some(&wanted.arch))).collect();
    let mut arguments = vec!["policy".to_owned()];
    arguments.extend(installed.iter().map(|package| offers::qualified(package)));
    let policies =
        if installed.is_empty() { Vec::new() } else { policy::parse(&state.ask("apt-cache", &arguments)?.stdout) };
    let patches = request
        .patches
        .iter()
        .map(|patch| PlannedPatch { id: patch.id, verdict: verdict(patch, request.work, &database, &policies) })
        .collect();
    simulate(state, request, Plan { patches, changes: Vec::new() }, &database)
}

fn verdict(patch: &ManifestPatch, work: Work, database: &Database, policies: &[Policy]) -> Verdict {
    let mut specifications = Vec::new();
    let mut present = 0;
    for wanted in &patch.packages {
        let Some(package) = database.find(&wanted.name, Some(&wanted.arch)).filter(|package| package.is_present())
        else {
            continue;
        };
        present += 1;
        if is_done(work, &package.version, &wanted.version) {
            continue;
        }
        if package.held {
            let text = format!("{} is held by dpkg's selection (apt-mark hold)", package.name);
            return Verdict::Fails(FailureReason::PackageHeld, text);
        }
        let qualified = format!("{}:{}", package.name, package.arch);
        let policy = policies.iter().find(|policy| policy.package == package.name || policy.package == qualified);
        match target(work, package, wanted, policy) {
            Ok(version) => specifications.push(format!("{}={version}", offers::qualified(package))),
            Err((reason, text)) => return Verdict::Fails(reason, text),
        }
    }
    match (work, present) {
        (Work::Install, 0) => Verdict::NotApplicable,
        _ if specifications.is_empty() => Verdict::Installed,
        _ => Verdict::ToDo(specifications),
    }
}

/// Install: at or above the wanted version. Rollback: below the version to go back from.
pub fn is_done(work: Work, installed: &str, wanted: &str) -> bool {
    match work {
        Work::Install => compare(installed, wanted).is_ge(),
        Work::Rollback => compare(installed, wanted).is_lt(),
    }
}

fn target(
    work: Work,
    package: &Package,
    wanted: &ManifestPackage,
    policy: Option<&Policy>,
) -> Result<String, (FailureReason, String)> {
    let archived = || policy.into_iter().flat_map(Policy::archived);
    match work {
        Work::Install => {
            let candidate = policy.and_then(|policy| policy.candidate.as_deref());
            if let Some(newer) = candidate.filter(|newer| wanted.or_newer && compare(newer, &wanted.version).is_ge()) {
                return Ok(newer.to_owned());
            }
            archived().find(|entry| entry.version == wanted.version).map(|entry| entry.version.clone()).ok_or_else(
                || {
                    let text = format!("no configured repository has {} {}", package.name, wanted.version);
                    (FailureReason::PackageNotInRepository, text)
                },
            )
        }
        Work::Rollback => archived()
            .map(|entry| entry.version.as_str())
            .filter(|version| compare(version, &wanted.version).is_lt())
            .max_by(|left, right| compare(left, right))
            .map(str::to_owned)
            .ok_or_else(|| {
                let text = format!("no repository has {} in a version below {}", package.name, wanted.version);
                (FailureReason::UninstallNotSupported, text)
            }),
    }
}

/// The whole first; where that cannot be, each patch alone, and then what is left together.
fn simulate(
    state: &AptState,
    request: &PlanRequest<'_>,
    mut plan: Plan,
    database: &Database,
) -> Result<Plan, PlanError> {
    let whole = plan.specifications();
    if whole.is_empty() {
        return Ok(plan);
    }
    if let Ok(simulation) = attempt(state, request, &whole)? {
        plan.changes = changes(&simulation, &whole, database);
        return Ok(plan);
    }
    for patch in &mut plan.patches {
        if let Verdict::ToDo(specifications) = &patch.verdict
            && let Err((reason, text)) = attempt(state, request, specifications)?
        {
            patch.verdict = Verdict::Fails(reason, text);
        }
    }
    let rest = plan.specifications();
    if rest.is_empty() {
        return Ok(plan);
    }
    match attempt(state, request, &rest)? {
        Ok(simulation) => plan.changes = changes(&simulation, &rest, database),
        Err((reason, text)) => {
            for patch in plan.patches.iter_mut().filter(|patch| matches!(patch.verdict, Verdict::ToDo(_))) {
                patch.verdict = Verdict::Fails(reason, text.clone());
            }
        }
    }
    Ok(plan)
}

type Attempt = Result<Simulation, (FailureReason, String)>;

fn attempt(state: &AptState, request: &PlanRequest<'_>, specifications: &[String]) -> Result<Attempt, StateError> {
    let mut arguments = vec!["-s", work_option(request.work), "install"];
    arguments.extend(specifications.iter().map(String::as_str));
    let answer = state.ask("apt-get", &arguments)?;
    let simulation = simulation::parse(&answer.stdout);
    if !answer.succeeded() {
        return Ok(Err(failure(&answer)));
    }
    if !simulation.removals.is_empty() && !request.allow_removals {
        let names: Vec<&str> = simulation.removals.iter().map(|removal| removal.name.as_str()).collect();
        return Ok(Err((FailureReason::RemovalRefused, format!("would remove {}", names.join(", ")))));
    }
    Ok(Ok(simulation))
}

const fn work_option(work: Work) -> &'static str {
    match work {
        Work::Install => "--only-upgrade",
        Work::Rollback => "--allow-downgrades",
    }
}

fn failure(answer: &Answer) -> (FailureReason, String) {
    let text = format!("{}\n{}", answer.stdout_tail(), answer.complaint());
    let reason = reason_of(&text);
    (reason, fettle_model::text::cleaned(&text, 2_000))
}

/// The reason that apt's words mean. What says nothing known is plainly a failed installer.
pub fn reason_of(text: &str) -> FailureReason {
    use FailureReason as R;
    let known = [
        ("Could not get lock", R::InstallerBusy),
        ("Unable to acquire the dpkg frontend lock", R::InstallerBusy),
        ("Hash Sum mismatch", R::HashMismatch),
        ("unexpected size", R::HashMismatch),
        ("cannot be authenticated", R::SignatureInvalid),
        ("No space left on device", R::DiskFull),
        ("don't have enough free space", R::DiskFull),
        ("Packages need to be removed but remove is disabled", R::RemovalRefused),
        ("Held packages were changed", R::PackageHeld),
        ("404  Not Found", R::DownloadHttpError),
        ("Connection timed out", R::DownloadTimeout),
        ("Failed to fetch", R::DownloadUnreachable),
        ("Unable to fetch", R::DownloadUnreachable),
        ("was not found", R::PackageNotInRepository),
        ("Unable to locate package", R::PackageNotInRepository),
        ("unmet dependencies", R::DependencyConflict),
        ("Unable to correct problems, you have held broken packages", R::DependencyConflict),
        ("Permission denied", R::AccessDenied),
    ];
    known.iter().find(|(words, _)| text.contains(words)).map_or(R::InstallerExit, |(_, reason)| *reason)
}

fn changes(simulation: &Simulation, specifications: &[String], database: &Database) -> Vec<PlannedChange> {
    let wanted =
        |name: &str| specifications.iter().any(|specification| specification.split([':', '=']).next() == Some(name));
    let installs = simulation.installs.iter().map(|install| PlannedChange {
        name: install.name.clone(),
        arch: install.arch.clone(),
        from: install.from.clone(),
        to: Some(install.to.clone()),
        wanted: wanted(&install.name),
    });
    let removals = simulation.removals.iter().map(|removal| PlannedChange {
        name: removal.name.clone(),
        arch: database.find(&removal.name, None).map(|package| package.arch.clone()).unwrap_or_default(),
        from: Some(removal.version.clone()),
        to: None,
        wanted: false,
    });
    installs.chain(removals).collect()
}

/// Sum of what would be fetched, from `apt-get --print-uris`: `'uri' file size hash`.
pub(super) fn download_bytes(state: &AptState, work: Work, specifications: &[String]) -> Option<u64> {
    let mut arguments = vec!["-y", "--print-uris", work_option(work), "install"];
    arguments.extend(specifications.iter().map(String::as_str));
    let answer = state.ask("apt-get", &arguments).ok().filter(Answer::succeeded)?;
    let lines = answer.stdout.lines().filter(|line| line.starts_with('\''));
    Some(lines.filter_map(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok()).sum())
}

impl Apt {
    /// The command of one transaction; `download_only` fetches and checks without installing.
    pub fn transaction(
        &self,
        work: Work,
        specifications: &[String],
        allow_removals: bool,
        download_only: bool,
    ) -> CommandLine {
        let mut arguments = self.worker_arguments();
        arguments.push(work_option(work).to_owned());
        if !allow_removals {
            arguments.push("--no-remove".to_owned());
        }
        if download_only {
            // It writes to the agent's own folder: whoever works on the machine's packages is not waited for.
            arguments.extend(["-o", "Debug::NoLocking=1", "--download-only"].map(str::to_owned));
        }
        arguments.push("install".to_owned());
        arguments.extend(specifications.iter().cloned());
        CommandLine { program: "/usr/bin/apt-get".to_owned(), arguments }
    }

    /// What brings a torn package database back in order.
    pub fn repair(&self) -> CommandLine {
        let arguments = ["--force-confdef", "--force-confold", "--configure", "-a"].map(str::to_owned).to_vec();
        CommandLine { program: "/usr/bin/dpkg".to_owned(), arguments }
    }

    fn worker_arguments(&self) -> Vec<String> {
        let configuration = self.configuration_file();
        let options = [
            "Dpkg::Options::=--force-confdef".to_owned(),
            "Dpkg::Options::=--force-confold".to_owned(),
            "Dpkg::Use-Pty=0".to_owned(),
            format!("DPkg::Lock::Timeout={LOCK_WAIT_S}"),
        ];
        let mut arguments =
            vec!["-c".to_owned(), configuration.display().to_string(), "-y".to_owned(), "-q".to_owned()];
        for option in options {
            arguments.push("-o".to_owned());
            arguments.push(option);
        }
        arguments
    }
}

/// Removes fetched package files; what is left of one deployment is of no use to the next.
pub(super) fn empty_archives(folder: &Path) -> std::io::Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            fs_err::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apts_words_have_their_reason() {
        use FailureReason as R;
        let cases = [
            ("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1", R::InstallerBusy),
            ("E: Failed to fetch http://a.test/x.deb  404  Not Found [IP: 1]", R::DownloadHttpError),
            ("E: Failed to fetch http://a.test/x.deb  Hash Sum mismatch", R::HashMismatch),
            ("E: Sub-process /usr/bin/dpkg returned an error code (1)", R::InstallerExit),
            ("E: Version '9' for 'x' was not found", R::PackageNotInRepository),
        ];
        for (text, reason) in cases {
            assert_eq!(reason_of(text), reason, "{text}");
        }
    }
}
