//! Advisories of rpm repositories over the operator API: findings on machines of the right release, without a rescan.

use std::sync::Arc;

use fettle_model::SystemClock;
use fettle_model::component::{Component, Running};
use fettle_testkit::{TestAgent, TestApp, facts, os};
use serde_json::{Value, json};

use crate::advisories::{rows, titles};
use crate::restart::reopened;

const IMPORTS: &str = "/v1/catalogue/imports";

/// Packages as the advisory lists them: name, `epoch:version-release`.
pub(crate) fn update(id: &str, kind: &str, updated: &str, cve: &str, packages: &[(&str, &str)]) -> String {
    let package = |(name, version): &(&str, &str)| {
        let (epoch, rest) = version.split_once(':').expect("an epoch");
        let (version, release) = rest.split_once('-').expect("a release");
        format!(
            r#"<package name="{name}" epoch="{epoch}" version="{version}" release="{release}" arch="x86_64" src="example-{rest}.src.rpm"/>"#
        )
    };
    let packages: String = packages.iter().map(package).collect();
    format!(
        r#"<update type="{kind}" status="final"><id>{id}</id><title>example update</title><severity>Important</severity>
        <issued date="2026-03-01 00:00:00"/><updated date="{updated}"/>
        <references><reference type="cve" id="{cve}" href="https://example.com/"/></references>
        <pkglist><collection short="almalinux-9-for-x86_64-baseos-rpms">{packages}</collection></pkglist></update>"#
    )
}

pub(crate) fn file(updates: &[String]) -> String {
    format!("<updates>{}</updates>", updates.concat())
}

pub(crate) fn rpm(name: &str, version: &str) -> Component {
    Component::Rpm {
        name: name.to_owned(),
        version: version.to_owned(),
        arch: "x86_64".to_owned(),
        vendor: "AlmaLinux".to_owned(),
        stream: String::new(),
        source: String::new(),
    }
}

pub(crate) async fn machine(app: &TestApp, name: &str, release: (&str, &str), packages: &[Component]) -> TestAgent {
    let mut agent = app.enrol(name).await;
    let components: Vec<_> = std::iter::once(os(release.0, release.1)).chain(packages.iter().cloned()).collect();
    agent.report_all(&components, facts(name), Vec::new()).await;
    agent
}

pub(crate) fn first() -> String {
    let both = [("example", "1:1.0-10.el9"), ("example-libs", "1:1.0-10.el9")];
    file(&[update("ALSA-2026:0001", "security", "2026-03-01 00:00:00", "CVE-2026-1001", &both)])
}

pub(crate) async fn changes(app: &TestApp, file: String) -> Value {
    let imported = app.upload(IMPORTS, file).await.ok();
    assert_eq!((&imported["outcome"], &imported["format"]), (&json!("Imported"), &json!("updateinfo")));
    imported["changes"].clone()
}

#[tokio::test]
async fn advisories_are_stored_and_judged_on_every_asset() {
    let app = TestApp::start().await;
    let nine = ("almalinux", "9.3");
    let old = machine(&app, "old", nine, &[rpm("example", "1:1.0-2.el9"), rpm("example-libs", "1:1.0-10.el9")]).await;
    let new = machine(&app, "new", nine, &[rpm("example", "1:1.0-11.el9")]).await;
    let eight = machine(&app, "eight", ("almalinux", "8.9"), &[rpm("example", "1:0.9-1.el8")]).await;

    let tried = app.upload(&format!("{IMPORTS}?dryRun=yes"), first()).await.ok();
    assert_eq!((&tried["outcome"], &tried["canBeStored"]), (&json!("Read"), &json!(true)));
    assert_eq!(tried["report"]["read"], json!({ "advisories": 1, "cves": 1, "packages": 2, "patches": 1 }));
    assert_eq!(app.get("/v1/patches?status=all").await.ok()["total"], 0);

    assert_eq!(
        changes(&app, first()).await,
        json!({ "added": 1, "changed": 0, "unchanged": 0, "joined": 0, "withdrawn": 0 })
    );
    let missing = rows(&app, &old, "Missing").await;
    assert_eq!(missing.len(), 1, "{missing:#?}");
    assert_eq!((&missing[0]["advisory"], &missing[0]["severity"]), (&json!("ALSA-2026:0001"), &json!("Important")));
    assert_eq!(titles(&app, &new, "Installed").await, ["ALSA-2026:0001 example update"]);
    for status in ["Missing", "Installed"] {
        assert_eq!(titles(&app, &eight, status).await, Vec::<String>::new());
    }
    let exposed = app.get("/v1/assets?cve=CVE-2026-1001").await.ok();
    assert_eq!((&exposed["total"], &exposed["items"][0]["id"]), (&json!(1), &json!(old.id)));
    let explain = format!("/v1/assets/{}/patches/{}/explain", old.id, missing[0]["id"].as_str().expect("an id"));
    let sentence = app.get(&explain).await.ok()["sentence"].as_str().expect("a sentence").to_owned();
    assert!(sentence.contains("example is at 1:1.0-2.el9 and the fix is in 1:1.0-10.el9"), "{sentence}");
    let software = app.get(&format!("/v1/assets/{}/software?kind=rpm", old.id)).await.ok();
    assert_eq!((&software["total"], &software["items"][0]["version"]), (&json!(2), &json!("1:1.0-2.el9")));
    app.stop().await;
}

