//! The agent of this machine, as a child that stops with the server.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use fettle_fleet::Fleet;
use fettle_model::ActivationKeyId;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::failure::Failure;
use crate::output::say;

/// For the agent to end by itself before it is killed; an installation in progress is finished by its worker.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// Lines of the agent's log that an error shows.
const LAST_LINES: usize = 5;

#[derive(Debug)]
pub(super) struct LocalAgent {
    child: Child,
    log: PathBuf,
}

/// `NAME=VALUE` words of `agent.md` 2.1.
pub(super) fn install_values(fleet: &Fleet, key: &ActivationKeyId, port: u16) -> Vec<String> {
    vec![
        format!("CustomerId={}", fleet.organisation.id),
        format!("ActivationId={key}"),
        format!("WebServiceUri=https://localhost:{port}/agent/"),
        format!("ServerCa={}", fleet.keys.ca.pin()),
    ]
}

pub(super) async fn install(folder: &Path, values: &[String]) -> Result<(), Failure> {
    let mut command = Command::new(program()?);
    command.arg("install").args(values).arg("--data").arg(folder).stdin(Stdio::null());
    let output = command.output().await.map_err(|error| Failure::Agent(format!("it cannot be started: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Agent(format!("`fettle-agent install` failed: {}", text.trim().trim_start_matches("error: "))))
}

impl LocalAgent {
    /// Starts it in a process group of its own: Ctrl-C reaches this process alone, which then ends the agent in order.
    /// If this process is killed, the kernel ends the agent.
    pub(super) fn start(folder: &Path) -> Result<Self, Failure> {
        let starting = |error: std::io::Error| Failure::Agent(format!("it cannot be started: {error}"));
        let log = folder.join("agent.log");
        let output = fs_err::File::create(&log).map_err(starting)?.into_file();
        let own = std::env::current_exe().map_err(starting)?;
        let parent = rustix::process::getpid().as_raw_nonzero().to_string();
        let child = Command::new(own)
            .args(["with-parent", "--parent", &parent])
            .arg(program()?)
            .arg("run")
            .arg("--data")
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(output))
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(starting)?;
        Ok(Self { child, log })
    }

    /// Waits until the agent ends though nobody asked it to.
    pub(super) async fn ended(&mut self) -> Failure {
        match self.child.wait().await {
            Ok(status) => Failure::Agent(format!("it ended with {status}{}", self.last_lines())),
            Err(error) => Failure::Agent(format!("it cannot be watched: {error}")),
        }
    }

    fn last_lines(&self) -> String {
        let Ok(text) = fs_err::read_to_string(&self.log) else { return String::new() };
        let lines: Vec<&str> = text.lines().collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        if last.is_empty() { last } else { format!("; the end of {}:\n{last}", self.log.display()) }
    }

    /// Asks first, and kills what does not end.
    pub(super) async fn stop(mut self) {
        let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else {
            return;
        };
        if let Err(error) = kill_process(id, Signal::TERM) {
            say(&format!("The agent cannot be asked to stop: {error}"));
        }
        if tokio::time::timeout(STOP_LIMIT, self.child.wait()).await.is_err() {
            say("The agent does not stop and is killed");
            if let Err(error) = self.child.kill().await {
                say(&format!("The agent cannot be killed: {error}"));
            }
        }
    }
}

/// `fettle-agent` beside this program.
fn program() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::Agent(format!("this program is not found: {error}")))?;
    let agent = own.with_file_name("fettle-agent");
    if !agent.exists() {
        return Err(Failure::Agent(format!("{} is not there: build it, or copy it there", agent.display())));
    }
    Ok(agent)
}
