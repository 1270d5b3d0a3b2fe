//! What the server keeps in memory about one agent.

use std::sync::{Mutex, MutexGuard};

use fettle_model::AssetId;
use fettle_store::assets::AssetNumber;
use fettle_wire::Fingerprint;
use fettle_wire::message::check_in::Progress;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::orders::Orders;
use super::tokens::Tokens;

/// 128 random bits that each committing answer carries.
pub type Token = [u8; 16];

#[derive(Debug)]
pub struct Agent {
    pub asset: AssetId,
    pub number: AssetNumber,
    state: Mutex<AgentState>,
    /// Ends a hold when something waits for the agent.
    pub wake: Notify,
    /// One change of this asset at a time; the next one sees what it left.
    pub turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone)]
pub struct AgentState {
    pub retired: bool,
    pub certificates: Vec<KnownCertificate>,
    pub incarnation: u32,
    pub tokens: Tokens,
    pub fingerprint: Fingerprint,
    /// SHA-256 of the facts in hex; empty before the first report.
    pub facts_hash: String,
    pub boots: Boots,
    /// When the audit log was last told of another machine with this identity.
    pub clone_noted_at: Option<Timestamp>,
    pub connection: Connection,
    /// `None`, which is the usual case: nothing waits.
    pub(crate) orders: Option<Box<Orders>>,
    /// Of the deployment at work.
    pub progress: Option<Box<Progress>>,
}

/// A certificate that was given to the agent and not revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCertificate {
    pub serial: String,
    pub not_after: Timestamp,
    pub used: bool,
}

/// Which boots spoke with good tokens. A machine never goes back to an earlier boot; two copies of one do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Boots {
    /// In the order in which they were first seen, the newest last; at most [`Boots::KEPT`].
    seen: Vec<Box<str>>,
    /// Place of the one that spoke last.
    current: usize,
    /// When the current boot changed back to one that was seen before.
    returns: Vec<Timestamp>,
}

impl Boots {
    const KEPT: usize = 4;
    /// So many returns within a day make a clone with copied ids.
    const CLONE_RETURNS: usize = 3;

    pub fn starting_with(boot: &str) -> Self {
        Self { seen: vec![boot.into()], current: 0, returns: Vec::new() }
    }

    /// Empty before the first.
    pub fn current(&self) -> &str {
        self.seen.get(self.current).map_or("", |boot| boot)
    }

    /// Notes a check-in from `boot`; true when `boot` belongs to a clone: of two that speak in turn, the one that was
    /// seen first later.
    pub fn note(&mut self, boot: &str, now: Timestamp) -> bool {
        if boot == self.current() {
            return false;
        }
        let other = self.current;
        if let Some(place) = self.place(boot) {
            self.returns.retain(|at| now.duration_since(*at).as_hours() < 24);
            self.returns.push(now);
            self.current = place;
            if self.returns.len() < Self::CLONE_RETURNS || place < other {
                return false;
            }
            self.current = other;
            self.seen.remove(place);
            self.returns.clear();
            return true;
        }
        self.seen.push(boot.into());
        if self.seen.len() > Self::KEPT {
            self.seen.remove(0);
        }
        self.current = self.seen.len() - 1;
        false
    }

    fn place(&self, boot: &str) -> Option<usize> {
        self.seen.iter().position(|seen| **seen == *boot)
    }
}

/// When and from where the agent was last heard of; written in batches each minute.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connection {
    pub last_checked_in: Option<Timestamp>,
    pub address: Option<String>,
    /// Check-ins that are held now.
    pub held: u32,
    /// Heard of since the last batch.
    pub is_dirty: bool,
    /// Was told once since the server's start when to come again.
    pub has_a_second: bool,
    /// The agent said that a scan is running.
    pub scanning: bool,
}

impl AgentState {
    /// What waits for the agent.
    pub fn orders(&self) -> &Orders {
        static NONE: Orders = Orders::NONE;
        self.orders.as_deref().unwrap_or(&NONE)
    }

    /// To add to what waits for the agent, or to take from it.
    pub fn orders_mut(&mut self) -> &mut Orders {
        self.orders.get_or_insert_default()
    }

    /// Nothing is kept of an agent for which nothing waits.
    pub fn drop_no_orders(&mut self) {
        self.orders.take_if(|orders| orders.is_empty());
    }
}

impl Agent {
    pub fn new(asset: AssetId, number: AssetNumber, state: AgentState) -> Self {
        Self { asset, number, state: Mutex::new(state), wake: Notify::new(), turn: tokio::sync::Mutex::new(()) }
    }

    /// Held for a few instructions only, never over an `await`.
    pub fn state(&self) -> MutexGuard<'_, AgentState> {
        self.state.lock().expect("no holder of an agent's state panics")
    }

    /// Held now, or heard of within twice its check-in interval.
    pub fn is_connected(&self, now: Timestamp, check_in_seconds: u32) -> bool {
        let state = self.state();
        let limit = i64::from(check_in_seconds) * 2;
        !state.retired
            && (state.connection.held > 0
                || state.connection.last_checked_in.is_some_and(|at| now.duration_since(at).as_secs() <= limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn restarts_are_no_clones() {
        let mut boots = Boots::starting_with("a");
        for (second, boot) in (1..).zip(["a", "b", "b", "c", "d", "e", "f"]) {
            assert!(!boots.note(boot, at(second)), "boot {boot}");
        }
    }

    #[test]
    fn of_two_that_speak_in_turn_the_later_is_the_clone() {
        let mut boots = Boots::starting_with("first");
        assert!(!boots.note("second", at(1)));
        assert!(!boots.note("first", at(2)));
        assert!(!boots.note("second", at(3)));
        assert!(!boots.note("first", at(4)));
        assert!(boots.note("second", at(5)));
        assert!(!boots.note("first", at(6)));
    }

    #[test]
    fn a_boot_that_was_never_seen_is_a_restart_however_often_others_spoke_in_turn() {
        let mut boots = Boots::starting_with("first");
        for (second, boot) in (1..).zip(["second", "first", "second", "first"]) {
            assert!(!boots.note(boot, at(second)), "{boot}");
        }
        assert!(!boots.note("restarted", at(5)), "it spoke in turn with nobody");
        assert!(!boots.note("second", at(6)));
        assert!(boots.note("restarted", at(7)), "now it did, and was seen first later");
    }

    #[test]
    fn returns_that_lie_a_day_apart_do_not_add_up() {
        let mut boots = Boots::starting_with("first");
        let day = 25 * 3_600;
        for round in 0..6 {
            assert!(!boots.note("second", at(1 + 2 * round * day)));
            assert!(!boots.note("first", at(1 + (2 * round + 1) * day)));
        }
    }
}
