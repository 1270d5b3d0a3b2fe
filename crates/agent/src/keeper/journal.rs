//! The journal of a deployment: an append-only file of checked records (`agent.md` 5).
//!
//! A record is its length (u32, little endian), the CRC-32C of its body (u32, little endian) and the body: JSON of up
//! to 1 MiB. A torn last record is cut off; a bad one in the middle is damage.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use fettle_model::{Clock, DeploymentId};
use fettle_wire::limit::MAX_EVENT_SEQUENCE;
use fettle_wire::message::{Event, EventKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest body, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;
const HEAD: usize = 8;
/// Event numbers that are kept for states and the record.
const LAST_NUMBERS: u32 = 100;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the journal {path} could not be {action}")]
    File { path: PathBuf, action: &'static str, source: io::Error },
    #[error("a journal record of {length} bytes is too long")]
    TooLong { length: usize },
}

/// One record's body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Counts records, from 1.
    pub n: u64,
    /// Only on records that are events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u32>,
    pub t: Timestamp,
    /// Milliseconds on the monotonic clock of this process.
    pub mono: u64,
    /// Boot id.
    pub boot: String,
    pub kind: String,
    pub data: Value,
}

impl Record {
    /// Highest event number of a journal that was set aside, on the first record of the one after it.
    fn numbers_before(&self) -> u32 {
        let last = self.data.get("lastSeq").filter(|_| self.kind == "damaged").and_then(Value::as_u64);
        last.and_then(|last| u32::try_from(last).ok()).unwrap_or(0)
    }

    /// The event that this record is, if it is one.
    pub fn event(&self, deployment: DeploymentId) -> Option<Event> {
        let kind: EventKind = serde_json::from_value(Value::String(self.kind.clone())).ok()?;
        let mut detail = self.data.clone();
        let state = match (kind, detail.as_object_mut()) {
            (EventKind::State, Some(fields)) => {
                fields.remove("state").and_then(|name| name.as_str().map(str::to_owned))
            }
            _ => None,
        };
        Some(Event { deployment, seq: self.seq?, time: self.t, boot: self.boot.clone(), kind, state, detail })
    }
}

/// Whether the disk must have a record before the agent goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    Synced,
    /// Progress and the like.
    Written,
}

/// What a journal file holds, and whether it is whole.
#[derive(Debug, Default, PartialEq)]
pub struct Contents {
    pub records: Vec<Record>,
    /// A record in the middle is bad; `records` are those before it.
    pub damaged: bool,
    /// Bytes of good records.
    pub length: u64,
    /// Highest event number, of records after a bad one too.
    pub last_seq: u32,
}

#[derive(Debug)]
pub struct Journal {
    file: fs_err::File,
    deployment: DeploymentId,
    next: u64,
    next_seq: u32,
    /// Said already that events are left out.
    dropping: bool,
    boot: String,
    started: Instant,
}

pub fn path(folder: &Path, deployment: DeploymentId) -> PathBuf {
    folder.join(format!("{deployment}.jnl"))
}

