//! RPM's version order (`catalogue.md` 8.2; rpm-version(7)): `[epoch:]version[-release]`.

use std::cmp::Ordering;

use super::Flaw;
use super::digits::{compare_number, take};

/// Compares two versions as `rpm.vercmp` does. Any text is a version.
///
/// The epoch is a run of digits before a colon, 0 if absent; the release starts at the last hyphen. A version without a
/// release sorts below the same version with one, as rpm has it: if it equalled every release, as in a dependency that
/// names none, this would be no order. Takes no memory, and linear time.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Evr::of(left.trim()), Evr::of(right.trim()));
    compare_number(left.epoch, right.epoch).then_with(|| compare_part(left.version, right.version)).then_with(
        || match (left.release, right.release) {
            (Some(left), Some(right)) => compare_part(left, right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        },
    )
}

struct Evr<'a> {
    epoch: &'a [u8],
    version: &'a [u8],
    release: Option<&'a [u8]>,
}

impl<'a> Evr<'a> {
    fn of(text: &'a str) -> Self {
        let (digits, rest) = take(text.as_bytes(), u8::is_ascii_digit);
        let (epoch, rest) = match rest.split_first() {
            Some((b':', rest)) => (digits, rest),
            _ => (&[][..], text.as_bytes()),
        };
        match rest.iter().rposition(|byte| *byte == b'-') {
            Some(at) => Self { epoch, version: &rest[..at], release: Some(&rest[at + 1..]) },
            None => Self { epoch, version: rest, release: None },
        }
    }
}

fn compare_part(mut left: &[u8], mut right: &[u8]) -> Ordering {
    loop {
        left = skip_separators(left);
        right = skip_separators(right);
        match (left.first(), right.first()) {
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                left = &left[1..];
                right = &right[1..];
            }
            // A tilde sorts before everything, also before the end.
            (Some(b'~'), _) => return Ordering::Less,
            (_, Some(b'~')) => return Ordering::Greater,
            // A caret sorts after the end, and before any further segment.
            (Some(b'^'), other) => return if other.is_none() { Ordering::Greater } else { Ordering::Less },
            (other, Some(b'^')) => return if other.is_none() { Ordering::Less } else { Ordering::Greater },
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(first), Some(second)) => {
                let order = match (first.is_ascii_digit(), second.is_ascii_digit()) {
                    (true, false) => return Ordering::Greater,
                    (false, true) => return Ordering::Less,
                    (true, true) => step(&mut left, &mut right, u8::is_ascii_digit, compare_number),
                    (false, false) => step(&mut left, &mut right, u8::is_ascii_alphabetic, Ord::cmp),
                };
                if order.is_ne() {
                    return order;
                }
            }
        }
    }
}

/// Compares the next segments and moves behind them.
fn step(
    left: &mut &[u8],
    right: &mut &[u8],
    of_segment: impl Fn(&u8) -> bool,
    compare: impl Fn(&[u8], &[u8]) -> Ordering,
) -> Ordering {
    let (left_segment, left_rest) = take(left, &of_segment);
    let (right_segment, right_rest) = take(right, &of_segment);
    (*left, *right) = (left_rest, right_rest);
    compare(left_segment, right_segment)
}

fn skip_separators(bytes: &[u8]) -> &[u8] {
    take(bytes, |byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'~' | b'^')).1
}

/// Refuses what rpmbuild refuses in a version (rpm-version(7)).
pub(super) fn check(version: &str) -> Result<(), Flaw> {
    let (digits, rest) = take(version.as_bytes(), u8::is_ascii_digit);
    let start = match rest.first() {
        Some(b':') if digits.is_empty() => return Err(Flaw { at: 0, reason: "an epoch is expected before the colon" }),
        Some(b':') => digits.len() + 1,
        _ => 0,
    };
    let rest = &version[start..];
    let version_end = rest.rfind('-').unwrap_or(rest.len());
    if version_end == 0 {
        return Err(Flaw { at: start, reason: "a version is expected" });
    }
    if version_end + 1 == rest.len() {
        return Err(Flaw { at: version.len(), reason: "a release is expected after the hyphen" });
    }
    let is_wrong = |(at, character): &(usize, char)| match character {
        '.' | '_' | '+' | '~' | '^' => false,
        '-' => *at != version_end,
        other => !other.is_ascii_alphanumeric(),
    };
    match rest.char_indices().find(is_wrong) {
        Some((at, '-')) => Err(Flaw { at: start + at, reason: "only one hyphen, before the release, may stand" }),
        Some((at, ':')) => Err(Flaw { at: start + at, reason: "the epoch before the colon must be a number" }),
        Some((at, _)) => Err(Flaw { at: start + at, reason: "a letter, a digit or one of `._+~^-` is expected" }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use super::*;

    #[test]
    fn the_specification_s_table() {
        let table = [
            ("1.0~rc1", Less, "1.0"),
            ("1.0", Less, "1.0^git1"),
            ("1.0^git1", Less, "1.0.1"),
            ("1.05", Equal, "1.5"),
            ("1.0-2.el9", Less, "1.0-10.el9"),
            ("2.0", Equal, "2_0"),
            ("a+", Equal, "a_"),
            ("xyz.4", Less, "8"),
            ("5.14.0-70.el9", Less, "5.14.0-70.1.1.el9"),
            ("2:1.35-9.el10_1", Greater, "1.35-10.el10_1"),
        ];
        for (left, order, right) in table {
            assert_eq!(compare(left, right), order, "{left} against {right}");
            assert_eq!(compare(right, left), order.reverse(), "{right} against {left}");
        }
    }
}
