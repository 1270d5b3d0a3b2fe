//! How much of what was done is kept, and what is made of a journal that is damaged (`agent.md` 5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::{DeploymentId, DeploymentState as State};
use fettle_wire::message::EventKind;
use fettle_wire::message::events::detail;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::deployment::{self, Memory};
use super::journal::{self, Durability, Journal};
use super::work::state_data;
use super::{Keeper, KeeperError};

/// Journals of deployments that ended stay so long.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// All journals together, in bytes.
const ROOM: u64 = 64 * 1024 * 1024;
/// What each deployment that has not ended may still write, in bytes.
pub(super) const RESERVED: u64 = 4 * 1024 * 1024;

const DAMAGED: &str = "JOURNAL_DAMAGED: a record in the middle of the journal is bad";

/// A deployment's files, for the question whether they stay.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    id: DeploymentId,
    last: Timestamp,
    bytes: u64,
    /// Ended, and the server has all of it.
    settled: bool,
    /// It has not ended.
    open: bool,
}

/// Which of them go: settled ones past their time, and beyond the room the oldest settled ones.
fn superfluous(kept: &[Kept], now: Timestamp) -> Vec<DeploymentId> {
    let mut settled: Vec<&Kept> = kept.iter().filter(|kept| kept.settled).collect();
    settled.sort_by_key(|kept| (kept.last, kept.id));
    let mut used = used(kept);
    let mut gone = Vec::new();
    for kept in settled {
        if now.duration_since(kept.last) > KEPT || used > ROOM {
            used = used.saturating_sub(kept.bytes);
            gone.push(kept.id);
        }
    }
    gone
}

/// Bytes in use, with what is reserved.
fn used(kept: &[Kept]) -> u64 {
    kept.iter().map(|kept| kept.bytes + if kept.open { RESERVED } else { 0 }).sum()
}

impl Keeper {
    /// Takes away what need not be kept; bytes that another deployment finds.
    pub(super) fn make_room(&self) -> Result<u64, KeeperError> {
        let mut kept = self.kept()?;
        let gone = superfluous(&kept, self.settings.clock.now());
        for id in &gone {
            self.remove_journal(*id)?;
        }
        kept.retain(|kept| !gone.contains(&kept.id));
        Ok(ROOM.saturating_sub(used(&kept)))
    }

    fn kept(&self) -> Result<Vec<Kept>, KeeperError> {
        let mut all = Vec::new();
        for id in self.known_deployments()? {
            let contents = journal::read(&journal::path(&self.journals(), id))?;
            let memory = Memory::of(&contents.records);
            let open = contents.damaged || (memory.accepted && !(memory.is_terminal() && memory.recorded));
            let last = contents.records.last().map_or(Timestamp::UNIX_EPOCH, |record| record.t);
            let settled = !open && self.is_acknowledged(id, &contents);
            all.push(Kept { id, last, bytes: self.bytes_of(id)?, settled, open });
        }
        Ok(all)
    }

    fn bytes_of(&self, id: DeploymentId) -> Result<u64, KeeperError> {
        let stem = id.to_string();
        let mut bytes = 0;
        for entry in fs_err::read_dir(self.journals())? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(&stem)) {
                bytes += entry.metadata()?.len();
            }
        }
        Ok(bytes)
    }

    fn is_acknowledged(&self, id: DeploymentId, contents: &journal::Contents) -> bool {
        let last = contents.records.iter().filter_map(|record| record.seq).max().unwrap_or(0);
        self.state.acknowledged.get(&id).copied().unwrap_or(0) >= last
    }

    pub(super) fn remove_journal(&self, id: DeploymentId) -> Result<(), KeeperError> {
        let stem = id.to_string();
        for entry in fs_err::read_dir(self.journals())? {
            let path = entry?.path();
            if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&stem)) {
                fs_err::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// A journal with a bad record in its middle: what was read stays for a person, and a new one begins with what the
    /// old one still tells of the work.
    pub(super) fn set_aside(&self, id: DeploymentId, contents: &journal::Contents) -> Result<(), KeeperError> {
        tracing::error!(deployment = %id, DAMAGED);
        let path = journal::path(&self.journals(), id);
        fs_err::rename(&path, path.with_extension("damaged"))?;
        let memory = Memory::of(&contents.records);
        let clock = self.settings.clock.as_ref();
        let (mut journal, _) = Journal::open(&self.journals(), id, &self.boot)?;
        journal.note("damaged", json!({"lastSeq": contents.last_seq}), Durability::Synced, clock)?;
        if let (Some(manifest), Some(authorisation)) = (&memory.manifest, &memory.authorisation) {
            journal.note("manifest", json!(STANDARD.encode(manifest)), Durability::Written, clock)?;
            journal.note("authorisation", json!(STANDARD.encode(authorisation)), Durability::Written, clock)?;
            journal.note("accepted", json!({}), Durability::Synced, clock)?;
        }
        drop(journal);
        self.end_damaged(id)
    }

    /// Every patch is looked up on the machine; the deployment has failed, whatever is found.
    pub(super) fn end_damaged(&self, id: DeploymentId) -> Result<(), KeeperError> {
        if let Some(work) = self.work(id, false)? {
            return deployment::end_damaged(work, DAMAGED)
                .map_err(|error| KeeperError::Deployment(crate::collector::chain(&error)));
        }
        // The work itself is not to be read any more.
        let clock = self.settings.clock.as_ref();
        let (mut journal, _) = Journal::open(&self.journals(), id, &self.boot)?;
        let detail = detail::State {
            reason: Some("AGENT_ERROR".to_owned()),
            text: Some(DAMAGED.to_owned()),
            ..detail::State::default()
        };
        for event in journal.event(EventKind::State, state_data(State::Failed, &detail), clock)? {
            self.send(event);
        }
        Ok(journal.note("record", Value::Null, Durability::Synced, clock)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(number: u128, days: i64, bytes: u64, settled: bool) -> Kept {
        let last = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        Kept { id: uuid::Uuid::from_u128(number).into(), last, bytes, settled, open: !settled }
    }

    #[test]
    fn the_oldest_settled_go_and_never_what_the_server_lacks() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 100);
        let ids = |numbers: &[u128]| -> Vec<DeploymentId> {
            numbers.iter().map(|number| uuid::Uuid::from_u128(*number).into()).collect()
        };
        let old = [kept(1, 69, 1, true), kept(2, 71, 1, true), kept(3, 10, 1, false)];
        assert_eq!(superfluous(&old, now), ids(&[1]));
        let large = [kept(4, 90, 20 << 20, true), kept(5, 91, 20 << 20, true), kept(6, 80, 30 << 20, false)];
        assert_eq!(superfluous(&large, now), ids(&[4]), "30 and 4 reserved leave room for one of 20 MiB");
        assert_eq!(used(&large[2..]), (30 << 20) + RESERVED);
    }
}