impl Journal {
    /// Opens or makes the journal of `deployment`, cuts a torn end off, and returns what it holds.
    pub fn open(folder: &Path, deployment: DeploymentId, boot: &str) -> Result<(Self, Contents), JournalError> {
        let path = path(folder, deployment);
        let failed = |action: &'static str| {
            let path = path.clone();
            move |source| JournalError::File { path, action, source }
        };
        let contents = if path.exists() { read(&path)? } else { Contents::default() };
        let file =
            fs_err::OpenOptions::new().create(true).append(true).read(true).open(&path).map_err(failed("opened"))?;
        if !contents.damaged {
            file.set_len(contents.length).map_err(failed("cut"))?;
        }
        crate::folder::sync_folder(folder).map_err(failed("made durable"))?;
        let next_seq = contents.last_seq + 1;
        let next = contents.records.last().map_or(0, |record| record.n) + 1;
        let dropping = contents.records.iter().any(|record| record.kind == EventKind::EventsDropped.name());
        let journal =
            Self { file, deployment, next, next_seq, dropping, boot: boot.to_owned(), started: Instant::now() };
        Ok((journal, contents))
    }

    /// Appends a record that is no event.
    pub fn note(
        &mut self,
        kind: &str,
        data: Value,
        durability: Durability,
        clock: &dyn Clock,
    ) -> Result<(), JournalError> {
        let record = self.record(kind, data, None, clock);
        self.append(&record, durability)
    }

    /// Appends an event and returns what is to be sent; it is on the disk before. The last numbers are for states and
    /// the record: once the others are used up, other events are left out, which one event says.
    pub fn event(&mut self, kind: EventKind, data: Value, clock: &dyn Clock) -> Result<Vec<Event>, JournalError> {
        let full = self.next_seq > MAX_EVENT_SEQUENCE - LAST_NUMBERS;
        if full && !matches!(kind, EventKind::State | EventKind::Record) {
            if self.dropping {
                return Ok(Vec::new());
            }
            self.dropping = true;
            return self.numbered(EventKind::EventsDropped, serde_json::json!({"from": kind.name()}), clock);
        }
        self.numbered(kind, data, clock)
    }

    fn numbered(&mut self, kind: EventKind, data: Value, clock: &dyn Clock) -> Result<Vec<Event>, JournalError> {
        let record = self.record(kind.name(), data, Some(self.next_seq), clock);
        self.append(&record, Durability::Synced)?;
        self.next_seq += 1;
        Ok(vec![record.event(self.deployment).expect("it was made as an event")])
    }

    fn record(&self, kind: &str, data: Value, seq: Option<u32>, clock: &dyn Clock) -> Record {
        let mono = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Record { n: self.next, seq, t: clock.now(), mono, boot: self.boot.clone(), kind: kind.to_owned(), data }
    }

    fn append(&mut self, record: &Record, durability: Durability) -> Result<(), JournalError> {
        let body = serde_json::to_vec(record).expect("a record is JSON");
        if body.len() > BODY_LIMIT {
            return Err(JournalError::TooLong { length: body.len() });
        }
        let length = u32::try_from(body.len()).expect("below 1 MiB");
        let mut bytes = Vec::with_capacity(HEAD + body.len());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&crc32c::crc32c(&body).to_le_bytes());
        bytes.extend_from_slice(&body);
        let path = self.file.path().to_owned();
        let failed = |action: &'static str| {
            let path = path.clone();
            move |source| JournalError::File { path, action, source }
        };
        self.file.write_all(&bytes).map_err(failed("written"))?;
        if durability == Durability::Synced {
            self.file.sync_data().map_err(failed("made durable"))?;
        }
        self.next += 1;
        Ok(())
    }
}

/// Reads a journal file without changing it.
pub fn read(path: &Path) -> Result<Contents, JournalError> {
    let failed = |source| JournalError::File { path: path.to_owned(), action: "read", source };
    let mut bytes = Vec::new();
    fs_err::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(failed)?;
    Ok(parse(&bytes))
}

/// Reads the bytes of a journal file.
pub fn parse(bytes: &[u8]) -> Contents {
    let mut contents = Contents::default();
    let mut rest = bytes;
    while rest.len() >= HEAD {
        let length = u32::from_le_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
        let sum = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]);
        let body = rest.get(HEAD..HEAD.saturating_add(length)).filter(|_| length <= BODY_LIMIT);
        let Some(body) = body else {
            // The end is torn, unless a good record follows: then this one's length is what was damaged.
            let Some(next) = (1..rest.len()).find(|at| is_record(&rest[*at..])) else { break };
            contents.damaged = true;
            rest = &rest[next..];
            continue;
        };
        rest = &rest[HEAD + length..];
        let whole = crc32c::crc32c(body) == sum;
        let record = if whole { serde_json::from_slice::<Record>(body).ok() } else { None };
        let Some(record) = record else {
            // Torn, when nothing follows; else something in the middle was damaged.
            contents.damaged |= !rest.is_empty();
            continue;
        };
        contents.last_seq = contents.last_seq.max(record.seq.unwrap_or(0)).max(record.numbers_before());
        if !contents.damaged {
            contents.records.push(record);
            contents.length += (HEAD + length) as u64;
        }
    }
    contents
}

