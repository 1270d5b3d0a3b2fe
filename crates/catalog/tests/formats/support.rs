//! Where the vendors' files are.

use std::path::PathBuf;

/// A file of the folder of real vendor data; none, said so, where that folder is not beside this checkout.
pub(crate) fn vendor_file(name: &str) -> Option<PathBuf> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if !path.exists() {
        skipped("the folder of real vendor data is not beside this checkout");
        return None;
    }
    Some(path)
}

/// A file of our own.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    fs_err::read(path).expect("a fixture")
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn skipped(reason: &str) {
    eprintln!("skipped: {reason}");
}
