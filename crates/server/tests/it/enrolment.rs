//! Enrolment: once for each enrolment id, and every refusal with its code.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::{ActivationKeyId, Clock as _, OrganisationId, SystemClock};
use fettle_store::access::ActivationKey;
use fettle_testkit::{ClientKey, Received, TestApp};
use fettle_wire::message::{Enrol, EnrolAnswer};
use fettle_wire::{PayloadType, SigningKey, dsse};
use serde_json::{Value, json};

fn code(answer: &Received) -> (u16, String, Value) {
    let error = &answer.json()["error"];
    (answer.status.as_u16(), error["code"].as_str().unwrap_or_default().to_owned(), error["pointer"].clone())
}

struct Machine {
    key: ClientKey,
    record: SigningKey,
}

impl Machine {
    fn new() -> Self {
        Self { key: ClientKey::default(), record: SigningKey::generate().expect("a key").0 }
    }

    fn message(&self, app: &TestApp) -> Enrol {
        app.enrolment.message("web01", &self.key, &self.record)
    }
}

#[tokio::test]
async fn the_same_enrolment_is_one_asset_and_one_use_of_the_key() {
    let app = TestApp::start().await;
    let machine = Machine::new();
    let message = machine.message(&app);
    let mut answers = Vec::new();
    // The last as from an agent that was restarted: the same key, and another signature of it.
    let again = Enrol { enrolment_id: message.enrolment_id, ..machine.message(&app) };
    assert_ne!(again.csr, message.csr);
    for message in [&message, &message, &again] {
        let answer = app.enrolment.send(message).await.expect("an answer");
        assert_eq!(answer.status, 200);
        answers.push(serde_json::from_slice::<EnrolAnswer>(&answer.body).expect("an answer"));
    }
    assert!(answers.iter().all(|answer| answer.agent_id == answers[0].agent_id && answer.incarnation == 1));
    assert_eq!(answers[0].trust.len(), 1);
    let keys = app.get("/v1/activation-keys").await.ok();
    assert_eq!(keys["items"][0]["usedCount"], 1);
    assert_eq!(app.get("/v1/assets").await.ok()["total"], 1);

    // With another key it is another machine that copied the id.
    let other = Machine::new();
    let copied = Enrol { enrolment_id: message.enrolment_id, ..other.message(&app) };
    let refused = app.enrolment.send(&copied).await.expect("an answer");
    assert_eq!(code(&refused), (400, "CSR_INVALID".to_owned(), json!("/csr")));
    app.stop().await;
}

/// Which machines came with a key is asked most of all when it leaked, and is gone.
#[tokio::test]
async fn a_deleted_key_still_names_its_assets() {
    let app = TestApp::start().await;
    let body = json!({ "title": "Laptops of Oslo", "maxAgents": null, "expireDate": null });
    let key = app.post("/v1/activation-keys", body).await.ok();
    let id = serde_json::from_value(key["id"].clone()).expect("an id");
    app.enrol("web01").await;
    let machine = Machine::new();
    let message = Enrol { activation_id: id, ..machine.message(&app) };
    assert_eq!(app.enrolment.send(&message).await.expect("an answer").status, 200);
    app.fleet.database.write(async move |tx| tx.activation_keys().delete(id).await).await.expect("deleted");
    let found = app.get("/v1/query/assets?query=activationKey:oslo").await.ok();
    assert_eq!(found["total"], 1, "{found}");
    let asset = found["items"][0]["id"].as_str().expect("an asset");
    assert_eq!(app.get(&format!("/v1/assets/{asset}")).await.ok()["activationKey"]["title"], "Laptops of Oslo");
    let groups = app.get("/v1/query/assets?groupBy=activationKey&groupOrder=value").await.ok();
    assert_eq!(groups["groups"].as_array().expect("groups").len(), 2, "{groups}");
    app.stop().await;
}

