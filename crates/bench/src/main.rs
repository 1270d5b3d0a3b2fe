//! `make bench`: what Fettle costs, beside floors that the same machine gives in the same run. One run, one table; a bar
//! that is missed is said to be missed.

mod check_ins;
mod fleet;
mod load;
mod process;
mod table;

use std::time::Duration;

use clap::Parser;

use crate::table::Table;

#[derive(Debug, Parser)]
#[command(about = "Measures the server: check-ins, memory, database size, start")]
struct Options {
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
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let idle = Duration::from_secs(options.idle_seconds);
    let mut table = Table::default();
    check_ins::measure(&mut table, options.agents, options.seed).await?;
    fleet::one_asset(&mut table, idle).await?;
    fleet::on_sqlite(&mut table, &options, idle).await?;
    if !options.without_postgres {
        fleet::on_postgres(&mut table, &options).await?;
    }
    table.print();
    Ok(())
}
