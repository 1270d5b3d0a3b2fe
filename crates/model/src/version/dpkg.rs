//! Debian's version order (`catalogue.md` 8.1; deb-version(7)): `[epoch:]upstream[-revision]`.

use std::cmp::Ordering;

use super::Flaw;
use super::digits::{compare_number, take};

/// Compares two versions as `dpkg --compare-versions` does. Any text is a version; nonsense has a place too.
///
/// The epoch ends at the first colon, the revision starts at the last hyphen; an absent epoch is 0 and an absent
/// revision equals `0`. Takes no memory, and linear time.
pub fn compare(left: &str, right: &str) -> Ordering {
    // Most of what is compared is: a machine has the version of its neighbour.
    if left == right {
        return Ordering::Equal;
    }
    let (left_epoch, left_upstream, left_revision) = split(left);
    let (right_epoch, right_upstream, right_revision) = split(right);
    compare_number(left_epoch.as_bytes(), right_epoch.as_bytes())
        .then_with(|| compare_part(left_upstream.as_bytes(), right_upstream.as_bytes()))
        .then_with(|| compare_part(left_revision.as_bytes(), right_revision.as_bytes()))
}

fn split(version: &str) -> (&str, &str, &str) {
    let version = version.trim();
    // Versions are short: a walk over their bytes is faster than a search that is made for long texts.
    let at = |wanted: u8| move |byte: &u8| *byte == wanted;
    let (epoch, rest) = match version.as_bytes().iter().position(at(b':')) {
        Some(colon) => (&version[..colon], &version[colon + 1..]),
        None => ("0", version),
    };
    let (upstream, revision) = match rest.as_bytes().iter().rposition(at(b'-')) {
        Some(hyphen) => (&rest[..hyphen], &rest[hyphen + 1..]),
        None => (rest, ""),
    };
    (epoch, upstream, revision)
}

fn compare_part(mut left: &[u8], mut right: &[u8]) -> Ordering {
    while !left.is_empty() || !right.is_empty() {
        let (left_text, left_rest) = take(left, |byte| !byte.is_ascii_digit());
        let (right_text, right_rest) = take(right, |byte| !byte.is_ascii_digit());
        let order = compare_text(left_text, right_text);
        if order.is_ne() {
            return order;
        }
        let (left_number, left_rest) = take(left_rest, u8::is_ascii_digit);
        let (right_number, right_rest) = take(right_rest, u8::is_ascii_digit);
        let order = compare_number(left_number, right_number);
        if order.is_ne() {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
    Ordering::Equal
}

fn compare_text(left: &[u8], right: &[u8]) -> Ordering {
    for at in 0..left.len().max(right.len()) {
        let order = rank(left.get(at)).cmp(&rank(right.get(at)));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// `~` before the end, the end before letters, letters before all else.
fn rank(byte: Option<&u8>) -> i32 {
    match byte {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    }
}

/// Refuses what dpkg itself refuses in a package's version (`parseversion` of libdpkg), and characters that
/// deb-version(7) does not allow. That a version should begin with a digit is advice that dpkg does not enforce.
pub(super) fn check(version: &str) -> Result<(), Flaw> {
    let (rest, start) = match version.split_once(':') {
        Some((epoch, rest)) => {
            check_epoch(epoch)?;
            (rest, epoch.len() + 1)
        }
        None => (version, 0),
    };
    let (upstream, revision) = rest.rsplit_once('-').map_or((rest, None), |(upstream, last)| (upstream, Some(last)));
    if upstream.is_empty() {
        return Err(Flaw { at: start, reason: "an upstream version is expected" });
    }
    if revision == Some("") {
        return Err(Flaw { at: version.len(), reason: "a revision is expected" });
    }
    let is_wrong = |(at, character): &(usize, char)| match character {
        '.' | '+' | '~' => false,
        // A hyphen ends the upstream version if it is the last one; a colon is the epoch's if it is the first one.
        '-' | ':' => *at > upstream.len(),
        other => !other.is_ascii_alphanumeric(),
    };
    match rest.char_indices().find(is_wrong) {
        Some((at, _)) => Err(Flaw { at: start + at, reason: "a letter, a digit or one of `.+-~` is expected" }),
        None => Ok(()),
    }
}

fn check_epoch(epoch: &str) -> Result<(), Flaw> {
    if let Some(at) = epoch.bytes().position(|byte| !byte.is_ascii_digit()) {
        return Err(Flaw { at, reason: "the epoch before the colon must be a number" });
    }
    // libdpkg keeps it in an `int`.
    match epoch.parse::<u32>() {
        Ok(number) if i32::try_from(number).is_ok() => Ok(()),
        _ if epoch.is_empty() => Err(Flaw { at: 0, reason: "an epoch is expected before the colon" }),
        _ => Err(Flaw { at: 0, reason: "the epoch is larger than 2147483647" }),
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use super::*;

    #[test]
    fn the_specification_s_table() {
        let table = [
            ("1.0", Equal, "1.0-0"),
            ("1:0.9", Greater, "2.0"),
            ("1.0~rc1", Less, "1.0"),
            ("1.0-1~deb12u1", Less, "1.0-1"),
            ("1.0~~", Less, "1.0~"),
            ("1.0-1+deb12u2", Less, "1.0-1+deb12u10"),
            ("1.0a", Less, "1.0+"),
            ("1.0-1+b1", Greater, "1.0-1"),
            ("1.010", Equal, "1.10"),
            ("2026f-0+deb12u1", Greater, "2026b-0+deb12u1"),
        ];
        for (left, order, right) in table {
            assert_eq!(compare(left, right), order, "{left} against {right}");
            assert_eq!(compare(right, left), order.reverse(), "{right} against {left}");
        }
    }

    #[test]
    fn numbers_of_any_length() {
        assert_eq!(compare("1.99999999999999999999999", "1.100000000000000000000000"), Less);
    }
}