#[tokio::test]
async fn each_refusal_has_its_code() {
    let app = TestApp::start().await;
    let machine = Machine::new();
    let message = || machine.message(&app);
    let refused = async |message: Enrol| code(&app.enrolment.send(&message).await.expect("an answer"));
    let new_key = async |body: Value| -> ActivationKeyId {
        let key = app.post("/v1/activation-keys", body).await.ok();
        serde_json::from_value(key["id"].clone()).expect("an id")
    };

    let stranger = OrganisationId::from(uuid::Uuid::nil());
    let answer = refused(Enrol { customer_id: stranger, ..message() }).await;
    assert_eq!(answer, (403, "KEY_UNKNOWN".to_owned(), json!("/customerId")));

    let unknown = ActivationKeyId::from(uuid::Uuid::nil());
    let answer = refused(Enrol { activation_id: unknown, ..message() }).await;
    assert_eq!(answer, (403, "KEY_UNKNOWN".to_owned(), json!("/activationId")));

    let disabled = new_key(json!({ "title": "disabled" })).await;
    app.patch(&format!("/v1/activation-keys/{disabled}"), json!({ "enabled": false })).await.ok();
    let answer = refused(Enrol { activation_id: disabled, ..message() }).await;
    assert_eq!(answer, (403, "KEY_DISABLED".to_owned(), json!("/activationId")));

    // Made to end in the past by hand: the API takes an end in the future only.
    let expired = new_key(json!({ "title": "expired" })).await;
    let mut read = app.fleet.database.read().await.expect("a connection");
    let key = read.activation_keys().find(expired).await.expect("a row").expect("the key");
    drop(read);
    let ended = ActivationKey { expire_date: Some(SystemClock.now() - Duration::from_secs(1)), ..key };
    let written = app.fleet.database.write(async move |tx| {
        tx.activation_keys().delete(expired).await?;
        tx.activation_keys().insert(&ended).await
    });
    written.await.expect("a row");
    let answer = refused(Enrol { activation_id: expired, ..message() }).await;
    assert_eq!(answer, (403, "KEY_EXPIRED".to_owned(), json!("/activationId")));

    let full = new_key(json!({ "title": "full", "maxAgents": 1 })).await;
    let first = app.enrolment.send(&Enrol { activation_id: full, ..message() }).await.expect("an answer");
    assert_eq!(first.status, 200);
    let answer = refused(Enrol { activation_id: full, ..message() }).await;
    assert_eq!(answer, (403, "KEY_FULL".to_owned(), json!("/activationId")));

    let mut windows = message();
    windows.os.family = "windows".to_owned();
    assert_eq!(refused(windows).await, (403, "PLATFORM_UNSUPPORTED".to_owned(), json!("/os/family")));
    app.stop().await;
}

#[tokio::test]
async fn keys_and_proofs_are_checked() {
    let app = TestApp::start().await;
    let machine = Machine::new();
    let refused = async |message: Enrol| code(&app.enrolment.send(&message).await.expect("an answer"));
    let with_csr = |csr: &[u8]| Enrol {
        csr: STANDARD.encode(csr),
        record_proof: STANDARD.encode(machine.record.sign(&dsse::pre_authentication(PayloadType::Csr, csr))),
        ..machine.message(&app)
    };

    assert_eq!(refused(with_csr(b"nonsense")).await, (400, "CSR_INVALID".to_owned(), json!("/csr")));
    let ed25519 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    let request = rcgen::CertificateParams::default().serialize_request(&ed25519).expect("a request");
    assert_eq!(refused(with_csr(request.der())).await, (400, "CSR_INVALID".to_owned(), json!("/csr")));
    let mut altered = machine.key.request();
    *altered.last_mut().expect("bytes") ^= 1;
    assert_eq!(refused(with_csr(&altered)).await, (400, "CSR_INVALID".to_owned(), json!("/csr")));

    let other = Machine::new();
    let stolen = Enrol { record_proof: other.message(&app).record_proof, ..machine.message(&app) };
    assert_eq!(refused(stolen).await, (400, "RECORD_PROOF_INVALID".to_owned(), json!("/recordProof")));
    assert_eq!(app.get("/v1/assets").await.ok()["total"], 0);
    app.stop().await;
}

#[tokio::test]
async fn what_a_machine_calls_itself_is_cleaned() {
    let app = TestApp::start().await;
    let machine = Machine::new();
    let mut message = machine.message(&app);
    message.hostname = format!("we\u{7}b\u{0}\u{1b}[31m{}", "x".repeat(1_000));
    assert_eq!(app.enrolment.send(&message).await.expect("an answer").status, 200);
    let assets = app.get("/v1/assets").await.ok();
    let name = assets["items"][0]["name"].as_str().expect("a name");
    assert!(name.starts_with("we"), "{name}");
    assert!(name.chars().count() <= 255 && !name.chars().any(char::is_control), "{name}");
    app.stop().await;
}
