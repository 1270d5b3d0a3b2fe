//! `fettle tags`: the tree, changes, members, previews, pins, and rules that do not hold.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use fettle_qql::{Context, Entity, Purpose, check};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::contract::WEB_1;
use crate::run::Shell;

const RINGS: &str = "0193b3a0-0000-7000-8000-0000000000a1";
const RING_1: &str = "0193b3a0-0000-7000-8000-0000000000a2";
const PROD: &str = "0193b3a0-0000-7000-8000-0000000000a3";

fn row(id: &str, path: &str, rule: Option<&str>) -> Value {
    let name = path.rsplit('/').next();
    json!({ "id": id, "name": name, "path": path, "depth": path.matches('/').count(), "description": "", "parent": null,
        "rule": rule, "tz": rule.map(|_| "UTC"), "memberCount": 12, "pinnedInCount": 1, "pinnedOutCount": 0,
        "isBroken": false, "revision": 3 })
}

fn rows() -> Vec<Value> {
    vec![
        row(PROD, "Prod", Some("name:prod*")),
        row(RINGS, "Rings", None),
        row(RING_1, "Rings/Prod", Some("tags.name:Rings")),
    ]
}

pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let of_id = |Path(id): Path<String>| async move {
        let found = rows().into_iter().find(|row| row["id"] == id);
        found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |row| Json(row).into_response())
    };
    let list = async || Json(json!({ "items": rows(), "total": 3 }));
    let made = async || (StatusCode::CREATED, Json(row(PROD, "Prod", Some("name:prod*"))));
    Router::new()
        .route("/v1/tags", get(list).post(made))
        .route("/v1/tags/preview", post(preview))
        .route("/v1/tags/{id}", get(of_id).put(edit).delete(async || StatusCode::NO_CONTENT))
        .route("/v1/tags/{id}/pins", post(of_id))
        .route("/v1/tags/{id}/members", get(async || Json(json!({ "items": [], "total": 0, "next": null }))))
}

async fn edit(Path(id): Path<String>, Json(body): Json<Value>) -> Response {
    if body["confirm"] == 60 {
        return Json(row(&id, "Prod", body["rule"].as_str())).into_response();
    }
    let error = json!({ "code": "TAG_BIG_CHANGE", "field": "confirm", "requestId": "r-1",
        "message": "60 of 80 members would change; confirm with the number of those that change" });
    (StatusCode::CONFLICT, Json(json!({ "error": error }))).into_response()
}

/// A rule that does not hold is refused as a server refuses it.
async fn preview(Json(body): Json<Value>) -> Response {
    let rule = body["draft"]["rule"].as_str().unwrap_or_default();
    let now = "2026-11-28T07:15:30Z".parse().expect("a time");
    let context = Context::new(Entity::Asset, now, TimeZone::UTC).purpose(Purpose::TagRule);
    match check(rule, &context) {
        Err(mut invalid) => {
            invalid.field = "rule";
            (StatusCode::BAD_REQUEST, Json(json!({ "error": invalid }))).into_response()
        }
        Ok(query) => {
            let web = json!([{ "id": WEB_1, "name": "web01", "operatingSystem": "Debian GNU/Linux 12" }]);
            let is_change = !body["tag"].is_null();
            Json(json!({ "before": 80, "members": 81, "joining": 1, "leaving": 0, "firstMembers": web, "firstJoining": web,
                "firstLeaving": [], "warnings": query.warnings, "usedBy": [], "needsConfirm": is_change }))
            .into_response()
        }
    }
}

