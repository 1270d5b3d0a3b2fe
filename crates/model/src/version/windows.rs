//! Versions of Windows files (`VS_FIXEDFILEINFO`) and the operating system's revision (`catalogue.md` 8, `winfile`).

use super::Flaw;

/// One to four numbers of 16 bits, joined by `.` or `,`; those that lack are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub [u16; 4]);

impl Version {
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let mut numbers = [0; 4];
        let mut at = 0;
        for (place, part) in text.split(['.', ',']).enumerate() {
            let number = number(part, u16::MAX, at, "a number from 0 to 65535 is expected")?;
            *numbers.get_mut(place).ok_or(Flaw { at, reason: "at most four numbers are expected" })? = number;
            at += part.len() + 1;
        }
        Ok(Self(numbers))
    }
}

/// A run of digits up to `largest`; `at` is where it stands.
pub(super) fn number(part: &str, largest: u16, at: usize, reason: &'static str) -> Result<u16, Flaw> {
    if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        let wrong = part.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(0);
        return Err(Flaw { at: at + wrong, reason });
    }
    part.parse().ok().filter(|number| *number <= largest).ok_or(Flaw { at, reason })
}
