//! `fettle query`: tables, CSV, numbers, and errors with their place.

use axum::Json;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use fettle_qql::{Context, Entity, check};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::run::Shell;

/// One record that says what was asked for; what is no query is refused as a server refuses it.
pub(crate) async fn audit(RawQuery(asked): RawQuery) -> Response {
    let asked = asked.unwrap_or_default();
    let text = asked.split('&').find_map(|part| part.strip_prefix("query=")).unwrap_or_default().replace('+', " ");
    let now = "2026-11-28T07:15:30Z".parse().expect("a time");
    let text = text.replace("%3A", ":");
    if let Err(invalid) = check(&text, &Context::new(Entity::Audit, now, TimeZone::UTC)) {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": invalid }))).into_response();
    }
    let record = json!({ "seq": 7, "time": "2026-11-21T10:00:00Z", "actor": "ada", "action": "job.enable",
        "outcome": "Success", "objectType": "job", "objectName": asked, "objectId": "1", "source": "console",
        "ip": null });
    let is_measured = asked.contains("measures=");
    let groups = asked.contains("groupBy=").then(|| {
        if is_measured {
            json!([{ "values": ["ada"], "count": 5, "measures": [1, 2.5] }])
        } else {
            json!([{ "values": ["ada", null], "count": 5 }])
        }
    });
    let items: Vec<Value> = if groups.is_some() || asked.contains("count=") { vec![] } else { vec![record] };
    let other = groups.as_ref().map(|_| 2);
    let next = (!asked.contains("after=more")).then_some("more");
    Json(json!({ "items": items, "total": 7, "totalIsAll": true, "next": next, "groups": groups, "other": other,
        "asOf": "2026-11-28T07:15:30Z" }))
    .into_response()
}

#[tokio::test]
async fn rows_as_a_table_and_as_csv() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["query", "audit", "actor:ada", "--sort", "time", "--limit", "1"]).await, @r"
    exit 0
    --- stdout
    SEQ  TIME                  ACTOR  ACTION      OUTCOME  OBJECT TYPE  OBJECT                                      OBJECT ID  SOURCE   IP
    7    2026-11-21T10:00:00Z  ada    job.enable  Success  job          query=actor%3Aada&sort=time&limit=1&tz=UTC  1          console
    --- stderr
    1 of 7 shown; `--limit` shows more, and a narrower query fewer
    ");
    let csv = shell.run(&["query", "audit", "actor:ada", "--csv"]).await;
    let row = "7,2026-11-21T10:00:00Z,ada,job.enable,Success,job,query=actor%3Aada&tz=UTC,1,console,";
    assert!(csv.contains(&format!("OBJECT ID,SOURCE,IP\r\n{row}\r\n")), "{csv}");
    // Two pages under one header.
    let all = shell.run(&["query", "audit", "actor:ada", "--csv", "--all"]).await;
    let first = "7,2026-11-21T10:00:00Z,ada,job.enable,Success,job,query=actor%3Aada&limit=1000&tz=UTC,1,console,";
    let second = first.replace("limit=1000", "limit=1000&after=more");
    assert!(all.contains(&format!("OBJECT ID,SOURCE,IP\r\n{first}\r\n{second}\r\n--- stderr")), "{all}");
}

/// As a server answers that has no machine.
pub(crate) async fn no_assets() -> Response {
    Json(json!({ "items": [], "total": 0, "totalIsAll": true, "next": null, "groups": null, "other": null,
        "asOf": "2026-11-28T07:15:30Z" }))
    .into_response()
}

/// Two of the same name, and one that holds no more; of assets none.
pub(crate) async fn saved_searches(RawQuery(asked): RawQuery) -> Response {
    let search = |name: &str, query: &str, is_mine: bool, problem: Value| {
        json!({ "name": name, "query": query, "havingQuery": "", "tz": "Europe/Oslo", "sort": "time", "groupBy": "",
            "interval": "", "owner": if is_mine { "ada" } else { "bob" }, "isMine": is_mine, "isShared": !is_mine,
            "problem": problem })
    };
    let items = if asked.as_deref() == Some("entity=audit") {
        vec![
            search("Nightly", "actor:bob", false, Value::Null),
            search("Nightly", "actor:ada", true, Value::Null),
            search("Old", "wentToken:1", true, json!("'wentToken' is not a token of audit")),
        ]
    } else {
        Vec::new()
    };
    Json(json!({ "items": items })).into_response()
}

/// Two parts, of which the second holds for one asset.
pub(crate) async fn explained(Json(asked): Json<Value>) -> Response {
    let text = "name:web* and patches:(patchStatus:Missing)";
    assert_eq!((&asked["entity"], &asked["query"]), (&json!("asset"), &json!(text)));
    let is_one = !asked["id"].is_null();
    let node = |kind: &str, offset: usize, length: usize, count: u64, why: Value, nodes: Vec<Value>| {
        json!({ "kind": kind, "offset": offset, "length": length, "count": count, "countIsAll": count < 3,
            "micros": count * 1_234, "why": if is_one { why } else { Value::Null }, "nodes": nodes })
    };
    let why = |holds: bool, values: Value| json!({ "holds": holds, "values": values, "related": [] });
    let related =
        json!({ "holds": true, "values": [], "related": [{ "entity": "patch", "id": "1", "name": "DSA-1" }] });
    let inner = node("term", 23, 19, 3, Value::Null, vec![]);
    let parts = vec![
        node("term", 0, 9, 2, why(true, json!(["web01"])), vec![]),
        node("group", 14, 29, 3, related, vec![inner]),
    ];
    let fact = json!({ "check": "deb", "subject": "openssl", "found": "1", "op": "<", "expected": "2", "holds": true });
    let finding = json!({ "assetId": "1", "assetName": "web01", "patchId": "2", "patchTitle": "DSA-1",
        "advisory": "DSA-1", "explanation": { "sentence": "web01 misses DSA-1.", "evidence": [fact],
        "source": { "feed": "Debian" } } });
    let warning = json!({ "code": "QQL_NARROW_DATE", "message": "`now` names one second", "help": "write `now/d`",
        "offset": 0, "length": 1 });
    let whole = node("and", 0, 43, 1, why(true, json!([])), parts);
    Json(json!({ "normalized": text, "sentence": "Assets whose name fits.", "warnings": [warning], "tree": whole,
        "having": null, "total": 1, "asOf": "2026-11-28T07:15:30Z",
        "why": is_one.then(|| json!({ "holds": true, "findings": [finding] })) }))
    .into_response()
}

