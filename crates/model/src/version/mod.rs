//! Version orders (`catalogue.md` 8). Agent and server must agree on them, so they stand here, below both.
//!
//! [`Scheme`] names an order, [`Scheme::parse`] says whether a text is a version of it, and two versions of one scheme
//! compare. Each order is total. `dpkg::compare` and `rpm::compare` take any text, as their package managers do with what
//! is installed already.

pub mod dpkg;
pub mod msi;
pub mod rpm;
pub mod semver;
pub mod windows;
pub mod winget;

mod digits;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An order of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Debian packages: deb-version(7).
    Dpkg,
    /// RPM packages: `[epoch:]version[-release]`, rpm-version(7).
    Rpm,
    /// Windows files and the operating system's revision: up to four 16-bit numbers.
    Windows,
    /// Windows Installer's `ProductVersion`: three numbers count.
    Msi,
    /// The Windows Package Manager's manifests.
    Winget,
    /// Semantic Versioning 2.0.
    Semver,
}

/// A version that its scheme accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version<'a> {
    text: &'a str,
    parsed: Parsed<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Parsed<'a> {
    Dpkg,
    Rpm,
    Windows(windows::Version),
    Msi(msi::Version),
    Winget(winget::Version),
    Semver(semver::Version<'a>),
}

/// A text that is no version of a scheme, and where it stops to be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {scheme} version: {reason} at character {character}")]
pub struct InvalidVersion {
    pub scheme: Scheme,
    pub text: String,
    /// Counted from 1; one above the text's length where something lacks at its end.
    pub character: usize,
    pub reason: &'static str,
}

/// Where a text stops to be a version (bytes from its start) and why; [`Scheme::parse`] makes an error of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    pub at: usize,
    pub reason: &'static str,
}

impl Scheme {
    pub const ALL: [Self; 6] = [Self::Dpkg, Self::Rpm, Self::Windows, Self::Msi, Self::Winget, Self::Semver];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpkg => "dpkg",
            Self::Rpm => "rpm",
            Self::Windows => "windows",
            Self::Msi => "msi",
            Self::Winget => "winget",
            Self::Semver => "semver",
        }
    }

    /// Reads a version. Blanks around it do not count.
    pub fn parse(self, text: &str) -> Result<Version<'_>, InvalidVersion> {
        let trimmed = text.trim();
        let parsed = match self {
            Self::Dpkg => dpkg::check(trimmed).map(|()| Parsed::Dpkg),
            Self::Rpm => rpm::check(trimmed).map(|()| Parsed::Rpm),
            Self::Windows => windows::Version::parse(trimmed).map(Parsed::Windows),
            Self::Msi => msi::Version::parse(trimmed).map(Parsed::Msi),
            Self::Winget => winget::Version::parse(trimmed).map(Parsed::Winget),
            Self::Semver => semver::Version::parse(trimmed).map(Parsed::Semver),
        };
        let parsed = parsed.map_err(|flaw| InvalidVersion {
            scheme: self,
            text: trimmed.to_owned(),
            character: trimmed.as_bytes()[..flaw.at].iter().filter(|byte| !is_continuation(**byte)).count() + 1,
            reason: flaw.reason,
        })?;
        Ok(Version { text: trimmed, parsed })
    }

    /// Compares two versions of this scheme.
    pub fn compare(self, left: &str, right: &str) -> Result<Ordering, InvalidVersion> {
        let (left, right) = (self.parse(left)?, self.parse(right)?);
        Ok(match (&left.parsed, &right.parsed) {
            (Parsed::Windows(left), Parsed::Windows(right)) => left.cmp(right),
            (Parsed::Msi(left), Parsed::Msi(right)) => left.cmp(right),
            (Parsed::Winget(left), Parsed::Winget(right)) => left.compare(right),
            (Parsed::Semver(left), Parsed::Semver(right)) => left.compare(right),
            (Parsed::Rpm, _) => rpm::compare(left.text, right.text),
            _ => dpkg::compare(left.text, right.text),
        })
    }
}

/// True for the second and later bytes of a UTF-8 character.
const fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

impl Version<'_> {
    pub const fn text(&self) -> &str {
        self.text
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version scheme; there are dpkg, rpm, windows, msi, winget and semver")]
pub struct UnknownScheme(String);

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name).ok_or_else(|| UnknownScheme(name.to_owned()))
    }
}
