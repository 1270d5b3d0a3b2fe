//! Until when a patch has to be in (`patch-management.md` 6.6).
//!
//! The clock of a finding starts at the later of the patch's publication and the asset's enrolment. The days depend on
//! the severity; a known exploited vulnerability adds the due date of its catalogue, or, where that lies before the
//! start, days of its own. The earliest wins. So a due date is a function of patch and enrolment alone, and at any
//! instant the overdue assets of a patch are those that enrolled before one moment.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::severity::Severity;

/// Days from the start of the clock, 1–3,650; `None`: no due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlaDays {
    pub known_exploited: Option<u16>,
    pub critical: Option<u16>,
    pub important: Option<u16>,
    pub moderate: Option<u16>,
    pub low: Option<u16>,
}

impl Default for SlaDays {
    fn default() -> Self {
        Self { known_exploited: Some(7), critical: Some(14), important: Some(30), moderate: Some(90), low: Some(180) }
    }
}

impl SlaDays {
    pub const fn of(&self, severity: Severity) -> Option<u16> {
        match severity {
            Severity::Critical => self.critical,
            Severity::Important => self.important,
            Severity::Moderate => self.moderate,
            Severity::Low => self.low,
            Severity::None => None,
        }
    }
}

/// The clock of one patch, the same for all assets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchClock {
    /// Published, or else learnt.
    start: Timestamp,
    days: Option<SignedDuration>,
    /// The ends of the days that the catalogue of known exploited vulnerabilities gives, each once.
    exploited: Vec<Timestamp>,
    exploited_days: Option<SignedDuration>,
}

impl PatchClock {
    /// `exploited`: due dates of the known exploited vulnerabilities that the patch fixes; such a day counts whole, in
    /// UTC.
    pub fn new(sla: &SlaDays, severity: Severity, start: Timestamp, exploited: impl IntoIterator<Item = Date>) -> Self {
        let mut exploited: Vec<Timestamp> = exploited.into_iter().map(end_of).collect();
        exploited.sort_unstable();
        exploited.dedup();
        Self { start, days: sla.of(severity).map(days), exploited, exploited_days: sla.known_exploited.map(days) }
    }

    /// When the clock of an asset starts.
    pub fn start(&self, enrolled: Timestamp) -> Timestamp {
        self.start.max(enrolled)
    }

    /// Until when the patch has to be on an asset; `None`: no rule gives it a date.
    pub fn due(&self, enrolled: Timestamp) -> Option<Timestamp> {
        let start = self.start(enrolled);
        let exploited = self.exploited.iter().filter_map(|due| {
            if *due >= start { Some(*due) } else { self.exploited_days.map(|days| later(start, days)) }
        });
        self.days.map(|days| later(start, days)).into_iter().chain(exploited).min()
    }

    /// An asset that lacks the patch is overdue if its clock started before this; `None`: no asset is.
    pub fn overdue_before(&self, now: Timestamp) -> Option<Timestamp> {
        let of_exploited = |due: &Timestamp| {
            let after_listed = later(*due, SignedDuration::from_nanos(1));
            let by_days = self.exploited_days.map(|days| earlier(now, days));
            (*due < now).then(|| by_days.map_or(after_listed, |by_days| by_days.max(after_listed)))
        };
        let by_days = self.days.map(|days| earlier(now, days));
        let limit = by_days.into_iter().chain(self.exploited.iter().filter_map(of_exploited)).max()?;
        (self.start < limit).then_some(limit)
    }
}

fn end_of(day: Date) -> Timestamp {
    let next = day.tomorrow().unwrap_or(day);
    next.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

fn days(count: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(count))
}

fn later(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn earlier(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn clock(severity: Severity, exploited: &[Date]) -> PatchClock {
        PatchClock::new(&SlaDays::default(), severity, at("2026-03-01T12:00:00Z"), exploited.iter().copied())
    }

    #[test]
    fn the_clock_starts_at_the_later_of_patch_and_enrolment() {
        let important = clock(Severity::Important, &[]);
        assert_eq!(important.due(at("2025-01-01T00:00:00Z")), Some(at("2026-03-31T12:00:00Z")));
        assert_eq!(important.due(at("2026-03-10T00:00:00Z")), Some(at("2026-04-09T00:00:00Z")));
        assert_eq!(clock(Severity::None, &[]).due(at("2025-01-01T00:00:00Z")), None);
        assert_eq!(clock(Severity::None, &[]).overdue_before(at("2036-01-01T00:00:00Z")), None);
    }

    #[test]
    fn a_known_exploited_one_has_its_own_date_unless_it_passed_before_the_start() {
        let exploited = clock(Severity::Critical, &[jiff::civil::date(2026, 3, 5)]);
        assert_eq!(exploited.due(at("2026-03-02T00:00:00Z")), Some(at("2026-03-06T00:00:00Z")), "the whole of the day");
        assert_eq!(exploited.due(at("2026-04-01T00:00:00Z")), Some(at("2026-04-08T00:00:00Z")), "seven days");
        let late = clock(Severity::Critical, &[jiff::civil::date(2026, 12, 31)]);
        assert_eq!(late.due(at("2026-03-02T00:00:00Z")), Some(at("2026-03-16T00:00:00Z")), "severity comes first");
        let old = clock(Severity::None, &[jiff::civil::date(2020, 1, 1)]);
        assert_eq!(old.due(at("2020-01-01T00:00:00Z")), Some(at("2026-03-08T12:00:00Z")));
    }

    #[test]
    fn a_class_without_days_has_no_date() {
        let none = SlaDays { known_exploited: None, critical: None, ..SlaDays::default() };
        let clock =
            PatchClock::new(&none, Severity::Critical, at("2026-03-01T12:00:00Z"), [jiff::civil::date(2020, 1, 1)]);
        assert_eq!(clock.due(at("2026-03-01T12:00:00Z")), None);
        assert_eq!(clock.overdue_before(at("2036-03-01T12:00:00Z")), None);
    }

    fn moment() -> impl Strategy<Value = Timestamp> {
        (1_700_000_000i64..1_800_000_000).prop_map(|second| Timestamp::from_second(second).expect("in range"))
    }

    proptest! {
        /// The one moment says of every asset what its due date says.
        #[test]
        fn overdue_is_a_matter_of_the_enrolment(
            severity in prop::sample::select(vec![Severity::None, Severity::Low, Severity::Important, Severity::Critical]),
            start in moment(),
            enrolled in moment(),
            now in moment(),
            exploited in prop::collection::vec(moment(), 0..3),
            exploited_days in prop::option::of(1u16..100),
        ) {
            let sla = SlaDays { known_exploited: exploited_days, ..SlaDays::default() };
            let exploited = exploited.into_iter().map(|time| time.to_zoned(TimeZone::UTC).date());
            let clock = PatchClock::new(&sla, severity, start, exploited);
            let by_date = clock.due(enrolled).is_some_and(|due| due < now);
            let by_moment = clock.overdue_before(now).is_some_and(|limit| enrolled < limit);
            prop_assert_eq!(by_date, by_moment);
        }
    }
}
