//! Semantic Versioning 2.0 (<https://semver.org>); a leading `v` is dropped, build metadata does not count.

use std::cmp::Ordering;

use super::Flaw;
use super::digits::compare_number;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version<'a> {
    numbers: [&'a str; 3],
    /// Empty for a release.
    pre_release: Option<&'a str>,
}

impl<'a> Version<'a> {
    pub fn parse(text: &'a str) -> Result<Self, Flaw> {
        let version = text.strip_prefix('v').unwrap_or(text);
        let start = text.len() - version.len();
        let (version, build) = version.split_once('+').map_or((version, None), |(left, right)| (left, Some(right)));
        let (core, pre_release) = version.split_once('-').map_or((version, None), |(left, right)| (left, Some(right)));
        let mut numbers = ["0"; 3];
        let mut at = start;
        let mut count = 0;
        for part in core.split('.') {
            let place = numbers.get_mut(count).ok_or(Flaw { at, reason: "exactly three numbers are expected" })?;
            *place = number(part, at)?;
            at += part.len() + 1;
            count += 1;
        }
        if count < 3 {
            return Err(Flaw { at: start + core.len(), reason: "exactly three numbers are expected" });
        }
        if let Some(identifiers) = pre_release {
            check_identifiers(identifiers, start + core.len() + 1, Zeros::Refused)?;
        }
        if let Some(identifiers) = build {
            check_identifiers(identifiers, start + version.len() + 1, Zeros::Allowed)?;
        }
        Ok(Self { numbers, pre_release })
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        for (left, right) in self.numbers.iter().zip(other.numbers) {
            let order = compare_number(left.as_bytes(), right.as_bytes());
            if order.is_ne() {
                return order;
            }
        }
        match (self.pre_release, other.pre_release) {
            (Some(left), Some(right)) => compare_identifiers(left, right),
            // A pre-release lies below its release.
            (left, right) => left.is_none().cmp(&right.is_none()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zeros {
    Allowed,
    Refused,
}

fn number(part: &str, at: usize) -> Result<&str, Flaw> {
    if let Some(wrong) = part.bytes().position(|byte| !byte.is_ascii_digit()) {
        return Err(Flaw { at: at + wrong, reason: "a number is expected" });
    }
    match part {
        "" => Err(Flaw { at, reason: "a number is expected" }),
        _ if part.len() > 1 && part.starts_with('0') => Err(Flaw { at, reason: "a number has no leading zero" }),
        _ => Ok(part),
    }
}

fn check_identifiers(identifiers: &str, mut at: usize, zeros: Zeros) -> Result<(), Flaw> {
    for identifier in identifiers.split('.') {
        let is_wrong = |(_, character): &(usize, char)| !character.is_ascii_alphanumeric() && *character != '-';
        if let Some((wrong, _)) = identifier.char_indices().find(is_wrong) {
            return Err(Flaw { at: at + wrong, reason: "a letter, a digit or a hyphen is expected" });
        }
        if identifier.is_empty() {
            return Err(Flaw { at, reason: "an identifier is expected" });
        }
        if zeros == Zeros::Refused && is_number(identifier) {
            number(identifier, at)?;
        }
        at += identifier.len() + 1;
    }
    Ok(())
}

fn is_number(identifier: &str) -> bool {
    identifier.bytes().all(|byte| byte.is_ascii_digit())
}

/// Numbers below words, words by ASCII; more identifiers win.
fn compare_identifiers(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) if left.is_none() || right.is_none() => return left.is_some().cmp(&right.is_some()),
            (left, right) => compare_identifier(left.unwrap_or_default(), right.unwrap_or_default()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn compare_identifier(left: &str, right: &str) -> Ordering {
    match (is_number(left), is_number(right)) {
        (true, true) => compare_number(left.as_bytes(), right.as_bytes()),
        (false, false) => left.cmp(right),
        (left, right) => right.cmp(&left),
    }
}
