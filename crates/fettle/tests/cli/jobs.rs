//! Jobs: dry run, creation, watching to the end.

use crate::contract::{CURL, JOB, OPENSSL, WEB_1};
use crate::run::Shell;

const CREATE: [&str; 6] = ["jobs", "create", "--name", "nightly", "--asset", "web1"];

#[tokio::test]
async fn a_dry_run_makes_no_job_and_tells_by_its_exit_code() {
    let shell = Shell::new().await;
    let text = shell.run(&[&CREATE[..], &["--patch", "openssl", "--dry-run"]].concat()).await;
    insta::assert_snapshot!(text, @r"
    exit 1
    --- stdout
    web1
      PATCH                 VERDICT    WHY
      openssl: update to 2  WouldFail  RemovalRefused: libold would be removed
      PACKAGE        FROM  TO       ALONG
      openssl:amd64  1     2
      libold:amd64   1     REMOVED  yes
      1.2 MB to download, 2.0 kB of disk set free

    1 of 1 assets answered: 2 changes, 1 removals, 1.2 MB to download, 0 reboots expected, 1 patches would fail
    --- stderr
    Dry run: 0 of 1 assets answered
    ");
    let writes = shell.contract.writes();
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert!(writes[0].starts_with("POST /v1/dry-runs "), "{writes:?}");
}

#[tokio::test]
async fn a_job_is_made_watched_and_its_failure_is_the_exit_code() {
    let shell = Shell::new().await;
    let text = shell.run(&[&CREATE[..], &["--patch", "openssl", "--enable", "--watch"]].concat()).await;
    insta::assert_snapshot!(text, @r"
    exit 1
    --- stdout
    0193b3a0-0000-7000-8000-00000000000a
    ASSET  STATE   ENDED                 REBOOT  WHY
    web1   Failed  2026-11-21 10:00:00Z          1 of 1 patches failed

    ASSET  PATCH                 OUTCOME      EXIT  PACKAGES             WHY
    web1   openssl: update to 2  Failed       100   openssl:amd64 1 → 2  InstallerExit: dpkg returned 1
    web1                         moved along        libssl3:amd64 1 → 2

    Run 1: Failed (1 Failed)
    --- stderr
    Job nightly is started
    web1: Patching
    web1: Failed: 1 of 1 patches failed
    ");
    let sent = shell.contract.writes().remove(0);
    let body: serde_json::Value =
        serde_json::from_str(sent.strip_prefix("POST /v1/jobs ").expect(&sent)).expect("JSON");
    assert_eq!(body["assets"], serde_json::json!([WEB_1]));
    assert_eq!(body["patches"], serde_json::json!([OPENSSL]));
    assert_eq!((&body["work"], &body["enable"]), (&"Install".into(), &true.into()));
    assert_eq!(shell.contract.position().as_deref(), Some("7.1"), "reads after the write ask to see it");
}

#[tokio::test]
async fn what_is_missing_is_chosen_by_kind() {
    for (flag, chosen) in [("--all-missing", vec![OPENSSL, CURL]), ("--security", vec![OPENSSL])] {
        let shell = Shell::new().await;
        let text = shell.run(&[&CREATE[..], &[flag]].concat()).await;
        assert!(text.starts_with(&format!("exit 0\n--- stdout\n{JOB}\n")), "{text}");
        let sent = shell.contract.writes().remove(0);
        let body: serde_json::Value =
            serde_json::from_str(sent.strip_prefix("POST /v1/jobs ").expect(&sent)).expect("JSON");
        assert_eq!(body["patches"], serde_json::json!(chosen));
        assert_eq!(body["enable"], false);
    }
}

#[tokio::test]
async fn logs_are_shown_once_and_cannot_steer_the_terminal() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["jobs", "watch", JOB, "--logs"]).await, @r"
    exit 1
    --- stdout
    ASSET  STATE   ENDED                 REBOOT  WHY
    web1   Failed  2026-11-21 10:00:00Z          1 of 1 patches failed

    ASSET  PATCH                 OUTCOME      EXIT  PACKAGES             WHY
    web1   openssl: update to 2  Failed       100   openssl:amd64 1 → 2  InstallerExit: dpkg returned 1
    web1                         moved along        libssl3:amd64 1 → 2

    Run 1: Failed (1 Failed)
    --- stderr
    web1 | Unpacking [31mopenssl
    web1 | Errors were encountered
    web1: Patching
    web1: Failed: 1 of 1 patches failed
    ");
}
