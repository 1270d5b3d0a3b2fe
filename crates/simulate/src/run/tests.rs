//! Simulated fleets, as a server finds them.

use super::*;
use crate::image::images;
use crate::machine::Place;

#[test]
fn the_seed_alone_decides_what_hosts_have() {
    let images = images(7, 300, 700);
    assert!(images.len() >= 40, "{}", images.len());
    for (number, image) in (0..).zip(&images) {
        let mut host = Host::new(7, number, image, 12);
        let mut again = Host::new(7, number, image, 12);
        assert!((250..=750).contains(&host.package_count()), "{}: {}", host.name, host.package_count());
        assert_eq!(host.components(), again.components());
        assert_eq!(host.upgrade(10).add, again.upgrade(10).add);
    }
    let other = Host::new(8, 0, &images[0], 12);
    assert_ne!(other.components(), Host::new(7, 0, &images[0], 12).components());
}

/// A machine of each kind is the same however often it is made.
#[test]
fn a_number_is_one_machine() {
    let calendar = Calendar { seed: 7, end: "2026-11-21T20:00:00Z".parse().expect("a time") };
    let simulation = Simulation::new(60, 7);
    let (blueprint, again) = (Blueprint::new(&simulation, calendar), Blueprint::new(&simulation, calendar));
    let mut systems = std::collections::BTreeSet::new();
    for number in 0..60 {
        let (made, again) = (blueprint.machine_after_rounds(number), again.machine_after_rounds(number));
        let (machine, again) = (made.machine(), again.machine());
        let components = |machine: &dyn crate::machine::Machine| -> Vec<_> {
            machine.places().into_iter().map(|place| machine.component(place)).collect()
        };
        assert_eq!(components(machine), components(again));
        assert!((250..=950).contains(&machine.places().len()), "{}: {}", machine.name(), machine.places().len());
        assert_eq!(machine.facts(calendar.end), again.facts(calendar.end));
        systems.insert(machine.operating_system().id);
    }
    assert_eq!(systems.into_iter().collect::<Vec<_>>(), ["debian", "rocky", "ubuntu", "windows"]);
}

/// By name: release, user, packages, offers, missing, installed.
type Row = (String, Option<String>, [u32; 4]);

/// Of all hosts, and how many were put in.
async fn rows(simulation: &Simulation) -> (std::collections::BTreeMap<String, Row>, usize) {
    let data = tempfile::tempdir().expect("a directory");
    let now = "2026-11-21T20:00:00Z".parse().expect("a time");
    simulate(data.path(), None, simulation, now, |_| ()).await.expect("simulated");
    let fleet = opened(data.path(), now).await;
    let agents = fleet.agents.all();
    let row = |agent: &Arc<Agent>| {
        let row = fleet.index.asset(agent.asset).expect("a row");
        let (columns, counts) = (row.columns, row.counts);
        let counts = [counts.packages, counts.offers, counts.missing, counts.installed];
        (columns.name, (columns.operating_system, columns.last_logged_on_user, counts))
    };
    let rows = agents.iter().map(row).collect();
    // Nothing uses the certificate of a host that reports here.
    let put_in = agents.iter().filter(|agent| agent.state().certificates.iter().any(|known| known.used)).count();
    fleet.database.close().await;
    (rows, put_in)
}

#[tokio::test]
async fn hosts_that_are_put_in_are_as_if_they_had_reported() {
    let all = Simulation { packages: (40, 60), rounds: 0, reporting: u32::MAX, ..Simulation::new(208, 3) };
    let few = Simulation { reporting: 156, ..all.clone() };
    let ((of_all, without_agent), (of_few, put_in)) = (rows(&all).await, rows(&few).await);
    assert_eq!(of_few.len(), 208);
    assert!(put_in > without_agent, "all of the last 52 that could reported");
    for ((name, reported), (put_in, row)) in of_all.iter().zip(&of_few) {
        assert_eq!((name, reported), (put_in, row));
    }
}

