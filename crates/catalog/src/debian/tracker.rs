//! The tracker's JSON: source package, vulnerability, release (<https://security-tracker.debian.org/tracker/data/json>).

use std::collections::BTreeMap;
use std::io::Read;

pub use fettle_model::source_statement::FixState as State;
use fettle_model::version::{Scheme, dpkg};
use serde::Deserialize;

use crate::cve;
use crate::reading::{Place, ReadError, Report, json};

/// Largest document, unpacked, in bytes.
pub const MAX_UNPACKED: u64 = 1_000_000_000;

/// What Debian says of one vulnerability in one source package of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub source: String,
    pub cve: String,
    /// Code name: `bookworm`.
    pub release: String,
    pub state: State,
    pub urgency: String,
    /// `nodsa`: why there will be no advisory.
    pub no_advisory: Option<String>,
    /// Highest version in the suites of the release itself: backports are not.
    pub newest: Option<String>,
}

impl Statement {
    /// Does it make a finding? Not where Debian calls it unimportant, or gave the release up.
    pub fn makes_finding(&self) -> bool {
        self.state.can_affect(&self.urgency)
    }
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    releases: BTreeMap<String, Release>,
}

#[derive(Deserialize)]
struct Release {
    status: String,
    fixed_version: Option<String>,
    #[serde(default)]
    urgency: String,
    nodsa: Option<String>,
    /// Versions of the source package by suite.
    #[serde(default)]
    repositories: BTreeMap<String, String>,
}

/// Calls `each` for every statement. Names that are no CVE (`TEMP-…`) are left out and counted.
pub fn read(input: impl Read, mut each: impl FnMut(Statement)) -> Result<Report, ReadError> {
    let mut report = Report::default();
    let mut last = String::new();
    json::members_of_members(input, |source, name, place, value| {
        if last != source {
            source.clone_into(&mut last);
            report.count("sourcePackages");
        }
        let Some(cve) = cve::normal(name) else {
            report.warnings.add(place, "an identifier that is no CVE", name);
            return;
        };
        match serde_json::from_str::<Entry>(value.get()) {
            Ok(entry) => statements(source, &cve, entry, &place, &mut report, &mut each),
            Err(_) => report.dropped.add(place, "an entry that is not of the tracker's form", name),
        }
    })?;
    report.accept("entries")?;
    Ok(report)
}

fn statements(
    source: &str,
    cve: &str,
    entry: Entry,
    place: &Place,
    report: &mut Report,
    each: &mut impl FnMut(Statement),
) {
    report.count("entries");
    for (release, found) in entry.releases {
        match state(&found) {
            Ok(state) => {
                report.count("statements");
                each(Statement {
                    source: source.to_owned(),
                    cve: cve.to_owned(),
                    state,
                    urgency: found.urgency,
                    no_advisory: found.nodsa,
                    newest: newest(&release, found.repositories),
                    release,
                });
            }
            Err(reason) => report.dropped.add(place.clone(), reason, &release),
        }
    }
}

fn state(release: &Release) -> Result<State, &'static str> {
    match (release.status.as_str(), release.fixed_version.as_deref()) {
        // A `fixed_version` `0` says that the release never had the flaw.
        ("open", _) => Ok(State::Open),
        ("undetermined", _) => Ok(State::Undetermined),
        ("resolved", Some("0")) => Ok(State::NeverAffected),
        ("resolved", Some(version)) if Scheme::Dpkg.parse(version).is_ok() => Ok(State::Fixed(version.to_owned())),
        ("resolved", _) => Err("a resolved release without a readable `fixed_version`"),
        _ => Err("a status that is not defined"),
    }
}

fn newest(release: &str, suites: BTreeMap<String, String>) -> Option<String> {
    let is_own = |suite: &str| {
        let rest = suite.strip_prefix(release);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-') && !rest.contains("backports"))
    };
    let own = suites.into_iter().filter(|(suite, _)| is_own(suite)).map(|(_, version)| version);
    own.filter(|version| Scheme::Dpkg.parse(version).is_ok()).max_by(|left, right| dpkg::compare(left, right))
}
