//! Saved searches: kept, opened, shared, starred and deleted, by whom they may be.

use fettle_fleet::searches::MOST;
use fettle_model::UserId;
use fettle_store::access::User;
use fettle_testkit::TestApp;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

const LIST: &str = "/v1/saved-searches?entity=asset";

fn search(name: &str) -> Value {
    json!({ "name": name, "query": "name:web* and lastCheckedIn>=2026-05-01", "havingQuery": "patchStatus:Missing",
        "tz": "Europe/Oslo", "sort": "name:desc", "groupBy": "osFamily,created", "interval": "month",
        "columns": ["name", "scanDateTime"] })
}

async fn saved(app: &TestApp, search: Value) -> Value {
    app.post("/v1/saved-searches", json!({ "entity": "asset", "search": search })).await.ok()
}

fn path(row: &Value) -> String {
    format!("/v1/saved-searches/{}", row["id"].as_str().expect("an id"))
}

async fn names(app: &TestApp) -> Vec<String> {
    let found = app.get(LIST).await.ok();
    let items = found["items"].as_array().expect("items");
    items.iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
}

/// A second user, with a token: what the app asks from now on comes from them.
async fn become_bob(app: &mut TestApp) {
    let now = app.fleet.clock.now();
    let mut users = app.fleet.database.read().await.expect("a reader").users().all().await.expect("users");
    let first = users.remove(0);
    let (username, email) = ("bob".to_owned(), "bob@example.com".to_owned());
    let bob = User { id: UserId::new(now, app.fleet.entropy.as_ref()), username, email, ..first };
    let id = bob.id;
    app.fleet.database.write(async move |tx| tx.users().insert(&bob).await).await.expect("a user");
    let (_, secret) = app.fleet.new_token(id, "test".to_owned(), 1).await.expect("a token");
    secret.expose_secret().clone_into(&mut app.token);
}

async fn kept_changed_and_deleted(app: &TestApp) {
    let web = saved(app, search("  Web servers ")).await;
    assert_eq!((&web["name"], &web["isMine"], &web["problem"]), (&json!("Web servers"), &json!(true), &Value::Null));
    let again = app.post("/v1/saved-searches", json!({ "entity": "asset", "search": search("WEB servers") })).await;
    assert_eq!((again.status, again.code()), (409, "NAME_TAKEN"));
    let patches = json!({ "entity": "patch", "search": { "name": "Web servers", "query": "isSecurity:true" } });
    app.post("/v1/saved-searches", patches).await.ok();
    assert_eq!(names(app).await, ["Web servers"], "of one entity");

    let shown = app.get(&path(&web)).await.ok();
    assert_eq!(shown, web);
    for (field, value) in search("").as_object().expect("fields").iter().filter(|(field, _)| *field != "name") {
        assert_eq!(&shown[field], value, "{field} comes back as it was written");
    }
    let changed = app.put(&path(&web), json!({ "name": "All", "tz": "UTC" })).await.ok();
    assert_eq!((&changed["name"], &changed["query"], &changed["columns"]), (&json!("All"), &json!(""), &json!([])));
    assert_eq!(changed["createdAt"], web["createdAt"]);

    let star = format!("{}/default", path(&web));
    app.put(&star, json!({})).await.ok();
    let other = saved(app, search("Other")).await;
    app.put(&format!("{}/default", path(&other)), json!({})).await.ok();
    assert_eq!(app.get(&path(&web)).await.ok()["isDefault"], false, "a list opens with one search");
    app.delete(&star).await.ok();
    assert_eq!(app.get(&path(&other)).await.ok()["isDefault"], true, "which was not the default takes none away");
    app.delete(&format!("{}/default", path(&other))).await.ok();
    assert_eq!(app.get(&path(&other)).await.ok()["isDefault"], false);

    app.delete(&path(&other)).await.ok();
    let gone = app.delete(&path(&other)).await;
    assert_eq!((gone.status, gone.code()), (404, "NOT_FOUND"));
    assert_eq!(names(app).await, ["All"]);
    app.fleet.chain_audit().await.expect("a chain");
    let log = app.get("/v1/audit?query=objectType:savedSearch&sort=seq").await.ok();
    let actions: Vec<_> = log["items"].as_array().expect("items").iter().map(|row| row["action"].clone()).collect();
    assert_eq!(
        actions,
        ["savedSearch.create", "savedSearch.create", "savedSearch.change", "savedSearch.create", "savedSearch.delete"]
    );
}

