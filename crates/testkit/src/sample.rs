//! Components, facts and scans as agents send them.

use fettle_model::asset::{Facts, OsFacts};
use fettle_model::component::{Component, Offer, RepositoryTrust};
use fettle_model::{Clock as _, Sha256, SystemClock};
use fettle_wire::message::report::{FactsReport, OfferDetails, ScanReport, ScanResult};
use fettle_wire::sha256;

/// An installed package of the source of the same name and version.
pub fn deb(name: &str, version: &str) -> Component {
    Component::Deb {
        name: name.to_owned(),
        version: version.to_owned(),
        arch: "amd64".to_owned(),
        source: name.to_owned(),
        source_version: version.to_owned(),
    }
}

pub fn os(id: &str, release: &str) -> Component {
    Component::Os { id: id.to_owned(), release: release.to_owned() }
}

pub fn repo(repository: &str) -> Component {
    Component::Repo {
        manager: "deb".to_owned(),
        repository: repository.into(),
        enabled: true,
        trust: RepositoryTrust::Signed,
    }
}

pub fn offer(name: &str, candidate: &str, repository: &str) -> Component {
    Component::Offer(Offer {
        manager: "deb".to_owned(),
        name: name.to_owned(),
        candidate: candidate.to_owned(),
        arch: "amd64".to_owned(),
        repository: repository.into(),
        obstacle: None,
        back: true,
    })
}

/// A hash that stands for a package's content.
pub fn hash_of(content: &str) -> Sha256 {
    sha256(content.as_bytes())
}

/// What goes with [`offer`].
pub fn offer_details(name: &str, candidate: &str, repository: &str, hash: Sha256) -> OfferDetails {
    OfferDetails {
        name: name.to_owned(),
        arch: "amd64".to_owned(),
        candidate: candidate.to_owned(),
        repo: repository.into(),
        source: name.to_owned(),
        source_version: candidate.to_owned(),
        size_bytes: Some(123_456),
        sha256: Some(hash),
        reboot: false,
        changelog: None,
    }
}

/// Facts of a Debian 12 machine.
pub fn facts(hostname: &str) -> FactsReport {
    let facts = Facts {
        hostname: hostname.to_owned(),
        fqdn: Some(format!("{hostname}.example.com")),
        os: OsFacts {
            family: "linux".to_owned(),
            id: "debian".to_owned(),
            version: "12".to_owned(),
            name: "Debian GNU/Linux 12 (bookworm)".to_owned(),
            codename: Some("bookworm".to_owned()),
            arch: "x86_64".to_owned(),
        },
        kernel: Some("6.1.0-44-amd64".to_owned()),
        ..Facts::default()
    };
    FactsReport::new(facts, Vec::new())
}

/// A scan that went well.
pub fn scan() -> ScanReport {
    let now = SystemClock.now();
    ScanReport {
        id: None,
        kind: "VM".to_owned(),
        result: ScanResult::Scanned,
        reason: None,
        started_at: now,
        ended_at: now,
        watch_revision: 0,
        collectors: Vec::new(),
        refresh: Vec::new(),
    }
}