/// Releases have some packages in the same version.
#[tokio::test]
async fn a_component_that_stands_twice_has_one_number() {
    let data = tempfile::tempdir().expect("a directory");
    let fleet = opened(data.path(), "2026-11-21T20:00:00Z".parse().expect("a time")).await;
    let host = Host::new(1, 0, &images(1, 40, 60)[0], 3);
    let [first, second] = [Place::Os, Place::Kernel].map(|place| host.component(place));
    let numbers = fleet.number_components(&[first.clone(), second, first]).await.expect("numbers");
    assert!(numbers[0] == numbers[2] && numbers[0] != numbers[1], "{numbers:?}");
    fleet.database.close().await;
}

async fn opened(data: &Path, now: Timestamp) -> Fleet {
    let start = Start {
        database: format!("sqlite:{}", data.display()),
        seal_key: data.join("seal.key"),
        organisation: String::new(),
        settings: Settings::default(),
        clock: Arc::new(ManualClock::new(now)),
        entropy: Arc::new(SystemEntropy),
    };
    let fleet = fettle_fleet::start::open(start).await.expect("opened");
    fleet.load_index().await.expect("loaded");
    fleet
}

#[tokio::test]
async fn a_small_fleet_has_findings_and_history() {
    let data = tempfile::tempdir().expect("a directory");
    let now = "2026-11-21T20:00:00Z".parse().expect("a time");
    let simulation = Simulation { packages: (60, 120), rounds: 2, ..Simulation::new(104, 1) };
    let told = std::sync::Mutex::new(Vec::new());
    let note = |progress| told.lock().expect("no panic").push(progress);
    simulate(data.path(), None, &simulation, now, note).await.expect("simulated");
    let last = told.into_inner().expect("no panic").pop().expect("progress");
    assert_eq!((last.stage, last.done), (Stage::Rest, 104));

    let fleet = opened(data.path(), now).await;
    assert_eq!(fleet.index.asset_count(), 104);
    let mut lacking = std::collections::BTreeSet::new();
    let mut closed = 0;
    for agent in fleet.agents.all() {
        let row = fleet.index.asset(agent.asset).expect("a row");
        assert!(row.counts.packages >= 50, "{:?}", row.counts);
        if row.counts.missing_security > 0 {
            lacking.insert(row.columns.os_id);
        }
        let mut read = fleet.database.read().await.expect("a reader");
        closed += read.findings().of_asset(agent.number, 100).await.expect("a history").len();
    }
    assert_eq!(lacking.into_iter().collect::<Vec<_>>(), ["debian", "rocky", "ubuntu", "windows"]);
    assert!(closed > 0, "no finding was closed");
    fleet.database.close().await;
}

#[tokio::test]
async fn vulnerabilities_have_scores_and_tags_have_members() {
    let data = tempfile::tempdir().expect("a directory");
    let now = "2026-11-21T20:00:00Z".parse().expect("a time");
    let simulation = Simulation { packages: (60, 120), rounds: 1, reporting: 150, ..Simulation::new(400, 2) };
    simulate(data.path(), None, &simulation, now, |_| ()).await.expect("simulated");
    let fleet = opened(data.path(), now).await;
    fleet.index.settle_tags();
    let cves = fleet.index.cves();
    assert!(cves.len() > 2_000, "{}", cves.len());
    assert!(
        cves.iter().all(|cve| cve.starts_with("CVE-202") && cve.len() == "CVE-2026-9000000".len()),
        "{:?}",
        cves[0]
    );
    let (mut scored, mut exploited) = (0, 0);
    for cve in &cves {
        let facts = fleet.facts_on(cve).await.expect("facts");
        let record = facts.record.as_ref().expect("a record");
        assert!(record.published.is_some_and(|published| published < now), "{cve}");
        scored += usize::from(!record.cvss.is_empty());
        exploited += usize::from(facts.is_known_exploited());
    }
    assert!(scored * 100 > cves.len() * 90 && scored < cves.len(), "{scored} of {} are scored", cves.len());
    assert!((1..cves.len() / 20).contains(&exploited), "{exploited} of {} are exploited", cves.len());
    let tags = fleet.database.read().await.expect("a reader").tags().all().await.expect("tags");
    for tag in tags.iter().filter(|tag| tag.made_by.is_none()) {
        assert!(!fleet.index.tag_members(tag.id).is_empty(), "{} has no members", tag.name);
    }
    fleet.database.close().await;
}
