//! `qql.md` 3.3.

use fettle_qql::{Entity, check};

use crate::support::{NOW, in_zone};

fn spans(now: &str, zone: &str, cases: &[(&str, &str, &str)]) {
    let context = in_zone(Entity::Asset, now, zone);
    for (date, from, before) in cases {
        let read = |text: String| {
            check(&text, &context).unwrap_or_else(|invalid| panic!("{text}: {:?}", invalid.errors)).normalized()
        };
        assert_eq!(read(format!("created:{date}")), format!("created:[{from} .. {before})"), "{date}");
        assert_eq!(read(format!("created:\"{date}\"")), format!("created:[{from} .. {before})"), "{date}, quoted");
        for (sign, expected) in [
            (">=", format!(">={from}")),
            ("<", format!("<{from}")),
            (">", format!(">={before}")),
            ("<=", format!("<{before}")),
        ] {
            assert_eq!(read(format!("created{sign}{date}")), format!("created{expected}"), "{sign}{date}");
        }
    }
}

#[test]
fn each_form_names_its_span() {
    spans(
        NOW,
        "UTC",
        &[
            ("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-02", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("2028-02-29", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"),
            ("2026-05-01T10:00", "2026-05-01T10:00:00Z", "2026-05-01T10:01:00Z"),
            ("2026-05-01T10:00:30", "2026-05-01T10:00:30Z", "2026-05-01T10:00:31Z"),
            ("2026-05-01T10:00:30.5", "2026-05-01T10:00:30.5Z", "2026-05-01T10:00:30.501Z"),
            ("2026-05-01T10:00Z", "2026-05-01T10:00:00Z", "2026-05-01T10:01:00Z"),
            ("2026-05-01T10:00+02:00", "2026-05-01T08:00:00Z", "2026-05-01T08:01:00Z"),
            ("2026-05-01T10:00:30-05:30", "2026-05-01T15:30:30Z", "2026-05-01T15:30:31Z"),
            ("now", "2026-11-28T07:15:30Z", "2026-11-28T07:15:31Z"),
            ("now-7d", "2026-11-21T07:15:30Z", "2026-11-21T07:15:31Z"),
            ("now+1M-2h", "2026-12-28T05:15:30Z", "2026-12-28T05:15:31Z"),
            ("now-1y+3w+5m+6s", "2025-12-19T07:20:36Z", "2025-12-19T07:20:37Z"),
        ],
    );
}

#[test]
fn rounding_comes_once_and_last() {
    spans(
        NOW,
        "UTC",
        &[
            ("now/y", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("now/M", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            // 28 November 2026 is a Saturday; its week began on Monday the 23rd.
            ("now/w", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
            ("now-1w/w", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
            ("now/d", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"),
            ("now-8h/d", "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z"),
            ("now/h", "2026-11-28T07:00:00Z", "2026-11-28T08:00:00Z"),
            ("now/m", "2026-11-28T07:15:00Z", "2026-11-28T07:16:00Z"),
            ("now/s", "2026-11-28T07:15:30Z", "2026-11-28T07:15:31Z"),
        ],
    );
    // A Monday begins its own week, a Sunday ends it.
    spans("2026-11-23T00:00:00Z", "UTC", &[("now/w", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z")]);
    spans("2026-11-29T23:59:59Z", "UTC", &[("now/w", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z")]);
}

#[test]
fn months_keep_the_day_or_take_the_last() {
    spans(
        "2026-03-31T12:00:00Z",
        "UTC",
        &[
            ("now-1M", "2026-02-28T12:00:00Z", "2026-02-28T12:00:01Z"),
            ("now+1M", "2026-04-30T12:00:00Z", "2026-04-30T12:00:01Z"),
        ],
    );
    spans("2028-02-29T12:00:00Z", "UTC", &[("now-1y", "2027-02-28T12:00:00Z", "2027-02-28T12:00:01Z")]);
}

#[test]
fn what_has_no_zone_is_in_the_requests() {
    spans(
        NOW,
        "Europe/Oslo",
        &[
            ("2026-07-01", "2026-06-30T22:00:00Z", "2026-07-01T22:00:00Z"),
            ("2026-01-01T10:00", "2026-01-01T09:00:00Z", "2026-01-01T09:01:00Z"),
            ("2026-01-01T10:00Z", "2026-01-01T10:00:00Z", "2026-01-01T10:01:00Z"),
            // Clocks go forward on 29 March and back on 25 October: days of 23 and 25 hours.
            ("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            // Left out on that day, and twice there: one much later, and the first.
            ("2026-03-29T02:30", "2026-03-29T01:30:00Z", "2026-03-29T01:31:00Z"),
            ("2026-10-25T02:30", "2026-10-25T00:30:00Z", "2026-10-25T00:31:00Z"),
            ("now/d", "2026-11-27T23:00:00Z", "2026-11-28T23:00:00Z"),
        ],
    );
    // A day ago is the same time of the day before, over a change of the clocks too.
    spans(
        "2026-03-29T12:00:00Z",
        "Europe/Oslo",
        &[
            ("now-1d", "2026-03-28T13:00:00Z", "2026-03-28T13:00:01Z"),
            ("now-24h", "2026-03-28T12:00:00Z", "2026-03-28T12:00:01Z"),
        ],
    );
    // Half hours, and a day that begins at one o'clock.
    spans(NOW, "Asia/Kolkata", &[("now/h", "2026-11-28T06:30:00Z", "2026-11-28T07:30:00Z")]);
    spans(NOW, "America/Havana", &[("2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")]);
}

#[test]
fn ranges_leave_out_what_their_brackets_say() {
    let context = in_zone(Entity::Asset, NOW, "UTC");
    for (text, normal) in [
        ("created:[2026-05 .. 2026-06]", "created:[2026-05-01T00:00:00Z .. 2026-07-01T00:00:00Z)"),
        ("created:(2026-05 .. 2026-07)", "created:[2026-06-01T00:00:00Z .. 2026-07-01T00:00:00Z)"),
        ("created:[now-1w .. *]", "created>=2026-11-21T07:15:30Z"),
        ("created:[* .. 2026)", "created<2026-01-01T00:00:00Z"),
        (
            "created:[2025,2026-01-01]",
            "created:[2025-01-01T00:00:00Z .. 2026-01-01T00:00:00Z) or created:[2026-01-01T00:00:00Z .. 2026-01-02T00:00:00Z)",
        ),
        ("created:(2026 .. 2026)", "created:[2027-01-01T00:00:00Z .. 2027-01-01T00:00:00Z)"),
    ] {
        let query = check(text, &context).unwrap_or_else(|invalid| panic!("{text}: {:?}", invalid.errors));
        assert_eq!(query.normalized(), normal, "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    let context = in_zone(Entity::Asset, NOW, "UTC");
    for date in [
        "26",
        "2026-5",
        "2026-13",
        "2026-02-29",
        "2026-05-01T",
        "2026-05-01T1",
        "2026-05-01T24:00",
        "2026-05-01T10:60",
        "2026-05-01T10:00:61",
        "2026-05-01T10:00.5",
        "2026-05-01T10:00:30.",
        "2026-05-01T10:00+2",
        "2026-05-01T10:00+24:00",
        "2026-05-01t10:00",
        "now-",
        "now-d",
        "now-7",
        "now-7D",
        "now/x",
        "now/",
        "now/d-1d",
        "now7d",
        "now - 7d",
        "now-99999999999999999999d",
        "now-300000y",
        "9999",
        "9998",
        "9998-01-01",
        "9998-01-01T00:00",
        "0000",
        "0001",
        "0001-12-31T23:59:59",
        "9999-01-01T00:00:01Z",
        "0001-01-01T00:00:00+00:01",
        "today",
        "２０２６",
        "now-7ö",
        "2026-05-01T10:00:30.1234567890",
    ] {
        assert!(check(&format!("created:\"{date}\""), &context).is_err(), "{date}");
    }
}

/// Whatever a written date names, in any zone, is an instant that can be written itself.
#[test]
fn the_first_and_last_years_are_read_again() {
    let dates = [
        "0002",
        "0002-01-01",
        "0002-01-01T00:00",
        "9997",
        "9997-12",
        "9997-12-31",
        "9997-12-31T23:59:59.999",
        "9997-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00Z",
        "9998-12-31T23:59Z",
        "9999-01-01T00:00:00Z",
        "9998-12-31T23:59:00-00:01",
    ];
    let relative = ["now-2024y", "now-2025y/y", "now+7971y", "now+7972y/y", "now+7972y/w"];
    for zone in ["UTC", "Europe/Oslo", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let context = in_zone(Entity::Asset, NOW, zone);
        for (date, must) in dates.map(|date| (date, true)).into_iter().chain(relative.map(|date| (date, false))) {
            for written in [
                format!("created:{date}"),
                format!("created>{date}"),
                format!("created>={date}"),
                format!("created<{date}"),
                format!("created<={date}"),
                format!("created:({date} .. {date})"),
            ] {
                let normal = match check(&written, &context) {
                    Ok(query) => query.normalized(),
                    Err(invalid) => {
                        assert!(!must, "{written} in {zone}: {:?}", invalid.errors);
                        continue;
                    }
                };
                let again = check(&normal, &context);
                let again = again.unwrap_or_else(|invalid| panic!("{written} -> {normal}: {:?}", invalid.errors));
                assert_eq!(again.normalized(), normal, "{written} in {zone}");
            }
        }
    }
}
