//! Vendors' files on their way to the server.

use crate::run::Shell;

#[tokio::test]
async fn a_file_is_sent_as_it_is() {
    let shell = Shell::new().await;
    fs_err::write(shell.home().join("list"), "[a] list").expect("written");
    insta::assert_snapshot!(shell.run(&["catalogue", "import", "list"]).await, @"
    exit 1
    --- stdout
    Format      debian-dsa
    Read        5,406 advisories, 6,926 release lines
    Dropped     1 × a line that is not UTF-8
    Unresolved  nothing
    Warnings    nothing
    Catalogue   2 patches added, 1 changed (offered to machines before: 1), 4,000 unchanged
      line 7: a line that is not UTF-8
    --- stderr
    sending list (8 B), which is then read and applied
    ");
    assert_eq!(shell.contract.writes(), ["POST /v1/catalogue/imports [a] list"]);
    let again = shell.run(&["catalogue", "import", "--as", "debian-dsa", "list"]).await;
    assert!(again.contains("Catalogue   imported before, and then 2 patches added"), "{again}");
    let json = shell.run(&["catalogue", "import", "list", "--json"]).await;
    let value: serde_json::Value = serde_json::from_str(json.lines().nth(2).expect("one line")).expect("JSON");
    assert_eq!((&value["outcome"], &value["changes"]["added"]), (&"Imported".into(), &2.into()));
}

#[tokio::test]
async fn what_the_server_does_not_store_is_said() {
    let shell = Shell::new().await;
    fs_err::write(shell.home().join("list"), "[a] list").expect("written");
    insta::assert_snapshot!(shell.run(&["catalogue", "import", "--as", "repomd", "list"]).await, @"
    exit 2
    --- stdout
    --- stderr
    sending list (8 B), which is then read and applied
    error: FEED_NOT_STORED: files in the format repomd are not stored
    hint: `--dry-run` reads the file and reports what is in it
    ");
    insta::assert_snapshot!(shell.run_bare(&["catalogue", "import", "list"], "").await, @"
    exit 2
    --- stdout
    --- stderr
    error: NO_SERVER: no server is named
    hint: sign in with `fettle login URL`, or give `--url` or FETTLE_URL
    ");
}

#[tokio::test]
async fn documents_are_listed() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["catalogue", "status"]).await, @"
    exit 0
    --- stdout
    FEED        FILE  SIZE    IMPORTED              BY   ADDED  CHANGED  UNCHANGED  DROPPED
    debian-dsa  list  1.2 MB  2026-11-21 10:00:00Z  ada  2      1        4000       1
    --- stderr
    ");
}
