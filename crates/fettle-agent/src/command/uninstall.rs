//! `uninstall`: says goodbye to the server and takes away what the agent keeps. `limits.toml` is the administrator's,
//! and stays; files of the package go with the package (`agent.md` 8.3).

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use fettle_agent_core::folder::{self, DataFolder};
use fettle_agent_core::keeper::deployment::Memory;
use fettle_agent_core::keeper::journal;
use fettle_agent_core::limits::LimitsFile;
use fettle_agent_core::settings::Settings;
use fettle_agent_core::talker;
use fettle_agent_core::talker::session::TalkerFolder;
use fettle_agent_core::worker::WorkerFiles;
use fettle_model::deployment::StateKind;
use fettle_wire::Code;
use fettle_wire::message::{Goodbye, GoodbyeAnswer};

use super::run::lock;
use super::{journal_files, limits_path, settings_path};
use crate::{Place, progress};

#[derive(Debug, clap::Args)]
pub(crate) struct Uninstall {
    #[command(flatten)]
    place: Place,
    /// Keep the journals; identity and keys go all the same
    #[arg(long)]
    keep_data: bool,
    /// Cancel a deployment that is active; its installer is waited for
    #[arg(long)]
    force: bool,
}

/// How long the server has to answer, and a running agent to end.
const GOODBYE: Duration = Duration::from_secs(10);
const END: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

pub(crate) fn run(arguments: &Uninstall) -> anyhow::Result<ExitCode> {
    let data = arguments.place.folder()?;
    if arguments.place.data.is_none() && !rustix::process::geteuid().is_root() {
        bail!("{}: uninstall needs root", Code::NotRoot);
    }
    if let (Some((name, _)), false) = (active(&data)?, arguments.force) {
        bail!("{}: {name} is being worked on (--force cancels it)", Code::DeploymentActive);
    }
    let _kept = stop(&data)?;
    // Looked up again: one may have begun until the agent ended.
    if let Some((name, runs)) = active(&data)? {
        let limits = LimitsFile::new(limits_path(&arguments.place, &data)).read().limits;
        let longest = Duration::from_mins(u64::from(limits.max_install_minutes));
        progress::say(&format!("waiting for the installer of {name}, at most {} minutes", limits.max_install_minutes));
        let files = WorkerFiles::new(&data.keeper().join("journal"), &name, runs);
        files.wait(None, longest, || Ok(())).context("waiting for the installer")?;
    }
    let settings = settings_path(&arguments.place, &data);
    say_goodbye(&data, &settings)?;
    remove(&data, arguments.keep_data)?;
    folder::remove_if_there(&settings)?;
    Ok(ExitCode::SUCCESS)
}

/// The deployment that changes the machine, with the number of its last worker run.
fn active(data: &DataFolder) -> anyhow::Result<Option<(String, u32)>> {
    for path in journal_files(data)? {
        let memory = Memory::of(&journal::read(&path)?.records);
        // One that waits for a restart does nothing to the machine any more.
        let waits = memory.state == Some(fettle_model::DeploymentState::PendingReboot);
        if !waits && memory.state.is_some_and(|state| state.kind() == StateKind::Active) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            return Ok(Some((name, memory.runs)));
        }
    }
    Ok(None)
}

/// Ends the agent that runs on this data folder, and waits for its end. As long as the lock is kept, none begins anew:
/// a supervisor starts one again that has ended.
fn stop(data: &DataFolder) -> anyhow::Result<fs_err::File> {
    let started = Instant::now();
    let mut asked = None;
    loop {
        let holder = match lock(data)? {
            Ok(kept) => return Ok(kept),
            Err(holder) => holder,
        };
        if let Some(pid) = holder.filter(|pid| asked != Some(*pid)) {
            progress::say("waiting for the agent to end");
            match rustix::process::kill_process(pid, rustix::process::Signal::TERM) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => asked = Some(pid),
                Err(error) => return Err(error).context("ending the agent"),
            }
        }
        if started.elapsed() > END {
            bail!("{}: the agent does not end", Code::AlreadyRunning);
        }
        std::thread::sleep(POLL);
    }
}

/// A server that is out of reach is no error: it sees the asset fall silent.
fn say_goodbye(data: &DataFolder, settings: &std::path::Path) -> anyhow::Result<()> {
    let folder = TalkerFolder::new(data);
    let (Some(settings), Some(session)) = (Settings::load(settings)?, folder.session()?) else { return Ok(()) };
    let client = talker::server_client(&settings, &folder)?;
    let request = Goodbye { incarnation: session.incarnation, token: session.token };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("preparing the network")?;
    if let Err(error) = runtime.block_on(client.post::<_, GoodbyeAnswer>("goodbye", &request, GOODBYE)) {
        progress::say(&format!("the server was not told: {:#}", anyhow::Error::from(error)));
    }
    Ok(())
}

fn remove(data: &DataFolder, keep_data: bool) -> anyhow::Result<()> {
    remove_folder(&data.talker())?;
    remove_folder(&data.apt())?;
    if keep_data {
        remove_folder(&data.keeper().join("trust"))?;
        for name in ["identity.json", "record.key", "state.json", "inventory.json"] {
            folder::remove_if_there(&data.keeper().join(name))?;
        }
    } else {
        remove_folder(&data.keeper())?;
    }
    for name in ["image.json", "agent.lock", "status.sock"] {
        folder::remove_if_there(&data.path().join(name))?;
    }
    Ok(())
}

fn remove_folder(path: &std::path::Path) -> anyhow::Result<()> {
    match fs_err::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context("removing the agent's files"),
        _ => Ok(()),
    }
}
