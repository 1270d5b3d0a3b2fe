//! Version orders on the command line.

use crate::run::Shell;

#[tokio::test]
async fn versions_are_compared() {
    let shell = Shell::new().await;
    for (scheme, a, b, printed) in [
        ("dpkg", "1.0~rc1", "1.0", "<"),
        ("rpm", "2.0", "2_0", "="),
        ("windows", "5,0,2195,1620", "5.0.2195.400", ">"),
        ("msi", "1.2.3.4", "1.2.3.9", "="),
        ("winget", "< 1.0", "1.0", "<"),
        ("semver", "v1.0.0", "1.0.0-rc.1", ">"),
    ] {
        let seen = shell.run_bare(&["version", "compare", "--scheme", scheme, a, b], "").await;
        assert_eq!(seen, format!("exit 0\n--- stdout\n{printed}\n--- stderr\n"), "{scheme} {a} {b}");
    }
}

#[tokio::test]
async fn what_is_no_version_is_named_with_its_place() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run_bare(&["version", "compare", "--scheme", "windows", "1.2.3.4", "1.2.x"], "").await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: INVALID_ARGUMENT: "1.2.x" is no windows version: a number from 0 to 65535 is expected at character 5
    "#);
    insta::assert_snapshot!(shell.run_bare(&["version", "compare", "--scheme", "debian", "1", "2"], "").await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'debian' for '--scheme <SCHEME>': "debian" is no version scheme; there are dpkg, rpm, windows, msi, winget and semver

    For more information, try '--help'.
    "#);
}
