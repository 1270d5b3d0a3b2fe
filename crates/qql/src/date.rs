//! Dates (`qql.md` 3.3): each form names a span of time, from its start up to before its end.
//!
//! A time that a zone leaves out is read as the one that much later, one that it has twice as the first, as
//! RFC 5545 has it. A day begins where the zone lets it begin.

use std::ops::{Bound, RangeInclusive};

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{RoundMode, SignedDuration, Span, Timestamp, ToSpan as _, Unit, Zoned, ZonedRound};

use crate::value::Extent;

/// The forms, for messages.
pub(crate) const FORMS: &str = "a date is `2026`, `2026-05`, `2026-05-01`, `2026-05-01T10:00Z`, `now-7d` or `now/d`";

/// Years of dates that are in the request's zone.
const YEARS: RangeInclusive<i16> = 2..=9_997;

/// What a time with a zone of its own may be, in UTC. This reaches further than the years do, so that the ends of all
/// that can be written, as instants, can be written too.
const INSTANTS: RangeInclusive<DateTime> =
    DateTime::constant(1, 1, 1, 0, 0, 0, 0)..=DateTime::constant(9_999, 1, 1, 0, 0, 0, 0);

/// The as-of instant and the zone of what has none.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub now: Timestamp,
    pub zone: TimeZone,
}

/// Why a text names no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoDate {
    /// It has none of the forms.
    Form,
    /// Such as 30 February.
    NoSuchDay,
    /// Outside [`YEARS`], or for an instant outside [`INSTANTS`].
    OutOfRange,
}

impl NoDate {
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Form => "is no date",
            Self::NoSuchDay => "is no day or time of the calendar",
            Self::OutOfRange => "lies outside the years 2 to 9997",
        }
    }
}

/// True for what names one second although a person most often means a day (`QQL_NARROW_DATE`).
pub(crate) fn is_narrow(text: &str) -> bool {
    text.starts_with("now") && !text.contains('/')
}

/// The day of the as-of instant.
pub(crate) fn today(calendar: &Calendar) -> String {
    calendar.now.to_zoned(calendar.zone.clone()).date().to_string()
}

/// The span that `text` names.
pub(crate) fn read(text: &str, calendar: &Calendar) -> Result<Extent<Timestamp>, NoDate> {
    let (low, high) = match text.strip_prefix("now") {
        Some(rest) => relative(rest, calendar)?,
        None => absolute(text, &calendar.zone)?,
    };
    if !is_writable(low) {
        return Err(NoDate::OutOfRange);
    }
    let high = match (is_writable(high), last_instant()) {
        (true, _) => high,
        // The last one names nothing behind itself.
        (false, Some(last)) if low == last => last,
        (false, _) => return Err(NoDate::OutOfRange),
    };
    Ok(Extent { low, high: Bound::Excluded(high) })
}

fn is_writable(at: Timestamp) -> bool {
    INSTANTS.contains(&TimeZone::UTC.to_datetime(at))
}

fn last_instant() -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(*INSTANTS.end()).ok()
}

fn relative(rest: &str, calendar: &Calendar) -> Result<(Timestamp, Timestamp), NoDate> {
    let (steps, unit) = match rest.split_once('/') {
        Some((steps, unit)) => (steps, Some(unit)),
        None => (rest, None),
    };
    let mut at = Zoned::new(calendar.now, calendar.zone.clone());
    let mut rest = steps;
    while !rest.is_empty() {
        let (sign, after) = match rest.as_bytes()[0] {
            b'-' => (-1, &rest[1..]),
            b'+' => (1, &rest[1..]),
            _ => return Err(NoDate::Form),
        };
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let unit = after[digits..].chars().next().ok_or(NoDate::Form)?;
        let count: i64 = match digits {
            0 => return Err(NoDate::Form),
            _ => after[..digits].parse().map_err(|_| NoDate::OutOfRange)?,
        };
        at = at.checked_add(step(unit, sign * count)?).map_err(|_| NoDate::OutOfRange)?;
        rest = &after[digits + unit.len_utf8()..];
    }
    match unit {
        None => {
            let low = truncated(&at, Unit::Second)?.timestamp();
            Ok((low, later(low, SignedDuration::from_secs(1))?))
        }
        Some(unit) => whole(&at, unit),
    }
}

fn step(unit: char, count: i64) -> Result<Span, NoDate> {
    let span = Span::new();
    let span = match unit {
        'y' => span.try_years(count),
        'M' => span.try_months(count),
        'w' => span.try_weeks(count),
        'd' => span.try_days(count),
        'h' => span.try_hours(count),
        'm' => span.try_minutes(count),
        's' => span.try_seconds(count),
        _ => return Err(NoDate::Form),
    };
    span.map_err(|_| NoDate::OutOfRange)
}

