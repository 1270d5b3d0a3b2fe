//! `fettle`: the server, and the operator's command line.

mod api;
mod arguments;
mod command;
mod credentials;
mod failure;
mod logs;
mod output;
mod progress;
mod signals;
mod text;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::failure::{Failure, Finding};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Exit code of a command that failed or was refused.
const FAILED: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    // The first provider stands for the whole process: server, client and tests use the same.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(finding) => finding.into(),
        Err(failure) => {
            output::say(&failure.to_text());
            ExitCode::from(FAILED)
        }
    }
}

async fn run(arguments: Arguments) -> Result<Finding, Failure> {
    let Arguments { connection, command } = arguments;
    match command {
        Command::Server(server) => command::server::run(server).await,
        Command::Here(here) => command::here::run(here).await,
        Command::Simulate(simulate) => command::simulate::run(simulate).await,
        Command::Catalogue(catalogue) => command::catalogue::run(&connection, catalogue).await,
        Command::Assess(assess) => command::assess::run(&assess),
        Command::Version(version) => command::version::run(&version),
        Command::Qql(qql) => command::qql::run(&qql),
        Command::WithParent(child) => Err(command::with_parent::run(&child)),
        Command::EstimatePassword => command::estimate_password::run(),
        Command::Login(login) => command::login::run(&connection, login).await,
        Command::Logout(logout) => command::logout::run(&logout).await,
        Command::About(about) => command::about::run(&connection, about).await,
        Command::Overview(overview) => command::overview::run(&connection.client()?, overview).await,
        Command::Assets(assets) => command::assets::run(&connection.client()?, assets).await,
        Command::Patches(patches) => command::patches::run(&connection.client()?, patches).await,
        Command::Vulnerabilities(vulnerabilities) => {
            command::vulnerabilities::run(&connection.client()?, vulnerabilities).await
        }
        Command::Tags(tags) => command::tags::run(&connection.client()?, tags).await,
        Command::Exceptions(exceptions) => command::exceptions::run(&connection.client()?, exceptions).await,
        Command::Jobs(jobs) => command::jobs::run(&connection.client()?, jobs).await,
        Command::Query(query) => command::query::run(&connection.client()?, query).await,
        Command::Keys(keys) => command::keys::run(&connection.client()?, keys).await,
    }
}
