//! Deployments on a host in namespaces, with packages of a repository made for the test.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::job::Work;
use fettle_testhost::{Package, demo, package};
use fettle_wire::message::EventKind;

use crate::setting::{Setting, summary};
use crate::support::nothing_new;
use crate::support::orders::{offer, offer_with, patch};

#[test]
fn a_patch_is_installed_verified_and_taken_back() {
    let Some(setting) = Setting::new([]) else { return };
    let wanted = patch(1, &["fettle-demo", "libfettle-demo"], demo::FIXED);
    let deployment = offer(&setting.server, 1, Work::Install, vec![wanted]);
    assert_eq!(setting.end_of(deployment), "Completed");
    let states = setting.server.state().states_of(deployment);
    assert_eq!(states, ["Received", "Downloading", "Downloaded", "Patching", "Verifying", "Completed"]);
    assert_eq!(summary(&setting.outcomes(deployment)), ["Success"]);
    assert_eq!(setting.version("fettle-demo"), demo::FIXED);
    assert_eq!(setting.installs_in_history("fettle-demo"), 1);
    let log: String = setting.server.wait_for("the end of the log", |state| {
        let ended = state.logs.iter().any(|chunk| chunk.deployment == deployment && chunk.end);
        ended.then(|| state.logs.iter().map(|chunk| chunk.text.as_str()).collect())
    });
    assert!(log.contains("Setting up fettle-demo"), "{log}");

    let exported = setting.host.run_inside(&[
        "fettle-agent",
        "journal",
        "--data",
        "/var/lib/f",
        "export",
        &deployment.to_string(),
    ]);
    let record = setting.server.state().events_of(deployment).last().expect("a record").detail["envelope"].clone();
    let record = STANDARD.decode(record.as_str().expect("base64")).expect("base64");
    assert_eq!(exported.expect("the record").trim_end().as_bytes(), record, "byte for byte as the server has it");

    // Once more: it is there already, so there is nothing to do.
    let wanted = patch(1, &["fettle-demo", "libfettle-demo"], demo::FIXED);
    let again = offer(&setting.server, 2, Work::Install, vec![wanted]);
    assert_eq!(setting.end_of(again), "NotApplicable");
    assert_eq!(summary(&setting.outcomes(again)), ["Installed"]);

    // And back.
    let back = offer(&setting.server, 3, Work::Rollback, vec![patch(1, &["fettle-demo"], demo::FIXED)]);
    assert_eq!(setting.end_of(back), "Completed");
    assert_eq!(setting.version("fettle-demo"), demo::OLD);
    let outcome = setting.outcomes(back).remove(0);
    assert_eq!(outcome.packages[0].to.as_deref(), Some(demo::OLD));
    let too_far = offer(&setting.server, 4, Work::Rollback, vec![patch(1, &["fettle-demo"], demo::OLD)]);
    assert_eq!(setting.end_of(too_far), "Failed");
    assert_eq!(summary(&setting.outcomes(too_far)), ["Failed UNINSTALL_NOT_SUPPORTED"]);
}

#[test]
fn each_failure_has_its_reason_and_the_rest_goes_on() {
    let newer = "1.0-1+deb12u2";
    let failing = Package::new("libfettle-demo", newer).postinst("exit 1");
    let Some(setting) = Setting::new([failing]) else { return };
    setting.host.run(&["apt-mark", "hold", "fettle-demo"]).expect("a hold");
    let held = offer(&setting.server, 1, Work::Install, vec![patch(1, &["fettle-demo"], demo::FIXED)]);
    assert_eq!(setting.end_of(held), "Failed");
    assert_eq!(summary(&setting.outcomes(held)), ["Failed PACKAGE_HELD"]);
    setting.host.run(&["apt-mark", "unhold", "fettle-demo"]).expect("no hold");

    let patches = vec![
        patch(1, &["fettle-demo"], demo::FIXED),
        patch(2, &["libfettle-demo"], newer),
        patch(3, &["fettle-demo"], "7.0"),
        patch(4, &["not-here"], "1"),
    ];
    let mixed = offer(&setting.server, 2, Work::Install, patches);
    assert_eq!(setting.end_of(mixed), "CompletedWithErrors");
    let mut outcomes = summary(&setting.outcomes(mixed));
    outcomes.sort();
    assert_eq!(
        outcomes,
        ["Failed INSTALLER_EXIT", "Failed PACKAGE_NOT_IN_REPOSITORY", "NotApplicable", "Success"],
        "{:#?}",
        setting.outcomes(mixed)
    );
    assert_eq!(setting.version("fettle-demo"), demo::FIXED);
}

