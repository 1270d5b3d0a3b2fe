//! Changelogs, and the package files that they lie in.

use fettle_agent_core::changelog::{archive, facts_since};
use fettle_catalog::cve;

/// Largest text of a changelog that is kept, in characters.
const MAX_TEXT: usize = 16_384;

/// The installed version is the first line.
pub fn changelog(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (installed, changelog) = text.split_once('\n').unwrap_or(("", &text));
    let facts = facts_since(changelog, installed);
    for name in &facts.cves {
        assert_eq!(cve::normal(name).as_ref(), Some(name));
    }
    assert!(facts.text.chars().count() <= MAX_TEXT);
    assert!(!facts.text.contains(|character: char| character.is_control() && character != '\n'));
}

pub fn archive(bytes: &[u8]) {
    let _ = archive::read_from(bytes, "demo");
}
