//! Putting the fleet into a database: enrolment, first reports, and rounds of updates a day apart.

use std::path::Path;
use std::sync::Arc;

use fettle_catalog::reading::ReadError;
use fettle_fleet::access::AccessError;
use fettle_fleet::access::activation_key::NewKey;
use fettle_fleet::agents::Agent;
use fettle_fleet::entropy::SystemEntropy;
use fettle_fleet::start::{Start, StartError};
use fettle_fleet::tags::TagError;
use fettle_fleet::{Fleet, Refused, Settings};
use fettle_model::ActivationKeyId;
use fettle_model::clock::ManualClock;
use fettle_store::StoreError;
use fettle_wire::message::{Enrol, Report};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::blueprint::{Blueprint, Simulated};
use crate::bulk::Reported;
use crate::calendar::Calendar;
use crate::host::Host;
use crate::machine::Machine as _;
use crate::request::Request;
use crate::{catalogue, report, rest, tags};

/// Reports at work at once: enough that they share commits.
const AT_ONCE: usize = 64;
/// Between enrolment and the first round of updates.
const DAYS_BEFORE: u32 = 7;
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
    /// Of so many machines those that an agent could run on enrol and report. They teach the server its updates; the rest
    /// is put in as it would be after its reports. One that is offered something new reports all the same.
    pub reporting: u32,
    pub machines: Machines,
}

/// Which machines there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machines {
    /// Of several systems, as far behind as machines of a fleet are.
    Believable,
    /// Of Debian and Ubuntu alone, each always with as many offers as it installs, none of whose changelogs is read: what
    /// one report costs is the same for each.
    Alike,
}

impl Simulation {
    pub const fn new(assets: u32, seed: u64) -> Self {
        Self {
            assets,
            seed,
            packages: (300, 700),
            rounds: 3,
            packages_per_round: 10,
            reporting: 6_000,
            machines: Machines::Believable,
        }
    }

