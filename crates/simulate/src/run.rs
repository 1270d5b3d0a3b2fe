//! Putting the fleet into a database: enrolment, first reports, and rounds of updates a day apart.

use std::path::Path;
use std::sync::Arc;

use fettle_fleet::access::AccessError;
use fettle_fleet::access::activation_key::NewKey;
use fettle_fleet::agents::Agent;
use fettle_fleet::entropy::SystemEntropy;
use fettle_fleet::start::{Start, StartError};
use fettle_fleet::{Fleet, Refused, Settings};
use fettle_model::clock::ManualClock;
use fettle_model::{ActivationKeyId, Clock as _};
use fettle_store::StoreError;
use fettle_wire::message::Enrol;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::bulk::{self, Numbers, Reported};
use crate::host::Host;
use crate::image::images;
use crate::report;
use crate::request::Request;

/// Reports at work at once: enough that they share commits.
const AT_ONCE: usize = 64;
/// Hosts of one transaction where they are put in, and transactions in the making.
const TOGETHER: usize = 250;
const MAKING: usize = 4;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    pub assets: u32,
    pub seed: u64,
    /// Packages of the smallest and of the largest image.
    pub packages: (usize, usize),
    /// Days of updates, before today.
    pub rounds: u32,
    /// Packages that each host updates on each of them.
    pub packages_per_round: usize,
    /// So many hosts enrol and report like others. They teach the server its updates; the rest of a larger fleet is put in
    /// as it would be after its reports. A host with something that is still new reports all the same.
    pub reporting: u32,
}

