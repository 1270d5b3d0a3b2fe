//! Values as people read them.

use jiff::Timestamp;

/// `text` without control characters other than newline and tab: what came from a machine must not steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Bytes in decimal units, as apt shows them: `12.3 MB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1_000 {
        return format!("{count} B");
    }
    let (mut whole, mut unit) = (count, 0);
    while whole >= 1_000_000 && unit + 1 < UNITS.len() {
        whole /= 1_000;
        unit += 1;
    }
    format!("{}.{} {}", whole / 1_000, whole % 1_000 / 100, UNITS[unit])
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Empty for none.
pub(crate) fn count_unless_none(count: u64) -> String {
    if count == 0 { String::new() } else { thousands(count) }
}

/// To the second, in UTC: `2026-11-21 22:05:04Z`.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// An empty cell for what is not known.
pub(crate) fn optional_time(at: Option<Timestamp>) -> String {
    at.map(time).unwrap_or_default()
}

/// Until when, and that it has passed.
pub(crate) fn due(at: Option<Timestamp>, is_overdue: bool) -> String {
    format!("{}{}", optional_time(at), if is_overdue { ", overdue" } else { "" })
}

pub(crate) fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "" }
}

/// A share of one as `94.32 %`; never more than it is, so that only the whole is `100.00 %`.
pub(crate) fn percent(share: f64) -> String {
    let millionths = (share * 1_000_000.0).round();
    format!("{:.2} %", (millionths / 100.0).floor() / 100.0)
}

/// The first `shown` of `items`, then how many more.
pub(crate) fn some_of(items: &[String], shown: usize) -> String {
    let text = items.iter().take(shown).cloned().collect::<Vec<_>>().join(" ");
    match items.len().saturating_sub(shown) {
        0 => text,
        more => format!("{text} +{more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_change_their_unit_at_a_thousand() {
        let shown = [0, 999, 1_000, 999_999, 1_000_000, 12_345_678, 5_000_000_000, u64::MAX].map(bytes);
        insta::assert_snapshot!(shown.join(", "), @"0 B, 999 B, 1.0 kB, 999.9 kB, 1.0 MB, 12.3 MB, 5.0 GB, 18446744.0 TB");
    }

    #[test]
    fn a_share_is_never_rounded_up() {
        assert_eq!(
            [0.0, 0.0004, 0.29, 0.999_99, 1.0].map(percent),
            ["0.00 %", "0.04 %", "29.00 %", "99.99 %", "100.00 %"]
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mred\u{7}\r\nb\tc\u{9b}"), "a[31mred\nb\tc");
    }
}
