//! Tables for people, the API's own JSON for programs.

use crate::contract::OPENSSL;
use crate::run::Shell;

#[tokio::test]
async fn assets_and_patches_as_tables() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["assets", "list"]).await, @r"
    exit 0
    --- stdout
    NAME  OPERATING SYSTEM  SCAN     SCANNED               MISSING  SECURITY  OVERDUE  REBOOT  AGENT   CONNECTED
    web1  Debian 12         Scanned  2026-11-21 10:00:00Z  2        0         0                Active  yes
    db    Debian 12         Scanned  2026-11-21 10:00:00Z  0        0         0                Active  yes
    db    Debian 12         Scanned  2026-11-21 10:00:00Z  1        0         0                Active  yes
    --- stderr
    ");
    insta::assert_snapshot!(shell.run(&["patches", "list", "--search", "openssl"]).await, @r"
    exit 0
    --- stdout
    PATCH                 SECURITY  URGENCY  MISSING  OVERDUE  INSTALLED  PUBLISHED             SIZE    CVES                      ID
    openssl: update to 2  yes       medium   1        0        0          2026-11-21 10:00:00Z  1.2 MB  CVE-2026-1 CVE-2026-2 +1  5f0e3c3c-0000-5000-8000-000000000001
    --- stderr
    ");
}

#[tokio::test]
async fn json_is_what_the_server_sent() {
    let shell = Shell::new().await;
    let text = shell.run(&["patches", "list", "--search", "openssl", "--json"]).await;
    let json = text.strip_prefix("exit 0\n--- stdout\n").expect("a success");
    let (json, stderr) = json.split_once("--- stderr\n").expect("both");
    let page: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(page["items"][0]["id"], OPENSSL);
    assert_eq!(page["items"][0]["severity"], "NotSpecified", "fields that no table shows are there too");
    assert_eq!(stderr, "");
}
