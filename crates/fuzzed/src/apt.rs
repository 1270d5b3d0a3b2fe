//! apt's indexes, as the server fetches them.

use std::sync::OnceLock;

use fettle_catalog::apt::control::Paragraphs;
use fettle_catalog::apt::{packages, release};
use jiff::Timestamp;

/// When our own InRelease was signed.
const DATED: &str = "2026-11-20T08:00:00Z";

pub fn control(bytes: &[u8]) {
    let mut paragraphs = Paragraphs::new(bytes);
    let read = (&mut paragraphs).flatten().inspect(|paragraph| assert!(!paragraph.is_empty()));
    let count = read.count();
    assert!(count <= paragraphs.line());
}

pub fn packages(bytes: &[u8]) {
    let Ok((all, skipped)) = packages::read(bytes, |_| true) else { return };
    let (none, of_none) = packages::read(bytes, |_| false).expect("what was read is read again");
    assert!(none.is_empty() && of_none <= skipped, "{of_none} without a name, {skipped} skipped, {} read", all.len());
}

/// The signed text can hardly be altered; it is read by itself in [`release()`].
pub fn in_release(bytes: &[u8]) {
    static KEYRING: OnceLock<release::Keyring> = OnceLock::new();
    let keyring = KEYRING.get_or_init(|| {
        let mut keyring = release::Keyring::default();
        let keys = include_bytes!("../../catalog/tests/fixtures/keyring.gpg");
        keyring.add(keys.as_slice()).expect("our own keyring");
        keyring
    });
    let now: Timestamp = DATED.parse().expect("a time");
    if let Ok(release) = release::read(bytes, keyring, now, None) {
        assert_eq!((release.date, release.origin.as_str()), (now, "Fettle"), "signed by nobody");
    }
}

pub fn release(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(release) = release::parse(text)
    {
        assert!(release.indexes.iter().all(|index| !index.path.contains(char::is_whitespace)));
    }
}
