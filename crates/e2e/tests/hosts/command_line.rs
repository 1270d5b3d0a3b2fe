//! The main job on the command line: found, shown beforehand, deployed, verified, taken back, deployed again.

use std::collections::BTreeSet;
use std::time::Duration;

use fettle_testhost::demo;
use serde_json::Value;

use crate::support::api::text;
use crate::support::machine::updates_by_fettle;
use crate::support::{Machine, Operator, Site};

/// Less than the shortest hold: a scan that begins within it was begun by its order, however busy the machine.
const ON_DEMAND: Duration = Duration::from_secs(15);

fn fettles_list(operator: &Operator, machine: &Machine) -> Value {
    operator.json(&["assets", "show", &machine.name, "--patches"])
}

/// Fettle's list and apt's own, whatever they hold.
#[track_caller]
fn assert_lists_are_equal(operator: &Operator, machine: &Machine) -> usize {
    let by_apt = machine.updates_by_apt();
    assert_eq!(updates_by_fettle(&fettles_list(operator, machine)), by_apt, "{}", machine.name);
    by_apt.len()
}

#[test]
fn two_hosts_are_patched_on_the_command_line_and_one_patch_is_taken_back() {
    let Some(site) = Site::new(2, []) else { return };
    let machines = [site.machine("ada", &[]), site.machine("grace", &[])];
    let operator = site.operator();
    for machine in &machines {
        assert_eq!(assert_lists_are_equal(&operator, machine), 2, "the demo pair lacks its update");
    }
    let assets = ["--asset", "ada", "--asset", "grace"];

    let before = machines.each_ref().map(Machine::package_state);
    let create = ["jobs", "create", "--name", "Fix the overflow", "--all-missing"];
    let dry = operator.json(&[&create, &assets[..], &["--dry-run"]].concat());
    assert_eq!((&dry["totals"]["answered"], &dry["totals"]["changes"]), (&2.into(), &4.into()), "{dry:#}");
    assert_eq!((&dry["totals"]["removals"], &dry["totals"]["wouldFail"]), (&0.into(), &0.into()), "{dry:#}");
    assert_eq!(machines.each_ref().map(Machine::package_state), before, "a dry run changes nothing");
    assert_eq!(operator.json(&["jobs", "list"])["total"], 0, "a dry run makes no job");

    let made = operator.run(&[&create, &assets[..], &["--enable"]].concat());
    assert_eq!(made.code, 0, "{made:?}");
    let watched = operator.run(&["jobs", "watch", made.out.trim(), "--logs"]);
    assert_eq!(watched.code, 0, "{watched:?}");
    for machine in &machines {
        assert!(watched.said.contains(&format!("{}: Completed", machine.name)), "{watched:?}");
        assert_patched(&operator, machine, 1);
    }

    take_back_and_return(&operator, &machines[0]);
    assert_patched(&operator, &machines[1], 1);

    for machine in &machines {
        let started = site.api.scan(&machine.name);
        println!("a scan of {} began {started:?} after it was asked for", machine.name);
        assert!(started < ON_DEMAND, "a scan began {started:?} after it was asked for");
        assert_eq!(assert_lists_are_equal(&operator, machine), 0);
    }
}

/// Nothing is missing, dpkg has the fixed versions, and apt's history names each installation once.
#[track_caller]
fn assert_patched(operator: &Operator, machine: &Machine, times: usize) {
    assert_eq!(assert_lists_are_equal(operator, machine), 0);
    for package in ["fettle-demo", "libfettle-demo"] {
        assert_eq!(machine.version(package), demo::FIXED);
        assert_eq!(machine.times_in_history("Upgrade", package), times, "{package} on {}", machine.name);
    }
    machine.assert_whole();
}

fn take_back_and_return(operator: &Operator, machine: &Machine) {
    let asset = ["--asset", &machine.name, "--patch", "fettle-demo"];
    let back = ["jobs", "create", "--name", "Take it back", "--uninstall"];
    let dry = operator.json(&[&back, &asset[..], &["--dry-run"]].concat());
    let shown: BTreeSet<(String, String)> = dry["assets"][0]["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|change| (text(&change["name"]), text(&change["to"])))
        .collect();
    let earlier = ["fettle-demo", "libfettle-demo"].map(|name| (name.to_owned(), demo::OLD.to_owned()));
    assert_eq!(shown, BTreeSet::from(earlier), "the version to go back to is shown before the start");

    let ended = operator.run(&[&back, &asset[..], &["--enable", "--watch"]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(machine.version("fettle-demo"), demo::OLD);
    assert_eq!(machine.times_in_history("Downgrade", "fettle-demo"), 1);
    machine.assert_whole();
    assert_eq!(assert_lists_are_equal(operator, machine), 2, "the finding is back");

    let again = ["jobs", "create", "--name", "Fix it again", "--enable", "--watch"];
    let ended = operator.run(&[&again, &asset[..]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_patched(operator, machine, 2);
}
