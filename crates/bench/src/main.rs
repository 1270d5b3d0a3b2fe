//! `make bench`: what Fettle costs, beside floors that the same machine gives in the same run. One run, one table; a bar
//! that is missed is said to be missed.

mod check_ins;
mod collections;
mod comparison;
mod detection;
mod fleet;
mod growth;
mod live;
mod load;
mod process;
mod questions;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::table::Table;

// As in `fettle`: parts of it are measured in this process.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Debug, Parser)]
#[command(
    about = "Measures the server (check-ins, memory, database size, start), detection, questions and live agents, and compares"
)]
struct Options {
    /// One part alone.
    #[arg(long)]
    only: Option<Part>,
    /// Hosts of the simulated fleet.
    #[arg(long, default_value_t = 10_000)]
    hosts: u32,
    /// Changed check-ins of each of them.
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Agents that check in over the network.
    #[arg(long, default_value_t = 200)]
    agents: u32,
    /// Seconds after the last sign-in before memory is read; the bar is for 600.
    #[arg(long, default_value_t = 60)]
    idle_seconds: u64,
    #[arg(long)]
    without_postgres: bool,
    /// Hosts of the fleet that questions are asked of.
    #[arg(long, default_value_t = 100_000)]
    question_hosts: u32,
    /// Agents that are connected at once.
    #[arg(long, default_value_t = 10_000)]
    live_agents: u32,
    /// Changed check-ins of them a second.
    #[arg(long, default_value_t = 1_000)]
    live_changes: u32,
    /// Hosts of the fleet that Fettle and databases are asked about.
    #[arg(long, default_value_t = 1_000_000)]
    comparison_hosts: u32,
    /// A folder of simulated fleets, each in a folder named by its number of hosts. Those that are there are asked, the
    /// others made; without it all are made anew and removed.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Keeps the tables that databases are asked about, and DuckDB's database.
    #[arg(long)]
    keep: bool,
    /// Sizes of the fleets of which the growth is told.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    growth_hosts: Vec<u32>,
    /// Measures one of them, and prints that as JSON.
    #[arg(long, hide = true)]
    growth_of: Option<u32>,
    /// Where growth.svg and growth.md are written.
    #[arg(long, default_value = growth::DOCUMENTS)]
    growth_documents: PathBuf,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder of real vendor data; what needs it is left out where it is not.
    #[arg(long, default_value = detection::VENDOR_FILES)]
    vendor_files: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Server,
    /// Imports, a host judged, fleets and advisories in the index.
    Detection,
    /// QQL over the index of a large fleet.
    Questions,
    /// Thousands of agents over the wire, and a reconnect storm.
    Live,
    /// QQL beside DuckDB and PostgreSQL, answers checked equal.
    Comparison,
    /// Changed check-ins beside those questions, without the databases. Only when it is asked for.
    Changes,
    /// What questions, memory and start cost as the fleet grows; writes the page and its picture. Only when it is asked for.
    Growth,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let mut table = Table::default();
    if let Some(hosts) = options.growth_of {
        return growth::one(hosts, options.seed, options.data.as_deref()).await;
    }
    let is_wanted = |part| options.only.is_none_or(|only| only == part);
    if is_wanted(Part::Server) {
        server(&mut table, &options).await?;
    }
    if is_wanted(Part::Detection) {
        detection::measure(&mut table, &options.vendor_files, options.seed).await?;
    }
    if is_wanted(Part::Questions) {
        questions::measure(&mut table, options.question_hosts, options.seed)?;
    }
    if is_wanted(Part::Live) {
        live::measure(&mut table, options.live_agents, options.live_changes, options.seed).await?;
    }
    let compared =
        if is_wanted(Part::Comparison) { comparison::measure(&mut table, &comparison(&options)).await } else { Ok(()) };
    if options.only == Some(Part::Changes) {
        comparison::measure_changes(&mut table, &comparison(&options)).await?;
    }
    if options.only == Some(Part::Growth) {
        let (sizes, documents) = (&options.growth_hosts, &options.growth_documents);
        growth::measure(&mut table, sizes, (options.seed, options.data.as_deref()), documents).await?;
    }
    table.print();
    // Where answers differ the figures are of interest all the same.
    compared
}

fn comparison(options: &Options) -> comparison::Comparison<'_> {
    comparison::Comparison {
        hosts: options.comparison_hosts,
        seed: options.seed,
        data: options.data.as_deref(),
        keep: options.keep,
        without_postgres: options.without_postgres,
    }
}

async fn server(table: &mut Table, options: &Options) -> anyhow::Result<()> {
    let idle = Duration::from_secs(options.idle_seconds);
    check_ins::measure(table, options.agents, options.seed).await?;
    fleet::one_asset(table, idle).await?;
    fleet::on_sqlite(table, options, idle).await?;
    if !options.without_postgres {
        fleet::on_postgres(table, options).await?;
    }
    Ok(())
}
