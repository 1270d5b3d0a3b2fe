//! Windows Installer's `ProductVersion` (`catalogue.md` 8): major, minor and build count, a fourth field does not.

use super::Flaw;
use super::windows::number;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    major: u16,
    minor: u16,
    build: u16,
}

impl Version {
    /// `major.minor.build`, with at most 255, 255 and 65,535; fields that lack are 0. A fourth must be a number, and is
    /// not looked at: Windows Installer decides about upgrades without it.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        const LARGEST: [(u16, &str); 4] = [
            (255, "a number from 0 to 255 is expected"),
            (255, "a number from 0 to 255 is expected"),
            (u16::MAX, "a number from 0 to 65535 is expected"),
            (u16::MAX, "a number from 0 to 65535 is expected"),
        ];
        let mut numbers = [0; 4];
        let mut at = 0;
        for (place, part) in text.split('.').enumerate() {
            let (largest, reason) =
                *LARGEST.get(place).ok_or(Flaw { at, reason: "at most four numbers are expected" })?;
            numbers[place] = number(part, largest, at, reason)?;
            at += part.len() + 1;
        }
        let [major, minor, build, _] = numbers;
        Ok(Self { major, minor, build })
    }
}
