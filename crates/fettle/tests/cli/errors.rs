//! Wrong input is named, with what to do about it.

use crate::run::Shell;

#[tokio::test]
async fn nobody_is_signed_in() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run_bare(&["assets", "list"], "").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: NO_SERVER: no server is named
    hint: sign in with `fettle login URL`, or give `--url` or FETTLE_URL
    ");
    insta::assert_snapshot!(shell.run_bare(&["assets", "list", "--url", "https://fettle.example.com"], "").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: NOT_SIGNED_IN: there is no API token for https://fettle.example.com
    hint: sign in with `fettle login https://fettle.example.com`
    ");
    let plain =
        shell.run_bare(&["login", "http://fettle.example.com", "--user", "ada", "--password-stdin"], "x\n").await;
    insta::assert_snapshot!(plain, @r"
    exit 2
    --- stdout
    --- stderr
    error: NOT_ENCRYPTED: http://fettle.example.com is neither https nor a loopback address: name, password and token would be readable on the way
    hint: use the server's https address
    ");
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let shell = Shell::new().await;
    // Port 1 is reserved, and nothing listens on it.
    insta::assert_snapshot!(shell.run_bare(&["about", "--url", "http://127.0.0.1:1"], "").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: UNREACHABLE: http://127.0.0.1:1 does not answer: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)
    hint: is the server running, and is the address right?
    ");
}

#[tokio::test]
async fn names_that_fit_none_or_several() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["assets", "show", "nowhere"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: NOT_FOUND: there is no asset "nowhere"
    hint: `fettle assets list` shows what there is
    "#);
    insta::assert_snapshot!(shell.run(&["assets", "show", "we"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: NOT_FOUND: there is no asset "we"
    hint: there is web1
    "#);
    insta::assert_snapshot!(shell.run(&["assets", "scan", "web1", "db"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: AMBIGUOUS: "db" fits 2 assets: 0193b3a0-0000-7000-8000-000000000002, 0193b3a0-0000-7000-8000-000000000003
    hint: name the asset by its id
    "#);
    insta::assert_snapshot!(shell.run(&["patches", "show", "update to"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: AMBIGUOUS: "update to" fits 2 patches: 5f0e3c3c-0000-5000-8000-000000000001 (openssl: update to 2), 5f0e3c3c-0000-5000-8000-000000000002 (curl: update to 2)
    hint: name the patch by its id
    "#);
    insta::assert_snapshot!(shell.run(&["patches", "show", "0193b3a0-0000-7000-8000-0000000000ff"]).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: NOT_FOUND: there is no such thing
    ");
    assert_eq!(shell.contract.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn arguments_that_do_not_go_together() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["jobs", "create", "--name", "n", "--asset", "web1"]).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: the following required arguments were not provided:
      <--patch <PATCH>|--all-missing|--security>

    Usage: fettle jobs create --name <NAME> --asset <ASSET> --url <URL> <--patch <PATCH>|--all-missing|--security>

    For more information, try '--help'.
    ");
    let both = ["jobs", "create", "--name", "n", "--asset", "web1", "--patch", "openssl", "--all-missing"];
    insta::assert_snapshot!(shell.run(&both).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: the argument '--patch <PATCH>' cannot be used with '--all-missing'

    Usage: fettle jobs create --name <NAME> --asset <ASSET> --url <URL> <--patch <PATCH>|--all-missing|--security>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(shell.run(&["assets", "list", "--limit", "5000"]).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: invalid value '5000' for '--limit <ROWS>': 5000 is not in 1..=1000

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(shell.run(&["assets", "list", "--url", "fettle.example.com"]).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'fettle.example.com' for '--url <URL>': an address is of the form https://HOST[:PORT]: relative URL without a base

    For more information, try '--help'.
    ");
}

#[tokio::test]
async fn the_servers_own_refusal() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["jobs", "enable", crate::contract::JOB]).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: JOB_LOCKED: the job has run
    hint: `fettle jobs clone JOB` makes a copy that can be changed and run
    ");
}