impl Simulation {
    pub const fn new(assets: u32, seed: u64) -> Self {
        Self { assets, seed, packages: (300, 700), rounds: 3, packages_per_round: 10, reporting: 4_000 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    /// Hosts that are done in this stage, of all that it has.
    pub done: u32,
    pub of: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Enrolment and first report.
    Enrolment,
    /// A round of updates, of all of them.
    Round(u32, u32),
    /// Hosts that do not report.
    Rest,
}

#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    #[error("the database cannot be opened")]
    Start(#[from] StartError),
    #[error("the activation key of the simulated hosts cannot be made")]
    Key(#[from] AccessError),
    #[error("the report of a simulated host was refused")]
    Refused(#[from] Refused),
    #[error("the database could not answer")]
    Store(#[from] StoreError),
    #[error("the request of the simulated hosts cannot be made")]
    Request(#[from] rcgen::Error),
    #[error("a task of the simulation ended early")]
    Task(#[from] tokio::task::JoinError),
}

/// Puts a fleet into the database of a server that does not run: SQLite in `data`, or `database`. `now` is the end of
/// what is simulated.
pub async fn simulate(
    data: &Path,
    database: Option<&str>,
    simulation: &Simulation,
    now: Timestamp,
    progress: impl Fn(Progress),
) -> Result<(), SimulateError> {
    let days = i32::try_from(simulation.rounds).unwrap_or(i32::MAX).saturating_add(7);
    let clock = Arc::new(ManualClock::new(now - DAY * days));
    let start = Start {
        database: database.map_or_else(|| format!("sqlite:{}", data.display()), str::to_owned),
        seal_key: data.join("seal.key"),
        organisation: "Simulated".to_owned(),
        settings: Settings::default(),
        clock: Arc::clone(&clock) as Arc<_>,
        entropy: Arc::new(SystemEntropy),
    };
    let fleet = Arc::new(fettle_fleet::start::open(start).await?);
    fleet.load_index().await?;
    let reporting = Simulation { assets: simulation.assets.min(simulation.reporting), ..simulation.clone() };
    let tell = |stage, done| progress(Progress { stage, done, of: reporting.assets });
    let key = activation_key(&fleet).await?;
    let mut hosts = enrol_with(&fleet, &reporting, key, |done| tell(Stage::Enrolment, done)).await?;
    let mut reported = Reported::default();
    for round in 1..=simulation.rounds {
        reported.note_all(&hosts);
        clock.set(now - DAY * i32::try_from(simulation.rounds - round).unwrap_or(0));
        let stage = Stage::Round(round, simulation.rounds);
        hosts = upgrade_all(&fleet, hosts, simulation.packages_per_round, |done| tell(stage, done)).await?;
        // What a running server does each minute.
        fleet.trim_feed().await?;
    }
    reported.note_all(&hosts);
    put_rest(&fleet, simulation, key, reported, &mut hosts, &progress).await?;
    for (agent, _) in &hosts {
        let mut state = agent.state();
        state.connection.last_checked_in = Some(clock.now());
        state.connection.is_dirty = true;
    }
    fleet.write_contacts().await?;
    while fleet.chain_audit().await? > 0 {}
    fleet.database.close().await;
    Ok(())
}

/// A host with the agent that the server knows it by.
pub type Enrolled = (Arc<Agent>, Host);

/// Enrols the hosts and takes their first reports.
pub async fn enrol(
    fleet: &Arc<Fleet>,
    simulation: &Simulation,
    progress: impl Fn(u32),
) -> Result<Vec<Enrolled>, SimulateError> {
    let key = activation_key(fleet).await?;
    enrol_with(fleet, simulation, key, progress).await
}

async fn activation_key(fleet: &Fleet) -> Result<ActivationKeyId, SimulateError> {
    let key = NewKey { title: "Simulated hosts".to_owned(), max_agents: None, expire_date: None };
    Ok(fleet.new_activation_key(None, key).await?.id)
}

async fn enrol_with(
    fleet: &Arc<Fleet>,
    simulation: &Simulation,
    key: ActivationKeyId,
    progress: impl Fn(u32),
) -> Result<Vec<Enrolled>, SimulateError> {
    let request = Request::new(key)?;
    let images = images(simulation.seed, simulation.packages.0, simulation.packages.1);
    let mut work = Work::default();
    let mut hosts = Vec::new();
    for number in 0..simulation.assets {
        let image = &images[number as usize % images.len()];
        let host = Host::new(simulation.seed, u64::from(number), image, 12);
        work.add(&mut hosts, enrol_one(Arc::clone(fleet), request.enrolment(fleet, &host), host)).await?;
        progress(number + 1);
    }
    work.finish(&mut hosts).await?;
    Ok(hosts)
}

async fn enrol_one(fleet: Arc<Fleet>, enrol: Enrol, host: Host) -> Result<Enrolled, SimulateError> {
    let agent = fleet.enrol(enrol).await?.agent_id;
    let agent = fleet.agents.get(agent).expect("it was enrolled just now");
    let report = report::whole(&host, fleet.clock.now(), fleet.entropy.as_ref());
    fleet.report(&agent, None, report).await?;
    Ok((agent, host))
}

/// Puts those in that do not report, as they are after the same rounds of updates.
async fn put_rest(
    fleet: &Arc<Fleet>,
    simulation: &Simulation,
    key: ActivationKeyId,
    mut reported: Reported,
    hosts: &mut Vec<Enrolled>,
    progress: &impl Fn(Progress),
) -> Result<(), SimulateError> {
    let of = simulation.assets.saturating_sub(simulation.reporting);
    let images = images(simulation.seed, simulation.packages.0, simulation.packages.1);
    let (request, numbers) = (Request::new(key)?, Arc::new(Numbers::default()));
    let mut making: JoinSet<Result<(), SimulateError>> = JoinSet::new();
    let mut next = Vec::with_capacity(TOGETHER);
    for number in simulation.reporting..simulation.assets {
        let image = &images[number as usize % images.len()];
        let mut host = Host::new(simulation.seed, u64::from(number), image, 12);
        for _ in 0..simulation.rounds {
            host.upgrade(simulation.packages_per_round);
        }
        let enrol = request.enrolment(fleet, &host);
        if reported.has_all_of(&host) {
            next.push((host, enrol));
        } else {
            reported.note(&host);
            hosts.push(enrol_one(Arc::clone(fleet), enrol, host).await?);
        }
        if next.len() == TOGETHER || number + 1 == simulation.assets {
            if making.len() == MAKING {
                making.join_next().await.transpose()?.transpose()?;
                fleet.trim_feed().await?;
            }
            let these = std::mem::take(&mut next);
            making.spawn(bulk::put(Arc::clone(fleet), Arc::clone(&numbers), simulation.seed, these));
            progress(Progress { stage: Stage::Rest, done: number + 1 - simulation.reporting, of });
        }
    }
    while let Some(made) = making.join_next().await {
        made??;
    }
    fleet.trim_feed().await?;
    Ok(())
}

/// One round: each host installs updates and reports the difference.
pub async fn upgrade_all(
    fleet: &Arc<Fleet>,
    hosts: Vec<Enrolled>,
    packages: usize,
    progress: impl Fn(u32),
) -> Result<Vec<Enrolled>, SimulateError> {
    let mut work = Work::default();
    let mut done = Vec::with_capacity(hosts.len());
    for (number, (agent, mut host)) in (1..).zip(hosts) {
        let fleet = Arc::clone(fleet);
        work.add(&mut done, async move {
            let upgrade = host.upgrade(packages);
            let from = agent.state().fingerprint;
            let report = report::difference(from, upgrade, fleet.clock.now(), fleet.entropy.as_ref());
            fleet.report(&agent, None, report).await?;
            Ok((agent, host))
        })
        .await?;
        progress(number);
    }
    work.finish(&mut done).await?;
    Ok(done)
}

/// Reports at work, at most [`AT_ONCE`].
#[derive(Default)]
struct Work(JoinSet<Result<Enrolled, SimulateError>>);

impl Work {
    async fn add(
        &mut self,
        done: &mut Vec<Enrolled>,
        work: impl Future<Output = Result<Enrolled, SimulateError>> + Send + 'static,
    ) -> Result<(), SimulateError> {
        self.0.spawn(work);
        while self.0.len() >= AT_ONCE {
            let Some(ended) = self.0.join_next().await else { break };
            done.push(ended??);
        }
        Ok(())
    }

    async fn finish(mut self, done: &mut Vec<Enrolled>) -> Result<(), SimulateError> {
        while let Some(ended) = self.0.join_next().await {
            done.push(ended??);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Place;

    #[test]
    fn the_seed_alone_decides_what_hosts_have() {
        let images = images(7, 300, 700);
        assert!(images.len() >= 40, "{}", images.len());
        for (number, image) in (0..).zip(&images) {
            let mut host = Host::new(7, number, image, 12);
            let mut again = Host::new(7, number, image, 12);
            assert!((250..=750).contains(&host.package_count()), "{}: {}", host.name, host.package_count());
            assert_eq!(host.components(), again.components());
            assert_eq!(host.upgrade(10).add, again.upgrade(10).add);
        }
        let other = Host::new(8, 0, &images[0], 12);
        assert_ne!(other.components(), Host::new(7, 0, &images[0], 12).components());
    }

    /// By name: release, user, packages, offers, missing, installed.
    type Row = (String, Option<String>, [u32; 4]);

    /// Of all hosts, and how many were put in.
    async fn rows(simulation: &Simulation) -> (std::collections::BTreeMap<String, Row>, usize) {
        let data = tempfile::tempdir().expect("a directory");
        let now = "2026-11-21T20:00:00Z".parse().expect("a time");
        simulate(data.path(), None, simulation, now, |_| ()).await.expect("simulated");
        let fleet = opened(data.path(), now).await;
        let agents = fleet.agents.all();
        let row = |agent: &Arc<Agent>| {
            let row = fleet.index.asset(agent.asset).expect("a row");
            let (columns, counts) = (row.columns, row.counts);
            let counts = [counts.packages, counts.offers, counts.missing, counts.installed];
            (columns.name, (columns.operating_system, columns.last_logged_on_user, counts))
        };
        let rows = agents.iter().map(row).collect();
        // Nothing uses the certificate of a host that reports here.
        let put_in = agents.iter().filter(|agent| agent.state().certificates.iter().any(|known| known.used)).count();
        fleet.database.close().await;
        (rows, put_in)
    }

    #[tokio::test]
    async fn hosts_that_are_put_in_are_as_if_they_had_reported() {
        let all = Simulation { packages: (40, 60), rounds: 0, reporting: u32::MAX, ..Simulation::new(208, 3) };
        let few = Simulation { reporting: 156, ..all.clone() };
        let ((of_all, none), (of_few, put_in)) = (rows(&all).await, rows(&few).await);
        assert_eq!((of_few.len(), none), (208, 0));
        assert!(put_in > 0, "all of the last 52 reported");
        for ((name, reported), (put_in, row)) in of_all.iter().zip(&of_few) {
            assert_eq!((name, reported), (put_in, row));
        }
    }

    /// Releases have some packages in the same version.
    #[tokio::test]
    async fn a_component_that_stands_twice_has_one_number() {
        let data = tempfile::tempdir().expect("a directory");
        let fleet = opened(data.path(), "2026-11-21T20:00:00Z".parse().expect("a time")).await;
        let host = Host::new(1, 0, &images(1, 40, 60)[0], 3);
        let [first, second] = [Place::Os, Place::Kernel].map(|place| host.component(place));
        let numbers = fleet.number_components(&[first.clone(), second, first]).await.expect("numbers");
        assert!(numbers[0] == numbers[2] && numbers[0] != numbers[1], "{numbers:?}");
        fleet.database.close().await;
    }

    async fn opened(data: &Path, now: Timestamp) -> Fleet {
        let start = Start {
            database: format!("sqlite:{}", data.display()),
            seal_key: data.join("seal.key"),
            organisation: String::new(),
            settings: Settings::default(),
            clock: Arc::new(ManualClock::new(now)),
            entropy: Arc::new(SystemEntropy),
        };
        let fleet = fettle_fleet::start::open(start).await.expect("opened");
        fleet.load_index().await.expect("loaded");
        fleet
    }

    #[tokio::test]
    async fn a_small_fleet_has_findings_and_history() {
        let data = tempfile::tempdir().expect("a directory");
        let now = "2026-11-21T20:00:00Z".parse().expect("a time");
        let simulation = Simulation { packages: (60, 120), rounds: 2, ..Simulation::new(104, 1) };
        let told = std::sync::Mutex::new(Vec::new());
        let note = |progress| told.lock().expect("no panic").push(progress);
        simulate(data.path(), None, &simulation, now, note).await.expect("simulated");
        let last = told.into_inner().expect("no panic").pop().expect("progress");
        assert_eq!((last.stage, last.done), (Stage::Round(2, 2), 104));

        let fleet = opened(data.path(), now).await;
        assert_eq!(fleet.index.asset_count(), 104);
        let agent = fleet.agents.all().pop().expect("an agent");
        let row = fleet.index.asset(agent.asset).expect("a row");
        assert!(row.counts.missing > 0 && row.counts.packages >= 50, "{:?}", row.counts);
        let history = fleet.database.read().await.expect("a reader").findings().of_asset(agent.number, 100).await;
        assert!(!history.expect("a history").is_empty());
        fleet.database.close().await;
    }
}
