//! A weekly time span in which the machine may be changed.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Deserialize;

/// Time zone of the machine itself, whatever it is.
const OWN_ZONE: &str = "AGENT_TZ";
/// Longest window.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Text")]
pub struct Window {
    days: Vec<Weekday>,
    start: Time,
    duration: SignedDuration,
    zone: TimeZone,
}

/// As the file has it: `{ days = ["Sat"], start = "02:00", duration = "PT4H", timezone = "AGENT_TZ" }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    days: Vec<String>,
    start: String,
    duration: String,
    timezone: String,
}

impl TryFrom<Text> for Window {
    type Error = String;

    fn try_from(text: Text) -> Result<Self, String> {
        let days: Vec<Weekday> = text.days.iter().map(|day| weekday(day)).collect::<Result<_, _>>()?;
        if days.is_empty() {
            return Err("a window without days is never open".to_owned());
        }
        let start = Time::strptime("%H:%M", &text.start).map_err(|error| format!("start: {error}"))?;
        let duration: SignedDuration = text.duration.parse().map_err(|error| format!("duration: {error}"))?;
        if !duration.is_positive() || duration > LONGEST {
            return Err(format!("duration {} is not between a moment and 7 days", text.duration));
        }
        let zone = if text.timezone == OWN_ZONE {
            TimeZone::system()
        } else {
            TimeZone::get(&text.timezone).map_err(|error| error.to_string())?
        };
        Ok(Self { days, start, duration, zone })
    }
}

fn weekday(text: &str) -> Result<Weekday, String> {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let at = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let at =
        at.and_then(|at| i8::try_from(at + 1).ok()).ok_or_else(|| format!("{text:?} is none of the days Mon–Sun"))?;
    Weekday::from_monday_one_offset(at).map_err(|error| error.to_string())
}

impl Window {
    /// The span is in elapsed time; its start is by the clock of the zone, in the gap of a changed clock after it.
    pub fn is_open(&self, now: Timestamp) -> bool {
        let today = now.to_zoned(self.zone.clone()).date();
        // A window of seven days may have begun eight dates ago.
        (0..=8).any(|back| {
            let Ok(date) = today.checked_sub(Span::new().days(back)) else { return false };
            let Ok(start) = date.to_datetime(self.start).to_zoned(self.zone.clone()) else { return false };
            let since = now.duration_since(start.timestamp());
            self.days.contains(&date.weekday()) && !since.is_negative() && since < self.duration
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: &[&str], start: &str, duration: &str, zone: &str) -> Window {
        let days = days.iter().map(|day| (*day).to_owned()).collect();
        let text = Text { days, start: start.to_owned(), duration: duration.to_owned(), timezone: zone.to_owned() };
        text.try_into().expect("a window")
    }

    #[test]
    fn open_from_its_start_to_its_end_over_midnight_and_changed_clocks() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        // 21 November 2026 is a Saturday.
        let night = window(&["sat"], "22:00", "PT4H", "Europe/Berlin");
        let moments = [
            ("2026-11-21T20:59:59Z", false),
            ("2026-11-21T21:00:00Z", true),
            ("2026-11-22T00:59:59Z", true),
            ("2026-11-22T01:00:00Z", false),
            ("2026-11-22T21:30:00Z", false),
        ];
        for (moment, open) in moments {
            assert_eq!(night.is_open(at(moment)), open, "{moment}");
        }
        // Berlin's clock jumps from 2 to 3 on 29 March 2026: the window is four hours long all the same.
        let spring = window(&["Sat"], "23:00", "PT4H", "Europe/Berlin");
        assert!(spring.is_open(at("2026-03-29T01:59:59Z")) && !spring.is_open(at("2026-03-29T02:00:00Z")));
        let week = window(&["Mon"], "00:00", "PT168H", "UTC");
        assert!(week.is_open(at("2026-11-22T23:59:59Z")));
    }
}
