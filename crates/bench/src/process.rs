//! A process that is measured: its start, its CPU time, its memory.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

#[derive(Debug)]
pub(crate) struct Measured {
    child: Child,
    pid: u32,
    lines: Lines<BufReader<ChildStdout>>,
    stdin: Option<ChildStdin>,
}

impl Measured {
    /// Starts `fettle-bench-server` beside this program.
    pub(crate) fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?.with_file_name("fettle-bench-server");
        let mut child = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let stdout = child.stdout.take().context("its output is a pipe")?;
        let pid = child.id().context("it runs")?;
        let stdin = child.stdin.take();
        Ok(Self { pid, lines: BufReader::new(stdout).lines(), stdin, child })
    }

    /// The next line that it prints.
    pub(crate) async fn line<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let line = self.lines.next_line().await?.context("the process ended before it was ready")?;
        serde_json::from_str(&line).with_context(|| format!("`{line}`"))
    }

    /// CPU time so far, user and system.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        cpu_of(&self.pid.to_string())
    }

    /// Proportional set size, in bytes.
    pub(crate) fn pss(&self) -> anyhow::Result<u64> {
        pss_of(&self.pid.to_string())
    }

    /// Ends it as an operator would.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.stdin.take());
        let status = tokio::time::timeout(Duration::from_mins(1), self.child.wait()).await??;
        anyhow::ensure!(status.success(), "the measured process ended with {status}");
        Ok(())
    }
}

/// CPU time of this process so far.
pub(crate) fn own_cpu() -> anyhow::Result<Duration> {
    cpu_of("self")
}

fn cpu_of(process: &str) -> anyhow::Result<Duration> {
    let stat = fs_err::read_to_string(Path::new("/proc").join(process).join("stat"))?;
    // The name, in brackets, may hold anything; 14 and 15 of proc(5) stand 11 and 12 after it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).context("a field of stat");
    // USER_HZ is 100 on Linux.
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// Proportional set size of this process, in bytes.
pub(crate) fn own_pss() -> anyhow::Result<u64> {
    pss_of("self")
}

fn pss_of(process: &str) -> anyhow::Result<u64> {
    let rollup = fs_err::read_to_string(Path::new("/proc").join(process).join("smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).context("a line of smaps_rollup")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}
