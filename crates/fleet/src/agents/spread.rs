//! When agents come again that are not held (`agent.md` 3.6). After a server start they all came at once, so each is
//! given a second of its own; from then on they keep apart by themselves.

use std::sync::Mutex;

use fettle_wire::message::check_in::Next;
use jiff::Timestamp;

#[derive(Debug)]
pub(crate) struct Spread {
    started_at: Timestamp,
    /// Agents that were sent to each second of the interval.
    seconds: Mutex<Vec<u32>>,
}

impl Spread {
    pub(crate) const fn new(started_at: Timestamp) -> Self {
        Self { started_at, seconds: Mutex::new(Vec::new()) }
    }

    /// For an agent that is answered at once, the first time since the start; later the interval keeps it where it is.
    /// `interval` is in seconds and stays the same.
    pub(crate) fn first(&self, now: Timestamp, interval: u32) -> Next {
        let usual = usual(interval);
        let Ok(since_start) = u32::try_from(now.duration_since(self.started_at).as_secs()) else { return usual };
        if since_start >= interval {
            return usual;
        }
        let mut seconds = self.seconds.lock().expect("no holder panics");
        seconds.resize(interval as usize, 0);
        let second = |after: u32| ((since_start + after) % interval) as usize;
        let after_s = (1..=interval).min_by_key(|after| seconds[second(*after)]).unwrap_or(interval);
        seconds[second(after_s)] += 1;
        Next { after_s, spread_s: 0 }
    }
}

pub(crate) const fn usual(interval: u32) -> Next {
    Next { after_s: interval, spread_s: interval / 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000 + second).expect("a time")
    }

    #[test]
    fn after_a_start_each_second_gets_the_same_number() {
        let spread = Spread::new(at(0));
        let mut arrivals = vec![0; 62];
        // A fleet of 900 that comes back within three seconds, most of it at once.
        for (second, agents) in [(0, 700), (1, 150), (2, 50)] {
            for _ in 0..agents {
                let next = spread.first(at(second), 60);
                assert!((1..=60).contains(&next.after_s) && next.spread_s == 0, "{next:?}");
                arrivals[usize::try_from(second).expect("small") + next.after_s as usize - 1] += 1;
            }
        }
        // The last two seconds reach round to the first two of the interval.
        let of_second = |second: usize| arrivals[second] + arrivals.get(second + 60).copied().unwrap_or(0);
        assert!((0..60).all(|second| of_second(second) == 15), "{arrivals:?}");
    }

    #[test]
    fn later_the_interval_is_kept() {
        let spread = Spread::new(at(0));
        for now in [at(60), at(10_000), at(-5)] {
            assert_eq!(spread.first(now, 60), Next { after_s: 60, spread_s: 6 });
        }
    }
}
