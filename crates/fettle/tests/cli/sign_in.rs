//! `fettle login` and `fettle logout`.

use std::os::unix::fs::PermissionsExt as _;

use crate::contract::TOKEN;
use crate::run::Shell;

#[tokio::test]
async fn name_and_password_become_a_token_that_only_its_owner_can_read() {
    let shell = Shell::new().await;
    let login = ["login", &shell.contract.url, "--user", "ada", "--password-stdin"];
    insta::assert_snapshot!(shell.run_bare(&login, "correct horse\n").await, @r"
    exit 0
    --- stdout
    --- stderr
    Signed in to http://SERVER as ada until 2026-11-21 10:00:00Z
    The token is kept in HOME/.config/fettle/credentials.toml
    ");
    let file = shell.home().join(".config/fettle/credentials.toml");
    assert_eq!(fs_err::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
    let text = fs_err::read_to_string(&file).expect("the file");
    assert!(text.contains(TOKEN) && !text.contains("correct horse"), "{text}");
    assert!(shell.run_bare(&["assets", "list"], "").await.starts_with("exit 0"), "the token is used");

    let elsewhere = shell.run_bare(&["assets", "list", "--url", "http://127.0.0.1:1"], "").await;
    assert!(elsewhere.contains("NOT_SIGNED_IN"), "the token goes to no other server: {elsewhere}");

    insta::assert_snapshot!(shell.run_bare(&["logout"], "").await, @r"
    exit 0
    --- stdout
    --- stderr
    Signed out of http://SERVER
    ");
    assert!(!file.exists());
    assert_eq!(shell.contract.writes().last().map(String::as_str), Some("DELETE /v1/tokens/token-1"));
}

#[tokio::test]
async fn a_wrong_password_leaves_nothing() {
    let shell = Shell::new().await;
    let login = ["login", &shell.contract.url, "--user", "ada", "--password-stdin"];
    insta::assert_snapshot!(shell.run_bare(&login, "wrong\n").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: UNAUTHENTICATED: the name or the password is wrong
    hint: sign in again with `fettle login URL`
    ");
    assert!(!shell.home().join(".config/fettle").exists());
}

#[tokio::test]
async fn a_token_from_a_file_is_tried_before_it_is_kept() {
    let shell = Shell::new().await;
    let file = shell.home().join("token");
    fs_err::write(&file, "ftl_bad\n").expect("a file");
    let login = ["login", &shell.contract.url, "--token-file", file.to_str().expect("text")];
    insta::assert_snapshot!(shell.run_bare(&login, "").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: UNAUTHENTICATED: sign in first
    hint: sign in again with `fettle login URL`
    ");
    fs_err::write(&file, format!("{TOKEN}\n")).expect("a file");
    insta::assert_snapshot!(shell.run_bare(&login, "").await, @r"
    exit 0
    --- stdout
    --- stderr
    Signed in to http://SERVER as ada
    The token is kept in HOME/.config/fettle/credentials.toml
    ");
}

/// The server asks this of its own program.
#[tokio::test]
async fn a_password_is_judged_on_the_standard_streams_alone() {
    let shell = Shell::new().await;
    let judge = async |input: &str| shell.run_bare(&["estimate-password"], input).await;
    insta::assert_snapshot!(judge(r#"{"password":"correct horse battery staple","ownWords":["ada"]}"#).await, @r#"
    exit 0
    --- stdout
    {"weakness":null}
    --- stderr
    "#);
    insta::assert_snapshot!(judge(r#"{"password":"password1234","ownWords":[]}"#).await, @r#"
    exit 0
    --- stdout
    {"weakness":"This is a very common password."}
    --- stderr
    "#);
    insta::assert_snapshot!(judge("correct horse").await, @r"
    exit 2
    --- stdout
    --- stderr
    error: FILE: standard input is no question about a password: expected value at line 1 column 1
    ");
}