#[test]
fn removals_are_refused_and_other_moves_are_told() {
    let newer = "1.0-1+deb12u2";
    let pushing = Package::new("fettle-demo", newer).conflicts("libfettle-demo");
    let pulling = Package::new("libfettle-demo", newer).depends("fettle-fresh");
    let fresh = Package::new("fettle-fresh", "1");
    let Some(setting) = Setting::new([pushing, pulling, fresh]) else { return };
    let refused = offer(&setting.server, 1, Work::Install, vec![patch(1, &["fettle-demo"], newer)]);
    assert_eq!(setting.end_of(refused), "Failed");
    let outcome = setting.outcomes(refused).remove(0);
    assert_eq!(summary(std::slice::from_ref(&outcome)), ["Failed REMOVAL_REFUSED"]);
    assert!(outcome.text.is_some_and(|text| text.contains("libfettle-demo")));
    assert_eq!(setting.version("libfettle-demo"), demo::OLD);

    let pulled = offer(&setting.server, 2, Work::Install, vec![patch(2, &["libfettle-demo"], newer)]);
    assert_eq!(setting.end_of(pulled), "Completed");
    let state = setting.server.state();
    let moved: Vec<_> = state.events_of(pulled).into_iter().filter(|event| event.kind == EventKind::Package).collect();
    assert_eq!(moved.len(), 1);
    assert_eq!(moved[0].detail["name"], "fettle-fresh");
}

#[test]
fn bad_manifests_are_refused_by_code_and_change_nothing() {
    let Some(setting) = Setting::new([]) else { return };
    let wanted = || vec![patch(1, &["fettle-demo"], demo::FIXED)];
    let other = offer_with(&setting.server, 9, Work::Install, wanted(), |manifest| manifest.incarnation = 5);
    let refused = setting.server.wait_for("the refusal", |state| {
        state.events_of(other).into_iter().find(|event| event.kind == EventKind::Refused).cloned()
    });
    assert_eq!(refused.detail["code"], "NOT_FOR_THIS_AGENT");
    let outside = offer_with(&setting.server, 10, Work::Install, wanted(), |manifest| {
        manifest.patches[0].packages[0].name = "bash".to_owned();
    });
    let failed = setting.server.wait_for("the failure", |state| {
        state.events_of(outside).into_iter().find(|event| event.state.as_deref() == Some("Failed")).cloned()
    });
    assert_eq!(failed.detail["reason"], "OUTSIDE_AUTHORISATION");
    assert_eq!(failed.detail["pointer"], "/patches/0/packages/0");
    // Its counter was taken: the same number does not come again.
    let replayed = offer_with(&setting.server, 10, Work::Install, wanted(), |manifest| {
        manifest.deployment = uuid::Uuid::from_u128(0x55).into();
    });
    assert_eq!(replayed, outside);
    assert_eq!(setting.version("fettle-demo"), demo::OLD);
}

#[test]
fn a_cancel_before_the_start_leaves_everything_as_it_was() {
    let Some(setting) = Setting::new([]) else { return };
    let wanted = vec![patch(1, &["fettle-demo"], demo::FIXED)];
    let deployment = offer_with(&setting.server, 1, Work::Install, wanted, |manifest| {
        manifest.start += jiff::SignedDuration::from_hours(1);
    });
    setting.server.wait_for("the acknowledgement", |state| state.states_of(deployment).first().map(|_| ()));
    setting.server.change(|state| {
        let mut answer = nothing_new();
        answer.cancel.push(deployment);
        state.answers.push_back(answer);
    });
    assert_eq!(setting.end_of(deployment), "Canceled");
    assert_eq!(setting.version("fettle-demo"), demo::OLD);
}

