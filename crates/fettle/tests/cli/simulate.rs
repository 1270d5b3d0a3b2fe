//! `fettle simulate --live` against a real server, and what it says where that is not to be had.

use fettle_fleet::Settings;
use fettle_testkit::TestApp;
use serde_json::Value;

use crate::run::Shell;

const VALUES: [&str; 4] = [
    "CustomerId=0193b3a0-0000-7000-8000-000000000001",
    "ActivationId=0193b3a0-0000-7000-8000-000000000002",
    // Port 1 is reserved, and nothing listens on it.
    "WebServiceUri=https://127.0.0.1:1/agent/",
    "ServerCa=sha256:abababababababababababababababababababababababababababababababab",
];

#[tokio::test]
async fn wrong_values_are_named() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run_bare(&["simulate", "--live", "--assets", "3"], "").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: INVALID_ARGUMENT: --live needs the values of an install line
    hint: `fettle keys create --title TITLE` prints one; what stands behind `fettle-agent install` goes here too
    ");
    let lacking = [&["simulate", "--live", "--assets", "3"], &VALUES[..3]].concat();
    let wrong = [&lacking[..], &["ServerCa=sha256:ab"]].concat();
    insta::assert_snapshot!(shell.run_bare(&wrong, "").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: INVALID_ARGUMENT: ServerCa is not valid: a SHA-256 is written as `sha256:` and 64 hex digits
    ");
    let unknown = [&lacking[..], &["Colour=blue"]].concat();
    insta::assert_snapshot!(shell.run_bare(&unknown, "").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: INVALID_ARGUMENT: there is no install value Colour
    ");
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let shell = Shell::new().await;
    let arguments = [&["simulate", "--live", "--assets", "3"], &VALUES[..]].concat();
    let text = shell.run_bare(&arguments, "").await;
    // How far it tells of its progress before is a matter of time.
    let failure: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("The agents") && !line.starts_with("Agents")).collect();
    insta::assert_snapshot!(failure.join("\n"), @r"
    exit 2
    --- stdout
    --- stderr
    error: UNREACHABLE: no server answers at https://127.0.0.1:1/agent/: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)
    hint: is the server running, and is this its address for agents?
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_connect_and_come_back_after_a_storm() {
    let app = TestApp::start_with(Settings { check_in_seconds: 4, ..Settings::default() }).await;
    let key = app.post("/v1/activation-keys", serde_json::json!({ "title": "live" })).await.ok();
    let line = key["installLine"].as_str().expect("a line");
    let shell = Shell::new().await;
    let options = ["simulate", "--live", "--assets", "5", "--minutes", "0", "--storm", "--json", "--state", "agents"];
    let arguments: Vec<&str> = options.into_iter().chain(line.split(' ')).collect();
    let text = shell.run_bare(&arguments, "").await;
    let summary = text.lines().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("{text}"));
    let summary: Value = serde_json::from_str(summary).expect("JSON");
    assert!(text.starts_with("exit 0\n"), "{text}");
    assert_eq!((&summary["enrolled"], &summary["storm"]["back"]), (&5.into(), &5.into()), "{summary:#}");
    assert_eq!(summary["errors"], serde_json::json!({}));

    // The same agents, shown for people.
    let arguments: Vec<&str> = ["simulate", "--live", "--assets", "5", "--minutes", "0", "--state", "agents"]
        .into_iter()
        .chain(line.split(' '))
        .collect();
    let text = shell.run_bare(&arguments, "").await;
    assert!(text.contains("5 of seed 1, 0 enrolled in this run") && text.contains("no errors"), "{text}");
    assert_eq!(app.fleet.agents.all().len(), 5);
    app.stop().await;
}
