//! Times of a simulation, which all go back from its end.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The end of what is simulated, and its seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calendar {
    pub(crate) seed: u64,
    pub(crate) end: Timestamp,
}

impl Calendar {
    /// At the hour of the end.
    pub(crate) fn days_ago(&self, days: u32) -> Timestamp {
        self.end - SignedDuration::from_hours(24 * i64::from(days))
    }

    /// In UTC.
    pub(crate) fn year_of(at: Timestamp) -> i16 {
        at.to_zoned(TimeZone::UTC).year()
    }
}
