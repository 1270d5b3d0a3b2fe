//! How the program is linked.

use std::process::Command;

/// Relative relocations packed, 15 kB in place of 1.6 MB that are read at each start, by a C library that knows them. The agent,
/// which also runs on older systems, is linked as ever.
const PACKED: &str = "cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs";
/// The first version of glibc that reads them.
const SINCE: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let variable = |name| std::env::var(name).unwrap_or_default();
    // The library is asked for that stands here: it is another one where the program is made for another system.
    if variable("HOST") == variable("TARGET") && variable("CARGO_CFG_TARGET_ENV") == "gnu" && is_known() {
        println!("{PACKED}");
    }
}

fn is_known() -> bool {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let version = text.trim().strip_prefix("glibc ").and_then(|version| version.split_once('.'));
    let number = |text: &str| text.parse::<u32>().ok();
    version.and_then(|(major, minor)| Some((number(major)?, number(minor)?))).is_some_and(|version| version >= SINCE)
}
