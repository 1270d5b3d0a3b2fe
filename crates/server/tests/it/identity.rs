//! Who speaks: tokens, restored snapshots, clones, and certificates that ended, were revoked, or are of another CA.

use std::sync::Arc;
use std::time::Duration;

use fettle_fleet::Fleet;
use fettle_fleet::agents::state::KnownCertificate;
use fettle_fleet::entropy::SystemEntropy;
use fettle_fleet::keys::ca::{CertificateAuthority, pem};
use fettle_model::{Clock as _, SystemClock};
use fettle_testkit::{AgentTls, ClientKey, Connection, Received, TestAgent, TestApp, deb, facts};
use fettle_wire::message::Goodbye;
use fettle_wire::message::enrol::HardwareId;
use fettle_wire::sha256;
use hyper::Method;
use jiff::SignedDuration;
use rustls::pki_types::CertificateDer;

use crate::restart::reopened;

fn code(answer: &Received) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn check_in(agent: &mut TestAgent) -> Received {
    let message = agent.check_in_message(0);
    agent.post("check-in", &message).await.expect("an answer")
}

fn hardware(machine: &str) -> Vec<HardwareId> {
    let id = |kind: &str| HardwareId { kind: kind.to_owned(), hash: sha256(format!("{kind} {machine}").as_bytes()) };
    ["dmi", "disk", "mac", "machineId"].map(id).into()
}

/// Reports that give a new token each.
async fn report_times(agent: &mut TestAgent, times: u32) {
    for round in 0..times {
        let components = [deb("bash", &format!("5.{round}")), deb("dash", "1")];
        agent.report_all(&components, facts("web01"), Vec::new()).await;
    }
}

#[tokio::test]
async fn the_last_two_tokens_are_good_and_an_older_one_is_a_restored_snapshot() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    report_times(&mut agent, 1).await;
    let first = agent.token.clone();
    report_times(&mut agent, 1).await;
    let second = std::mem::replace(&mut agent.token, first.clone());
    assert_eq!(check_in(&mut agent).await.status, 200, "the token before the last is good");
    agent.token = second;
    report_times(&mut agent, 1).await;

    agent.token = first;
    let mut message = agent.check_in_message(0);
    message.hardware = Some(hardware("web01"));
    let answer = agent.post("check-in", &message).await.expect("an answer");
    assert_eq!(code(&answer), refused(409, "RESTORED"));
    assert_eq!(audited(&app, "asset.identityChanged").await, 1);
    let restored = &answer.json()["error"]["restored"];
    assert_eq!(restored["incarnation"], 2);
    agent.incarnation = 2;
    agent.token = restored["token"].as_str().expect("a token").to_owned();
    agent.check_in(0).await;
    report_times(&mut agent, 1).await;

    // A token of the incarnation before does not come back to life by itself.
    let mut old = agent.check_in_message(0);
    old.incarnation = 1;
    let answer = agent.post("check-in", &old).await.expect("an answer");
    assert_eq!(code(&answer), refused(409, "RESTORED"));
    app.stop().await;
}

#[tokio::test]
async fn an_old_token_from_other_hardware_is_a_clone() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let first = agent.token.clone();
    report_times(&mut agent, 3).await;
    let good = std::mem::replace(&mut agent.token, first);
    let mut message = agent.check_in_message(0);
    message.hardware = Some(hardware("other"));
    for _ in 0..2 {
        let answer = agent.post("check-in", &message).await.expect("an answer");
        assert_eq!(code(&answer), refused(409, "CLONED"));
    }
    assert_eq!(audited(&app, "asset.identityChanged").await, 1, "a clone that tries again is not noted again");
    agent.token = good;
    assert_eq!(check_in(&mut agent).await.status, 200, "the first keeps its identity");
    app.stop().await;
}

