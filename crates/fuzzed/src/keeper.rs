//! The agent's own files and the lines between its halves: they may be torn, or written by another hand.

use std::fmt::Debug;

use fettle_agent_core::channel::{ToKeeper, ToTalker, read_line, write_line};
use fettle_agent_core::keeper::journal;
use fettle_agent_core::limits::Limits;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A journal's records before the first bad one are a good journal.
pub fn journal(bytes: &[u8]) {
    let contents = journal::parse(bytes);
    let length = usize::try_from(contents.length).expect("no longer than the file");
    let good = journal::parse(&bytes[..length]);
    assert!(!good.damaged && good.length == contents.length && good.records == contents.records);
    assert!(good.last_seq <= contents.last_seq);
}

pub fn limits(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(limits) = Limits::parse(text) else { return };
    for now in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        limits.is_window_open(now);
        limits.is_frozen(now);
    }
    limits.forbids_package(["demo", "linux-image-amd64"]);
    limits.keys_in_force();
}

pub fn lines(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    is_read_again::<ToKeeper>(text);
    is_read_again::<ToTalker>(text);
}

fn is_read_again<T: DeserializeOwned + Serialize + Debug>(line: &str) {
    if let Ok(message) = read_line::<T>(line)
        && let Ok(written) = write_line(&message)
    {
        assert!(read_line::<T>(&written).is_ok(), "{written}");
    }
}
