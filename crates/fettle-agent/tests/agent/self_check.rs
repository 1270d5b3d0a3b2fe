//! What the self-check finds in the way of scans and deployments.

use fettle_model::job::Work;
use fettle_testhost::demo;
use fettle_wire::message::check_in::ScanOrder;
use fettle_wire::message::report::ScanResult;

use crate::setting::Setting;
use crate::support::nothing_new;
use crate::support::orders::{offer, patch};

#[test]
fn a_half_configured_package_is_in_the_way_of_scans_and_deployments() {
    let Some(setting) = Setting::new([]) else { return };
    let path = setting.host.root().join("var/lib/dpkg/status");
    let whole = fs_err::read_to_string(&path).expect("dpkg's database");
    let at = whole.find("Package: libfettle-demo\n").expect("the package");
    let torn = format!(
        "{}{}",
        &whole[..at],
        whole[at..].replacen("Status: install ok installed", "Status: install ok half-configured", 1)
    );
    fs_err::write(&path, torn).expect("dpkg's database");
    assert_ne!(setting.audit(), "", "dpkg sees it too");
    let wanted = || vec![patch(1, &["fettle-demo"], demo::FIXED)];
    let refused = offer(&setting.server, 1, Work::Install, wanted());
    assert_eq!(setting.end_of(refused), "Failed");
    let state = setting.server.state();
    let last = state.events_of(refused).into_iter().rfind(|event| event.state.is_some()).expect("a state").clone();
    drop(state);
    assert_eq!(last.detail["reason"], "PREREQUISITE_MISSING");
    assert!(last.detail["text"].as_str().expect("a text").starts_with("AG-02"), "{}", last.detail);

    setting.server.change(|state| {
        let mut answer = nothing_new();
        answer.scan = Some(ScanOrder { id: None, kind: "VM".to_owned(), refresh: false });
        state.answers.push_back(answer);
    });
    let facts = setting.server.wait_for("a failed scan", |state| {
        let failed = |report: &&fettle_wire::message::Report| {
            let scan = report.scan.as_ref();
            scan.is_some_and(|scan| {
                scan.result == ScanResult::Failed && scan.reason.as_deref() == Some("PREREQUISITE_MISSING")
            })
        };
        state.reports.iter().find(failed).and_then(|report| report.facts.clone())
    });
    let ids: Vec<&str> = facts.self_check.iter().map(|check| check.id.as_str()).collect();
    let all = ["AG-01", "AG-02", "AG-03", "AG-04", "AG-05", "AG-06", "AG-10", "AG-12", "AG-13", "AG-14", "AG-15"];
    assert_eq!(ids, all);
    let doctor = setting.host.run_inside(&["sh", "-c", "fettle-agent doctor --data /var/lib/f; echo exit $?"]);
    let doctor = doctor.expect("an answer");
    assert!(doctor.contains("AG-02    Failed") && doctor.contains("exit 1"), "{doctor}");

    setting.host.run(&["dpkg", "--configure", "-a"]).expect("it is configured");
    let free = offer(&setting.server, 2, Work::Install, wanted());
    assert_eq!(setting.end_of(free), "Completed");
}
