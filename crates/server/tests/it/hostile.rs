//! Messages that no agent of ours would send. After each the server answers as before.

use fettle_testkit::{Received, TestAgent, TestApp, deb, exchange_raw};
use fettle_wire::limit;
use hyper::Method;
use serde_json::{Value, json};

fn code(answer: &Received) -> (u16, String, Value) {
    let error = &answer.json()["error"];
    (answer.status.as_u16(), error["code"].as_str().unwrap_or_default().to_owned(), error["pointer"].clone())
}

fn refused(status: u16, code: &str) -> (u16, String, Value) {
    (status, code.to_owned(), Value::Null)
}

async fn post(agent: &mut TestAgent, call: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Received {
    agent.send(Method::POST, &format!("/agent/v1/{call}"), headers, body).await.expect("an answer")
}

/// The server is unharmed: the agent is answered, and so is the operator.
async fn is_well(app: &TestApp, agent: &mut TestAgent) {
    agent.hang_up();
    agent.check_in(0).await;
    assert_eq!(app.get("/health").await.ok()["status"], "ok");
}

#[tokio::test]
async fn a_body_that_is_too_large_or_ends_early() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;

    let announced = b"POST /agent/v1/report HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{\"reportId\":";
    let answer = exchange_raw(app.agents, &agent.tls, announced).await.expect("a connection");
    assert!(answer.is_empty() || answer.contains("MESSAGE_INVALID") || answer.starts_with("HTTP/1.1 400"), "{answer}");
    is_well(&app, &mut agent).await;

    // 100 MB: refused at the limit, not read to its end.
    let mut hundred = b"POST /agent/v1/report HTTP/1.1\r\nhost: x\r\ncontent-length: 100000000\r\n\r\n".to_vec();
    hundred.resize(hundred.len() + 100_000_000, b' ');
    let answer = exchange_raw(app.agents, &agent.tls, &hundred).await.expect("a connection");
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("BODY_TOO_LARGE"), "{answer}");
    is_well(&app, &mut agent).await;

    // A small body that unpacks to a large one.
    let bomb = zstd::bulk::compress(&vec![b' '; 200 << 20], 3).expect("packed");
    assert!(bomb.len() < limit::CHECK_IN.packed * 4, "{}", bomb.len());
    let answer = post(&mut agent, "report", &[("content-encoding", "zstd")], bomb).await;
    assert_eq!(code(&answer), refused(413, "BODY_TOO_LARGE"));
    is_well(&app, &mut agent).await;

    // Each call has a limit of its own, packed and unpacked.
    let answer = post(&mut agent, "check-in", &[], vec![b' '; limit::CHECK_IN.packed + 1]).await;
    assert_eq!(code(&answer), refused(413, "BODY_TOO_LARGE"));
    let unpacked = zstd::bulk::compress(&vec![b' '; limit::CHECK_IN.unpacked + 1], 3).expect("packed");
    agent.hang_up();
    let answer = post(&mut agent, "check-in", &[("content-encoding", "zstd")], unpacked).await;
    assert_eq!(code(&answer), refused(413, "BODY_TOO_LARGE"));
    is_well(&app, &mut agent).await;
    app.stop().await;
}

#[tokio::test]
async fn what_is_not_a_message() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let good = serde_json::to_value(agent.check_in_message(0)).expect("JSON");
    let with = |field: &str, value: Value| {
        let mut message = good.clone();
        message[field] = value;
        serde_json::to_vec(&message).expect("JSON")
    };
    let cases: Vec<(&str, Vec<u8>, Value)> = vec![
        ("empty", Vec::new(), Value::Null),
        ("not JSON", b"\x00\xff\xfe".to_vec(), Value::Null),
        ("not an object", b"[]".to_vec(), Value::Null),
        ("trailing text", [serde_json::to_vec(&good).expect("JSON"), b" x".to_vec()].concat(), Value::Null),
        ("wrong type", with("holdS", json!("long")), json!("/holdS")),
        ("negative", with("holdS", json!(-1)), json!("/holdS")),
        ("no fingerprint", with("fingerprint", json!("00")), json!("/fingerprint")),
        ("wrong in a list", with("deployments", json!([{ "id": 7 }])), json!("/deployments/0/id")),
    ];
    for (name, body, pointer) in cases {
        let answer = code(&post(&mut agent, "check-in", &[], body).await);
        assert_eq!((answer.0, answer.1.as_str()), (400, "MESSAGE_INVALID"), "{name}");
        if pointer != Value::Null {
            assert_eq!(answer.2, pointer, "{name}");
        }
    }
    let mut missing = good.clone();
    missing.as_object_mut().expect("an object").remove("token");
    let answer = post(&mut agent, "check-in", &[], serde_json::to_vec(&missing).expect("JSON")).await;
    assert_eq!(code(&answer).1, "MESSAGE_INVALID");

    for depth in [limit::MAX_DEPTH + 1, 10_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let nested = format!(r#"{{"colour":{deep}}}"#);
        let answer = post(&mut agent, "report", &[], nested.into_bytes()).await;
        assert_eq!(code(&answer).1, "MESSAGE_INVALID", "{depth} levels");
    }
    is_well(&app, &mut agent).await;

    let answer = post(&mut agent, "check-in", &[], with("colour", json!({ "is": ["red"] }))).await;
    assert_eq!(answer.status, 200, "an unknown field is ignored");
    assert_eq!(app.state.limits.unknown_fields.counted().get("check-in: colour"), Some(&1));
    app.stop().await;
}