#[test]
fn a_package_manager_that_is_busy_is_named() {
    let Some(setting) = Setting::new([]) else { return };
    let path = setting.host.root().join("var/lib/dpkg/lock-frontend");
    let lock = fs_err::OpenOptions::new().write(true).create(true).truncate(false).open(path).expect("dpkg's lock");
    rustix::fs::fcntl_lock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).expect("the lock is free");
    let wanted = || vec![patch(1, &["fettle-demo"], demo::FIXED)];
    let busy = offer_with(&setting.server, 1, Work::Install, wanted(), |manifest| {
        manifest.limits.installer_timeout_s = 3;
    });
    assert_eq!(setting.end_of(busy), "Failed");
    assert_eq!(summary(&setting.outcomes(busy)), ["Failed INSTALLER_BUSY"], "{:?}", setting.outcomes(busy));
    drop(lock);
    let free = offer(&setting.server, 2, Work::Install, wanted());
    assert_eq!(setting.end_of(free), "Completed");
}

#[test]
fn a_cancel_in_mid_install_lets_the_installer_end() {
    let newer = "1.0-1+deb12u2";
    let breaking =
        Package::new("libfettle-demo", newer).postinst("while ! test -e /var/lib/patient; do sleep 0.1; done; exit 1");
    let Some(setting) = Setting::new([breaking]) else { return };
    let patches = vec![patch(1, &["libfettle-demo"], newer), patch(2, &["fettle-demo"], demo::FIXED)];
    let deployment = offer(&setting.server, 1, Work::Install, patches);
    setting
        .server
        .wait_for("the installer", |state| state.states_of(deployment).contains(&"Patching".to_owned()).then_some(()));
    setting.server.change(|state| {
        let mut answer = nothing_new();
        answer.cancel.push(deployment);
        state.answers.extend([answer, nothing_new()]);
    });
    // Who asks for the second answer has taken the first.
    setting.server.wait_for("the cancel to be taken", |state| state.answers.is_empty().then_some(()));
    fs_err::write(setting.host.root().join("var/lib/patient"), "").expect("a file");
    assert_eq!(setting.end_of(deployment), "Canceled");
    let states = setting.server.state().states_of(deployment);
    assert!(!states.contains(&"Verifying".to_owned()), "the table has no way from Verifying to Canceled: {states:?}");
    // What the running transaction did is told as it is.
    let outcomes = summary(&setting.outcomes(deployment));
    assert!(outcomes.contains(&"Failed INSTALLER_EXIT".to_owned()), "{outcomes:?}");
    assert_eq!(outcomes.len(), 2, "{outcomes:?}");
}

#[test]
fn an_installer_that_hangs_is_ended_and_repaired() {
    let newer = "1.0-1+deb12u2";
    let hanging =
        Package::new("fettle-demo", newer).postinst("touch /var/lib/hangs; test -e /var/lib/patient || sleep 600");
    let Some(setting) = Setting::new([hanging]) else { return };
    let deployment =
        offer_with(&setting.server, 1, Work::Install, vec![patch(1, &["fettle-demo"], newer)], |manifest| {
            manifest.limits.installer_timeout_s = 10;
        });
    let hangs = setting.host.root().join("var/lib/hangs");
    let limit = Instant::now() + Duration::from_mins(1);
    while !hangs.exists() {
        assert!(Instant::now() < limit, "waited in vain for the installer");
        std::thread::sleep(Duration::from_millis(20));
    }
    // The repair runs the same script, which is patient the second time.
    fs_err::write(setting.host.root().join("var/lib/patient"), "").expect("a file");
    assert_eq!(setting.end_of(deployment), "Completed", "{:?}", setting.outcomes(deployment));
    assert_eq!(setting.audit(), "");
    assert_eq!(setting.version("fettle-demo"), newer);
}

