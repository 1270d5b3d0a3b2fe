//! Scans by hand, as processes.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};

use crate::channel::{Agent, Setting};

const PATIENCE: Duration = Duration::from_mins(1);

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Processes that name `folder` in their command line, and have not ended.
fn processes_of(folder: &str) -> Vec<i32> {
    let entries =
        fs_err::read_dir("/proc").expect("processes").filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names = |id: &i32| {
        fs_err::read_to_string(format!("/proc/{id}/cmdline")).is_ok_and(|arguments| arguments.contains(folder))
    };
    entries.filter_map(|name| name.parse().ok()).filter(names).collect()
}

#[test]
fn an_interrupted_scan_leaves_no_collector_behind() {
    let Some(setting) = Setting::new() else { return };
    // Another one has the lists: the collector waits.
    let lists = setting.data.path().join("apt");
    fs_err::create_dir_all(&lists).expect("a folder");
    let lock = fs_err::File::create(lists.join("lock")).expect("a lock");
    flock(&lock, FlockOperation::LockExclusive).expect("it is free");
    let mut scan = Agent(setting.command("scan").stdout(Stdio::null()).spawn().expect("it starts"));
    let folder = setting.data.path().to_str().expect("a path").to_owned();
    wait_until("the scan and its collector", || processes_of(&folder).len() == 2);
    let id = i32::try_from(scan.0.id()).expect("an id");
    kill_process(Pid::from_raw(id).expect("an id"), Signal::INT).expect("it runs");
    scan.0.wait().expect("it ends");
    wait_until("the collector's end", || processes_of(&folder).is_empty());
}
