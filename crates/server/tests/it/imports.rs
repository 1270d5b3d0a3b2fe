//! Vendors' files over the operator API: what a list says is found on assets without a rescan, and a file that cannot be
//! used changes nothing.

use std::fmt::Write as _;
use std::future::poll_fn;
use std::io::Cursor;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use fettle_catalog::import::Format;
use fettle_fleet::catalogue::advisories::Imported;
use fettle_fleet::catalogue::import::{Records, read_records};
use fettle_model::SystemClock;
use fettle_store::catalogue::PatchNumber;
use fettle_testkit::{TestAgent, TestApp, facts, hash_of, os};
use serde_json::{Value, json};

use crate::advisories::{binary, rows, titles};
use crate::restart::reopened;

const IMPORTS: &str = "/v1/catalogue/imports";

const LIST: &str = "[02 Apr 2026] DSA-9002-1 other - security update
\t{CVE-2026-1002}
\t[bookworm] - other 1
[01 Apr 2026] DSA-9001-1 lvm2 - security update
\t{CVE-2026-1001 CVE-2026-1000}
\t[bullseye] - lvm2 2.03.11-2
\t[buster] - lvm2 <not-affected>
";

/// The list with a later revision, which asks for more.
fn revised() -> String {
    format!(
        "[03 Apr 2026] DSA-9001-2 lvm2 - regression update
\t[bullseye] - lvm2 2.03.11-3
{LIST}"
    )
}

async fn bullseye(app: &TestApp, name: &str, lvm2: &str) -> TestAgent {
    let mut agent = app.enrol(name).await;
    let components = [os("debian", "11"), binary("dmsetup", "2:1.02.175-2", "lvm2", lvm2)];
    agent.report_all(&components, facts(name), Vec::new()).await;
    agent
}

#[tokio::test]
async fn a_list_changes_findings_without_a_rescan() {
    let app = TestApp::start().await;
    let old = bullseye(&app, "old", "2.03.11-1").await;
    let new = bullseye(&app, "new", "2.03.11-2").await;

    let tried = app.upload(&format!("{IMPORTS}?dryRun=yes"), LIST).await.ok();
    assert_eq!(
        (&tried["outcome"], &tried["changes"], &tried["document"]),
        (&json!("Read"), &json!(null), &json!(null))
    );
    assert_eq!(tried["report"]["read"], json!({ "advisories": 2, "patches": 2, "releaseLines": 2 }));
    assert_eq!(app.get("/v1/catalogue/documents").await.ok()["total"], 0);
    assert_eq!(rows(&app, &old, "Missing").await, Vec::<Value>::new());

    let imported = app.upload(&format!("{IMPORTS}?fileName=list"), LIST).await.ok();
    assert_eq!((&imported["outcome"], &imported["format"]), (&json!("Imported"), &json!("debian-dsa")));
    assert_eq!(imported["changes"], json!({ "added": 2, "changed": 0, "unchanged": 0, "joined": 0, "withdrawn": 0 }));
    let missing = rows(&app, &old, "Missing").await;
    assert_eq!(missing.len(), 1, "{missing:#?}");
    assert_eq!(missing[0]["advisory"], "DSA-9001-1");
    assert_eq!(missing[0]["cves"], json!(["CVE-2026-1000", "CVE-2026-1001"]));
    assert_eq!(titles(&app, &new, "Missing").await, Vec::<String>::new());
    let exposed = app.get("/v1/vulnerabilities?exposed=yes&sort=cve").await.ok();
    let cves: Vec<_> = exposed["items"].as_array().expect("a list").iter().map(|row| &row["cve"]).collect();
    assert_eq!(cves, [&json!("CVE-2026-1000"), &json!("CVE-2026-1001")]);

    let again = app.upload(IMPORTS, LIST).await.ok();
    assert_eq!((&again["outcome"], &again["document"]), (&json!("AlreadyImported"), &imported["document"]));

    let changed = app.upload(IMPORTS, revised()).await.ok();
    assert_eq!(changed["changes"], json!({ "added": 0, "changed": 1, "unchanged": 1, "joined": 0, "withdrawn": 0 }));
    assert_eq!(titles(&app, &new, "Missing").await, ["DSA-9001-2 lvm2: regression update"]);
    let after = rows(&app, &old, "Missing").await;
    assert_eq!((after.len(), &after[0]["id"]), (1, &missing[0]["id"]), "a revision is the same patch");
    documents_and_audit(&app, &changed).await;
    app.stop().await;
}