#[tokio::test]
async fn a_revised_file_changes_what_differs() {
    let app = TestApp::start().await;
    let machine = machine(&app, "m", ("almalinux", "9.3"), &[rpm("example", "1:1.0-10.el9")]).await;
    changes(&app, first()).await;
    let again = app.upload(IMPORTS, first()).await.ok();
    assert_eq!(again["outcome"], "AlreadyImported");
    // The same content in another file is read, and changes nothing.
    let same = json!({ "added": 0, "changed": 0, "unchanged": 1, "joined": 0, "withdrawn": 0 });
    assert_eq!(changes(&app, first().replace("><", "> <")).await, same);
    assert_eq!(titles(&app, &machine, "Missing").await, Vec::<String>::new());

    let later = [("example", "1:1.0-12.el9"), ("example-libs", "1:1.0-12.el9")];
    let revised = update("ALSA-2026:0001", "security", "2026-03-05 00:00:00", "CVE-2026-1009", &later);
    let more =
        update("ALBA-2026:0002", "bugfix", "2026-03-06 00:00:00", "CVE-2026-1010", &[("example-libs", "1:1.0-13.el9")]);
    assert_eq!(
        changes(&app, file(&[revised, more])).await,
        json!({ "added": 1, "changed": 1, "unchanged": 0, "joined": 0, "withdrawn": 0 })
    );
    let missing = rows(&app, &machine, "Missing").await;
    assert_eq!((missing.len(), &missing[0]["cves"]), (1, &json!(["CVE-2026-1009"])), "a later word replaces the first");
    // The file from before it adds nothing to the later word.
    assert_eq!(changes(&app, first()).await["changed"], 0);

    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    assert_eq!(
        fleet.index.asset(machine.id).expect("it is there").counts.missing,
        1,
        "from the database as from memory"
    );
    fleet.database.close().await;
}

/// The later advisory brings `example-libs` alone: what it does not bring stays missing on its own account.
#[tokio::test]
async fn an_advisory_replaces_only_what_it_covers() {
    let app = TestApp::start().await;
    let nine = ("almalinux", "9.3");
    let both = [rpm("example", "1:1.0-2.el9"), rpm("example-libs", "1:1.0-2.el9")];
    let machine = machine(&app, "m", nine, &both).await;
    let libs =
        update("ALBA-2026:0002", "bugfix", "2026-03-06 00:00:00", "CVE-2026-1010", &[("example-libs", "1:1.0-13.el9")]);
    changes(&app, first().replace("</updates>", &format!("{libs}</updates>"))).await;
    let counted = async || app.get("/v1/assets").await.ok()["items"][0]["missingPatchCount"].clone();
    assert_eq!(rows(&app, &machine, "Missing").await.len(), 2);
    assert_eq!(counted().await, 2);
    let whole = [("example", "1:1.0-14.el9"), ("example-libs", "1:1.0-14.el9")];
    let last = update("ALBA-2026:0003", "bugfix", "2026-03-07 00:00:00", "CVE-2026-1011", &whole);
    changes(&app, file(&[last])).await;
    assert_eq!(counted().await, 1, "the last one brings both");
    app.stop().await;
}

#[tokio::test]
async fn a_kernel_asks_for_a_restart_and_no_job_takes_an_rpm_yet() {
    let app = TestApp::start().await;
    let kernels = [rpm("kernel-core", "0:5.14.0-70.el9"), rpm("kernel-core", "0:5.14.0-71.el9")];
    let booted = Component::Running(Running::Kernel { version: "5.14.0-70.el9.x86_64".to_owned() });
    let packages: Vec<_> = kernels.into_iter().chain([booted]).collect();
    let machine = machine(&app, "m", ("almalinux", "9.3"), &packages).await;
    let fixed = [("kernel-core", "0:5.14.0-71.el9")];
    changes(&app, file(&[update("ALSA-2026:0003", "security", "2026-03-01 00:00:00", "CVE-2026-1003", &fixed)])).await;
    let installed = rows(&app, &machine, "Installed").await;
    let patch = installed[0]["id"].as_str().expect("an id");
    let explained = app.get(&format!("/v1/assets/{}/patches/{patch}/explain", machine.id)).await.ok();
    let sentence = explained["sentence"].as_str().expect("a sentence");
    assert!(sentence.ends_with("the kernel that runs is 5.14.0-70.el9.x86_64, from before the fix."), "{sentence}");
    let job = json!({ "name": "Now", "work": "Install", "assets": [machine.id], "patches": [patch], "enable": true });
    let refused = app.post("/v1/jobs", job).await;
    assert_eq!((refused.status, refused.code()), (409, "PATCH_NOT_DEPLOYABLE"));
    app.stop().await;
}
