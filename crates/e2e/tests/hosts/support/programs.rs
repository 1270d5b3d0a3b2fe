//! The two programs, as the workspace build made them, and what they need here.

use std::path::PathBuf;

use fettle_testhost::{host, repository};

/// Why tests on hosts cannot run here; `None`: they can.
///
/// # Panics
/// If a program was not built: that is no reason to skip, for the workspace build makes them.
pub(crate) fn lacking() -> Option<String> {
    fettle();
    agent();
    fettle_testhost::lacking(&repository::PROGRAMS).or_else(host::impossible)
}

pub(crate) fn fettle() -> PathBuf {
    built("fettle")
}

pub(crate) fn agent() -> PathBuf {
    built("fettle-agent")
}

/// Test binaries lie in `target/<profile>/deps`, programs one folder above.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its file");
    let profile = test.ancestors().nth(2).expect("a test lies below the target folder");
    let program = profile.join(name);
    assert!(program.is_file(), "{} is not built: run `cargo build --workspace` first", program.display());
    program
}
