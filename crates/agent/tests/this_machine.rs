//! The agent's answer on the machine that runs the tests equals that of apt itself, on the same lists.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use fettle_agent_core::collector;
use fettle_agent_core::facts::Machine;
use fettle_agent_core::folder::DataFolder;
use fettle_agent_core::platform::apt::Apt;
use fettle_agent_core::scan::RefreshWish;
use fettle_model::SystemClock;
use fettle_testhost::lacking;

#[test]
fn offers_equal_what_apt_lists() {
    if let Some(reason) = lacking(&["apt", "apt-get", "apt-cache", "dpkg-query"]) {
        println!("{reason}");
        return;
    }
    let data = tempfile::Builder::new().prefix("fettle-data-").tempdir().expect("a folder");
    let apt = Apt::new(&DataFolder::new(data.path()), Path::new("/"));
    let machine = Machine::new(Path::new("/"));
    let scan = collector::scan(&apt, &machine, RefreshWish::Always, &SystemClock, &|_| {});
    if scan.report.reason.as_deref() == Some("REFRESH_FAILED_ALL") {
        println!("skipped: no repository of this machine can be reached: {:?}", scan.problems);
        return;
    }
    assert!(scan.offers_known, "{:?}", scan.problems);
    let asked = |program: &str, arguments: &[&str]| {
        let configuration = data.path().join("apt/apt.conf");
        let mut command = Command::new(program);
        command.arg("-c").arg(configuration).args(arguments).env("LC_ALL", "C");
        fettle_testhost::run(&mut command).expect("apt answers")
    };

    let listed: BTreeSet<(String, String, String)> = asked("apt", &["list", "--upgradable"])
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.split_once('/')?;
            let mut words = rest.split_whitespace().skip(1);
            Some((name.to_owned(), words.next()?.to_owned(), words.next()?.to_owned()))
        })
        .collect();
    let offered: BTreeSet<(String, String, String)> =
        scan.offers.iter().map(|offer| (offer.package.clone(), offer.candidate.clone(), offer.arch.clone())).collect();
    // apt names the native architecture for packages that are for all.
    let by_name = |set: &BTreeSet<(String, String, String)>| -> BTreeSet<(String, String)> {
        set.iter().map(|(name, version, _)| (name.clone(), version.clone())).collect()
    };
    assert_eq!(by_name(&offered), by_name(&listed));
    println!("{} updates, as apt lists them", offered.len());

    let free: BTreeSet<&str> =
        scan.offers.iter().filter(|offer| offer.obstacle.is_none()).map(|offer| offer.package.as_str()).collect();
    let simulated = asked("apt-get", &["-s", "dist-upgrade"]);
    let installs: BTreeSet<&str> = simulated
        .lines()
        .filter_map(|line| line.strip_prefix("Inst "))
        .filter(|line| line.split(' ').nth(1).is_some_and(|word| word.starts_with('[')))
        .filter_map(|line| line.split([' ', ':']).next())
        .collect();
    assert_eq!(free, installs);

    let present = fettle_testhost::run(Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Status}\n"]));
    let present = present.expect("dpkg answers").lines().filter(|state| *state == "installed").count();
    assert_eq!(scan.packages, present);
    assert_eq!(scan.dropped, 0);
}
