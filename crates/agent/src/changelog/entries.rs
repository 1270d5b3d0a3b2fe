//! Debian changelogs (deb-changelog(5)): entries of a version, its urgency, text and date.

use std::collections::BTreeSet;

use fettle_model::text::cleaned;
use fettle_model::version::dpkg::compare;
use fettle_wire::message::report::ChangelogFacts;
use jiff::fmt::rfc2822;

/// Longest text that is kept, in characters.
const TEXT_LIMIT: usize = 16_384;

/// By rising weight; for migration between suites, never a severity.
const URGENCIES: [&str; 5] = ["low", "medium", "high", "emergency", "critical"];

/// What the entries above `installed` (a source version) say. A version that is not above it ends the reading, since
/// entries come newest first.
pub fn facts_since(changelog: &str, installed: &str) -> ChangelogFacts {
    let mut cves = BTreeSet::new();
    let mut urgency: Option<usize> = None;
    let mut date = None;
    let mut text = String::new();
    for line in changelog.lines() {
        if let Some((version, rest)) = head(line) {
            if compare(version, installed).is_le() {
                break;
            }
            urgency = urgency.max(urgency_of(rest));
        } else if let (None, Some((_, at))) = (date, line.strip_prefix(" -- ").and_then(|rest| rest.split_once(">  ")))
        {
            date = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(at.trim()).ok();
        }
        collect_cves(line, &mut cves);
        if text.len() < TEXT_LIMIT * 4 {
            text.push_str(line);
            text.push('\n');
        }
    }
    ChangelogFacts {
        cves: cves.into_iter().collect(),
        urgency: urgency.map(|at| URGENCIES[at].to_owned()),
        date,
        text: cleaned(&text, TEXT_LIMIT),
    }
}

/// `package (version) suite; urgency=medium`.
fn head(line: &str) -> Option<(&str, &str)> {
    if line.starts_with(char::is_whitespace) {
        return None;
    }
    let (_, rest) = line.split_once(" (")?;
    let (version, rest) = rest.split_once(')')?;
    rest.contains(';').then_some((version, rest))
}

fn urgency_of(head: &str) -> Option<usize> {
    let value = head.split_once("urgency=")?.1;
    let word = value.split(|c: char| !c.is_ascii_alphabetic()).next()?.to_ascii_lowercase();
    URGENCIES.iter().position(|known| *known == word)
}

/// `CVE-2026-0001`: four digits of a year, four to nineteen of a number.
fn collect_cves(line: &str, cves: &mut BTreeSet<String>) {
    let mut rest = line;
    while let Some(at) = rest.find("CVE-").or_else(|| rest.find("cve-")) {
        let tail = &rest[at + 4..];
        rest = tail;
        let year: String = tail.chars().take_while(char::is_ascii_digit).collect();
        let Some(after) = tail[year.len()..].strip_prefix('-') else { continue };
        let number: String = after.chars().take_while(char::is_ascii_digit).collect();
        if year.len() == 4 && (4..=19).contains(&number.len()) {
            cves.insert(format!("CVE-{year}-{number}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "demo (1.2-1+deb12u2) bookworm-security; urgency=high

  * Fix overflow (CVE-2026-0002, CVE-2026-12345).
  * Not a number: CVE-20-1, CVE-2026-12.

 -- Ada <ada@example.test>  Mon, 02 Nov 2026 13:55:59 +0100

demo (1.2-1+deb12u1) bookworm; urgency=medium

  * Fix leak. CVE-2026-0001

 -- Ada <ada@example.test>  Thu, 01 Oct 2026 10:00:00 +0000

demo (1.2-1) unstable; urgency=critical

  * First. CVE-2020-0001

 -- Ada <ada@example.test>  Wed, 01 Jan 2025 10:00:00 +0000
";

    #[test]
    fn only_entries_above_the_installed_version_count() {
        let facts = facts_since(CHANGELOG, "1.2-1");
        assert_eq!(facts.cves, ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-12345"]);
        assert_eq!(facts.urgency.as_deref(), Some("high"));
        assert_eq!(facts.date.map(|at| at.to_string()).as_deref(), Some("2026-11-02T12:55:59Z"));
        assert!(facts.text.contains("Fix leak") && !facts.text.contains("First"));
        assert_eq!(facts_since(CHANGELOG, "1.2-1+deb12u2").cves, Vec::<String>::new());
    }

    #[test]
    fn hostile_text_is_bounded_and_cleaned() {
        let hostile = format!("a (9) b; urgency=\u{1b}[2J\n{}\u{7}\u{1b}\n", "x".repeat(100_000));
        let facts = facts_since(&hostile, "1");
        assert!(facts.text.chars().count() <= TEXT_LIMIT);
        assert!(!facts.text.contains('\u{1b}'));
        assert_eq!(facts.urgency, None);
    }
}
