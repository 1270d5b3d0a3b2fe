//! Every route that is not in the list of public ones refuses who shows no credentials: walked by the document, so that
//! a new route is in it from its first day.

use fettle_server::api::{document, public::is_public};
use fettle_testkit::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

/// Method and path of each operation, ids filled in.
fn operations() -> Vec<(Method, String, String)> {
    let document = serde_json::to_value(document()).expect("the document is JSON");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys().filter(|key| *key != "parameters") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let filled: Vec<_> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "01940000-0000-7000-8000-000000000000" } else { part })
                .collect();
            found.push((method, path.clone(), filled.join("/")));
        }
    }
    found
}

async fn ask(app: &TestApp, method: &Method, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = app.client.request(method.clone(), format!("{}{path}", app.console));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if *method != Method::GET {
        request = request.json(&json!({}));
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_route_but_the_public_ones_wants_credentials() {
    let app = TestApp::start().await;
    let operations = operations();
    let mut walked = 0;
    for (method, path, filled) in &operations {
        if is_public(method.as_str(), path) {
            continue;
        }
        let wanted = (401, "UNAUTHENTICATED".to_owned());
        assert_eq!(ask(&app, method, filled, &[]).await, wanted, "{method} {path} without credentials");
        for wrong in ["Bearer ftl_wrong", "Bearer", "Basic YTpi"] {
            let answer = ask(&app, method, filled, &[("authorization", wrong)]).await;
            assert_eq!(answer, wanted, "{method} {path} with `{wrong}`");
        }
        let answer = ask(&app, method, filled, &[("cookie", "fettle=wrong")]).await;
        assert_eq!(answer.0, 401, "{method} {path} with a wrong cookie: {answer:?}");
        walked += 1;
    }
    assert!(walked >= 35, "only {walked} of {} routes were walked", operations.len());
    app.stop().await;
}

#[tokio::test]
async fn a_write_with_the_cookie_wants_the_header_and_the_origin() {
    let app = TestApp::start().await;
    let credentials = json!({ "username": "ada", "password": "correct horse battery staple 42" });
    let signed_in = app.client.post(format!("{}/v1/session", app.console)).json(&credentials).send().await;
    let signed_in = signed_in.expect("an answer");
    let cookie = signed_in.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("one").to_owned();
    let writes: Vec<_> = operations()
        .into_iter()
        .filter(|(method, path, _)| *method != Method::GET && !is_public(method.as_str(), path))
        .collect();
    for (method, path, filled) in &writes {
        let attempts: [&[(&str, &str)]; 3] = [
            &[("cookie", &cookie)],
            &[("cookie", &cookie), ("x-requested-with", "fettle")],
            &[("cookie", &cookie), ("x-requested-with", "fettle"), ("origin", "http://elsewhere.example")],
        ];
        for headers in attempts {
            let answer = ask(&app, method, filled, headers).await;
            assert_eq!(answer, (403, "CSRF_REQUIRED".to_owned()), "{method} {path} with {headers:?}");
        }
    }
    let own = [("cookie", cookie.as_str()), ("x-requested-with", "fettle"), ("origin", app.console.as_str())];
    assert_eq!(ask(&app, &Method::DELETE, "/v1/session", &own).await.0, 204);
    assert_eq!(ask(&app, &Method::GET, "/v1/session", &[("cookie", &cookie)]).await.0, 401);
    app.stop().await;
}