fn is_record(bytes: &[u8]) -> bool {
    let Some(head) = bytes.first_chunk::<HEAD>() else { return false };
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let sum = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    let body = bytes.get(HEAD..HEAD.saturating_add(length)).filter(|body| !body.is_empty() && length <= BODY_LIMIT);
    body.is_some_and(|body| crc32c::crc32c(body) == sum && serde_json::from_slice::<Record>(body).is_ok())
}

#[cfg(test)]
mod tests {
    use fettle_model::SystemClock;
    use serde_json::json;

    use super::*;

    fn deployment() -> DeploymentId {
        "0193b3a0-0000-7000-8000-000000000009".parse().expect("an id")
    }

    fn written(folder: &Path) -> PathBuf {
        let (mut journal, contents) = Journal::open(folder, deployment(), "boot").expect("a journal");
        assert!(contents.records.is_empty());
        journal.note("accepted", json!({"counter": 7}), Durability::Synced, &SystemClock).expect("a record");
        for state in ["Received", "Downloading"] {
            let event = journal.event(EventKind::State, json!({"state": state}), &SystemClock).expect("an event");
            assert_eq!(event[0].state.as_deref(), Some(state));
        }
        path(folder, deployment())
    }

    #[test]
    fn records_and_numbers_go_on_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path());
        let (mut journal, contents) = Journal::open(folder.path(), deployment(), "later").expect("a journal");
        assert_eq!(contents.records.len(), 3);
        let event = journal.event(EventKind::State, json!({"state": "Downloaded"}), &SystemClock).expect("an event");
        assert_eq!(event[0].seq, 3);
        assert_eq!(event[0].boot, "later");
    }

    #[test]
    fn every_torn_end_is_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = written(folder.path());
        let whole = fs_err::read(&path).expect("a journal");
        let two = parse(&whole).records[..2].to_vec();
        let last = HEAD + serde_json::to_vec(&parse(&whole).records[2]).expect("JSON").len();
        for cut in 1..last {
            fs_err::write(&path, &whole[..whole.len() - cut]).expect("a file");
            let (_, contents) = Journal::open(folder.path(), deployment(), "boot").expect("a journal");
            assert_eq!((contents.records.as_slice(), contents.damaged), (two.as_slice(), false), "cut {cut}");
            let length = fs_err::metadata(&path).expect("a file").len();
            assert_eq!(length, contents.length, "cut {cut}");
        }
    }

    #[test]
    fn damage_in_the_middle_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = written(folder.path());
        let mut bytes = fs_err::read(&path).expect("a journal");
        // In a body, and in a length.
        for at in [HEAD + 3, 2] {
            bytes[at] ^= 0xff;
            fs_err::write(&path, &bytes).expect("a file");
            let contents = read(&path).expect("a journal");
            assert!(contents.damaged, "byte {at}");
            assert!(contents.records.is_empty());
            assert_eq!(contents.last_seq, 2, "numbers go on above those that were told");
            bytes[at] ^= 0xff;
        }
    }

    #[test]
    fn beyond_its_numbers_only_states_and_the_record_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut journal, _) = Journal::open(folder.path(), deployment(), "boot").expect("a journal");
        let before = json!({"lastSeq": MAX_EVENT_SEQUENCE - LAST_NUMBERS - 1});
        journal.note("damaged", before, Durability::Synced, &SystemClock).expect("a record");
        drop(journal);
        let (mut journal, _) = Journal::open(folder.path(), deployment(), "boot").expect("a journal");
        let mut tell = |kind| journal.event(kind, json!({}), &SystemClock).expect("a journal");
        assert_eq!(tell(EventKind::Package)[0].seq, MAX_EVENT_SEQUENCE - LAST_NUMBERS);
        assert_eq!(tell(EventKind::Package)[0].kind, EventKind::EventsDropped);
        assert!(tell(EventKind::Package).is_empty() && tell(EventKind::Patch).is_empty());
        assert_eq!(tell(EventKind::State)[0].seq, MAX_EVENT_SEQUENCE - LAST_NUMBERS + 2);
        drop(journal);
        let (mut journal, _) = Journal::open(folder.path(), deployment(), "boot").expect("a journal");
        assert!(journal.event(EventKind::Package, json!({}), &SystemClock).expect("a journal").is_empty());
        assert_eq!(journal.event(EventKind::Record, json!({}), &SystemClock).expect("a journal").len(), 1);
    }
}
