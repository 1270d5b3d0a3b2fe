//! `collect` and `read-changelogs`: what the agent runs as children of its own. They print one JSON document.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use fettle_agent_core::collector;
use fettle_agent_core::collector_process::PROGRESS;
use fettle_agent_core::facts::Machine;
use fettle_agent_core::platform::Platform as _;
use fettle_agent_core::platform::apt::Apt;
use fettle_agent_core::scan::{FoundOffer, RefreshWish};
use fettle_agent_core::self_check;
use fettle_model::{Clock as _, SystemClock};
use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group};
use serde::Serialize;

use crate::{Place, progress};

#[derive(Debug, clap::Args)]
pub(crate) struct Collect {
    #[command(flatten)]
    place: Place,
    /// `always`, `never`, or the age of the lists in minutes from which they are fetched
    #[arg(long, value_parser = wish)]
    refresh: RefreshWish,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReadChangelogs {
    #[command(flatten)]
    place: Place,
    #[arg(long)]
    megabytes: u32,
}

fn wish(text: &str) -> Result<RefreshWish, String> {
    match text {
        "always" => Ok(RefreshWish::Always),
        "never" => Ok(RefreshWish::Never),
        minutes => minutes.parse().map(RefreshWish::WhenOlderThan).map_err(|error| error.to_string()),
    }
}

fn step(text: &str) {
    progress::say(&format!("{PROGRESS}{text}"));
}

pub(crate) fn run(collect: &Collect) -> anyhow::Result<ExitCode> {
    end_with_the_asker();
    yield_to_others();
    let folder = collect.place.folder()?;
    let root = &collect.place.root;
    let apt = Apt::new(&folder, root);
    let machine = Machine::new(root);
    let mut scan = collector::scan(&apt, &machine, collect.refresh, &SystemClock, &step);
    scan.add_checks([self_check::lock(&folder, &machine, SystemClock.now()), self_check::folders(&folder)]);
    print(&scan)
}

pub(crate) fn read_changelogs(read: &ReadChangelogs) -> anyhow::Result<ExitCode> {
    end_with_the_asker();
    yield_to_others();
    let folder = read.place.folder()?;
    let apt = Apt::new(&folder, &read.place.root);
    let mut offers = apt.packages(RefreshWish::Never, &SystemClock, &step).offers;
    let budget = u64::from(read.megabytes) * 1_000_000;
    apt.read_changelogs(&mut offers, budget, &step)?;
    let read: Vec<_> = offers.iter().filter(|offer| offer.changelog.is_some()).map(FoundOffer::details).collect();
    print(&read)
}

/// Who asked holds the other end of the standard input. With that process gone, by whatever signal, a scan would go on for
/// nobody, and keep the next one waiting for the lists.
fn end_with_the_asker() {
    std::thread::spawn(|| {
        if std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).is_err() {
            return;
        }
        if getpgrp() == getpid()
            && let Err(error) = kill_current_process_group(Signal::KILL)
        {
            tracing::debug!(%error, "the package manager is left to itself");
        }
        std::process::exit(1);
    });
}

/// A scan is never urgent (`agent.md` 8.1: nice 10). Not being allowed to is no reason to stop.
fn yield_to_others() {
    if let Err(error) = rustix::process::setpriority_process(None, 10) {
        tracing::debug!(%error, "priority stays as it is");
    }
}

fn print(document: &impl Serialize) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, document).context("writing the answer")?;
    out.flush().context("writing the answer")?;
    Ok(ExitCode::SUCCESS)
}
