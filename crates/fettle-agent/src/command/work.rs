//! `work`: the worker, in a session of its own. Started by the agent, with a lock as its standard input.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use fettle_agent_core::worker::{self, CommandLine};

#[derive(Debug, clap::Args)]
pub(crate) struct Work {
    #[arg(long)]
    output: PathBuf,
    #[arg(long)]
    exit: PathBuf,
    #[arg(long)]
    pid: PathBuf,
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

pub(crate) fn run(work: &Work) -> anyhow::Result<ExitCode> {
    let (program, arguments) = work.command.split_first().context("the worker has a command")?;
    let command = CommandLine { program: program.clone(), arguments: arguments.to_vec() };
    worker::work(&work.output, &work.exit, &work.pid, &command).context("running the worker")?;
    Ok(ExitCode::SUCCESS)
}