#[tokio::test]
async fn the_parts_of_a_query_are_shown() {
    let shell = Shell::new().await;
    let text = "name:web* and patches:(patchStatus:Missing)";
    insta::assert_snapshot!(shell.run(&["query", "assets", text, "--explain"]).await, @r"
    exit 0
    --- stdout
    Assets whose name fits.
    COUNT  TIME    PART
    1      1.2 ms  and
    2      2.4 ms    name:web*
    3+     3.7 ms    patches:(
    3+     3.7 ms      patchStatus:Missing
    --- stderr
    warning: QQL_NARROW_DATE: `now` names one second; write `now/d`
    ");
    insta::assert_snapshot!(shell.run(&["query", "assets", text, "--explain", "--why", "web01"]).await, @r"
    exit 0
    --- stdout
    Assets whose name fits.
    COUNT  TIME    PART                     WHY
    1      1.2 ms  and                      yes
    2      2.4 ms    name:web*              yes: web01
    3+     3.7 ms    patches:(              yes: DSA-1
    3+     3.7 ms      patchStatus:Missing
    The query finds it
    web01 misses DSA-1.
      openssl: 1 < 2
      DSA-1, from Debian
    --- stderr
    warning: QQL_NARROW_DATE: `now` names one second; write `now/d`
    ");
    let json = shell.run(&["query", "assets", text, "--explain", "--json"]).await;
    assert!(json.contains(r#""sentence":"Assets whose name fits.""#), "{json}");
}

#[tokio::test]
async fn nothing_found_is_said() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["query", "assets", "name:nobody"]).await, @r"
    exit 0
    --- stdout
    --- stderr
    Nothing is found; `fettle qql check` says how a query is read
    ");
}

#[tokio::test]
async fn numbers_and_groups() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["query", "audit", "--count"]).await, @r"
    exit 0
    --- stdout
    7
    --- stderr
    ");
    insta::assert_snapshot!(shell.run(&["query", "audit", "--group-by", "actor, source"]).await, @r"
    exit 0
    --- stdout
    actor  source  COUNT
    ada            5
    Other          2
    --- stderr
    ");
    let measured = ["query", "audit", "--group-by", "actor", "--measures", "min:seq,avg:seq"];
    insta::assert_snapshot!(shell.run(&measured).await, @r"
    exit 0
    --- stdout
    actor  COUNT  min:seq  avg:seq
    ada    5      1        2.5
    Other  2
    --- stderr
    ");
    let json = shell.run(&["query", "audit", "--tz", "Europe/Oslo", "--json"]).await;
    assert!(json.contains(r#""totalIsAll":true"#) && json.contains("tz=Europe%2FOslo"), "{json}");
}

#[tokio::test]
async fn a_query_that_does_not_hold_is_marked() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["query", "audit", "actor:ada and actoin:x"]).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: QQL_UNKNOWN_TOKEN: 'actoin' is not a token of audit
    actor:ada and actoin:x
                  ^^^^^^
    hint: did you mean 'action' or 'actor'?
    ");
}

#[tokio::test]
async fn a_saved_search_is_asked_by_its_name() {
    let shell = Shell::new().await;
    let own = shell.run(&["query", "audit", "--saved", "nightly", "--csv"]).await;
    assert!(own.contains("query=actor%3Aada&sort=time&tz=Europe%2FOslo"), "{own}");
    let other_order =
        shell.run(&["query", "audit", "--saved", "Nightly", "--sort", "seq", "--tz", "UTC", "--csv"]).await;
    assert!(other_order.contains("query=actor%3Aada&sort=seq&tz=UTC"), "{other_order}");
    insta::assert_snapshot!(shell.run(&["query", "audit", "--list-saved"]).await, @r#"
    exit 0
    --- stdout
    NAME     OWNER  SHARED  QUERY        HAVING
    Nightly  bob    yes     actor:bob
    Nightly  ada    no      actor:ada
    Old      ada    no      wentToken:1
    --- stderr
    "#);
    insta::assert_snapshot!(shell.run(&["query", "audit", "--saved", "Old"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: INVALID_ARGUMENT: the search `Old` does not hold any more: 'wentToken' is not a token of audit
    "#);
    insta::assert_snapshot!(shell.run(&["query", "audit", "--saved", "Daily"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: INVALID_ARGUMENT: no search of this list is saved as `Daily`; there are `Nightly`, `Old`, `Nightly`
    "#);
    insta::assert_snapshot!(shell.run(&["query", "assets", "--saved", "Daily"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: INVALID_ARGUMENT: no search of this list is saved as `Daily`; there is none
    "#);
    insta::assert_snapshot!(shell.run(&["query", "assets", "--list-saved"]).await, @r#"
    exit 0
    --- stdout
    --- stderr
    No search of this list is saved; the console's list saves what it shows
    "#);
    let both = shell.run(&["query", "audit", "actor:ada", "--saved", "Nightly"]).await;
    assert!(both.contains("exit 2") && both.contains("cannot be used with"), "{both}");
}