#[tokio::test]
async fn boots_that_speak_in_turn_are_a_clone() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let mut cloned = Vec::new();
    for round in 0..8 {
        agent.boot = if round % 2 == 0 { "boot-1" } else { "boot-2" }.to_owned();
        let answer = check_in(&mut agent).await;
        if answer.status != 200 {
            assert_eq!(code(&answer), refused(409, "CLONED"));
            cloned.push(agent.boot.clone());
        }
    }
    assert!(!cloned.is_empty() && cloned.iter().all(|boot| boot == "boot-2"), "{cloned:?}");
    app.stop().await;
}

#[tokio::test]
async fn a_renewed_certificate_takes_over_once_it_was_used() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    assert_eq!(check_in(&mut agent).await.status, 200);
    let old = agent.tls.clone();
    agent.renew().await;
    let new = std::mem::replace(&mut agent.tls, old.clone());
    assert_eq!(check_in(&mut agent).await.status, 200, "the old one is good until the new one was used");
    agent.hang_up();
    agent.tls = new;
    assert_eq!(check_in(&mut agent).await.status, 200);
    agent.hang_up();
    agent.tls = old;
    assert_eq!(code(&check_in(&mut agent).await), refused(403, "CERTIFICATE_REVOKED"));
    app.stop().await;
}

/// The database gives certificates in the order of their serials, which are random.
#[tokio::test]
async fn after_a_restart_it_is_known_which_of_two_certificates_is_the_newer() {
    let app = TestApp::start().await;
    let mut agents = Vec::new();
    for number in 0..6 {
        agents.push(app.enrol(&format!("web{number}")).await);
    }
    // Certificates tell the time in seconds.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    for agent in &mut agents {
        agent.renew().await;
        agent.hang_up();
    }
    let known = |fleet: &Fleet| -> Vec<Vec<String>> {
        let certificates =
            |agent: &TestAgent| fleet.agents.get(agent.id).expect("the agent").state().certificates.clone();
        let serials = |known: Vec<KnownCertificate>| known.into_iter().map(|known| known.serial).collect();
        agents.iter().map(certificates).map(serials).collect()
    };
    let before = known(&app.fleet);
    assert!(before.iter().all(|certificates| certificates.len() == 2), "{before:?}");
    let data = app.stop_keeping_data().await;
    let fleet = reopened(data.path(), Arc::new(SystemClock)).await;
    assert_eq!(known(&fleet), before);
    fleet.database.close().await;
}

#[tokio::test]
async fn an_ended_certificate_is_good_for_renewal_only() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let fleet = Arc::clone(&app.fleet);
    // Signed by the server's own CA, some days more than a certificate's life ago.
    let sign = |days: i64| {
        let then = SystemClock.now() - SignedDuration::from_hours(24 * (90 + days));
        let signed = fleet.keys.ca.sign(&agent.key.request(), agent.id, then, &SystemEntropy).expect("a certificate");
        let known = KnownCertificate { serial: signed.serial.clone(), not_after: signed.not_after, used: true };
        fleet.agents.get(agent.id).expect("the agent").state().certificates.push(known);
        AgentTls::with_certificate(agent.pin, &pem(&signed.der), &agent.key)
    };
    let (ended, ended_long_ago) = (sign(1), sign(91));
    agent.tls = ended_long_ago;
    let renew = serde_json::json!({ "csr": "", "bootId": "boot-1" });
    let answer = agent.post("renew", &renew).await.expect("an answer");
    assert_eq!(code(&answer), refused(403, "CERTIFICATE_TOO_OLD"));
    agent.hang_up();
    agent.tls = ended;
    assert_eq!(code(&check_in(&mut agent).await), refused(401, "CERTIFICATE_EXPIRED"));
    agent.renew().await;
    assert_eq!(check_in(&mut agent).await.status, 200);
    app.stop().await;
}

