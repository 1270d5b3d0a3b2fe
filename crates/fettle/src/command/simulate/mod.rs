//! `fettle simulate`: a fleet that does not exist, for demonstrations and measurements.

mod live;

use std::path::PathBuf;

use fettle_model::{Clock as _, SystemClock};
use fettle_simulate::{Simulation, Stage};

use crate::failure::{Failure, Finding};
use crate::output::print;
use crate::progress::Progress;

/// Puts a fleet into the data directory of a server that does not run, or lets the agents of one connect to a server that
/// does (`--live`).
#[derive(Debug, clap::Args)]
pub(crate) struct Simulate {
    /// Data directory; made if it is not there
    #[arg(long, value_name = "DIR", required_unless_present = "live")]
    data: Option<PathBuf>,
    /// PostgreSQL in place of SQLite in the data directory
    #[arg(long, value_name = "URL", env = "FETTLE_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Machines
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    assets: u32,
    /// The same seed gives the same machines
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Days on which each machine updated ten packages
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    rounds: u32,
    #[command(flatten)]
    live: live::Options,
}

pub(crate) async fn run(simulate: Simulate) -> Result<Finding, Failure> {
    let Some(data) = simulate.data else {
        return live::run(simulate.live, simulate.assets, simulate.seed).await;
    };
    let simulation = Simulation { rounds: simulate.rounds, ..Simulation::new(simulate.assets, simulate.seed) };
    let shown = std::cell::RefCell::new(Progress::start());
    let made =
        fettle_simulate::simulate(&data, simulate.database.as_deref(), &simulation, SystemClock.now(), |progress| {
            let percent = u64::from(progress.done) * 100 / u64::from(progress.of.max(1));
            let stage = match progress.stage {
                Stage::Enrolment => "Machines enrol and report".to_owned(),
                Stage::Round(round, rounds) => format!("Updates, day {round} of {rounds}"),
                Stage::Rest => "Machines that need not report".to_owned(),
            };
            let text = format!("{stage}: {} %", percent / 10 * 10);
            shown.borrow_mut().step(&text);
        });
    made.await.map_err(|error| Failure::Start(error.into()))?;
    shown.borrow().finish();
    print(&format!("{} machines are in {}", simulate.assets, data.display()));
    Ok(Finding::Nothing)
}
