//! Advisories in the catalogue: they judge by source package, without a rescan, and take over what machines were offered.

use fettle_fleet::catalogue::advisories::Imported;
use fettle_model::component::{Component, Running};
use fettle_model::patch::{Corroboration, MatchedBy, NativeId, Patch, PatchKind, PatchPackage, Reboot};
use fettle_model::severity::Severity;
use fettle_model::{PackageKind, PatchId};
use fettle_testkit::{TestAgent, TestApp, deb, facts, hash_of, offer, offer_details, os, repo};
use serde_json::{Value, json};

const REPOSITORY: &str = "Debian/Debian-Security/stable-security/main";

pub(crate) fn advisory(name: &str, sources: &[(&str, &str)], cve: &str) -> Patch {
    let packages = sources.iter().map(|(source, fixed)| PatchPackage {
        name: (*source).to_owned(),
        architecture: "any".to_owned(),
        fixed_version: (*fixed).to_owned(),
        stream: String::new(),
        size_bytes: None,
        sha256: None,
        corroboration: Corroboration::Advisory,
        by: MatchedBy::Source,
        foreign: None,
    });
    Patch {
        id: PatchId::derive("Debian", name, "debian:12", "any"),
        aliases: Vec::new(),
        native_ids: vec![NativeId { scheme: "DSA".to_owned(), value: name.to_owned() }],
        title: format!("{name} {}", sources[0].0),
        description: String::new(),
        vendor: "Debian".to_owned(),
        kind: PatchKind::Security,
        severity: Severity::None,
        urgency: None,
        cves: Some(vec![cve.to_owned()]),
        product: "debian:12".to_owned(),
        package_kind: PackageKind::Deb,
        repository: None,
        source: sources[0].0.to_owned(),
        source_version: sources[0].1.to_owned(),
        packages: packages.collect(),
        published: None,
        modified: None,
        reboot: Reboot::Never,
        advisory_link: None,
        update: None,
        withdrawn: false,
    }
}

pub(crate) fn binary(name: &str, version: &str, source: &str, source_version: &str) -> Component {
    Component::Deb {
        name: name.to_owned(),
        version: version.to_owned(),
        arch: "amd64".to_owned(),
        source: source.to_owned(),
        source_version: source_version.to_owned(),
    }
}

pub(crate) async fn enrolled(app: &TestApp, name: &str, packages: Vec<Component>) -> TestAgent {
    let mut agent = app.enrol(name).await;
    let mut components = vec![os("debian", "12"), repo(REPOSITORY)];
    components.extend(packages);
    agent.report_all(&components, facts(name), Vec::new()).await;
    agent
}

pub(crate) async fn rows(app: &TestApp, agent: &TestAgent, status: &str) -> Vec<Value> {
    let page = app.get(&format!("/v1/assets/{}/patches?status={status}", agent.id)).await.ok();
    page["items"].as_array().expect("a list").clone()
}

pub(crate) async fn titles(app: &TestApp, agent: &TestAgent, status: &str) -> Vec<String> {
    rows(app, agent, status).await.iter().map(|row| row["title"].as_str().expect("text").to_owned()).collect()
}

/// The sentence about the asset's only patch of this status.
async fn explained(app: &TestApp, asset: &TestAgent, status: &str) -> String {
    let found = rows(app, asset, status).await;
    let path = format!("/v1/assets/{}/patches/{}/explain", asset.id, found[0]["id"].as_str().expect("id"));
    app.get(&path).await.ok()["sentence"].as_str().expect("a sentence").to_owned()
}

pub(crate) async fn import(app: &TestApp, advisories: Vec<Patch>) -> Imported {
    app.fleet.import_advisories(advisories).await.expect("imported")
}

#[tokio::test]
async fn a_new_advisory_changes_findings_without_a_rescan() {
    let app = TestApp::start().await;
    // Its own version says nothing of its source's.
    let mut old = enrolled(&app, "old", vec![binary("dmsetup", "2:1.02.185-2", "lvm2", "2.03.16-2")]).await;
    let new = enrolled(&app, "new", vec![binary("dmsetup", "2:1.02.185-3", "lvm2", "2.03.16-3")]).await;
    let without = enrolled(&app, "without", vec![deb("bash", "5.2-1")]).await;

    let dsa = || advisory("DSA-6001", &[("lvm2", "2.03.16-3")], "CVE-2026-1001");
    assert_eq!(import(&app, vec![dsa()]).await, Imported { added: 1, ..Imported::default() });
    assert_eq!(titles(&app, &old, "Missing").await, ["DSA-6001 lvm2"]);
    assert_eq!(titles(&app, &new, "Installed").await, ["DSA-6001 lvm2"]);
    assert_eq!(titles(&app, &without, "Missing").await, Vec::<String>::new());
    assert_eq!(import(&app, vec![dsa()]).await, Imported { unchanged: 1, ..Imported::default() });
    is_exposed(&app, &old).await;

    let row = &rows(&app, &old, "Missing").await[0];
    assert_eq!((&row["advisory"], &row["obstacle"]), (&json!("DSA-6001"), &json!("NoCandidate")), "{row:#}");
    // Nobody has said yet which version of the package has the fix: the source's must not be taken for it.
    let patch = row["id"].as_str().expect("id");
    let job = json!({ "name": "Now", "work": "Install", "assets": [old.id], "patches": [patch], "enable": true });
    app.post("/v1/jobs", job).await.ok();
    let manifest = &crate::restart::patches_of(&old.check_in(0).await.work)[0];
    assert_eq!(manifest["packages"][0]["version"], "2:1.02.185-2+", "{manifest:#}");

    let sentence = explained(&app, &old, "Missing").await;
    assert!(sentence.contains("dmsetup (of source lvm2) is at 2.03.16-2"), "{sentence}");
    app.stop().await;
}

