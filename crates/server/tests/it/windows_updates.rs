//! Microsoft's table of updates over the operator API: findings on machines of the right release that report what they
//! list of updates, without a rescan.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

use fettle_model::component::Component;
use fettle_model::{Article, SystemClock};
use fettle_testkit::{TestAgent, TestApp, facts, os};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::advisories::rows;
use crate::restart::reopened;

const IMPORTS: &str = "/v1/catalogue/imports";
const SERVER: &str = "10.0.17763 Server X64";
const SERVER_NAME: &str = "Windows Server 2019";
const CLIENT_NAME: &str = "Windows 10 Version 22H2 for x64-based Systems";

/// A row of the table: article, day of January 2026, CVE (or name of a service pack), product, what it replaces.
struct Row(u32, u32, &'static str, &'static str, &'static str);

const ROWS: [Row; 6] = [
    Row(5_000_001, 1, "CVE-2026-0001", SERVER_NAME, ""),
    Row(5_000_002, 8, "CVE-2026-0002", SERVER_NAME, "5000001"),
    Row(5_000_002, 8, "CVE-2026-0003", "Windows Server 2019  (Server Core installation)", ""),
    Row(5_000_003, 15, "CVE-2026-0003", "Example Framework 4.8 on Windows Server 2019", ""),
    Row(5_000_002, 8, "CVE-2026-0002", CLIENT_NAME, ""),
    Row(5_000_010, 8, "CVE-2026-0009", "Example Office 2016 (64-bit edition)", ""),
];

/// An archive as it comes.
fn table(rows: &[Row]) -> Vec<u8> {
    const HEADER: &str = "\"DatePosted\",\"CVE\",\"BulletinKB\",\"Title\",\"AffectedProduct\",\"AffectedComponent\",\"Severity\",\"Impact\",\"Supersedes\",\"Exploits\"\r\n";
    let mut lines = HEADER.to_owned();
    for Row(article, day, cve, product, replaces) in rows {
        let line = format!(
            "\"202601{day:02}\",\"{cve}\",\"{article}\",\"Hole of {cve}\",\"{product}\",\"\",\"Important\",\"\",\"{replaces}\",\"\"\r\n"
        );
        write!(lines, "{line}").expect("written");
    }
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("CVEs_20260131.csv", lines.as_str()), ("Custom_20260131.csv", HEADER)] {
        writer.start_file(name, SimpleFileOptions::default()).expect("a member");
        writer.write_all(text.as_bytes()).expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

async fn changes(app: &TestApp, rows: &[Row]) -> Value {
    let imported = app.upload(IMPORTS, table(rows)).await.ok();
    assert_eq!((&imported["outcome"], &imported["format"]), (&json!("Imported"), &json!("wesng")));
    imported["changes"].clone()
}

fn kb(article: u32) -> Component {
    Component::Kb { article: Article(article) }
}

fn program(name: &str) -> Component {
    Component::Msi {
        product_code: "{00000000-0000-0000-0000-000000000001}".to_owned(),
        upgrade_code: String::new(),
        name: name.to_owned(),
        publisher: "Example".to_owned(),
        version: "16.0".to_owned(),
        scope: "Machine".to_owned(),
        arch: "X64".to_owned(),
    }
}

async fn machine(app: &TestApp, name: &str, release: &str, components: &[Component]) -> TestAgent {
    let mut agent = app.enrol(name).await;
    let components: Vec<_> = std::iter::once(os("windows", release)).chain(components.iter().cloned()).collect();
    agent.report_all(&components, facts(name), Vec::new()).await;
    agent
}

/// Articles of this status, each with `!` where nothing newer replaces it.
async fn articles(app: &TestApp, agent: &TestAgent, status: &str) -> Vec<String> {
    let mut articles: Vec<String> = rows(app, agent, status)
        .await
        .iter()
        .map(|row| {
            let latest = if row["isLatest"] == json!(true) { "!" } else { "" };
            format!("{}{latest}", row["kb"].as_str().expect("an article"))
        })
        .collect();
    articles.sort();
    articles
}

async fn counts(app: &TestApp, agent: &TestAgent) -> [Value; 2] {
    let asset = app.get(&format!("/v1/assets/{}", agent.id)).await.ok();
    [asset["missingPatchCount"].clone(), asset["missingSecurityCount"].clone()]
}

async fn explained(app: &TestApp, agent: &TestAgent, article: &str) -> Value {
    let found = app.get(&format!("/v1/assets/{}/patches", agent.id)).await.ok();
    let row = found["items"].as_array().expect("a list").iter().find(|row| row["kb"] == json!(article));
    let patch = row.expect("it applies")["id"].as_str().expect("an id").to_owned();
    app.get(&format!("/v1/assets/{}/patches/{patch}/explain", agent.id)).await.ok()
}

#[tokio::test]
async fn updates_are_stored_and_judged_on_every_asset() {
    let app = TestApp::start().await;
    let bare = machine(&app, "bare", SERVER, &[kb(4_000_000)]).await;
    let current = machine(&app, "current", SERVER, &[kb(5_000_002)]).await;
    let client =
        machine(&app, "client", "10.0.19045 Client X64", &[program("example office 2016 (64-BIT edition)")]).await;
    let debian = machine(&app, "other", "rolling", &[]).await;

    let tried = app.upload(&format!("{IMPORTS}?dryRun=yes"), table(&ROWS)).await.ok();
    assert_eq!((&tried["outcome"], &tried["canBeStored"]), (&json!("Read"), &json!(true)));
    let added = json!({ "added": 5, "changed": 0, "unchanged": 0, "joined": 0, "withdrawn": 0 });
    assert_eq!(changes(&app, &ROWS).await, added);
    assert_eq!(app.upload(IMPORTS, table(&ROWS)).await.ok()["outcome"], "AlreadyImported");

    assert_eq!(articles(&app, &bare, "Missing").await, ["KB5000001", "KB5000002!", "KB5000003!"]);
    assert_eq!(counts(&app, &bare).await, [json!(2), json!(2)]);
    assert_eq!(articles(&app, &current, "Missing").await, ["KB5000003!"]);
    assert_eq!(articles(&app, &current, "Installed").await, ["KB5000001", "KB5000002!"]);
    assert_eq!(articles(&app, &client, "Missing").await, ["KB5000002!", "KB5000010!"]);
    assert_eq!(articles(&app, &debian, "Missing").await, Vec::<String>::new());

    let missing = rows(&app, &bare, "Missing").await;
    let row = missing.iter().find(|row| row["kb"] == "KB5000002").expect("it is missing");
    assert_eq!(row["title"], "KB5000002: Hole of CVE-2026-0002 and another vulnerability");
    assert_eq!(row["products"], json!([SERVER_NAME, "Windows Server 2019  (Server Core installation)"]));
    assert_eq!((&row["severity"], &row["category"]), (&json!("Important"), &json!("Security Patches")));
    assert_eq!(
        (&row["published"], &row["cves"]),
        (&json!("2026-01-08T00:00:00Z"), &json!(["CVE-2026-0002", "CVE-2026-0003"]))
    );
    assert_eq!((&row["repository"], &row["corroboration"]), (&json!("Microsoft updates"), &json!("Advisory")));
    assert_eq!(app.get("/v1/assets?cve=CVE-2026-0001").await.ok()["total"], 1, "it came with its replacement");

    let why = explained(&app, &current, "KB5000001").await;
    assert_eq!(why["sentence"], "current has it: KB5000002 is installed, which replaces KB5000001.");
    assert_eq!(why["supersededBy"].as_array().map(Vec::len), Some(1));
    let why = explained(&app, &bare, "KB5000001").await;
    assert_eq!(
        why["sentence"],
        "bare lacks this security update of Microsoft: neither KB5000001 is installed nor KB5000002, which replaces it."
    );
    let evidence = |at: usize| {
        let fact = &why["evidence"][at];
        format!("{} {} {}", fact["check"], fact["subject"], fact["found"]).replace('"', "")
    };
    assert_eq!([evidence(0), evidence(1)], ["kb KB5000001 absent", "kb KB5000002 absent"]);
    let why = explained(&app, &client, "KB5000010").await;
    assert_eq!(
        why["sentence"],
        "client lacks this security update of Microsoft: KB5000010 is not installed, and no known update replaces it."
    );
    let listed = app.get(&format!("/v1/assets/{}/software?kind=kb", bare.id)).await.ok();
    assert_eq!((&listed["total"], &listed["items"][0]["name"]), (&json!(1), &json!("KB4000000")));
    let installed = app.get(&format!("/v1/assets/{}/software?kind=msi", client.id)).await.ok();
    assert_eq!(installed["items"][0]["version"], "16.0");
    app.stop().await;
}

#[tokio::test]
async fn a_report_and_a_later_table_change_what_they_concern() {
    let app = TestApp::start().await;
    let mut machine = machine(&app, "m", SERVER, &[]).await;
    changes(&app, &ROWS).await;
    assert_eq!(counts(&app, &machine).await, [json!(2), json!(2)]);
    let installed = machine.difference(&[kb(5_000_002)], &[]);
    machine.report(installed).await;
    assert_eq!(counts(&app, &machine).await, [json!(1), json!(1)]);

    // A later update replaces both, and is what is missing from then on; one for a client alone is said to replace
    // 5000003, which means nothing here before somebody has it.
    let mut later: Vec<Row> = ROWS.into();
    later.push(Row(5_000_004, 29, "CVE-2026-0004", SERVER_NAME, "5000002;5000003"));
    later.push(Row(5_000_005, 30, "CVE-2026-0005", CLIENT_NAME, "5000003"));
    assert_eq!(
        changes(&app, &later).await,
        json!({ "added": 2, "changed": 0, "unchanged": 5, "joined": 0, "withdrawn": 0 })
    );
    assert_eq!(articles(&app, &machine, "Missing").await, ["KB5000003", "KB5000004!"]);
    assert_eq!(articles(&app, &machine, "Installed").await, ["KB5000001", "KB5000002"]);
    let other = machine.difference(&[kb(5_000_005)], &[]);
    machine.report(other).await;
    assert_eq!(articles(&app, &machine, "Missing").await, ["KB5000004!"]);
    assert_eq!(counts(&app, &machine).await, [json!(1), json!(1)]);

    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    fleet.load_index().await.expect("the index loads");
    let counts = fleet.index.asset(machine.id).expect("it is there").counts;
    assert_eq!((counts.missing, counts.installed), (1, 3), "from the database as from memory");
    fleet.database.close().await;
}

#[tokio::test]
async fn hidden_and_disabled_updates_count_as_others_do_and_no_job_takes_one() {
    let app = TestApp::start().await;
    let machine = machine(&app, "m", SERVER, &[]).await;
    changes(&app, &ROWS).await;
    let id = async |article: &str| {
        let missing = rows(&app, &machine, "Missing").await;
        let row = missing.iter().find(|row| row["kb"] == json!(article)).expect("it is missing");
        row["id"].as_str().expect("an id").to_owned()
    };
    let (newest, other) = (id("KB5000002").await, id("KB5000003").await);
    app.patch("/v1/patches", json!({ "patches": [newest], "action": "Disable" })).await.ok();
    assert_eq!(articles(&app, &machine, "Missing").await, ["KB5000001!", "KB5000002!", "KB5000003!"]);
    assert_eq!(counts(&app, &machine).await, [json!(3), json!(3)]);
    app.patch("/v1/patches", json!({ "patches": [other], "action": "Hide", "reason": "not here" })).await.ok();
    assert_eq!(counts(&app, &machine).await, [json!(2), json!(2)]);

    let job = json!({ "name": "Now", "work": "Install", "assets": [machine.id], "patches": [other], "enable": true });
    let refused = app.post("/v1/jobs", job).await;
    assert_eq!((refused.status, refused.code()), (409, "PATCH_NOT_DEPLOYABLE"));
    app.stop().await;
}

/// Bulletins whose patches set a value below the Hotfix key are told by what a machine lists.
#[tokio::test]
async fn bulletins_are_judged_by_the_updates_that_a_machine_lists() {
    let file = include_str!("../../../catalog/tests/fixtures/mssecure.xml")
        .replace("Example System 1.0 ", "Windows 2000 Server")
        .replace("Example System Gold", "Windows 2000 Gold");
    let app = TestApp::start().await;
    let mut machine = machine(&app, "m", "5.0.2195 Server X86", &[]).await;
    let imported = app.upload(IMPORTS, file).await.ok();
    assert_eq!((&imported["outcome"], &imported["format"]), (&json!("Imported"), &json!("mssecure")));
    assert_eq!((&imported["changes"]["added"], &imported["report"]["read"]["patchesNotTold"]), (&json!(1), &json!(3)));

    let missing = rows(&app, &machine, "Missing").await;
    assert_eq!(missing.len(), 1);
    assert_eq!((&missing[0]["kb"], &missing[0]["bulletin"]), (&json!("KB100001"), &json!("FX01-001")));
    assert_eq!(missing[0]["products"], json!(["Windows 2000 Server, Windows 2000 Gold"]));
    let installed = machine.difference(&[kb(100_001)], &[]);
    machine.report(installed).await;
    assert_eq!(articles(&app, &machine, "Installed").await, ["KB100001!"]);
    app.stop().await;
}
