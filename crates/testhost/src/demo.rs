//! The pair that most tests use: two packages of one source, in an old version and a fixed one.

use crate::package::{Package, changelog};

pub const OLD: &str = "1.0-1";
pub const FIXED: &str = "1.0-1+deb12u1";

/// CVE that the fixed version's changelog names.
pub const CVE: &str = "CVE-2026-0001";

pub fn old() -> [Package; 2] {
    ["fettle-demo", "libfettle-demo"].map(|name| Package::new(name, OLD))
}

pub fn fixed() -> [Package; 2] {
    ["fettle-demo", "libfettle-demo"].map(|name| {
        let newest = changelog("fettle-demo", FIXED, &format!("Fix overflow. {CVE}"));
        let first = changelog("fettle-demo", OLD, "First. CVE-2020-0001");
        Package::new(name, FIXED).changelog(&format!("{newest}\n{first}"))
    })
}
