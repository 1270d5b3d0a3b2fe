//! The handshake budget (`agent.md` 3.6): when a whole fleet comes back at once, TLS handshakes take a share of the
//! cores and no more; agents that are connected already are answered meanwhile.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// What one full handshake is counted at, on one core: as measured (`make bench`), with the request behind it.
const COST: Duration = Duration::from_micros(450);
/// And one that resumes a session: there are no certificates in it. It is known for one only when it is done, so what it
/// was counted at too much is given back then.
const RESUMED_COST: Duration = Duration::from_micros(200);
/// Over the budget, so many connections wait before TLS, for so long at most; the rest are closed.
const MAX_WAITING: usize = 2_000;
const MAX_WAIT: Duration = Duration::from_secs(5);
/// Handshakes of so long a time may come at once: a few agents do not wait for each other.
const BURST: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) struct HandshakeBudget {
    /// Between two handshakes, in the long run.
    interval: Duration,
    /// When the next one may begin, were there no burst.
    next: Mutex<Option<Instant>>,
    waiting: AtomicUsize,
}

/// A place among those that wait.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HandshakeBudget {
    /// `percent` of `cores`.
    pub(super) fn new(cores: usize, percent: u32) -> Self {
        let cores = u32::try_from(cores).unwrap_or(u32::MAX).max(1);
        let interval = COST * 100 / percent.max(1) / cores;
        Self { interval, next: Mutex::new(None), waiting: AtomicUsize::new(0) }
    }

    /// Waits for a turn; false where none comes in time, and the connection is to be closed.
    pub(super) async fn turn(&self) -> bool {
        let now = Instant::now();
        let Some(begin) = self.reserve(now) else { return false };
        if begin > now {
            let Some(_waiting) = self.wait() else { return false };
            tokio::time::sleep_until(begin).await;
        }
        true
    }

    /// When a handshake that is asked for now may begin; `None`: not within the wait.
    fn reserve(&self, now: Instant) -> Option<Instant> {
        let mut next = self.next.lock().expect("no holder panics");
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        let begin = next.map_or(earliest, |next| next.max(earliest));
        if begin > now + MAX_WAIT {
            return None;
        }
        *next = Some(begin + self.interval);
        Some(begin)
    }

    /// A handshake that had its turn was a resumed one.
    pub(super) fn was_resumed(&self) {
        let share = RESUMED_COST.as_secs_f64() / COST.as_secs_f64();
        let mut next = self.next.lock().expect("no holder panics");
        if let Some(next) = next.as_mut() {
            *next -= self.interval.mul_f64(1.0 - share);
        }
    }

    fn wait(&self) -> Option<Waiting<'_>> {
        let place = Waiting(&self.waiting);
        (self.waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_cores_is_given_and_no_more() {
        // 30 % of two cores at 0.45 ms: 1,333 a second.
        let budget = HandshakeBudget::new(2, 30);
        let start = Instant::now() + Duration::from_mins(1);
        let mut begun_within_a_second = 0;
        let mut refused = 0;
        for _ in 0..10_000 {
            match budget.reserve(start) {
                Some(begin) if begin < start + Duration::from_secs(1) => begun_within_a_second += 1,
                Some(begin) => assert!(begin <= start + MAX_WAIT),
                None => refused += 1,
            }
        }
        let expected = 1_333 * 5 / 4;
        assert!((expected - 3..=expected + 3).contains(&begun_within_a_second), "{begun_within_a_second}");
        let taken = 1_333 * (5_000 + 250) / 1_000;
        assert!((10_000 - taken - 20..=10_000 - taken + 20).contains(&refused), "{refused}");
    }

    #[test]
    fn what_was_not_used_is_not_saved_up() {
        let budget = HandshakeBudget::new(1, 80);
        let start = Instant::now() + Duration::from_mins(1);
        assert!(budget.reserve(start).is_some_and(|begin| begin <= start));
        let later = start + Duration::from_hours(1);
        let at_once = (0..5_000).filter(|_| budget.reserve(later).is_some_and(|begin| begin <= later)).count();
        assert!((440..=450).contains(&at_once), "250 ms of 1,778 a second: {at_once}");
    }

    /// A fleet whose connections were cut comes back within five seconds (`agent.md` 3.7), with its tickets.
    #[test]
    fn a_fleet_that_resumes_its_sessions_does_not_wait() {
        let start = Instant::now() + Duration::from_mins(1);
        let longest = |is_resumed: bool| {
            let budget = HandshakeBudget::new(2, 30);
            let mut under_way = std::collections::VecDeque::new();
            let mut longest = Duration::ZERO;
            for arrival in 0..10_000 {
                let now = start + Duration::from_micros(500) * arrival;
                let begin = budget.reserve(now)?;
                longest = longest.max(begin.saturating_duration_since(now));
                under_way.push_back(begin.max(now) + Duration::from_millis(20));
                while is_resumed && under_way.front().is_some_and(|ends| *ends <= now) {
                    under_way.pop_front();
                    budget.was_resumed();
                }
            }
            Some(longest)
        };
        assert_eq!(longest(true), Some(Duration::ZERO));
        // Full handshakes of the same fleet are more than the budget has for them.
        assert!(longest(false).is_some_and(|wait| wait > Duration::from_secs(2) && wait < MAX_WAIT));
    }

    #[test]
    fn so_many_wait_and_no_more() {
        let budget = HandshakeBudget::new(1, 5);
        let waiting: Vec<_> = (0..MAX_WAITING).map(|_| budget.wait()).collect();
        assert!(waiting.iter().all(Option::is_some) && budget.wait().is_none());
        drop(waiting);
        assert!(budget.wait().is_some());
    }
}
