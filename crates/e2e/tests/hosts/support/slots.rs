//! At most three hosts at once, over all processes of a test run.

use std::time::Duration;

use fs_err::File;
use rustix::fs::{FlockOperation, flock};

use super::eventually;

const HOSTS: usize = 3;
/// Longer than all tests of this suite together.
const PATIENCE: Duration = Duration::from_mins(20);

/// Held until it is dropped; the kernel gives back what a killed process held.
#[derive(Debug)]
pub(crate) struct Slots(#[expect(dead_code, reason = "an open file is what holds a lock")] Vec<File>);

impl Slots {
    /// Waits for as many slots. One test at a time takes some, so that no two wait for each other with half of theirs.
    pub(crate) fn take(count: usize) -> Self {
        assert!(count <= HOSTS, "{count} hosts are more than there may ever be");
        let gate = file("gate");
        flock(&gate, FlockOperation::LockExclusive).expect("a lock");
        Self(eventually("hosts of other tests to end", PATIENCE, || {
            let free: Vec<File> = (0..HOSTS).filter_map(|number| locked(&number.to_string())).take(count).collect();
            (free.len() == count).then_some(free)
        }))
    }
}

fn locked(name: &str) -> Option<File> {
    let file = file(name);
    flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok().then_some(file)
}

fn file(name: &str) -> File {
    let folder = std::env::temp_dir().join("fettle-host-slots");
    fs_err::create_dir_all(&folder).expect("a folder");
    let mut options = fs_err::OpenOptions::new();
    options.create(true).truncate(false).write(true).open(folder.join(name)).expect("a file")
}