/// The CVE of the advisory, from every side.
async fn is_exposed(app: &TestApp, asset: &TestAgent) {
    let listed = app.get("/v1/vulnerabilities?exposed=yes").await.ok();
    let expected = json!({ "cve": "CVE-2026-1001", "sources": ["lvm2"], "patchCount": 1, "exposedCount": 1,
        "published": null, "isKnownExploited": false, "isUsedByRansomware": false, "knownExploitedDue": null,
        "cvss": null, "severity": "None", "epss": null, "priority": { "total": 3.3, "knownExploited": 0.0,
            "ransomware": 0.0, "epss": 0.0, "cvss": 0.0, "exposed": 3.3 } });
    assert_eq!(listed["items"], json!([expected]));
    assert_eq!(app.get("/v1/vulnerabilities?exposed=no").await.ok()["total"], 0);
    let shown = app.get("/v1/vulnerabilities/cve-2026-1001").await.ok();
    assert_eq!(shown["patches"][0]["advisory"], "DSA-6001");
    let exposed = app.get("/v1/assets?cve=CVE-2026-1001").await.ok();
    assert_eq!((&exposed["total"], &exposed["items"][0]["id"]), (&json!(1), &json!(asset.id)));
    let unknown = app.get("/v1/vulnerabilities/CVE-1999-0001").await;
    assert_eq!((unknown.status, unknown.code()), (404, "NOT_FOUND"));
    assert_eq!(app.get("/v1/vulnerabilities?sort=colour").await.status, 400);
}

#[tokio::test]
async fn of_kernels_the_newest_counts() {
    let app = TestApp::start().await;
    let kernel = |abi: &str, version: &str| {
        binary(&format!("linux-image-6.1.0-{abi}-amd64"), version, "linux-signed-amd64", &version.replace('-', "+"))
    };
    let booted = Component::Running(Running::Kernel { version: "6.1.0-10-amd64".to_owned() });
    let kernels = vec![kernel("10", "6.1.100-1"), kernel("20", "6.1.120-1"), booted];
    let patched = enrolled(&app, "patched", kernels).await;
    let old = enrolled(&app, "old", vec![kernel("10", "6.1.100-1")]).await;
    import(&app, vec![advisory("DSA-6002", &[("linux", "6.1.120-1")], "CVE-2026-1002")]).await;
    assert_eq!(titles(&app, &patched, "Installed").await, ["DSA-6002 linux"]);
    assert_eq!(titles(&app, &old, "Missing").await, ["DSA-6002 linux"]);
    let sentence = explained(&app, &patched, "Installed").await;
    assert!(sentence.ends_with("the kernel that runs is 6.1.0-10-amd64, from before the fix."), "{sentence}");
    app.stop().await;
}

async fn report_offer(agent: &mut TestAgent) {
    let components = [os("debian", "12"), repo(REPOSITORY), deb("openssl", "1"), offer("openssl", "2", REPOSITORY)];
    let details = vec![offer_details("openssl", "2", REPOSITORY, hash_of("two"))];
    agent.report_all(&components, facts("web01"), details).await;
}

/// Whichever comes first, there is one patch with both names, and it can be deployed.
async fn one_patch(app: &TestApp, agent: &mut TestAgent) -> Value {
    let found = rows(app, agent, "Missing").await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let patch = found[0]["id"].as_str().expect("id").to_owned();
    let details = app.get(&format!("/v1/patches/{patch}")).await.ok();
    let names: Vec<&str> =
        details["nativeIds"].as_array().expect("ids").iter().map(|id| id["value"].as_str().expect("text")).collect();
    assert_eq!(names, ["DSA-6003", "openssl 2"]);
    assert_eq!((&details["cves"], &details["corroboration"]), (&json!(["CVE-2026-1003"]), &json!("Advisory")));

    let job = json!({ "name": "Now", "work": "Install", "assets": [agent.id], "patches": [patch], "enable": true });
    app.post("/v1/jobs", job).await.ok();
    let work = agent.check_in(0).await.work;
    let manifest = &crate::restart::patches_of(&work)[0];
    let package = &manifest["packages"][0];
    assert_eq!((&package["name"], &package["version"]), (&json!("openssl"), &json!("2")));
    assert_eq!(package["sha256"], json!(hash_of("two")), "the archive that was offered");
    details
}

#[tokio::test]
async fn an_advisory_takes_over_what_machines_were_offered() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    report_offer(&mut agent).await;
    let before = app.get("/v1/patches").await.ok()["items"][0]["id"].clone();
    let imported = import(&app, vec![advisory("DSA-6003", &[("openssl", "2")], "CVE-2026-1003")]).await;
    assert_eq!(imported, Imported { changed: 1, joined: 1, ..Imported::default() });
    let after = one_patch(&app, &mut agent).await;
    assert_eq!(after["id"], before, "links to it stay good");
    app.stop().await;
}

#[tokio::test]
async fn an_offer_joins_the_advisory_that_names_its_version() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    import(&app, vec![advisory("DSA-6003", &[("openssl", "2")], "CVE-2026-1003")]).await;
    report_offer(&mut agent).await;
    one_patch(&app, &mut agent).await;
    // A second report of the same teaches nothing, and after a restart both names are still one patch.
    report_offer(&mut agent).await;
    assert_eq!(app.get("/v1/patches?status=all").await.ok()["total"], 1);
    app.stop().await;
}
