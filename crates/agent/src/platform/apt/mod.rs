//! Debian and Ubuntu: dpkg's database read natively, offers from apt with the agent's own lists.

pub mod changelogs;
pub mod dpkg;
mod known;
pub mod lock;
pub mod offers;
pub mod policy;
pub mod records;
pub mod refresh;
pub mod simulation;
pub mod state;
pub mod targets;
pub mod transaction;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use fettle_model::job::Work;
use fettle_model::outcome::FailureReason;
use fettle_model::{Clock, Component, Obstacle};
use fettle_wire::Code;
use fettle_wire::message::report::{Collector, Refresh};
use fettle_wire::scan::Problem;

use self::changelogs::{ChangelogCache, ChangelogError};
use self::dpkg::Database;
use self::known::Known;
use self::offers::Answers;
use self::refresh::{RefreshError, RefreshRecord};
use self::state::{AptState, StateError};
use crate::folder::{self, DataFolder};
use crate::platform::plan::{Plan, PlanError, PlanRequest};
use crate::platform::{Packages, Platform, Progress};
use crate::scan::{FoundOffer, RefreshWish};

/// Simulations of single packages in one scan, to learn why they are kept back.
const KEPT_BACK_LIMIT: usize = 50;

/// The package manager of a Debian machine whose files begin at `root` (`/` but in tests).
#[derive(Debug, Clone)]
pub struct Apt {
    folder: PathBuf,
    root: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum AptError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    #[error(transparent)]
    Dpkg(#[from] dpkg::DpkgError),
    #[error("the agent's apt folder is not usable")]
    Folder(#[source] io::Error),
    #[error("{program} failed: {text}")]
    Failed { program: &'static str, text: String },
    #[error("{text}")]
    NoLists { code: Code, text: String },
}

impl AptError {
    const fn code(&self) -> Code {
        match self {
            Self::NoLists { code, .. } => *code,
            _ => Code::CollectorFailed,
        }
    }
}

impl Apt {
    pub fn new(data: &DataFolder, root: &Path) -> Self {
        Self { folder: data.apt(), root: root.to_owned() }
    }

    fn changelog_cache(&self) -> ChangelogCache {
        ChangelogCache::new(self.folder.join("changelogs"))
    }

    fn configuration_file(&self) -> PathBuf {
        self.folder.join("apt.conf")
    }

    /// What would be done for `request`, by a simulation on the agent's lists.
    pub fn plan(&self, request: &PlanRequest<'_>) -> Result<Plan, PlanError> {
        let _lock = known::lock(&self.folder).map_err(|error| plan_error(&error))?;
        let state = AptState::prepare(&self.folder, &self.root)?;
        transaction::plan(&state, request)
    }

    /// Bytes that a planned transaction would fetch; `None` when apt does not say.
    pub fn download_bytes(&self, work: Work, specifications: &[String]) -> Option<u64> {
        let state = AptState::prepare(&self.folder, &self.root).ok()?;
        transaction::download_bytes(&state, work, specifications)
    }

    /// Removes fetched package files.
    pub fn empty_archives(&self) -> io::Result<()> {
        transaction::empty_archives(&self.folder.join("cache/archives"))
    }

    /// Installed packages, from dpkg's database.
    pub fn installed(&self) -> Result<Database, dpkg::DpkgError> {
        Database::read(&self.root)
    }

    /// Whether a process that is not of the session led by `session` holds dpkg's lock.
    pub fn is_locked_by_another(&self, session: Option<rustix::process::Pid>) -> io::Result<bool> {
        Ok(lock::holder(&self.root)?.is_some_and(|holder| !holder.is_of_session(session)))
    }

    fn refresh_file(&self) -> PathBuf {
        self.folder.join("refresh.json")
    }

    /// Fills everything that needs apt itself; what was found before a failure stays in `packages`.
    fn ask_apt(
        &self,
        wish: RefreshWish,
        clock: &dyn Clock,
        progress: Progress<'_>,
        packages: &mut Packages,
    ) -> Result<(), AptError> {
        fs_err::create_dir_all(&self.folder).map_err(AptError::Folder)?;
        let _lock = known::lock(&self.folder).map_err(AptError::Folder)?;
        let state = AptState::prepare(&self.folder, &self.root)?;
        let now = clock.now();
        let mut record: Option<RefreshRecord> = folder::read_json(&self.refresh_file()).map_err(AptError::Folder)?;
        let due = match wish {
            RefreshWish::Always => true,
            RefreshWish::Never => false,
            RefreshWish::WhenOlderThan(minutes) => {
                let interval = jiff::SignedDuration::from_mins(i64::from(minutes));
                record.as_ref().is_none_or(|record| record.is_due(now, interval))
            }
        };
        if due {
            progress("fetching package lists");
            let fresh = refresh::refresh(&state, &refresh::sources(&state)?, now)?;
            folder::write_json(&self.refresh_file(), &fresh).map_err(AptError::Folder)?;
            record = Some(fresh);
        }
        let record = record.unwrap_or_else(|| RefreshRecord {
            at: jiff::Timestamp::UNIX_EPOCH,
            failures: Vec::new(),
            general: None,
            too_large: false,
        });
        let key = known::key(&state, &self.root).map_err(AptError::Folder)?;
        let known = if let Some(known) = Known::load(&self.folder, &key) {
            packages.unchanged = true;
            known
        } else {
            // Read again: what was read before the lock and the refresh may be older than what the key stands for.
            let known = ask_offers(&state, &Database::read(&self.root)?, key, progress)?;
            // If somebody changed something meanwhile, the answers are of both times, and the next scan asks again.
            if known::key(&state, &self.root).map_err(AptError::Folder)? == known.key {
                known.store(&self.folder).map_err(AptError::Folder)?;
            }
            known
        };
        packages.refreshed_at = (record.at != jiff::Timestamp::UNIX_EPOCH).then_some(record.at);
        packages.refresh = refresh::lines(&state, &known.sources, &known.targets, &record, now)?;
        packages.components.extend(known.targets.iter().map(|target| Component::Repo {
            manager: "deb".to_owned(),
            repository: target.repository.clone(),
            enabled: true,
            trust: target.trust,
        }));
        if let Some((code, text)) = refresh::fatal(&record, &packages.refresh) {
            return Err(AptError::NoLists { code, text });
        }
        if let Some(text) = record.general {
            packages.problems.push(Problem { code: "RefreshFailed".to_owned(), repo: None, text, list_date: None });
        }
        packages.offers = known.offers;
        add_repository_obstacles(&mut packages.offers, &packages.refresh);
        let cache = self.changelog_cache();
        for offer in packages.offers.iter_mut().filter(|offer| offer.security) {
            offer.changelog = cache.find(offer);
        }
        packages.offers_known = true;
        Ok(())
    }
}

/// The processes of a scan: sources, indexes, policy, one simulation, records of what is offered.
fn ask_offers(state: &AptState, database: &Database, key: String, progress: Progress<'_>) -> Result<Known, AptError> {
    progress("asking apt what it offers");
    let asked = |program, arguments: Vec<String>| {
        let answer = state.ask(program, &arguments)?;
        if answer.succeeded() { Ok(answer.stdout) } else { Err(AptError::Failed { program, text: answer.complaint() }) }
    };
    let sources = refresh::sources(state)?;
    let targets = targets::parse(&asked("apt-get", words(&["indextargets", "Created-By: Packages"]))?);
    let names: Vec<String> = database.present().map(offers::qualified).collect();
    let policies = policy::parse(&asked("apt-cache", [words(&["policy"]), names].concat())?);
    let simulation = simulation::parse(&asked("apt-get", words(&["-s", "dist-upgrade"]))?);
    let answers = Answers { database, policies: &policies, simulation: &simulation, targets: &targets };
    let mut candidates = offers::candidates(&answers);
    explain_kept_back(state, &mut candidates)?;
    let wanted: Vec<String> = candidates.iter().map(offers::Candidate::specification).collect();
    let records = if wanted.is_empty() {
        Vec::new()
    } else {
        records::parse(&asked("apt-cache", [words(&["show"]), wanted].concat())?)
    };
    let offers = candidates.iter().map(|candidate| offers::offer(candidate, &records)).collect();
    Ok(Known { key, sources, targets, offers })
}

fn plan_error(error: &io::Error) -> PlanError {
    PlanError { reason: FailureReason::AgentError, text: error.to_string() }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// One more simulation for each package kept back, of it alone.
fn explain_kept_back(state: &AptState, candidates: &mut [offers::Candidate<'_>]) -> Result<(), StateError> {
    let kept = candidates.iter_mut().filter(|candidate| matches!(candidate.obstacle, Some((Obstacle::KeptBack, _))));
    for (at, candidate) in kept.enumerate() {
        let text = if at < KEPT_BACK_LIMIT {
            let specification = candidate.specification();
            let answer = state.ask("apt-get", ["-s", "install", "--only-upgrade", &specification])?;
            let alone = simulation::parse(&answer.stdout);
            offers::kept_back_reason(&alone, &format!("{}\n{}", answer.stdout_tail(), answer.complaint()))
        } else {
            "not asked: too many packages are kept back".to_owned()
        };
        candidate.obstacle = Some((Obstacle::KeptBack, text));
    }
    Ok(())
}

/// An offer of a repository that could not be refreshed may be out of date; a hold says more and stays.
fn add_repository_obstacles(offers: &mut [FoundOffer], refresh: &[Refresh]) {
    for offer in offers.iter_mut().filter(|offer| offer.obstacle != Some(Obstacle::Held)) {
        let failed = refresh.iter().find(|line| line.repo == offer.repository && line.result != "Ok");
        if let Some((line, obstacle)) = failed.and_then(|line| Some((line, Obstacle::from_name(&line.result)?))) {
            offer.obstacle = Some(obstacle);
            offer.obstacle_text.clone_from(&line.text);
        }
    }
}

impl Platform for Apt {
    fn packages(&self, wish: RefreshWish, clock: &dyn Clock, progress: Progress<'_>) -> Packages {
        let mut packages = Packages::default();
        let started = Instant::now();
        let database = match Database::read(&self.root) {
            Ok(database) => database,
            Err(error) => {
                fail(&mut packages, "dpkg", started, Code::CollectorFailed, &crate::collector::chain(&error));
                return packages;
            }
        };
        packages.installed = database.present().count();
        packages.components.extend(database.present().map(dpkg::Package::component));
        packages.broken = database.broken().into_iter().map(str::to_owned).collect();
        packages.collectors.push(passed("dpkg", started));
        let started = Instant::now();
        match self.ask_apt(wish, clock, progress, &mut packages) {
            Ok(()) => packages.collectors.push(passed("apt", started)),
            Err(error) => {
                let text = crate::collector::chain(&error);
                fail(&mut packages, "apt", started, error.code(), &text);
            }
        }
        packages
    }

    fn read_changelogs(
        &self,
        offers: &mut [FoundOffer],
        budget: u64,
        progress: Progress<'_>,
    ) -> Result<(), ChangelogError> {
        let _lock = known::lock(&self.folder).map_err(ChangelogError::Folder)?;
        let state = AptState::prepare(&self.folder, &self.root)?;
        changelogs::read(&state, &self.changelog_cache(), offers, budget, &|done, total| {
            progress(&format!("reading changelogs of security updates: {done} of {total} sources"));
        })
    }
}

fn passed(name: &str, started: Instant) -> Collector {
    Collector { name: name.to_owned(), result: "Ok".to_owned(), took_ms: millis(started), code: None, text: None }
}

fn fail(packages: &mut Packages, name: &str, started: Instant, code: Code, text: &str) {
    let text = fettle_model::text::cleaned(text, 2_000);
    packages.problems.push(Problem { code: code.name().to_owned(), repo: None, text: text.clone(), list_date: None });
    packages.collectors.push(Collector {
        name: name.to_owned(),
        result: "Failed".to_owned(),
        took_ms: millis(started),
        code: Some(code.name().to_owned()),
        text: Some(text),
    });
}

fn millis(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}
