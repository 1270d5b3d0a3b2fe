//! Starting a collector as a child process of this same program, and reading what it says: one JSON document on
//! standard output, its progress as lines on standard error.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use fettle_wire::Code;
use fettle_wire::message::report::OfferDetails;
use serde::de::DeserializeOwned;

use crate::folder::DataFolder;
use crate::process_watch::{Allowance, Exceeded, ProcessWatch};
use crate::scan::{RefreshWish, Scan};

/// Progress lines of a collector begin with this; anything else on its standard error is a message.
pub const PROGRESS: &str = "progress: ";

#[derive(Debug, thiserror::Error)]
pub enum CollectorError {
    #[error("the collector could not be started")]
    Start(#[source] std::io::Error),
    #[error("the collector's answer could not be read")]
    Read(#[source] std::io::Error),
    #[error("the collector took longer than {} s and was ended", .0.as_secs())]
    TimedOut(Duration),
    #[error("the collector used more than {} MB and was ended", .0 / 1_000_000)]
    OutOfMemory(u64),
    #[error("the collector ended with {status} and without an answer: {text}")]
    NoAnswer { status: std::process::ExitStatus, text: String },
}

impl CollectorError {
    /// As a failed scan names it.
    pub const fn code(&self) -> Code {
        match self {
            Self::TimedOut(_) => Code::Timeout,
            Self::OutOfMemory(_) => Code::OutOfMemory,
            _ => Code::CollectorFailed,
        }
    }
}

/// What a collector may use (`agent.md` 3.4, 8.1).
const ALLOWANCE: Allowance = Allowance { time: Duration::from_mins(30), memory: 256 * 1024 * 1024 };

/// What every collector is told.
#[derive(Debug, Clone)]
pub struct Collectors {
    pub data: DataFolder,
    /// `/` but in tests.
    pub root: std::path::PathBuf,
    /// This program.
    pub program: std::path::PathBuf,
    pub allowance: Allowance,
}

impl Collectors {
    pub fn new(data: DataFolder, root: &Path) -> Result<Self, CollectorError> {
        let program = std::env::current_exe().map_err(CollectorError::Start)?;
        Ok(Self { data, root: root.to_owned(), program, allowance: ALLOWANCE })
    }

    pub fn scan(&self, wish: RefreshWish, progress: &mut dyn FnMut(&str)) -> Result<Scan, CollectorError> {
        let wish = match wish {
            RefreshWish::Always => "always".to_owned(),
            RefreshWish::Never => "never".to_owned(),
            RefreshWish::WhenOlderThan(minutes) => minutes.to_string(),
        };
        self.run("collect", &["--refresh", &wish], progress)
    }

    /// Details of the offers whose changelog is known after reading up to `megabytes` of package files.
    pub fn read_changelogs(
        &self,
        megabytes: u32,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Vec<OfferDetails>, CollectorError> {
        self.run("read-changelogs", &["--megabytes", &megabytes.to_string()], progress)
    }

    fn run<T: DeserializeOwned>(
        &self,
        what: &str,
        arguments: &[&str],
        progress: &mut dyn FnMut(&str),
    ) -> Result<T, CollectorError> {
        let mut child = yielding(&self.program)
            .args([what, "--data"])
            .arg(self.data.path())
            .arg("--root")
            .arg(&self.root)
            .args(arguments)
            // Nothing is written to it: its end tells the collector that nobody waits for the answer any more.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(CollectorError::Start)?;
        let watch = ProcessWatch::start(child.id(), self.allowance);
        let mut stdout = child.stdout.take().expect("the pipe was asked for");
        let stderr = child.stderr.take().expect("the pipe was asked for");
        let reader = thread::spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).map(|_| bytes)
        });
        let mut messages = Vec::new();
        for line in BufReader::new(stderr).lines() {
            let line = line.map_err(CollectorError::Read)?;
            match line.strip_prefix(PROGRESS) {
                Some(step) => progress(step),
                None => messages.push(line),
            }
        }
        let bytes = reader.join().expect("reading a pipe does not panic").map_err(CollectorError::Read)?;
        let exceeded = watch.end();
        let status = child.wait().map_err(CollectorError::Read)?;
        match exceeded {
            Some(Exceeded::Time) => return Err(CollectorError::TimedOut(self.allowance.time)),
            Some(Exceeded::Memory) => return Err(CollectorError::OutOfMemory(self.allowance.memory)),
            None => {}
        }
        serde_json::from_slice(&bytes).map_err(|error| CollectorError::NoAnswer {
            status,
            text: if messages.is_empty() { error.to_string() } else { messages.join("\n") },
        })
    }
}

/// The program with idle input and output, where the machine has the means (util-linux); the collector itself lowers
/// its priority.
fn yielding(program: &Path) -> Command {
    const IONICE: &str = "/usr/bin/ionice";
    if !Path::new(IONICE).exists() {
        return Command::new(program);
    }
    let mut command = Command::new(IONICE);
    // `-t`: not being allowed to is no reason to stop.
    command.args(["-c", "3", "-t"]).arg(program);
    command
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A collector that is this shell script.
    fn collectors(folder: &Path, script: &str, allowance: Allowance) -> Collectors {
        let program = folder.join("collector");
        fs_err::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a file");
        fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        Collectors { data: DataFolder::new(folder), root: folder.to_owned(), program, allowance }
    }

    #[test]
    fn what_takes_too_long_or_too_much_is_ended_with_all_below_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let roomy = Allowance { time: Duration::from_mins(10), memory: u64::MAX };
        let short = Allowance { time: Duration::from_millis(300), ..roomy };
        // The child of the child holds the pipes: were it left alone, the answer would be waited for.
        let error = collectors(folder.path(), "sleep 600 & sleep 600", short).read_changelogs(1, &mut |_| {});
        assert_eq!(error.expect_err("it takes too long").code(), Code::Timeout);
        let little = Allowance { memory: 1, ..roomy };
        let error = collectors(folder.path(), "sleep 600", little).read_changelogs(1, &mut |_| {});
        assert_eq!(error.expect_err("it takes too much").code(), Code::OutOfMemory);
        let read =
            collectors(folder.path(), "echo 'progress: x' >&2; echo '[]'", roomy).read_changelogs(1, &mut |_| {});
        assert!(read.expect("it is within its allowance").is_empty());
        let error = collectors(folder.path(), "echo broken >&2; exit 3", roomy).read_changelogs(1, &mut |_| {});
        assert_eq!(error.expect_err("no answer").code(), Code::CollectorFailed);
    }

    #[test]
    fn input_and_output_are_idle() {
        if !Path::new("/usr/bin/ionice").exists() {
            println!("skipped: there is no ionice here");
            return;
        }
        let output = yielding(Path::new("/usr/bin/ionice")).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.starts_with("idle"), "{text}");
    }
}