async fn documents_and_audit(app: &TestApp, newest: &Value) {
    let documents = app.get("/v1/catalogue/documents?feed=debian-dsa").await.ok();
    assert_eq!(documents["total"], 2);
    let (last, first) = (&documents["items"][0], &documents["items"][1]);
    assert_eq!((&last["id"], &last["sha256"]), (&newest["document"], &newest["sha256"]));
    assert_eq!((&first["fileName"], &first["bytes"]), (&json!("list"), &json!(LIST.len())));
    assert_eq!((&first["importedBy"], &first["changes"]["added"]), (&json!("ada"), &json!(2)));
    assert_eq!(app.get("/v1/catalogue/documents?feed=epss").await.ok()["total"], 0);
    app.fleet.chain_audit().await.expect("chained");
    let mut read = app.fleet.database.read().await.expect("a connection");
    let records = read.audit().after(0, 100).await.expect("records");
    let imports: Vec<_> = records.iter().filter(|record| record.action == "catalogue.import").collect();
    assert_eq!(imports.len(), 2, "one for each document");
    assert_eq!((imports[0].actor.as_str(), imports[0].object_name.as_deref()), ("ada", Some("debian-dsa")));
    assert_eq!(imports[0].details["changes"]["added"], 2);
}

/// Facts stand beside a CVE that a patch names, whichever file comes first; they make no finding of their own.
#[tokio::test]
async fn facts_of_vulnerabilities_are_imported_too() {
    let app = TestApp::start().await;
    bullseye(&app, "old", "2.03.11-1").await;
    let listed = json!({ "title": "t", "catalogVersion": "2026.04.03", "dateReleased": "2026-04-03T00:00:00Z", "count": 1,
        "vulnerabilities": [{ "cveID": "CVE-2026-1001", "vendorProject": "LVM", "product": "lvm2",
            "vulnerabilityName": "n", "dateAdded": "2026-04-03", "shortDescription": "d", "requiredAction": "Update.",
            "dueDate": "2026-04-24", "knownRansomwareCampaignUse": "Known", "notes": "", "cwes": [] }] });
    let kev = app.upload(IMPORTS, listed.to_string()).await.ok();
    assert_eq!((&kev["format"], &kev["changes"]["changed"]), (&json!("kev"), &json!(1)), "{kev:#}");
    let scores = "#model_version:v2025.03.14,score_date:2026-04-03T00:00:00+0000\ncve,epss,percentile\n\
        CVE-2026-1001,0.5,0.9\n";
    let epss = app.upload(IMPORTS, scores).await.ok();
    assert_eq!(epss["format"], "epss");
    assert_eq!(app.get("/v1/vulnerabilities").await.ok()["total"], 0, "no patch names it yet");

    app.upload(IMPORTS, LIST).await.ok();
    let exploited = app.get("/v1/vulnerabilities?knownExploited=yes").await.ok();
    assert_eq!((&exploited["total"], &exploited["items"][0]["cve"]), (&json!(1), &json!("CVE-2026-1001")));
    assert_eq!(app.get("/v1/overview").await.ok()["knownExploited"], 1);
    let again = app.upload(IMPORTS, listed.to_string()).await.ok();
    assert_eq!(again["outcome"], "AlreadyImported");
    assert_eq!(app.get("/v1/catalogue/documents").await.ok()["total"], 3);
    app.stop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_used_changes_nothing() {
    let app = TestApp::start().await;
    let damaged = format!("{LIST}{}", "[someday] DSA-1-1 lost\n".repeat(25));
    let too_large = vec![b'\n'; usize::try_from(Format::Repomd.max_bytes()).expect("it fits") + 1];
    for (query, file, status, code, says) in [
        ("?format=oval", LIST.into(), 400, "FEED_KIND_UNKNOWN", "\"oval\" is no format; there are mssecure"),
        ("", b"hello".to_vec(), 400, "FEED_KIND_UNKNOWN", "the file is in no format that is known"),
        ("", Vec::new(), 400, "FEED_KIND_UNKNOWN", "the file is in no format that is known"),
        ("?format=debian-dsa", b"hello".to_vec(), 400, "FEED_MALFORMED", "the file: there is no advisory"),
        ("", damaged.into(), 400, "FEED_MALFORMED", "line 8: 25 of 27 records cannot be read"),
        ("?format=repomd&dryRun=yes", too_large, 413, "FEED_TOO_LARGE", "the file has more than 4000000 bytes"),
        ("?format=repomd", b"{}".to_vec(), 400, "FEED_NOT_STORED", "a dry run shows what is in one"),
        ("?format=kev", b"{}".to_vec(), 400, "FEED_MALFORMED", ""),
        ("?dryRun=perhaps", LIST.into(), 400, "INVALID_FIELD", "dryRun"),
    ] {
        let refused = app.upload(&format!("{IMPORTS}{query}"), file).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{query}: {}", refused.body);
        let message = refused.body["error"]["message"].as_str().expect("text");
        assert!(message.contains(says), "{query}: {message}");
    }
    assert_eq!(app.get("/v1/catalogue/documents").await.ok()["total"], 0);
    assert_eq!(app.get("/v1/patches?status=all").await.ok()["total"], 0);

    let going_on = app.state.imports.lock().await;
    let refused = app.upload(IMPORTS, LIST).await;
    assert_eq!((refused.status, refused.code()), (409, "IMPORT_RUNNING"));
    drop(going_on);
    app.upload(IMPORTS, LIST).await.ok();
    app.stop().await;
}

/// A list of more patches than one batch has.
fn long_list() -> String {
    (1..=350).fold(String::new(), |mut text, number| {
        let _ = write!(text, "[01 Apr 2026] DSA-{number}-1 many - security update\n\t[bullseye] - many 1.{number}\n");
        text
    })
}

fn records() -> Records {
    let (_, records) = read_records(Format::DebianDsa, Cursor::new(long_list())).expect("a list");
    records.expect("a format that is stored")
}

#[tokio::test]
async fn an_end_between_batches_leaves_whole_patches() {
    let app = TestApp::start().await;
    let Records::Advisories(all) = records() else { panic!("advisories") };
    let total = all.len();
    {
        let mut import = pin!(app.fleet.apply_records(records(), hash_of("list")));
        // Ends at the first look after the first batch: the index has it, and the second is on its way.
        poll_fn(|context| match app.fleet.index.patch_entry(all[0].id) {
            Some(_) => Poll::Ready(()),
            None => import.as_mut().poll(context).map(|done| panic!("it was not cut: {done:?}")),
        })
        .await;
    }
    let data = app.stop_keeping_data().await;

    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    let stored = fleet.database.read().await.expect("a connection").patches().from(PatchNumber(0), 1_000).await;
    let stored = stored.expect("patches");
    assert!((100..total).contains(&stored.len()), "{} of {total}", stored.len());
    for patch in &stored {
        assert!(all.contains(&patch.record), "{:?}", patch.record);
    }
    let finished = fleet.apply_records(records(), hash_of("list")).await.expect("applied");
    let (added, unchanged) = (total - stored.len(), stored.len());
    assert_eq!(finished, Imported { added, unchanged, ..Imported::default() });
    fleet.database.close().await;
}
