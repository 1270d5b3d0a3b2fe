//! Workers: package-manager runs in a session of their own, with output and exit code in files, so that they survive
//! the agent (`agent.md` 1.1).
//!
//! The agent locks a file and hands it to the worker as its standard input: as long as the worker lives the lock is
//! held, whoever started it. So a later agent knows whether it still runs, without a moment in which it cannot tell.

use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

/// Between the polite signal and the last one.
const GRACE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    pub program: String,
    pub arguments: Vec<String>,
}

/// Where one run of a worker leaves its traces.
#[derive(Debug, Clone)]
pub struct WorkerFiles {
    /// Shared by all runs of a deployment; each appends.
    pub output: PathBuf,
    lock: PathBuf,
    exit: PathBuf,
    pid: PathBuf,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Exit code; -1 for a signal.
    Exit(i32),
    TimedOut,
    /// The worker is gone and left no exit code.
    Vanished,
}

impl WorkerFiles {
    /// Of run `number` of what is named `stem` in `folder`.
    pub fn new(folder: &Path, stem: &str, number: u32) -> Self {
        let run = |kind: &str| folder.join(format!("{stem}.{number}.{kind}"));
        Self { output: folder.join(format!("{stem}.log")), lock: run("lock"), exit: run("exit"), pid: run("pid") }
    }

    /// Starts `command` through `program work …`, which is this same program.
    pub fn start(&self, program: &Path, command: &CommandLine) -> io::Result<Child> {
        crate::folder::remove_if_there(&self.exit)?;
        let lock = fs_err::OpenOptions::new().create(true).truncate(false).write(true).read(true).open(&self.lock)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Command::new(program)
            .arg("work")
            .arg("--output")
            .arg(&self.output)
            .arg("--exit")
            .arg(&self.exit)
            .arg("--pid")
            .arg(&self.pid)
            .arg("--")
            .arg(&command.program)
            .args(&command.arguments)
            .stdin(Stdio::from(lock.into_parts().0))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    }

    pub fn is_running(&self) -> io::Result<bool> {
        let file = match fs_err::File::open(&self.lock) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(false),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    fn exit_code(&self) -> io::Result<Option<i32>> {
        match fs_err::read_to_string(&self.exit) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits for the end of the run, at most `limit`; past it the worker's whole group is ended. `child` is there when
    /// this process started it. `watch` is called while waiting, for the output so far.
    pub fn wait(
        &self,
        mut child: Option<Child>,
        limit: Duration,
        mut watch: impl FnMut() -> io::Result<()>,
    ) -> io::Result<Ended> {
        let started = Instant::now();
        let mut signalled: Option<Instant> = None;
        let mut killed = false;
        loop {
            if let Some(child) = &mut child {
                child.try_wait()?;
            }
            let running = self.is_running()?;
            watch()?;
            if !running {
                break;
            }
            match signalled {
                None if started.elapsed() >= limit => {
                    self.signal(Signal::TERM)?;
                    signalled = Some(Instant::now());
                }
                Some(at) if !killed && at.elapsed() >= GRACE => {
                    self.signal(Signal::KILL)?;
                    killed = true;
                }
                _ => {}
            }
            std::thread::sleep(POLL);
        }
        if let Some(mut child) = child {
            child.wait()?;
        }
        if signalled.is_some() {
            // What the polite signal did not reach.
            self.signal(Signal::KILL)?;
            return Ok(Ended::TimedOut);
        }
        Ok(self.exit_code()?.map_or(Ended::Vanished, Ended::Exit))
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        let pid = self.pid()?.and_then(Pid::from_raw);
        match pid.map(|pid| kill_process_group(pid, signal)) {
            Some(Err(error)) if error != rustix::io::Errno::SRCH => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Process id of the worker, which leads its own session.
    pub fn pid(&self) -> io::Result<Option<i32>> {
        match fs_err::read_to_string(&self.pid) {
            Ok(text) => Ok(text.split_whitespace().next().and_then(|pid| pid.parse().ok())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Output from `offset` on, at most `most` bytes, cut at a character.
pub fn read_output(path: &Path, offset: u64, most: usize) -> io::Result<String> {
    let mut file = match fs_err::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    file.seek(io::SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(most as u64).read_to_end(&mut bytes)?;
    // A character that is cut at the end is read with what follows it.
    let end = match std::str::from_utf8(&bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    };
    Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

/// The worker itself: leads a session, runs the command, and leaves its exit code. Standard input is the lock.
pub fn work(output: &Path, exit: &Path, pid: &Path, command: &CommandLine) -> io::Result<()> {
    // Out of the agent's session: what ends the agent does not end this.
    let own = rustix::process::setsid()?;
    fs_err::write(pid, format!("{}\n", own.as_raw_nonzero()))?;
    let log = fs_err::OpenOptions::new().create(true).append(true).open(output)?;
    let (log, _) = log.into_parts();
    let status = Command::new(&command.program)
        .args(&command.arguments)
        .env("LC_ALL", "C")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("APT_LISTCHANGES_FRONTEND", "none")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .status();
    let code = match status {
        Ok(status) => status.code().unwrap_or(-1),
        Err(error) => {
            fs_err::write(output, format!("{} could not be started: {error}\n", command.program))?;
            -1
        }
    };
    crate::folder::write_durably(exit, format!("{code}\n").as_bytes())
}
