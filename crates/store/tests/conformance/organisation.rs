use fettle_model::{OrganisationId, Sha256};
use fettle_store::audit::{ActorKind, AuditOutcome, AuditRecord, AuditSource, NewAuditRecord};
use fettle_store::organisation::{Organisation, ServerKey, SetupCode, StoredTrustStatement};
use serde_json::json;

use crate::sample::{at, entropy, hash};
use crate::store::TestStore;

pub(crate) async fn the_organisation_and_its_keys(store: &TestStore) {
    let organisation = Organisation {
        id: OrganisationId::new(at(0), &entropy()),
        name: "Analytical Engines".to_owned(),
        created_at: at(0),
    };
    let key = ServerKey { name: "manifest".to_owned(), public: vec![1], sealed: vec![2, 3], created_at: at(0) };
    let first = StoredTrustStatement { version: 1, envelope: b"{}".to_vec(), created_at: at(0) };
    let code = SetupCode { hash: hash(1), created_at: at(0), used_at: None };

    let again = organisation.clone();
    let (inserted, inserted_key, statement, setup) = (organisation.clone(), key.clone(), first.clone(), code.clone());
    store
        .write(async move |tx| {
            tx.organisation().insert(&inserted).await?;
            tx.organisation().put_setup_code(&setup).await?;
            tx.organisation().put_setup_code(&SetupCode { used_at: Some(at(9)), ..setup }).await?;
            tx.server_keys().insert(&inserted_key).await?;
            tx.trust_statements().insert(&statement).await?;
            tx.trust_statements().insert(&StoredTrustStatement { version: 2, ..statement }).await?;
            tx.settings().put("job.silentDays", &json!(7)).await?;
            tx.settings().put("job.silentDays", &json!({"days": 8})).await
        })
        .await;
    let second = store.database.write(async move |tx| tx.organisation().insert(&again).await).await;
    assert!(fettle_store::StoreError::from(second.expect_err("there is one already")).is_taken());

    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.organisation().find().await.expect("an answer"), Some(organisation));
    let stored = tx.organisation().setup_code().await.expect("an answer");
    assert_eq!(stored, Some(SetupCode { used_at: Some(at(9)), ..code }));
    assert_eq!(tx.server_keys().find("manifest").await.expect("an answer"), Some(key));
    assert_eq!(tx.server_keys().find("ca").await.expect("an answer"), None);
    assert_eq!(tx.trust_statements().after(0).await.expect("an answer").len(), 2);
    assert_eq!(tx.trust_statements().after(1).await.expect("an answer")[0].version, 2);
    assert_eq!(tx.settings().find("job.silentDays").await.expect("an answer"), Some(json!({"days": 8})));
}

pub(crate) async fn audit_records_are_chained_in_order(store: &TestStore) {
    let record = |action: &str| NewAuditRecord {
        time: at(0),
        actor: "ada".to_owned(),
        actor_kind: ActorKind::User,
        source: AuditSource::Console,
        ip: Some("192.0.2.1".to_owned()),
        request_id: None,
        action: action.to_owned(),
        object_type: "job".to_owned(),
        object_id: Some("1".to_owned()),
        object_name: None,
        outcome: AuditOutcome::Success,
        details: json!({"name": [null, "October"]}),
    };
    for action in ["job.create", "job.enable", "job.delete"] {
        let record = record(action);
        store.write(async move |tx| tx.audit().insert(&record).await).await;
    }
    assert_eq!(store.write(async |tx| tx.audit().chain_pending(2, link).await).await, 2);
    assert_eq!(store.write(async |tx| tx.audit().chain_pending(10, link).await).await, 1);
    assert_eq!(store.write(async |tx| tx.audit().chain_pending(10, link).await).await, 0);

    let mut tx = store.database.read().await.expect("a connection");
    let last = tx.audit().last().await.expect("an answer").expect("a chain");
    assert_eq!((last.number, last.hash.0[31]), (3, 1 + 2 + 3));
    let records = tx.audit().after(1, 10).await.expect("an answer");
    assert_eq!(records.iter().map(|record| record.action.as_str()).collect::<Vec<_>>(), ["job.enable", "job.delete"]);
    assert_eq!(records[0].details, json!({"name": [null, "October"]}));
    assert_eq!(records[1].prev_hash, records[0].hash);
    let ids = [records[1].id, 9, records[0].id];
    let found = tx.audit().of_ids(&ids).await.expect("an answer");
    assert_eq!(found, [records[1].clone(), records[0].clone()]);
}

/// A stand-in for the hash: it depends on the number and on the link before.
fn link(record: &AuditRecord) -> Sha256 {
    let mut bytes = record.prev_hash.expect("it is set by now").0;
    bytes[31] += u8::try_from(record.number.expect("it is set by now")).expect("a small number");
    Sha256(bytes)
}
