//! Waits after wrong passwords: from the sixth in a row on 1, 2, 4 … up to 900 s per user, and at most 30 tries a minute
//! per address (`access.md` 7). Kept in memory: a restart forgives.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

const FREE: u32 = 5;
const LONGEST: u64 = 900;
const PER_MINUTE: usize = 30;
/// Names and addresses that are remembered at once; beyond, those that no longer wait are forgotten.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Default)]
pub struct FailedSignIns(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    users: HashMap<String, (u32, Timestamp)>,
    addresses: HashMap<IpAddr, Vec<Timestamp>>,
}

const POISONED: &str = "no holder of the failed sign-ins panics";

impl FailedSignIns {
    /// Seconds to wait before the next try, if any.
    pub fn wait(&self, username: &str, address: Option<IpAddr>, now: Timestamp) -> Option<u64> {
        let known = self.0.lock().expect(POISONED);
        let by_user = known.users.get(&username.to_lowercase()).and_then(|(failures, last)| {
            let waits = SignedDuration::from_secs(i64::try_from(penalty(*failures)).unwrap_or(i64::MAX));
            remaining(*last + waits, now)
        });
        let by_address = address.and_then(|address| known.addresses.get(&address)).and_then(|tries| {
            let within: Vec<_> = tries.iter().filter(|at| now.duration_since(**at).as_secs() < 60).collect();
            (within.len() >= PER_MINUTE)
                .then(|| remaining(**within.first()? + SignedDuration::from_mins(1), now))
                .flatten()
        });
        by_user.max(by_address)
    }

    pub fn failed(&self, username: &str, address: Option<IpAddr>, now: Timestamp) {
        let mut known = self.0.lock().expect(POISONED);
        known.forget_old(now);
        let entry = known.users.entry(username.to_lowercase()).or_insert((0, now));
        *entry = (entry.0 + 1, now);
        if let Some(address) = address {
            let tries = known.addresses.entry(address).or_default();
            tries.retain(|at| now.duration_since(*at).as_secs() < 60);
            tries.push(now);
        }
    }

    pub fn succeeded(&self, username: &str) {
        self.0.lock().expect(POISONED).users.remove(&username.to_lowercase());
    }
}

impl Known {
    fn forget_old(&mut self, now: Timestamp) {
        let longest = i64::try_from(LONGEST).unwrap_or(i64::MAX);
        if self.users.len() >= REMEMBERED {
            self.users.retain(|_, (_, last)| now.duration_since(*last).as_secs() < longest);
        }
        if self.addresses.len() >= REMEMBERED {
            self.addresses.retain(|_, tries| tries.iter().any(|at| now.duration_since(*at).as_secs() < 60));
        }
    }
}

fn penalty(failures: u32) -> u64 {
    match failures.checked_sub(FREE) {
        None => 0,
        Some(beyond) => 1u64.checked_shl(beyond).unwrap_or(LONGEST).min(LONGEST),
    }
}

fn remaining(until: Timestamp, now: Timestamp) -> Option<u64> {
    let left = until.duration_since(now);
    left.is_positive().then(|| u64::try_from(left.as_secs()).unwrap_or(0).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn waits_double_up_to_fifteen_minutes() {
        let failed = FailedSignIns::default();
        for _ in 0..4 {
            failed.failed("Ada", None, at(0));
        }
        assert_eq!(failed.wait("ada", None, at(0)), None);
        let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900];
        for seconds in expected {
            failed.failed("ada", None, at(0));
            assert_eq!(failed.wait("ADA", None, at(0)), Some(seconds));
        }
        assert_eq!(failed.wait("ada", None, at(900)), None);
        failed.succeeded("ada");
        assert_eq!(failed.wait("ada", None, at(0)), None);
    }

    #[test]
    fn an_address_has_thirty_tries_a_minute() {
        let failed = FailedSignIns::default();
        let address = Some(IpAddr::from([192, 0, 2, 7]));
        for name in 0..30 {
            assert_eq!(failed.wait("nobody", address, at(0)), None);
            failed.failed(&format!("user{name}"), address, at(0));
        }
        assert_eq!(failed.wait("nobody", address, at(10)), Some(50));
        assert_eq!(failed.wait("nobody", address, at(60)), None);
    }
}
