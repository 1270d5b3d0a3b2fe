//! The host limits file, against orders of a server.

use fettle_model::job::Work;
use fettle_model::{Clock as _, DeploymentId, SystemClock};
use fettle_testhost::{Package, demo};
use fettle_wire::message::{Event, EventKind};
use jiff::SignedDuration;

use crate::setting::{Setting, summary};
use crate::support::orders::{offer, offer_with, patch};

const FILE: &str = "var/lib/f/limits.toml";
const NEWER: &str = "1.0-1+deb12u2";

fn limit(setting: &Setting, text: &str) {
    fs_err::write(setting.host.root().join(FILE), text).expect("a limits file");
}

/// A window that is closed now: three days from today.
fn closed() -> String {
    let day = (SystemClock.now() + SignedDuration::from_hours(72)).strftime("%a").to_string();
    format!("windows = [{{ days = [\"{day}\"], start = \"12:00\", duration = \"PT1H\", timezone = \"UTC\" }}]\n")
}

fn state(setting: &Setting, deployment: DeploymentId, wanted: &str) -> Event {
    setting.server.wait_for(wanted, |state| {
        let events = state.events_of(deployment);
        events.into_iter().find(|event| event.state.as_deref() == Some(wanted)).cloned()
    })
}

#[test]
fn what_the_host_forbids_is_skipped_and_named() {
    let pulling = Package::new("libfettle-demo", NEWER).depends("fettle-fresh");
    let Some(setting) = Setting::new([pulling, Package::new("fettle-fresh", "1")]) else { return };
    let wanted = || vec![patch(1, &["fettle-demo"], demo::FIXED)];
    limit(&setting, "deny-packages = [\"fettle-*\"]\n");
    let denied = offer(&setting.server, 1, Work::Install, wanted());
    let skipped = state(&setting, denied, "Skipped");
    assert_eq!(setting.server.state().states_of(denied), ["Received", "Skipped"]);
    assert_eq!(skipped.detail["reason"], "HostForbids");
    assert!(skipped.detail["text"].as_str().expect("a text").starts_with("deny-packages"), "{}", skipped.detail);
    // The server sees which keys are in force, without asking.
    setting.server.wait_for("the limits among the facts", |state| {
        let limits = state.reports.iter().filter_map(|report| report.facts.as_ref()?.limits.as_ref());
        limits.into_iter().any(|limits| limits.hash.is_some() && limits.keys == ["deny-packages"]).then_some(())
    });

    // What another package pulls in is forbidden too.
    limit(&setting, "deny-packages = [\"fettle-fresh\"]\n");
    let pulled = offer(&setting.server, 2, Work::Install, vec![patch(2, &["libfettle-demo"], NEWER)]);
    let skipped = state(&setting, pulled, "Skipped");
    assert!(skipped.detail["text"].as_str().expect("a text").contains("fettle-fresh"), "{}", skipped.detail);
    assert_eq!(summary(&setting.outcomes(pulled)), ["Skipped"]);

    // A file that others can write is not trusted at all.
    limit(&setting, "");
    let path = setting.host.root().join(FILE);
    fs_err::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o666)).expect("a mode");
    let untrusted = offer(&setting.server, 3, Work::Install, wanted());
    let skipped = state(&setting, untrusted, "Skipped");
    assert!(skipped.detail["text"].as_str().expect("a text").starts_with("LIMITS_INVALID"), "{}", skipped.detail);
    assert_eq!(setting.version("fettle-demo"), demo::OLD);
}

#[test]
fn outside_the_hosts_window_it_is_blocked_until_the_window_opens_or_the_run_ends() {
    let Some(setting) = Setting::new([]) else { return };
    let wanted = || vec![patch(1, &["fettle-demo"], demo::FIXED)];
    limit(&setting, &closed());
    let late = offer_with(&setting.server, 1, Work::Install, wanted(), |manifest| {
        // Long enough that a busy machine is blocked first.
        manifest.end = Some(manifest.start + SignedDuration::from_secs(15));
    });
    let blocked = state(&setting, late, "Blocked");
    assert_eq!(blocked.detail["reason"], "HostWindow");
    assert_eq!(setting.end_of(late), "TimedOut");
    assert_eq!(setting.server.state().states_of(late), ["Received", "Blocked", "TimedOut"]);
    assert_eq!(summary(&setting.outcomes(late)), ["Skipped"]);

    let patient = offer(&setting.server, 2, Work::Install, wanted());
    state(&setting, patient, "Blocked");
    limit(&setting, "frozen-until = 2999-01-01T00:00:00Z\n");
    let frozen = setting.server.wait_for("the freeze", |state| {
        let events = state.events_of(patient);
        events.into_iter().find(|event| event.detail["reason"] == "Freeze").cloned()
    });
    assert_eq!(frozen.state.as_deref(), Some("Blocked"));
    limit(&setting, "max-install-minutes = 5\n");
    assert_eq!(setting.end_of(patient), "Completed");
    let state = setting.server.state();
    let states = state.states_of(patient);
    let way = [
        "Received",
        "Blocked",
        "Blocked",
        "Received",
        "Downloading",
        "Downloaded",
        "Patching",
        "Verifying",
        "Completed",
    ];
    assert_eq!(states, way);
    let changed = state.events_of(patient).into_iter().filter(|event| event.kind == EventKind::LimitsChanged).count();
    assert_eq!(changed, 1);
}

#[test]
fn what_waits_holds_nothing_up() {
    let Some(setting) = Setting::new([]) else { return };
    let later =
        offer_with(&setting.server, 1, Work::Install, vec![patch(1, &["fettle-demo"], demo::FIXED)], |manifest| {
            manifest.start += SignedDuration::from_hours(1);
        });
    state(&setting, later, "Received");
    let now = offer(&setting.server, 2, Work::Install, vec![patch(2, &["libfettle-demo"], demo::FIXED)]);
    assert_eq!(setting.end_of(now), "Completed");
    assert_eq!(setting.server.state().states_of(later), ["Received"]);
}