/// The whole unit that holds `at`.
fn whole(at: &Zoned, unit: &str) -> Result<(Timestamp, Timestamp), NoDate> {
    let date = at.date();
    let zone = at.time_zone();
    let first_of = |date: Date, step: Span| {
        let next = date.checked_add(step).map_err(|_| NoDate::OutOfRange)?;
        Ok((start_of_day(date, zone)?, start_of_day(next, zone)?))
    };
    let clock = |unit, seconds| {
        let low = truncated(at, unit)?.timestamp();
        Ok((low, later(low, SignedDuration::from_secs(seconds))?))
    };
    match unit {
        "y" => first_of(date.first_of_year(), 1.year()),
        "M" => first_of(date.first_of_month(), 1.month()),
        "w" => {
            let since_monday = date.weekday().since(Weekday::Monday);
            let monday = date.checked_sub(i64::from(since_monday).days()).map_err(|_| NoDate::OutOfRange)?;
            first_of(monday, 1.week())
        }
        "d" => first_of(date, 1.day()),
        "h" => clock(Unit::Hour, 3_600),
        "m" => clock(Unit::Minute, 60),
        "s" => clock(Unit::Second, 1),
        _ => Err(NoDate::Form),
    }
}

fn truncated(at: &Zoned, unit: Unit) -> Result<Zoned, NoDate> {
    at.round(ZonedRound::new().smallest(unit).mode(RoundMode::Trunc)).map_err(|_| NoDate::OutOfRange)
}

fn absolute(text: &str, zone: &TimeZone) -> Result<(Timestamp, Timestamp), NoDate> {
    if let Some((date, time)) = text.split_once('T') {
        return moment(date, time, zone);
    }
    let parts: Vec<&str> = text.split('-').collect();
    let (first, step) = match parts.as_slice() {
        [year] => (day(year, "01", "01", &YEARS)?, 1.year()),
        [year, month] => (day(year, month, "01", &YEARS)?, 1.month()),
        [year, month, of_month] => (day(year, month, of_month, &YEARS)?, 1.day()),
        _ => return Err(NoDate::Form),
    };
    let next = first.checked_add(step).map_err(|_| NoDate::OutOfRange)?;
    Ok((start_of_day(first, zone)?, start_of_day(next, zone)?))
}

fn moment(date: &str, time: &str, zone: &TimeZone) -> Result<(Timestamp, Timestamp), NoDate> {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, of_month] = parts.as_slice() else { return Err(NoDate::Form) };
    let (clock, zone, years) = match time.find(['Z', '+', '-']) {
        Some(at) => (&time[..at], TimeZone::fixed(offset(&time[at..])?), 0..=9_999),
        None => (time, zone.clone(), YEARS),
    };
    let date = day(year, month, of_month, &years)?;
    let (whole, fraction) = match clock.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (clock, None),
    };
    let parts: Vec<&str> = whole.split(':').collect();
    let (hour, minute, second, lasts) = match (parts.as_slice(), fraction) {
        ([hour, minute], None) => (hour, minute, 0, SignedDuration::from_mins(1)),
        ([hour, minute, second], None) => (hour, minute, number(second, 2)?, SignedDuration::from_secs(1)),
        ([hour, minute, second], Some(_)) => (hour, minute, number(second, 2)?, SignedDuration::from_millis(1)),
        _ => return Err(NoDate::Form),
    };
    let nanosecond = i32::from(milliseconds(fraction.unwrap_or("0"))?) * 1_000_000;
    let small = |number: i16| i8::try_from(number).map_err(|_| NoDate::NoSuchDay);
    let time = Time::new(small(number(hour, 2)?)?, small(number(minute, 2)?)?, small(second)?, nanosecond)
        .map_err(|_| NoDate::NoSuchDay)?;
    let low = instant(date.to_datetime(time), &zone)?;
    Ok((low, later(low, lasts)?))
}

/// `Z` or `±hh:mm`.
fn offset(text: &str) -> Result<Offset, NoDate> {
    if text == "Z" {
        return Ok(Offset::UTC);
    }
    let (sign, rest) = text.split_at(1);
    let (hours, minutes) = rest.split_once(':').ok_or(NoDate::Form)?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return Err(NoDate::NoSuchDay);
    }
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).map_err(|_| NoDate::OutOfRange)
}

/// Digits behind the point, cut to three.
fn milliseconds(fraction: &str) -> Result<i16, NoDate> {
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoDate::Form);
    }
    number(&format!("{fraction:0<3}")[..3], 3)
}

fn day(year: &str, month: &str, of_month: &str, years: &RangeInclusive<i16>) -> Result<Date, NoDate> {
    let (year, month, of_month) = (number(year, 4)?, number(month, 2)?, number(of_month, 2)?);
    if !years.contains(&year) {
        return Err(NoDate::OutOfRange);
    }
    let small = |number: i16| i8::try_from(number).map_err(|_| NoDate::NoSuchDay);
    Date::new(year, small(month)?, small(of_month)?).map_err(|_| NoDate::NoSuchDay)
}

/// Exactly so many digits.
fn number(text: &str, digits: usize) -> Result<i16, NoDate> {
    if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoDate::Form);
    }
    text.parse().map_err(|_| NoDate::Form)
}

fn start_of_day(date: Date, zone: &TimeZone) -> Result<Timestamp, NoDate> {
    let zoned = date.to_zoned(zone.clone()).map_err(|_| NoDate::OutOfRange)?;
    Ok(zoned.start_of_day().map_err(|_| NoDate::OutOfRange)?.timestamp())
}

fn instant(at: DateTime, zone: &TimeZone) -> Result<Timestamp, NoDate> {
    Ok(at.to_zoned(zone.clone()).map_err(|_| NoDate::OutOfRange)?.timestamp())
}

fn later(at: Timestamp, by: SignedDuration) -> Result<Timestamp, NoDate> {
    at.checked_add(by).map_err(|_| NoDate::OutOfRange)
}
