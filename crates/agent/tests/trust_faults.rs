//! Every fault of a repository (`test-hosts.md` 5) is named, and none reads as "nothing missing".

use fettle_agent_core::collector;
use fettle_agent_core::facts::Machine;
use fettle_agent_core::folder::DataFolder;
use fettle_agent_core::platform::apt::Apt;
use fettle_agent_core::scan::{RefreshWish, Scan};
use fettle_agent_core::scan_document::{self, Verdict};
use fettle_model::{Clock as _, Obstacle, SystemClock};
use fettle_testhost::{Fault, FileServer, MachineRoot, Repository, demo, lacking, repository};
use tempfile::TempDir;

struct Setting {
    repository: Repository,
    server: Option<FileServer>,
    machine: MachineRoot,
    data: TempDir,
}

impl Setting {
    fn new() -> Self {
        let mut repository = Repository::new().expect("a repository");
        repository.add(demo::old().into_iter().chain(demo::fixed())).expect("packages");
        repository.publish().expect("a signed release");
        let server = FileServer::start(&repository.root()).expect("a server");
        let machine = MachineRoot::new().expect("a machine");
        machine.set_installed(&demo::old()).expect("dpkg's database");
        machine.set_source("test", &repository.source_entry(&server.uri())).expect("a source");
        let data = tempfile::Builder::new().prefix("fettle-data-").tempdir().expect("a folder");
        Self { repository, server: Some(server), machine, data }
    }

    fn scan(&self, wish: RefreshWish) -> Scan {
        let apt = Apt::new(&DataFolder::new(self.data.path()), self.machine.path());
        collector::scan(&apt, &Machine::new(self.machine.path()), wish, &SystemClock, &|_| {})
    }
}

fn verdict(scan: &Scan) -> Verdict {
    scan_document::verdict(scan, SystemClock.now())
}

#[test]
fn the_fixed_version_is_offered_and_then_nothing_is_missing() {
    if let Some(reason) = lacking(&repository::PROGRAMS) {
        println!("{reason}");
        return;
    }
    let setting = Setting::new();
    let scan = setting.scan(RefreshWish::Always);
    assert_eq!(verdict(&scan), Verdict::UpdatesMissing, "{:?}", scan.problems);
    let offered: Vec<_> = scan.offers.iter().map(|offer| (offer.package.as_str(), offer.candidate.as_str())).collect();
    assert_eq!(offered, [("fettle-demo", demo::FIXED), ("libfettle-demo", demo::FIXED)]);
    assert!(scan.offers.iter().all(|offer| offer.security && offer.back && offer.obstacle.is_none()));
    assert_eq!(scan.offers[0].repository.to_string(), "Fettle-Test/Fettle-Test-Security/test-security/main");
    assert!(scan.offers[0].sha256.is_some());

    setting.machine.set_installed(&demo::fixed()).expect("dpkg's database");
    assert_eq!(verdict(&setting.scan(RefreshWish::Never)), Verdict::NothingMissing);
}

#[test]
fn an_unchanged_scan_asks_apt_nothing() {
    if let Some(reason) = lacking(&repository::PROGRAMS) {
        println!("{reason}");
        return;
    }
    let setting = Setting::new();
    let first = setting.scan(RefreshWish::WhenOlderThan(60));
    let second = setting.scan(RefreshWish::WhenOlderThan(60));
    assert!(!first.unchanged && second.unchanged);
    assert_eq!(first.offers, second.offers);
    setting.machine.set_installed(&demo::fixed()).expect("dpkg's database");
    assert!(!setting.scan(RefreshWish::WhenOlderThan(60)).unchanged);
}

#[test]
fn every_fault_is_named_with_and_without_older_lists() {
    if let Some(reason) = lacking(&repository::PROGRAMS) {
        println!("{reason}");
        return;
    }
    let cases = [
        (Fault::Expired, "RepositoryStale"),
        (Fault::IndexChanged, "RepositoryUntrusted"),
        (Fault::OtherKey, "RepositoryUntrusted"),
        (Fault::NoSignature, "RepositoryUntrusted"),
        (Fault::SignatureDamaged, "RepositoryUntrusted"),
    ];
    for (fault, name) in cases {
        for older_lists in [true, false] {
            let mut setting = Setting::new();
            setting.machine.set_installed(&demo::fixed()).expect("dpkg's database");
            if older_lists {
                assert_eq!(verdict(&setting.scan(RefreshWish::Always)), Verdict::NothingMissing);
            }
            // An index that is as before would not be fetched again.
            setting.repository.add([fettle_testhost::Package::new("fettle-other", "1")]).expect("a package");
            setting.repository.publish_with(fault).expect("a broken release");
            let scan = setting.scan(RefreshWish::Always);
            let case = format!("{fault:?}, older lists {older_lists}: {:?} {:?}", scan.report.refresh, scan.problems);
            assert_eq!(verdict(&scan), Verdict::CouldNotTell, "{case}");
            assert_eq!(scan.report.refresh.len(), 1, "{case}");
            assert_eq!(scan.report.refresh[0].result, name, "{case}");
            assert!(scan.report.refresh[0].text.as_ref().is_some_and(|text| !text.is_empty()), "{case}");
            assert_eq!(scan.report.refresh[0].lists, if older_lists { "Own" } else { "None" }, "{case}");
            // The next scan without a refresh says the same.
            assert_eq!(verdict(&setting.scan(RefreshWish::Never)), Verdict::CouldNotTell, "{case}");
        }
    }
}