    /// That pass between enrolment and the end.
    pub(crate) const fn days(&self) -> u32 {
        self.rounds.saturating_add(DAYS_BEFORE)
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
    #[error("the simulated advisories cannot be read")]
    Advisories(#[from] ReadError),
    #[error("the simulated advisories cannot be written")]
    Text(#[from] std::fmt::Error),
    #[error("what is known of the simulated vulnerabilities cannot be written")]
    Vulnerabilities(#[from] serde_json::Error),
    #[error("a tag of the simulated fleet cannot be made")]
    Tags(#[from] TagError),
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
    let days = |days: u32| DAY * i32::try_from(days).unwrap_or(i32::MAX);
    let clock = Arc::new(ManualClock::new(now - days(simulation.days())));
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
    let blueprint = Arc::new(Blueprint::new(simulation, Calendar { seed: simulation.seed, end: now }));
    catalogue::put_patches(&fleet, &blueprint).await?;
    let key = activation_key(&fleet).await?;
    let tell = |stage, done, of| progress(Progress { stage, done, of });
    let mut hosts = enrol(&fleet, &blueprint, key, |done, of| tell(Stage::Enrolment, done, of)).await?;
    let mut reported = Reported::default();
    note(&mut reported, &hosts);
    for round in 1..=simulation.rounds {
        clock.set(now - days(simulation.rounds - round));
        let stage = Stage::Round(round, simulation.rounds);
        hosts = upgrade(&fleet, &blueprint, hosts, round, |done, of| tell(stage, done, of)).await?;
        note(&mut reported, &hosts);
        // What a running server does each minute.
        fleet.trim_feed().await?;
    }
    hosts.sort_by_key(|(_, host)| host.number());
    let reporting: Vec<_> = hosts.iter().map(|(agent, _)| agent.asset).collect();
    rest::put(&fleet, &blueprint, key, reported, &mut hosts, &progress).await?;
    catalogue::put_facts(&fleet, &blueprint).await?;
    tags::make(&fleet, &reporting).await?;
    for (agent, host) in &hosts {
        let mut state = agent.state();
        state.connection.last_checked_in = Some(blueprint.life(host.number()).last_checked_in(now));
        state.connection.is_dirty = true;
    }
    fleet.write_contacts().await?;
    while fleet.chain_audit().await? > 0 {}
    fleet.database.close().await;
    Ok(())
}

/// A host with the agent that the server knows it by.
pub(crate) type Enrolled = (Arc<Agent>, Host);

fn note(reported: &mut Reported, hosts: &[Enrolled]) {
    for (_, host) in hosts {
        reported.note(host);
    }
}

async fn activation_key(fleet: &Fleet) -> Result<ActivationKeyId, SimulateError> {
    let key = NewKey { title: "Simulated hosts".to_owned(), max_agents: None, expire_date: None };
    Ok(fleet.new_activation_key(None, key).await?.id)
}

/// Enrols the hosts that report, and takes their first reports.
async fn enrol(
    fleet: &Arc<Fleet>,
    blueprint: &Arc<Blueprint>,
    key: ActivationKeyId,
    progress: impl Fn(u32, u32),
) -> Result<Vec<Enrolled>, SimulateError> {
    let request = Request::new(key)?;
    let assets = blueprint.simulation.assets.min(blueprint.simulation.reporting);
    let mut work = Work::default();
    let mut hosts = Vec::new();
    for number in 0..assets {
        if let Simulated::WithAgent(host) = blueprint.machine(number) {
            let enrol = request.enrolment(fleet, &host);
            work.add(&mut hosts, enrol_one(Arc::clone(fleet), Arc::clone(blueprint), enrol, host)).await?;
        }
        progress(number + 1, assets);
    }
    work.finish(&mut hosts).await?;
    Ok(hosts)
}

pub(crate) async fn enrol_one(
    fleet: Arc<Fleet>,
    blueprint: Arc<Blueprint>,
    enrol: Enrol,
    host: Host,
) -> Result<Enrolled, SimulateError> {
    let agent = fleet.enrol(enrol).await?.agent_id;
    let agent = fleet.agents.get(agent).expect("it was enrolled just now");
    let now = fleet.clock.now();
    let scanned_at = now - blueprint.life(host.number()).since_scan();
    let mut report = report::whole(&host, scanned_at, fleet.entropy.as_ref());
    if blueprint.simulation.machines == Machines::Believable {
        report.offer_details = host.all_details_read(&blueprint.calendar, now);
    }
    fleet.report(&agent, None, report).await?;
    Ok((agent, host))
}

/// One round: each host that is not silent installs updates, and reports the difference.
async fn upgrade(
    fleet: &Arc<Fleet>,
    blueprint: &Arc<Blueprint>,
    hosts: Vec<Enrolled>,
    round: u32,
    progress: impl Fn(u32, u32),
) -> Result<Vec<Enrolled>, SimulateError> {
    let mut work = Work::default();
    let mut done = Vec::with_capacity(hosts.len());
    let of = u32::try_from(hosts.len()).unwrap_or(u32::MAX);
    for (number, (agent, mut host)) in (1..).zip(hosts) {
        let life = blueprint.life(host.number());
        if life.rounds(blueprint.simulation.rounds) < round {
            done.push((agent, host));
            continue;
        }
        let (fleet, blueprint) = (Arc::clone(fleet), Arc::clone(blueprint));
        work.add(&mut done, async move {
            let now = fleet.clock.now();
            let mut upgrade = host.upgrade(blueprint.simulation.packages_per_round);
            if blueprint.simulation.machines == Machines::Believable {
                upgrade.details = host.details_read(upgrade.offered.iter().copied(), &blueprint.calendar, now);
            }
            let from = agent.state().fingerprint;
            let report = report::difference(from, upgrade, now, fleet.entropy.as_ref());
            let scan = Some(report::scan(&host, now - life.since_scan()));
            fleet.report(&agent, None, Report { scan, ..report }).await?;
            Ok((agent, host))
        })
        .await?;
        progress(number, of);
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
mod tests;