#[tokio::test]
async fn a_retired_asset_is_told_so_and_may_come_back_as_another() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    assert_eq!(check_in(&mut agent).await.status, 200);
    assert_eq!(app.delete(&format!("/v1/assets/{}", agent.id)).await.status, 204);
    assert_eq!(code(&check_in(&mut agent).await), refused(403, "ASSET_RETIRED"));
    assert_eq!(app.get("/v1/assets").await.ok()["total"], 0);
    let again = app.enrol("web01").await;
    assert_ne!(again.id, agent.id);
    assert_eq!(app.get("/v1/assets").await.ok()["total"], 1);
    app.stop().await;
}

#[tokio::test]
async fn without_a_certificate_or_with_one_of_another_ca_nothing_is_taken() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let message = serde_json::to_vec(&agent.check_in_message(0)).expect("JSON");
    let mut connection =
        Connection::open(app.agents, &AgentTls::anonymous(agent.pin), &Arc::default()).await.expect("a connection");
    let answer = connection.send(Method::POST, "/agent/v1/check-in", &[], message.clone()).await.expect("an answer");
    assert_eq!(code(&answer), refused(401, "CERTIFICATE_REQUIRED"));

    let (other, _) = CertificateAuthority::make("Other CA", SystemClock.now(), &SystemEntropy).expect("a CA");
    let key = ClientKey::default();
    let forged = other.sign(&key.request(), agent.id, SystemClock.now(), &SystemEntropy).expect("a certificate");
    for chain in [
        vec![CertificateDer::from(forged.der.clone())],
        vec![CertificateDer::from(forged.der.clone()), other.certificate().clone()],
    ] {
        let tls = AgentTls::with_chain(agent.pin, chain, &key);
        // In TLS 1.3 the server's refusal comes after the client's own handshake is over.
        let sent = match Connection::open(app.agents, &tls, &Arc::default()).await {
            Ok(mut connection) => connection.send(Method::POST, "/agent/v1/check-in", &[], message.clone()).await,
            Err(error) => Err(error),
        };
        assert!(sent.is_err(), "{sent:?}");
    }
    assert_eq!(check_in(&mut agent).await.status, 200);
    app.stop().await;
}

#[tokio::test]
async fn goodbye_retires_the_asset_and_is_answered_again() {
    let app = TestApp::start().await;
    let mut agent = app.enrol("web01").await;
    let path = format!("/v1/assets/{}", agent.id);
    assert_eq!(app.get(&path).await.status, 200);

    let stranger = Goodbye { incarnation: 1, token: "00".repeat(16) };
    let answer = agent.post("goodbye", &stranger).await.expect("an answer");
    assert_eq!(code(&answer), refused(409, "RESTORED"), "a token that was never given ends nothing");
    let restored = answer.json()["error"]["restored"].clone();

    let token = restored["token"].as_str().expect("a token").to_owned();
    let goodbye = Goodbye { incarnation: 2, token };
    for round in 0..2 {
        let answer = agent.post("goodbye", &goodbye).await.expect("an answer");
        assert_eq!(answer.status, 200, "round {round}: {:?}", answer.body);
        assert!(answer.json()["serverTime"].is_string());
    }
    assert_eq!(code(&check_in(&mut agent).await), refused(403, "ASSET_RETIRED"));
    assert_eq!(app.get("/v1/assets").await.ok()["total"], 0);

    let mut read = app.fleet.database.read().await.expect("a connection");
    let certificates = read.certificates().of_asset(agent.id).await.expect("certificates");
    assert!(!certificates.is_empty() && certificates.iter().all(|certificate| certificate.revoked_at.is_some()));
    drop(read);
    assert_eq!(audited(&app, "agent.goodbye").await, 1, "said twice, done once");
    app.stop().await;
}

/// How many records the audit log has of an action.
async fn audited(app: &TestApp, action: &str) -> usize {
    while app.fleet.chain_audit().await.expect("a chain") > 0 {}
    let mut read = app.fleet.database.read().await.expect("a connection");
    let records = read.audit().after(0, 1_000).await.expect("records");
    records.iter().filter(|record| record.action == action).count()
}
