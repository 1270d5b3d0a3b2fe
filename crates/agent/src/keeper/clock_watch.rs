//! Whether the wall clock was moved: it is compared with the time since the machine's start, which nobody sets
//! (`agent.md` 5).

use std::time::Duration;

use fettle_wire::message::events::detail::ClockChanged;
use jiff::{SignedDuration, Timestamp};

/// Moved by more than this, it is told.
const MOVED: SignedDuration = SignedDuration::from_secs(60);

/// Time since the machine's start, with the time that it slept.
pub fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), nanoseconds)
}

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy)]
pub struct ClockWatch {
    wall: Timestamp,
    since_boot: Duration,
}

impl ClockWatch {
    pub fn start(wall: Timestamp) -> Self {
        Self { wall, since_boot: since_boot() }
    }

    /// The times before and after, if the clock was moved since the last look.
    pub fn look(&mut self, wall: Timestamp, since_boot: Duration) -> Option<ClockChanged> {
        let passed =
            SignedDuration::try_from(since_boot.saturating_sub(self.since_boot)).unwrap_or(SignedDuration::MAX);
        let expected = self.wall.saturating_add(passed).unwrap_or(Timestamp::MAX);
        *self = Self { wall, since_boot };
        let moved = wall.duration_since(expected).abs() > MOVED;
        moved.then_some(ClockChanged { from: expected, to: wall })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_moved_clock_is_told() {
        let wall: Timestamp = "2026-11-21T20:00:00Z".parse().expect("a time");
        let mut watch = ClockWatch { wall, since_boot: Duration::from_secs(100) };
        let later = |seconds| wall + SignedDuration::from_secs(seconds);
        assert_eq!(watch.look(later(3_600), Duration::from_secs(3_700)), None);
        assert_eq!(watch.look(later(3_670), Duration::from_secs(3_710)), None, "60 s are put up with");
        let changed = watch.look(later(100), Duration::from_mins(62)).expect("it was set back");
        assert_eq!((changed.from, changed.to), (later(3_680), later(100)));
        assert_eq!(watch.look(later(110), Duration::from_secs(3_730)), None, "told once");
    }
}