#[tokio::test]
async fn versions_encodings_and_paths_that_are_not_spoken() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let body = serde_json::to_vec(&agent.check_in_message(0)).expect("JSON");
    for version in ["v2", "v0", "v01", "%00"] {
        let path = format!("/agent/{version}/check-in");
        let answer = agent.send(Method::POST, &path, &[], body.clone()).await.expect("an answer");
        assert_eq!(code(&answer), refused(400, "WIRE_VERSION"), "{version}");
        assert_eq!(answer.json()["error"]["supported"], json!([1]));
    }
    for encoding in ["gzip", "br", "zstd, zstd", ""] {
        let answer = post(&mut agent, "check-in", &[("content-encoding", encoding)], body.clone()).await;
        assert_eq!(code(&answer), refused(415, "ENCODING_UNSUPPORTED"), "`{encoding}`");
    }
    let answer = post(&mut agent, "check-in", &[("content-encoding", "zstd")], body.clone()).await;
    assert_eq!(code(&answer).1, "MESSAGE_INVALID", "plain text that says it is packed");
    let packed = zstd::bulk::compress(&body, 3).expect("packed");
    let answer = post(&mut agent, "check-in", &[("content-encoding", "zstd")], packed[..packed.len() - 5].into()).await;
    assert_eq!(code(&answer).1, "MESSAGE_INVALID", "half a packed body");
    let answer = post(&mut agent, "no-such-call", &[], body).await;
    assert_eq!(code(&answer), refused(404, "NOT_FOUND"));
    for path in ["/agent/v1/authorisation/sha256:00", "/agent/v1/authorisation/..%2f..", "/etc/passwd", "/"] {
        let answer = agent.send(Method::GET, path, &[], Vec::new()).await.expect("an answer");
        assert_eq!(code(&answer), refused(404, "NOT_FOUND"), "{path}");
    }
    is_well(&app, &mut agent).await;
    app.stop().await;
}

#[tokio::test]
async fn numbers_at_their_ends() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let nowhere = uuid::Uuid::nil();
    let log = |offset: u64, stream: &str| json!({ "incarnation": 1, "deployment": nowhere, "stream": stream, "offset": offset, "text": "x", "end": false });
    let answer = agent.post("logs", &log(u64::MAX, "apt")).await.expect("an answer");
    assert_eq!(code(&answer), (413, "BODY_TOO_LARGE".to_owned(), json!("/offset")));
    let answer = agent.post("logs", &log(0, "../apt")).await.expect("an answer");
    assert_eq!(code(&answer), (400, "MESSAGE_INVALID".to_owned(), json!("/stream")));
    let answer = agent.post("logs", &log(0, "apt")).await.expect("an answer");
    assert_eq!(code(&answer), (400, "MESSAGE_INVALID".to_owned(), json!("/deployment")));

    let event = |seq: u64| json!({ "deployment": nowhere, "seq": seq, "time": "2026-11-21T20:00:00Z", "boot": "b", "kind": "state" });
    for (seq, pointer) in [(0, "/events/0/seq"), (10_001, "/events/0/seq"), (u64::from(u32::MAX) + 1, "/events/0/seq")]
    {
        let events = json!({ "incarnation": 1, "events": [event(seq)] });
        let answer = agent.post("events", &events).await.expect("an answer");
        assert_eq!(code(&answer), (400, "MESSAGE_INVALID".to_owned(), json!(pointer)), "{seq}");
    }
    let many: Vec<_> = (1..=501).map(event).collect();
    let answer = agent.post("events", &json!({ "incarnation": 1, "events": many })).await.expect("an answer");
    assert_eq!(code(&answer), (413, "BODY_TOO_LARGE".to_owned(), json!("/events")));

    let mut message = agent.check_in_message(0);
    message.hold_s = u32::MAX;
    message.profile_revision = u64::MAX;
    message.trust_version = u64::MAX;
    assert_eq!(agent.post("check-in", &message).await.expect("an answer").status, 200);

    let mut report = agent.full(&[deb("bash", "5")]);
    report.dropped = u32::MAX;
    agent.report(report).await;
    let mut other = agent.full(&[]);
    other.incarnation = u32::MAX;
    let answer = agent.post("report", &other).await.expect("an answer");
    assert_eq!(code(&answer), (400, "MESSAGE_INVALID".to_owned(), json!("/incarnation")));
    is_well(&app, &mut agent).await;
    app.stop().await;
}

#[tokio::test]
async fn an_agent_that_calls_too_often_is_told_to_wait() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let message = agent.check_in_message(0);
    let mut limited = None;
    for _ in 0..100 {
        let answer = agent.post("check-in", &message).await.expect("an answer");
        if answer.status != 200 {
            limited = Some(answer);
            break;
        }
    }
    let limited = limited.expect("a limit");
    assert_eq!(code(&limited), refused(429, "RATE_LIMITED"));
    assert!(limited.headers.contains_key("retry-after"));
    let mut other = app.enrol("web02").await;
    other.check_in(0).await;
    app.stop().await;
}