/// The agent is killed at moments that are spread over a deployment, and each time the deployment ends, the package
/// database is whole, and apt's history names the upgrade once.
#[test]
fn killed_at_any_moment_it_goes_on() {
    let slow = Package::new("fettle-demo", "1.0-1+deb12u2").postinst("sleep 0.4");
    let Some(mut setting) = Setting::new([slow]) else { return };
    for round in 0..20u64 {
        let wanted = vec![patch(1, &["fettle-demo"], "1.0-1+deb12u2")];
        let deployment = offer(&setting.server, 1 + round, Work::Install, wanted);
        setting.server.wait_for("the acknowledgement", |state| state.states_of(deployment).first().map(|_| ()));
        std::thread::sleep(Duration::from_millis(round * 130));
        setting.kill_agent();
        setting.start_agent();
        assert_eq!(setting.end_of(deployment), "Completed", "round {round}");
        assert_eq!(setting.audit(), "", "round {round}");
        assert_eq!(setting.version("fettle-demo"), "1.0-1+deb12u2", "round {round}");
        let installs = setting.installs_in_history("fettle-demo");
        assert_eq!(installs, 1, "round {round}: apt's history names {installs} upgrades");
        let history = setting.host.root().join("var/log/apt/history.log");
        let old = setting.repository.root().join("pool").join(demo::old()[0].file_name());
        setting.host.copy_in(&old, "/var/cache/old.deb").expect("a package file");
        setting.host.run(&["dpkg", "-i", "--force-downgrade", "/var/cache/old.deb"]).expect("a downgrade");
        fs_err::write(history, "").expect("a history");
    }
}

#[test]
fn a_power_cut_in_mid_install_is_repaired() {
    let slow = Package::new("fettle-demo", "1.0-1+deb12u2")
        .postinst("test -e /var/lib/patient || sleep 600")
        .changelog(&package::changelog("fettle-demo", "1.0-1+deb12u2", "Slow."));
    let Some(mut setting) = Setting::new([slow]) else { return };
    let deployment = offer(&setting.server, 1, Work::Install, vec![patch(1, &["fettle-demo"], "1.0-1+deb12u2")]);
    setting.server.wait_for("the script", |state| {
        let log: String = state.logs.iter().map(|chunk| chunk.text.as_str()).collect();
        log.contains("Setting up fettle-demo").then_some(())
    });
    setting.host.power_cut().expect("the host ends");
    setting.agent = None;
    assert_ne!(setting.audit(), "", "the package is half configured");
    fs_err::write(setting.host.root().join("var/lib/patient"), "").expect("a file");
    setting.host.start().expect("the host starts");
    setting.start_agent();
    assert_eq!(setting.end_of(deployment), "Completed");
    assert_eq!(setting.audit(), "");
    let state = setting.server.state();
    assert!(state.events_of(deployment).iter().any(|event| event.kind == EventKind::Resumed));
}

#[test]
fn a_needed_restart_keeps_it_pending_until_the_machine_was_restarted() {
    let asking = Package::new("fettle-demo", "1.0-1+deb12u2")
        .postinst("touch /run/reboot-required; echo fettle-demo > /run/reboot-required.pkgs");
    let Some(mut setting) = Setting::new([asking]) else { return };
    let deployment = offer(&setting.server, 1, Work::Install, vec![patch(1, &["fettle-demo"], "1.0-1+deb12u2")]);
    setting.server.wait_for("the wait for a restart", |state| {
        state.states_of(deployment).contains(&"PendingReboot".to_owned()).then_some(())
    });
    assert_eq!(summary(&setting.outcomes(deployment)), ["PendingReboot"]);
    setting.host.power_cut().expect("the host ends");
    setting.agent = None;
    setting.host.start().expect("the host starts");
    setting.start_agent();
    assert_eq!(setting.end_of(deployment), "Completed");
    assert_eq!(summary(&setting.outcomes(deployment)), ["PendingReboot", "Success"]);
    let state = setting.server.state();
    assert!(state.events_of(deployment).iter().any(|event| event.kind == EventKind::Booted));
}
