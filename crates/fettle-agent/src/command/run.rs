//! `run`: keeper and talker, until a signal ends them.

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, bail};
use fettle_agent_core::channel::{KeeperLine, TalkerLine};
use fettle_agent_core::collector_process::Collectors;
use fettle_agent_core::entropy::SystemEntropy;
use fettle_agent_core::facts::Machine;
use fettle_agent_core::folder::DataFolder;
use fettle_agent_core::keeper::{Input, Inputs, Keeper, KeeperSettings};
use fettle_agent_core::limits::LimitsFile;
use fettle_agent_core::settings::Settings;
use fettle_agent_core::talker::{self, Talker};
use fettle_model::SystemClock;
use rustix::io::Errno;
use rustix::process::{Flock, FlockType, Pid, fcntl_getlk};

use super::{limits_path, settings_path, status};
use crate::{Place, status_socket};

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Run) -> anyhow::Result<ExitCode> {
    let data = arguments.place.folder()?;
    let path = settings_path(&arguments.place, &data);
    let Some(settings) = Settings::load(&path)? else {
        bail!("this agent is not installed: {} is not there (see fettle-agent install)", path.display());
    };
    let _lock = only_one(&data)?;
    let (told, told_limits) = (data.clone(), limits_path(&arguments.place, &data));
    let serving =
        status_socket::serve(&status_socket::path(&data), move || status::document(&path, &told_limits, &told));
    if let Err(error) = serving {
        // Work goes on: only callers that are not root have to do without.
        tracing::warn!(error = format!("{error:#}"), "the status is not told on a socket");
    }
    let machine = Machine::new(&arguments.place.root);
    let limits = limits_path(&arguments.place, &data);
    // The limits file takes over what was said at the install.
    let monitor_only = !machine.is_root || (settings.monitor_only && !limits.exists());
    let (inputs, received) = Inputs::channel();
    let (lines, to_talker) = tokio::sync::mpsc::unbounded_channel();
    let talker = Talker {
        settings,
        data: data.clone(),
        machine: machine.clone(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    let settings = KeeperSettings {
        collectors: Collectors::new(data, &arguments.place.root)?,
        machine,
        monitor_only,
        limits: LimitsFile::new(limits),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    let keeper = Keeper::new(settings, TalkerLine(lines), inputs.clone(), received)?;
    let line = KeeperLine(Arc::new(move |line| inputs.send(Input::Line(line))));
    thread::Builder::new()
        .name("talker".to_owned())
        .spawn(move || talker::run(&talker, &line, to_talker))
        .context("starting the talker")?;
    keeper.run()?;
    Ok(ExitCode::SUCCESS)
}

/// One agent for each data folder.
fn only_one(data: &DataFolder) -> anyhow::Result<fs_err::File> {
    match lock(data)? {
        Ok(file) => Ok(file),
        Err(_) => bail!("ALREADY_RUNNING: another agent uses {}", data.path().display()),
    }
}

/// The lock of a data folder, or the process that holds it (`None`: it has just ended, or lives in another process
/// namespace). A record lock, so that the kernel itself names the holder: a number in a file may be another process's by
/// now.
pub(crate) fn lock(data: &DataFolder) -> anyhow::Result<Result<fs_err::File, Option<Pid>>> {
    let path = data.path().join("agent.lock");
    let file = fs_err::OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
    match rustix::fs::fcntl_lock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Ok(file)),
        Err(Errno::AGAIN | Errno::ACCESS) => {
            let held = fcntl_getlk(&file, &Flock::from(FlockType::WriteLock)).context("asking who holds the lock")?;
            Ok(Err(held.and_then(|held| held.pid)))
        }
        Err(error) => Err(error).context("locking the agent's data folder"),
    }
}
