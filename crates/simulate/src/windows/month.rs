//! Months in which updates of Windows come out: on their second Tuesday.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::Calendar;

/// A month since the beginning of 2000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Month(u32);

impl Month {
    /// The latest whose updates are out.
    pub(crate) fn latest(calendar: &Calendar) -> Self {
        let date = calendar.end.to_zoned(TimeZone::UTC).date();
        let years = u32::try_from(date.year() - 2_000).unwrap_or(0);
        let month = Self(years * 12 + u32::from(date.month().unsigned_abs()) - 1);
        if month.released() <= calendar.end { month } else { month.before(1) }
    }

    pub(crate) const fn of_number(number: u32) -> Self {
        Self(number)
    }

    pub(crate) const fn number(self) -> u32 {
        self.0
    }

    pub(crate) const fn before(self, months: u32) -> Self {
        Self(self.0.saturating_sub(months))
    }

    /// `2026-11`.
    pub(crate) fn name(self) -> String {
        format!("{}-{:02}", 2_000 + self.0 / 12, self.0 % 12 + 1)
    }

    /// At 17:00 UTC.
    pub(crate) fn released(self) -> Timestamp {
        let year = i16::try_from(2_000 + self.0 / 12).unwrap_or(i16::MAX);
        let first = Date::new(year, i8::try_from(self.0 % 12 + 1).unwrap_or(1), 1);
        let second_tuesday = first.and_then(|first| first.nth_weekday_of_month(2, Weekday::Tuesday));
        let midnight = second_tuesday.and_then(|date| date.to_zoned(TimeZone::UTC)).map(|start| start.timestamp());
        midnight.unwrap_or(Timestamp::MAX - SignedDuration::from_hours(24)) + SignedDuration::from_hours(17)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_come_out_on_the_second_tuesday() {
        let latest = |end: &str| Month::latest(&Calendar { seed: 1, end: end.parse().expect("a time") });
        let november = latest("2026-11-28T12:00:00Z");
        assert_eq!(
            (november.name().as_str(), november.released().to_string().as_str()),
            ("2026-11", "2026-11-10T17:00:00Z")
        );
        assert_eq!(latest("2026-11-10T16:00:00Z").name(), "2026-10");
        assert_eq!(latest("2026-01-01T00:00:00Z").name(), "2025-12");
    }
}
