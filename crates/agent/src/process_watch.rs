//! A child process with its own children, held to a time and an amount of memory (`agent.md` 8.1).

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

const LOOK: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub time: Duration,
    /// Memory in use by the process and all below it, in bytes.
    pub memory: u64,
}

/// Why a process was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    Time,
    Memory,
}

/// Looks after one process, which leads its own group, until it is told that the process has ended.
#[derive(Debug)]
pub struct ProcessWatch {
    ended: Sender<()>,
    watcher: JoinHandle<Option<Exceeded>>,
}

impl ProcessWatch {
    pub fn start(process: u32, allowance: Allowance) -> Self {
        let (ended, told) = channel();
        Self { ended, watcher: thread::spawn(move || watch(process, allowance, &told)) }
    }

    /// To be called once the process has closed its output, and before it is waited for: its id is its own until then.
    pub fn end(self) -> Option<Exceeded> {
        drop(self.ended);
        self.watcher.join().expect("watching does not panic")
    }
}

fn watch(process: u32, allowance: Allowance, told: &Receiver<()>) -> Option<Exceeded> {
    let started = Instant::now();
    loop {
        match told.recv_timeout(LOOK.min(allowance.time)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return None,
        }
        let exceeded = if started.elapsed() >= allowance.time {
            Exceeded::Time
        } else if memory_of(process) > allowance.memory {
            Exceeded::Memory
        } else {
            continue;
        };
        let group = i32::try_from(process).ok().and_then(Pid::from_raw);
        // One that has just ended by itself is as good.
        if let Some(Err(error)) = group.map(|group| kill_process_group(group, Signal::KILL)) {
            tracing::debug!(%error, "the process has ended already");
        }
        return Some(exceeded);
    }
}

/// Bytes that the process and all below it have for themselves: what is shared, such as mapped files, is not theirs.
fn memory_of(process: u32) -> u64 {
    let children = fs_err::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let below = children.split_whitespace().filter_map(|child| child.parse().ok()).map(memory_of);
    own_memory(process) + below.sum::<u64>()
}

/// `RssAnon` of proc(5).
fn own_memory(process: u32) -> u64 {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) * 1024
}