async fn what_does_not_hold_is_refused(app: &TestApp) {
    let before = names(app).await;
    for (field, value, code) in [
        ("name", json!(" "), "INVALID_FIELD"),
        ("name", json!("x".repeat(101)), "INVALID_FIELD"),
        ("description", json!("x".repeat(501)), "INVALID_FIELD"),
        ("tz", json!("Mars/Olympus"), "INVALID_FIELD"),
        ("interval", json!("decade"), "INVALID_FIELD"),
        ("columns", json!(["a,b"]), "INVALID_FIELD"),
        ("columns", json!(vec!["a"; 61]), "INVALID_FIELD"),
        ("query", json!("nmae:web"), "QQL_INVALID"),
        ("havingQuery", json!("patchStats:Missing"), "QQL_INVALID"),
        ("sort", json!("interfaces.address"), "QQL_INVALID"),
        ("groupBy", json!("name"), "QQL_INVALID"),
    ] {
        let mut body = search("Refused");
        body[field] = value;
        let refused = app.post("/v1/saved-searches", json!({ "entity": "asset", "search": body })).await;
        let found = (refused.status, refused.code(), &refused.body["error"]["field"]);
        assert_eq!(found, (400, code, &json!(field)), "{}", refused.body);
    }
    let refused = app.post("/v1/saved-searches", json!({ "entity": "thing", "search": search("x") })).await;
    assert_eq!(refused.body["error"]["field"], "entity");
    assert_eq!(names(app).await, before);
}

/// A token that went since: the search is listed with its problem, and opens as it was written.
async fn a_search_that_no_longer_holds(app: &TestApp) {
    let row = saved(app, search("Old")).await;
    let id = serde_json::from_value(row["id"].clone()).expect("an id");
    app.fleet
        .database
        .write(async move |tx| {
            let found = tx.saved_searches().find(id).await?.expect("it was saved");
            let written = fettle_store::searches::SavedSearch { query: "wentToken:1".to_owned(), ..found };
            tx.saved_searches().replace(&written).await
        })
        .await
        .expect("a change");
    let shown = app.get(&path(&row)).await.ok();
    assert_eq!((&shown["query"], &shown["problem"]), (&json!("wentToken:1"), &json!("the query has 1 error")));
}

async fn others_see_what_is_shared(app: &mut TestApp) {
    let private = saved(app, search("Private")).await;
    let mut body = search("Shared");
    body["isShared"] = json!(true);
    let shared = saved(app, body.clone()).await;
    let administrator = app.token.clone();
    become_bob(app).await;
    assert_eq!(names(app).await, ["Shared"]);
    let seen = app.get(&path(&shared)).await.ok();
    assert_eq!((&seen["isMine"], &seen["owner"]), (&json!(false), &shared["owner"]));
    for refused in [app.put(&path(&shared), search("Mine")).await, app.delete(&path(&shared)).await] {
        assert_eq!((refused.status, refused.code()), (403, "NOT_OWNER"));
    }
    let star = format!("{}/default", path(&private));
    for hidden in [app.get(&path(&private)).await, app.delete(&path(&private)).await, app.put(&star, json!({})).await] {
        assert_eq!((hidden.status, hidden.code()), (404, "NOT_FOUND"), "somebody else's is not there");
    }
    app.put(&format!("{}/default", path(&shared)), json!({})).await.ok();
    assert_eq!(app.get(&path(&shared)).await.ok()["isDefault"], true);
    saved(app, body.clone()).await;
    let bob = std::mem::replace(&mut app.token, administrator);
    assert_eq!(app.get(&path(&shared)).await.ok()["isDefault"], false, "each has a default of their own");
    body["isShared"] = json!(false);
    app.put(&path(&shared), body.clone()).await.ok();
    body["isShared"] = json!(true);
    app.put(&path(&shared), body).await.ok();
    app.token = bob;
    assert_eq!(app.get(&path(&shared)).await.ok()["isDefault"], false, "what was hidden opens nobody else's list");
    for n in 1..MOST {
        saved(app, search(&format!("{n}"))).await;
    }
    let refused = app.post("/v1/saved-searches", json!({ "entity": "asset", "search": search("more") })).await;
    assert_eq!((refused.status, refused.code()), (409, "TOO_MANY_SEARCHES"));
}

async fn all_of_it(mut app: TestApp) {
    kept_changed_and_deleted(&app).await;
    what_does_not_hold_is_refused(&app).await;
    a_search_that_no_longer_holds(&app).await;
    others_see_what_is_shared(&mut app).await;
    app.stop().await;
}

#[tokio::test]
async fn searches_on_sqlite() {
    all_of_it(TestApp::start().await).await;
}

#[tokio::test]
async fn searches_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else { return };
    all_of_it(app).await;
}
