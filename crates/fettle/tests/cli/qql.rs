//! Queries on the command line, without a server.

use crate::run::Shell;

#[tokio::test]
async fn a_valid_query_is_printed_in_full_and_in_english() {
    let shell = Shell::new().await;
    let check = |arguments: &'static [&'static str]| {
        let shell = &shell;
        async move { shell.run_bare(&[&["qql", "check", "--entity", "asset"], arguments].concat(), "").await }
    };
    insta::assert_snapshot!(check(&["platform:linux and version<1.4 or name:we*"]).await, @r#"
    exit 0
    --- stdout
    Query   (platform:Linux and agentVersion<1.4) or name:we*
    Means   Assets for which (platform is Linux and agent version is below 1.4) or name has a word like "we*"
    --- stderr
    "#);
    insta::assert_snapshot!(check(&["created:2026-05", "--tz", "Europe/Oslo"]).await, @r#"
    exit 0
    --- stdout
    Query   created:[2026-04-30T22:00:00Z .. 2026-05-31T22:00:00Z)
    Means   Assets for which created is from 2026-04-30T22:00:00Z to before 2026-05-31T22:00:00Z
    --- stderr
    "#);
    insta::assert_snapshot!(check(&["web", "--having", "vendorSeverity:Critical and patchStatus:Missing"]).await, @r#"
    exit 0
    --- stdout
    Query   web
    Means   Assets for which one of its texts has the word "web"
    Having  vendorSeverity:Critical and patchStatus:Missing
    Means   Patches for which vendor severity is Critical and patch status is Missing
    --- stderr
    "#);
    insta::assert_snapshot!(check(&["platform:Linux and not platform:Linux"]).await, @r#"
    exit 0
    --- stdout
    Query   platform:Linux and not platform:Linux
    Means   Assets for which platform is Linux and platform is not Linux
    --- stderr
    warning: QQL_ALWAYS_FALSE: this holds for nothing
    platform:Linux and not platform:Linux
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: is `or` meant, or another value?
    "#);
    insta::assert_snapshot!(check(&["name:web", "--json", "--having", "isLatest:true"]).await, @r#"
    exit 0
    --- stdout
    {"entity":"asset","having":{"entity":"patch","normalized":"isLatest:true","sentence":"Patches for which it is latest","warnings":[]},"normalized":"name:web","sentence":"Assets for which name has the word \"web\"","warnings":[]}
    --- stderr
    "#);
    insta::assert_snapshot!(check(&[""]).await, @r#"
    exit 0
    --- stdout
    Means   All assets
    --- stderr
    "#);
}

#[tokio::test]
async fn every_error_is_shown_at_its_place() {
    let shell = Shell::new().await;
    let check = |arguments: &'static [&'static str]| {
        let shell = &shell;
        async move { shell.run_bare(&[&["qql", "check", "--entity", "patch"], arguments].concat(), "").await }
    };
    insta::assert_snapshot!(check(&["isSuperseded:false and vendorSeverty:Critical"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: QQL_UNKNOWN_TOKEN: 'vendorSeverty' is not a token of patch
    isSuperseded:false and vendorSeverty:Critical
                           ^^^^^^^^^^^^^
    hint: did you mean 'vendorSeverity'?
    "#);
    insta::assert_snapshot!(check(&["titel:x or vendorSeverity:high and", "--having", "patform:Linux"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: QQL_UNKNOWN_TOKEN: 'titel' is not a token of patch
    titel:x or vendorSeverity:high and
    ^^^^^
    hint: did you mean 'title'?
    error: QQL_BAD_VALUE: 'high' is no value of `vendorSeverity`
    titel:x or vendorSeverity:high and
                              ^^^^
    hint: its values are None, Low, Moderate, Important, Critical
    error: QQL_SYNTAX: expected a term, found the end
    titel:x or vendorSeverity:high and
                                      ^
    hint: a term is `token:value`, a text, or brackets
    error: QQL_UNKNOWN_TOKEN: 'patform' is not a token of asset (field `havingQuery`)
    patform:Linux
    ^^^^^^^
    hint: did you mean 'platform'?
    "#);
    insta::assert_snapshot!(check(&["isSuperseded:false and vendorSeverty:Critical", "--json"]).await, @r#"
    exit 2
    --- stdout
    {"error":{"code":"QQL_INVALID","message":"the query has 1 error","field":"query","errors":[{"code":"QQL_UNKNOWN_TOKEN","message":"'vendorSeverty' is not a token of patch","offset":23,"length":13,"help":"did you mean 'vendorSeverity'?","suggestions":["vendorSeverity"],"caret":"isSuperseded:false and vendorSeverty:Critical\n                       ^^^^^^^^^^^^^"}]}}
    --- stderr
    error: QQL_UNKNOWN_TOKEN: 'vendorSeverty' is not a token of patch
    isSuperseded:false and vendorSeverty:Critical
                           ^^^^^^^^^^^^^
    hint: did you mean 'vendorSeverity'?
    "#);
}

#[tokio::test]
async fn json_has_the_errors_of_both_texts_each_with_its_field() {
    let shell = Shell::new().await;
    let check = ["qql", "check", "--entity", "patch", "--json", "titel:x or maxCvss:y", "--having", "patform:Linux"];
    let shown = shell.run_bare(&check, "").await;
    let json = shown.lines().find(|line| line.starts_with('{')).expect("JSON");
    let answer: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let error = &answer["error"];
    assert_eq!(error["code"], "QQL_INVALID");
    assert_eq!(error["message"], "query: the query has 2 errors; havingQuery: the query has 1 error");
    let errors = error["errors"].as_array().expect("errors").iter();
    let told: Vec<_> = errors.map(|error| (&error["field"], &error["code"], &error["offset"])).collect();
    let expected =
        [("query", "QQL_UNKNOWN_TOKEN", 0), ("query", "QQL_BAD_VALUE", 19), ("havingQuery", "QQL_UNKNOWN_TOKEN", 0)];
    assert_eq!(serde_json::json!(told), serde_json::json!(expected));
}

#[tokio::test]
async fn what_is_asked_for_and_zones_have_names() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run_bare(&["qql", "check", "--entity", "host", "x"], "").await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'host' for '--entity <ENTITY>': "host" is nothing that can be asked for; there are asset, patch, vulnerability, component, deployment and audit

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(shell.run_bare(&["qql", "check", "--entity", "asset", "--tz", "Oslo", "x"], "").await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'Oslo' for '--tz <ZONE>': "Oslo" is no time zone; a zone is an IANA name such as `Europe/Oslo`

    For more information, try '--help'.
    "#);
}

#[tokio::test]
async fn tokens_are_listed() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run_bare(&["qql", "tokens", "--entity", "component"], "").await, @r#"
    exit 0
    --- stdout
    TOKEN          TYPE                                                                SORT  GROUP  WHAT IT IS
    name           text                                                                yes   top    Name of the component
    source         text                                                                yes   top    Source package of a deb or rpm
    version        version                                                             yes   top    Version, in the order of its kind
    sourceVersion  version                                                             yes   top    Version of its source package
    kind           deb rpm kb msi file registry answer os os-build running repo offer  yes   top    What sort of component it is
    arch           keyword                                                             yes   top    Architecture
    assetCount     int                                                                 yes          Assets in scope that have it
    assets         group                                                                            An asset that has it
    --- stderr
    "#);
    let json = shell.run_bare(&["qql", "tokens", "--entity", "patch", "--json"], "").await;
    assert!(json.contains(r#""name":"vendorSeverity""#), "{json}");
    let page = shell.run_bare(&["qql", "tokens", "--markdown"], "").await;
    let stored = include_str!("../../../../docs/qql.md");
    assert_eq!(page, format!("exit 0\n--- stdout\n{stored}--- stderr\n"));
    insta::assert_snapshot!(shell.run_bare(&["qql", "tokens", "--entity", "component", "--markdown"], "").await, @r#"
    exit 0
    --- stdout
    | token | type | S | G | what it is | example |
    |---|---|---|---|---|---|
    | `name` † | text | S | G* | Name of the component | `name:openssl` |
    | `source` † | text | S | G* | Source package of a deb or rpm | `source:lvm2` |
    | `version` | version | S | G* | Version, in the order of its kind | `kind:deb and version<3.0.12` |
    | `sourceVersion` | version | S | G* | Version of its source package | `sourceVersion<2.03.16-2` |
    | `kind` | enum: deb, rpm, kb, msi, file, registry, answer, os, os-build, running, repo, offer | S | G* | What sort of component it is | `kind:deb` |
    | `arch` | keyword | S | G* | Architecture | `arch:amd64` |
    | `assetCount` | int | S | – | Assets in scope that have it | `assetCount>100` |
    | `assets:( )` | group | – | – | An asset that has it | `assets:(platform:Linux)` |
    --- stderr
    "#);
}
