//! What simulated hosts report.

use fettle_model::component::Component;
use fettle_model::{Entropy, ReportId, Repository, Sha256};
use fettle_wire::message::Report;
use fettle_wire::message::report::{Collector, FactsReport, Mode, Refresh, ScanReport, ScanResult};
use fettle_wire::{Fingerprint, WireComponent, component};
use jiff::{SignedDuration, Timestamp};

use crate::host::{Host, Upgrade};
use crate::machine::Machine;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Everything, as the first report has it.
pub(crate) fn whole(host: &Host, now: Timestamp, entropy: &dyn Entropy) -> Report {
    let components = host.components();
    let report = without_components(host, now, entropy, Fingerprint::of(&hashes(&components)));
    let add = components.iter().map(WireComponent::from).collect();
    Report { add, offer_details: host.details(), ..report }
}

/// What a host said last, without its components.
pub(crate) fn without_components(host: &dyn Machine, at: Timestamp, entropy: &dyn Entropy, to: Fingerprint) -> Report {
    Report {
        report_id: ReportId::new(at, entropy),
        incarnation: 1,
        mode: Mode::Full,
        from: None,
        to,
        dropped: 0,
        add: Vec::new(),
        remove: Vec::new(),
        facts: Some(FactsReport::new(host.facts(at - DAY * 3), Vec::new())),
        scan: Some(scan(host, at)),
        offer_details: Vec::new(),
    }
}

/// What a round of updates changed, from what the server has.
pub(crate) fn difference(from: Fingerprint, upgrade: Upgrade, now: Timestamp, entropy: &dyn Entropy) -> Report {
    let sum = hashes(&upgrade.remove).iter().fold(from, Fingerprint::without);
    Report {
        report_id: ReportId::new(now, entropy),
        incarnation: 1,
        mode: Mode::Diff,
        from: Some(from),
        to: hashes(&upgrade.add).iter().fold(sum, Fingerprint::with),
        dropped: 0,
        add: upgrade.add.iter().map(WireComponent::from).collect(),
        remove: upgrade.remove.iter().map(WireComponent::from).collect(),
        facts: None,
        scan: None,
        offer_details: upgrade.details,
    }
}

fn hashes(components: &[Component]) -> Vec<Sha256> {
    components.iter().map(component::hash).collect()
}

pub(crate) fn scan(host: &dyn Machine, now: Timestamp) -> ScanReport {
    let collector =
        |name: &str| Collector { name: name.to_owned(), result: "Ok".to_owned(), took_ms: 900, code: None, text: None };
    let repositories = host.repositories();
    let refresh = |(repository, uri): &(&Repository, String)| Refresh {
        repo: (*repository).clone(),
        result: "Ok".to_owned(),
        text: None,
        list_date: Some(now),
        valid_until: Some(now + DAY * 7),
        lists: "Own".to_owned(),
        uri: Some(uri.clone()),
        distribution: repositories.distribution.map(str::to_owned),
    };
    ScanReport {
        id: None,
        kind: "VM".to_owned(),
        result: ScanResult::Scanned,
        reason: None,
        started_at: now,
        ended_at: now,
        watch_revision: 0,
        collectors: [repositories.collector, "facts", "processes"].map(collector).into(),
        refresh: repositories.from.iter().map(refresh).collect(),
    }
}