#[tokio::test]
async fn the_tree_is_shown() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["tags", "list"]).await, @r"
    exit 0
    --- stdout
    NAME    MEMBERS  PINNED IN  PINNED OUT  RULE             ID
    Prod    12       1                      name:prod*       0193b3a0-0000-7000-8000-0000000000a3
    Rings   12                                               0193b3a0-0000-7000-8000-0000000000a1
      Prod  12       1                      tags.name:Rings  0193b3a0-0000-7000-8000-0000000000a2
    --- stderr
    ");
    let json = shell.run(&["tags", "list", "--json"]).await;
    assert!(json.contains(r#""path":"Rings/Prod""#), "{json}");
}

#[tokio::test]
async fn tags_are_made_changed_and_deleted() {
    let shell = Shell::new().await;
    let made = ["tags", "create", "Prod", "--rule", "name:prod*", "--tz", "Europe/Oslo", "--parent", "Rings"];
    insta::assert_snapshot!(shell.run(&made).await, @r"
    exit 0
    --- stdout
    0193b3a0-0000-7000-8000-0000000000a3 Prod, 12 members
    --- stderr
    ");
    insta::assert_snapshot!(shell.run(&["tags", "edit", PROD, "--rule", "name:db*"]).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: TAG_BIG_CHANGE: 60 of 80 members would change; confirm with the number of those that change (field `confirm`)
    hint: `--confirm NUMBER` says that it is meant; `fettle tags preview` shows who joins and leaves
    ");
    insta::assert_snapshot!(shell.run(&["tags", "edit", PROD, "--rule", "name:db*", "--confirm", "60"]).await, @r"
    exit 0
    --- stdout
    0193b3a0-0000-7000-8000-0000000000a3 Prod, 12 members
    --- stderr
    ");
    insta::assert_snapshot!(shell.run(&["tags", "pin", "Rings", "web1", "--reason", "first"]).await, @r"
    exit 0
    --- stdout
    Rings has 12 members
    --- stderr
    ");
    insta::assert_snapshot!(shell.run(&["tags", "delete", "Rings/Prod"]).await, @r"
    exit 0
    --- stdout
    Rings/Prod is deleted
    --- stderr
    ");
    let writes = shell.contract.writes();
    let created = format!(
        r#"POST /v1/tags {{"name":"Prod","description":"","parent":"{RINGS}","rule":"name:prod*","tz":"Europe/Oslo","revision":null,"confirm":null}}"#
    );
    assert_eq!(writes[0], created);
    assert!(writes[1].contains(r#""rule":"name:db*","tz":"UTC","revision":3,"confirm":null"#), "{writes:?}");
    let pinned = format!(r#"POST /v1/tags/{RINGS}/pins {{"assets":["{WEB_1}"],"pin":"In","reason":"first"}}"#);
    assert_eq!(writes[3], pinned);
    assert_eq!(writes[4], format!("DELETE /v1/tags/{RING_1}"));
}

#[tokio::test]
async fn a_name_that_two_have_is_not_guessed() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["tags", "members", "PROD"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: AMBIGUOUS: "PROD" fits 2 tags: 0193b3a0-0000-7000-8000-0000000000a3 (Prod), 0193b3a0-0000-7000-8000-0000000000a2 (Rings/Prod)
    hint: name the tag by its id
    "#);
    insta::assert_snapshot!(shell.run(&["tags", "members", "rin"]).await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: NOT_FOUND: there is no tag "rin"
    hint: there is Rings, Rings/Prod
    "#);
    insta::assert_snapshot!(shell.run(&["tags", "members", "Prod"]).await, @r"
    exit 0
    --- stdout
    NAME  OPERATING SYSTEM  SCANNED  MISSING  ID
    --- stderr
    ");
}

#[tokio::test]
async fn who_would_be_a_member_is_shown_and_wrong_rules_are_marked() {
    let shell = Shell::new().await;
    insta::assert_snapshot!(shell.run(&["tags", "preview", "name:web one"]).await, @r#"
    exit 0
    --- stdout
    81 members
    NAME   OPERATING SYSTEM
    web01  Debian GNU/Linux 12
    --- stderr
    warning: QQL_ANY_WORD: `web one` means any of its words
    hint: for the words side by side, write `"web one"`
    and 80 more
    "#);
    insta::assert_snapshot!(shell.run(&["tags", "preview", "name:web*", "--tag", "Rings"]).await, @r"
    exit 0
    --- stdout
    80 members now, 81 then: 1 join, 0 leave
    JOINS  OPERATING SYSTEM
    web01  Debian GNU/Linux 12
    --- stderr
    To save it, confirm the change: `--confirm 1`
    ");
    insta::assert_snapshot!(shell.run(&["tags", "preview", "platform:Linux and overdueFindingCount>0"]).await, @r"
    exit 2
    --- stdout
    --- stderr
    error: QQL_TOKEN_NOT_IN_RULE: 'overdueFindingCount' follows from tags, and cannot stand in a tag rule (field `rule`)
    platform:Linux and overdueFindingCount>0
                       ^^^^^^^^^^^^^^^^^^^
    hint: a saved search may use it
    ");
}
