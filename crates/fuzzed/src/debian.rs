//! What a Debian machine says of itself: dpkg's database and apt's answers.

use fettle_agent_core::platform::apt::dpkg::{self, Database};
use fettle_agent_core::platform::apt::refresh::{self, read_failures};
use fettle_agent_core::platform::apt::state::Answer;
use fettle_agent_core::platform::apt::{policy, records, simulation, targets};
use fettle_model::text;
use fettle_wire::WireComponent;
use fettle_wire::component::canonical;

/// Longest text of a repository's failure, in characters.
const MAX_FAILURE: usize = 1_000;

pub fn status(bytes: &[u8]) {
    let mut packages = Vec::new();
    dpkg::parse(bytes, &mut packages).expect("reading from memory does not fail");
    let database = Database(packages);
    assert!(database.broken().len() <= database.0.len());
    for package in database.present() {
        assert!(database.find(&package.name, Some(&package.arch)).is_some());
        let component = package.component();
        let texts = [&package.name, &package.version, &package.arch, &package.source, &package.source_version];
        if texts.into_iter().all(|text| text::is_clean(text)) {
            assert_eq!(WireComponent::from(&component).read().as_ref(), Ok(&component), "{}", canonical(&component));
        }
    }
}

pub fn simulation(bytes: &[u8]) {
    let simulation = simulation::parse(&String::from_utf8_lossy(bytes));
    for install in &simulation.installs {
        assert!(simulation.install(&install.name, &install.arch).is_some());
    }
}

pub fn policy(bytes: &[u8]) {
    for policy in policy::parse(&String::from_utf8_lossy(bytes)) {
        assert!(policy.archived().count() <= policy.versions.len());
        for version in &policy.versions {
            assert!(policy.version(&version.version).is_some());
        }
    }
}

pub fn records(bytes: &[u8]) {
    records::parse(&String::from_utf8_lossy(bytes));
}

/// Indexes, source entries and dates of Release files, all out of one text.
pub fn sources(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let targets = targets::parse(&text);
    for source in targets::parse_sources(&text) {
        assert!(!refresh::repositories(&source, &targets).is_empty());
        assert!(!targets::host(&source.uri).contains('/'));
    }
    for line in text.lines() {
        targets::parse_date(line);
    }
    let shown = targets::without_password(&text);
    assert_eq!(targets::without_password(&shown), shown, "a password is left");
}

/// What `apt-get update --print-uris` said, an empty line, and what `apt-get update` complains of.
pub fn messages(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (sources, stderr) = text.split_once("\n\n").unwrap_or(("", &text));
    let sources = targets::parse_sources(sources);
    let answer = Answer { stdout: String::new(), stderr: stderr.to_owned(), code: Some(100) };
    let (failures, general) = read_failures(&answer, &sources);
    assert!(!failures.is_empty() || general.is_some(), "apt failed, and no reason is told");
    for failure in failures {
        assert!(failure.text.chars().count() <= MAX_FAILURE);
        assert!(sources.iter().any(|source| source.list_prefix == failure.list_prefix));
    }
}
