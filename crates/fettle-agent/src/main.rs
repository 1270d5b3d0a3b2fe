//! `fettle-agent`: finds what a machine lacks, with or without a server, and brings it there when it is told to.

mod command;
mod progress;
mod status_socket;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit code of a command that failed or was refused.
const FAILED: u8 = 2;

#[derive(Debug, Parser)]
#[command(name = "fettle-agent", version, about = "Finds the patches that this machine lacks")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Where the agent works.
#[derive(Debug, clap::Args)]
struct Place {
    /// The agent's data folder [default: /var/lib/fettle-agent for root, else `$XDG_DATA_HOME/fettle-agent`]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Look at the machine whose files begin here
    #[arg(long, value_name = "DIR", default_value = "/", hide = true)]
    root: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the updates that this machine lacks; changes nothing, needs no server
    Scan(command::scan::Scan),
    /// Keep the install values and enrol at once
    Install(command::install::Install),
    /// Say goodbye to the server and take away what the agent keeps; the limits file stays
    Uninstall(command::uninstall::Uninstall),
    /// Stay in contact with the server, scan, and do what it is allowed to order
    Run(command::run::Run),
    /// State, server, certificate, trust, last scan
    Status(command::status::Status),
    /// What would keep this agent from its work
    Doctor(command::doctor::Doctor),
    /// What was done to this machine
    Journal(command::journal::Journal),
    /// The host limits file: what this machine's administrator allows
    Limits(command::limits::Limits),
    /// A package-manager run in a session of its own, for the agent itself
    #[command(hide = true)]
    Work(command::work::Work),
    /// One scan, as JSON, for the agent itself
    #[command(hide = true)]
    Collect(command::collect::Collect),
    /// Reads changelogs of what is offered, as JSON, for the agent itself
    #[command(hide = true)]
    ReadChangelogs(command::collect::ReadChangelogs),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_env_filter(
            tracing_subscriber::EnvFilter::builder()
                .with_default_directive(tracing::Level::WARN.into())
                .from_env_lossy(),
        )
        .init();
    let done = match arguments.command {
        Command::Scan(scan) => command::scan::run(&scan),
        Command::Install(install) => command::install::run(&install),
        Command::Uninstall(uninstall) => command::uninstall::run(&uninstall),
        Command::Run(run) => command::run::run(&run),
        Command::Status(status) => command::status::run(&status),
        Command::Doctor(doctor) => command::doctor::run(&doctor),
        Command::Journal(journal) => command::journal::run(&journal),
        Command::Limits(limits) => command::limits::run(&limits),
        Command::Work(work) => command::work::run(&work),
        Command::Collect(collect) => command::collect::run(&collect),
        Command::ReadChangelogs(read) => command::collect::read_changelogs(&read),
    };
    done.unwrap_or_else(|error| {
        progress::say(&format!("error: {error:#}"));
        ExitCode::from(FAILED)
    })
}
