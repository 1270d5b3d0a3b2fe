//! Releases of Debian.

/// Code names, and the numbers that `VERSION_ID` of the release's `os-release` has.
const RELEASES: [(&str, &str); 14] = [
    ("potato", "2.2"),
    ("woody", "3.0"),
    ("sarge", "3.1"),
    ("etch", "4"),
    ("lenny", "5"),
    ("squeeze", "6"),
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
];

/// The number of a release; testing by its alias and unstable have none.
pub(super) fn number(code_name: &str) -> Option<&'static str> {
    RELEASES.iter().find(|(name, _)| *name == code_name).map(|(_, number)| *number)
}