#[test]
fn a_server_that_is_gone_leaves_offers_with_an_obstacle() {
    if let Some(reason) = lacking(&repository::PROGRAMS) {
        println!("{reason}");
        return;
    }
    let mut setting = Setting::new();
    setting.scan(RefreshWish::Always);
    setting.server = None;
    let scan = setting.scan(RefreshWish::Always);
    assert_eq!(scan.report.refresh[0].result, "RepositoryUnreachable");
    assert!(scan.report.refresh[0].list_date.is_some());
    assert!(scan.offers.iter().all(|offer| offer.obstacle == Some(Obstacle::RepositoryUnreachable)));
    assert_eq!(verdict(&scan), Verdict::UpdatesMissing);
}

#[test]
fn a_damaged_dpkg_and_a_malformed_source_are_errors() {
    if let Some(reason) = lacking(&repository::PROGRAMS) {
        println!("{reason}");
        return;
    }
    let setting = Setting::new();
    let torn: String =
        demo::old().iter().map(|package| package.status_paragraph("install reinstreq half-installed")).collect();
    setting.machine.write_status(&torn).expect("dpkg's database");
    let scan = setting.scan(RefreshWish::Always);
    assert_eq!(scan.report.reason.as_deref(), Some("PREREQUISITE_MISSING"));
    assert_eq!(verdict(&scan), Verdict::CouldNotTell);

    setting.machine.set_installed(&demo::old()).expect("dpkg's database");
    setting.machine.set_source("test", "Types: deb\nURIs: nonsense\n").expect("a source");
    let scan = setting.scan(RefreshWish::Always);
    assert_eq!(verdict(&scan), Verdict::CouldNotTell, "{:?}", scan.problems);
    assert_eq!(scan.report.reason.as_deref(), Some("COLLECTOR_FAILED"), "{:?}", scan.problems);

    setting.machine.write_status("").expect("dpkg's database");
    assert_eq!(setting.scan(RefreshWish::Never).report.reason.as_deref(), Some("COLLECTOR_FAILED"));
}

#[test]
fn held_and_kept_back_packages_say_why() {
    if let Some(reason) = lacking(&repository::PROGRAMS) {
        println!("{reason}");
        return;
    }
    let mut setting = Setting::new();
    let needing = fettle_testhost::Package::new("fettle-demo", "1.0-1+deb12u2").depends("fettle-absent");
    setting.repository.add([needing]).expect("a package");
    setting.repository.publish().expect("a signed release");
    let [demo, lib] = demo::old();
    let status = demo.status_paragraph("install ok installed") + &lib.status_paragraph("hold ok installed");
    setting.machine.write_status(&status).expect("dpkg's database");
    let scan = setting.scan(RefreshWish::Always);
    let obstacles: Vec<_> = scan.offers.iter().map(|offer| (offer.package.as_str(), offer.obstacle)).collect();
    assert_eq!(obstacles, [("fettle-demo", Some(Obstacle::KeptBack)), ("libfettle-demo", Some(Obstacle::Held))]);
    let reason = scan.offers[0].obstacle_text.as_deref().unwrap_or_default();
    assert!(reason.contains("fettle-absent"), "{reason}");
}

#[test]
fn changelogs_are_read_from_the_offered_packages() {
    use fettle_agent_core::platform::Platform as _;
    if let Some(reason) = lacking(&repository::PROGRAMS) {
        println!("{reason}");
        return;
    }
    let setting = Setting::new();
    let apt = Apt::new(&DataFolder::new(setting.data.path()), setting.machine.path());
    let mut offers = setting.scan(RefreshWish::Always).offers;
    apt.read_changelogs(&mut offers, 0, &|_| {}).expect("a reading without budget");
    assert!(offers.iter().all(|offer| offer.changelog.is_none()));
    apt.read_changelogs(&mut offers, 1_000_000, &|_| {}).expect("a reading");
    for offer in &offers {
        let facts = offer.changelog.as_ref().expect("it was read");
        assert_eq!(facts.cves, [demo::CVE]);
        assert_eq!(facts.urgency.as_deref(), Some("medium"));
    }
    // One package file for the one source, and none for what is known.
    let asked = setting.server.as_ref().expect("it runs").requests();
    let mut again = setting.scan(RefreshWish::Never).offers;
    apt.read_changelogs(&mut again, 1_000_000, &|_| {}).expect("a reading");
    assert_eq!(again, offers);
    assert_eq!(setting.server.as_ref().expect("it runs").requests(), asked);
}

#[test]
fn a_staged_rollout_is_an_obstacle() {
    if let Some(reason) = lacking(&repository::PROGRAMS) {
        println!("{reason}");
        return;
    }
    let mut setting = Setting::new();
    // apt does not hold security suites back, and decides by the machine's id.
    let configuration =
        "APT::Machine-ID \"912e43bd1c1d4ba481f9f8ccab25f9ee\";\nAPT::Get::Never-Include-Phased-Updates \"true\";\n";
    fs_err::write(setting.machine.path().join("etc/apt/apt.conf.d/phased"), configuration).expect("a file");
    setting.repository.suite = "test-updates".to_owned();
    let staged = fettle_testhost::Package::new("fettle-demo", "1.0-1+deb12u3").phased(0);
    setting.repository.add([staged]).expect("a package");
    setting.repository.publish().expect("a signed release");
    let uri = setting.server.as_ref().expect("it runs").uri();
    setting.machine.set_source("test", &setting.repository.source_entry(&uri)).expect("a source");
    let scan = setting.scan(RefreshWish::Always);
    let staged = scan.offers.iter().find(|offer| offer.package == "fettle-demo");
    if let Some(offer) = staged.filter(|offer| offer.candidate == "1.0-1+deb12u3") {
        assert_eq!(offer.obstacle, Some(Obstacle::Phased), "{offer:?}");
    } else {
        panic!("the staged version is the candidate: {staged:?}");
    }
}
