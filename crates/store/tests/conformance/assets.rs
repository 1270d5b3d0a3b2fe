use fettle_model::asset::Facts;
use fettle_model::{AssetId, EnrolmentId, ScanId, ScanStatus};
use fettle_store::assets::{
    AssetFacts, AssetIdentity, AssetInventory, AssetNumber, Certificate, Contact, Enrolment, NewAsset, ScanRequest,
    ScanRequestState,
};
use fettle_store::feed::FeedKind;
use fettle_store::{FeedCursor, StoreError};
use serde_json::json;

use crate::sample::{at, entropy, hash, id, new_asset};
use crate::store::TestStore;

pub(crate) async fn an_asset_comes_back_as_it_went_in(store: &TestStore) {
    let mut asset = store.write(async |tx| tx.assets().insert(&new_asset(1)).await).await;
    assert_eq!(asset.revision, 1);
    let second = store
        .write(async |tx| {
            let mut new = new_asset(2);
            new.asset.previous_asset = Some(id!(AssetId, 1));
            tx.assets().insert(&new).await
        })
        .await;
    assert!(second.number > asset.number);

    let inventory = AssetInventory {
        fingerprint: [0xab; 32],
        components: vec![1, 2, 700, 200_000],
        ledger: vec![4, 5],
        coverage: vec![6],
    };
    let facts = Facts { hostname: "web01".to_owned(), memory_mb: Some(3_908), ..Facts::default() };
    let facts = AssetFacts { facts, self_check: json!([{"id": "AG-04"}]) };
    let identity = AssetIdentity { alternation: Some(json!({"turns": 1})), ..new_asset(1).identity };
    let contact = Contact { asset: asset.number, last_checked_in: at(60), address: None, boot_id: "boot-1".to_owned() };
    asset.scan_status = ScanStatus::Scanned;
    asset.scanned_at = Some(at(30));
    asset.last_logged_on = Some("ada".to_owned());
    asset.pending_reboot = true;

    let (mut saved, parts) = (asset.clone(), (inventory.clone(), facts.clone(), identity.clone(), contact.clone()));
    let committed = store
        .database
        .write(async move |tx| {
            let (inventory, facts, identity, contact) = parts;
            tx.assets().put_inventory(saved.number, &inventory).await?;
            tx.assets().put_facts(saved.number, &facts).await?;
            tx.assets().put_identity(saved.number, &identity).await?;
            tx.assets().put_tokens(saved.number, &[2; 16], &[1; 32]).await?;
            saved.token_current = vec![2; 16];
            saved.token_previous = Some(vec![1; 32]);
            tx.assets().update(&mut saved).await?;
            tx.assets().put_contacts(&[Contact { boot_id: "boot-0".to_owned(), ..contact.clone() }]).await?;
            tx.assets().put_contacts(&[contact]).await?;
            Ok::<_, StoreError>(saved)
        })
        .await
        .expect("a commit");
    let position = committed.position.expect("an index must see it");
    let asset = committed.value;
    assert_eq!(asset.revision, 2);
    let number = asset.number;
    assert_eq!(store.write(async move |tx| tx.assets().next_manifest_counter(number).await).await, 1);

    let mut tx = store.database.read().await.expect("a connection");
    let stored = tx.assets().find(asset.id).await.expect("an answer").expect("an asset");
    assert_eq!((stored.manifest_counter, stored.scanned_at), (1, Some(at(30))));
    assert_eq!(tx.assets().inventory(number).await.expect("an answer"), inventory);
    let both = tx.assets().find_with_inventory(asset.id).await.expect("an answer");
    assert_eq!(both, Some((stored.clone(), inventory.clone())));
    assert_eq!(tx.assets().facts(number).await.expect("an answer"), facts);
    assert_eq!(tx.assets().identity(number).await.expect("an answer"), identity);
    assert_eq!(tx.assets().contact(asset.id).await.expect("an answer"), Some(contact.clone()));
    assert_eq!(tx.assets().contact(second.id).await.expect("an answer"), None);
    assert_eq!(tx.assets().successor(asset.id).await.expect("an answer"), Some(second.id));
    assert_eq!(tx.assets().count().await.expect("an answer"), 2);
    assert_eq!(tx.assets().after(number, 10).await.expect("an answer"), std::slice::from_ref(&second));

    let loaded = tx.assets().load(asset.id).await.expect("an answer").expect("an asset");
    assert_eq!((&loaded.asset, &loaded.inventory, &loaded.contact), (&stored, &inventory, &Some(contact.clone())));
    let agents = tx.assets().agents_after(AssetNumber(0), 10).await.expect("an answer");
    let of_agents: Vec<_> =
        agents.iter().map(|agent| (agent.id, agent.fingerprint, agent.boot_id.as_deref())).collect();
    let boot = contact.boot_id.as_str();
    assert_eq!(of_agents[0], (asset.id, inventory.fingerprint, Some(boot)));
    assert_eq!((of_agents.len(), of_agents[1].0, of_agents[1].2), (2, second.id, None));
    let mut page = tx.assets().packed_after(AssetNumber(0), 1).await.expect("an answer");
    let unpacked = page.remove(0).unpack().expect("as it was packed");
    assert_eq!((&unpacked.asset, &unpacked.components, &unpacked.facts), (&stored, &inventory.components, &facts));
    assert_eq!((unpacked.last_checked_in, &unpacked.address), (Some(contact.last_checked_in), &contact.address));
    let page = tx.assets().packed_after(number, 10).await.expect("an answer");
    assert_eq!(page.iter().map(fettle_store::assets::PackedAsset::number).collect::<Vec<_>>(), [second.number]);

    let feed = tx.feed().after(FeedCursor::default(), 10).await.expect("an answer");
    let last = feed.last().expect("a row");
    assert_eq!((last.cursor(), last.kind, last.object, last.revision), (position, FeedKind::Asset, asset.id.uuid(), 2));
    assert_eq!(feed.len(), 3, "two enrolments and one update; tokens and contacts are not told");
}

pub(crate) async fn an_asset_changed_meanwhile_is_not_overwritten(store: &TestStore) {
    let asset = store.write(async |tx| tx.assets().insert(&new_asset(1)).await).await;
    let (mut mine, mut theirs) = (asset.clone(), asset.clone());
    theirs.hostname.replace_range(.., "theirs");
    store.write(async move |tx| tx.assets().update(&mut theirs).await).await;
    mine.hostname.replace_range(.., "mine");
    let refused = store.database.write(async move |tx| tx.assets().update(&mut mine).await).await;
    let refused = StoreError::from(refused.expect_err("it was changed meanwhile"));
    assert!(matches!(refused, StoreError::Changed(id) if id == asset.id));
    let mut old = asset.clone();
    let inventory = AssetInventory { components: vec![1, 7], ledger: vec![9], ..new_asset(1).inventory };
    let ours = inventory.clone();
    let refused = store.database.write(async move |tx| tx.assets().update_with_inventory(&mut old, &ours).await).await;
    let refused = StoreError::from(refused.expect_err("it was changed meanwhile"));
    assert!(matches!(refused, StoreError::Changed(id) if id == asset.id));
    let mut tx = store.database.read().await.expect("a connection");
    let (mut stored, before) = tx.assets().find_with_inventory(asset.id).await.expect("an answer").expect("an asset");
    assert_eq!((stored.hostname.as_str(), stored.revision), ("theirs", 2));
    assert_eq!(before, new_asset(1).inventory, "neither of the two was saved");
    drop(tx);

    // Together with others, which another statement goes before.
    stored.hostname.replace_range(.., "both");
    let ours = inventory.clone();
    let number = stored.number;
    let first = store.database.write(async move |tx| tx.assets().next_manifest_counter(number).await);
    let second = store.database.write(async move |tx| {
        tx.assets().update_with_inventory(&mut stored, &ours).await?;
        Ok::<_, StoreError>(stored)
    });
    let (first, second) = tokio::join!(first, second);
    first.expect("a commit");
    let saved = second.expect("a commit").value;
    let mut tx = store.database.read().await.expect("a connection");
    let (stored, after) = tx.assets().find_with_inventory(asset.id).await.expect("an answer").expect("an asset");
    assert_eq!((stored.hostname.as_str(), stored.revision, saved.revision), ("both", 3, 3));
    assert_eq!(after, inventory);
}

pub(crate) async fn enrolments_certificates_and_scans(store: &TestStore) {
    let asset = store.write(async |tx| tx.assets().insert(&NewAsset { ..new_asset(1) }).await).await.id;
    let enrolment = Enrolment {
        id: EnrolmentId::new(at(1), &entropy()),
        asset,
        csr_hash: hash(1),
        serial: vec![1; 16],
        enrolled_at: at(1),
    };
    let certificate = |serial: u8| Certificate {
        serial: vec![serial; 16],
        asset,
        not_before: at(i64::from(serial)),
        not_after: at(1_000),
        used_at: None,
        revoked_at: None,
    };
    let request = ScanRequest {
        id: ScanId::new(at(1), &entropy()),
        asset,
        requested_by: None,
        requested_at: at(1),
        state: ScanRequestState::Queued,
        finished_at: None,
    };
    let (first, second, entry, scan) = (certificate(1), certificate(2), enrolment.clone(), request.clone());
    store
        .write(async move |tx| {
            tx.enrolments().insert(&entry).await?;
            tx.enrolments().put_serial(entry.id, &[2; 16]).await?;
            tx.certificates().insert(&first).await?;
            tx.certificates().insert(&second).await?;
            tx.certificates().note_first_use(asset, &first.serial, at(5)).await?;
            tx.scan_requests().insert(&scan).await
        })
        .await;
    let mut tx = store.database.read().await.expect("a connection");
    let stored = tx.enrolments().find(enrolment.id).await.expect("an answer");
    assert_eq!(stored, Some(Enrolment { serial: vec![2; 16], ..enrolment }));
    let good = |list: &[Certificate]| list.iter().filter(|one| one.revoked_at.is_none()).count();
    let certificates = tx.certificates().of_asset(asset).await.expect("an answer");
    assert_eq!((certificates[0].serial[0], good(&certificates)), (2, 2), "the newer one is not used yet");
    assert_eq!(certificates[1].used_at, Some(at(5)));
    assert_eq!(tx.scan_requests().open().await.expect("an answer"), std::slice::from_ref(&request));

    let done = ScanRequest { state: ScanRequestState::Finished, finished_at: Some(at(9)), ..request.clone() };
    store
        .write(async move |tx| {
            tx.certificates().note_first_use(asset, &[2; 16], at(6)).await?;
            tx.scan_requests().update(&done).await
        })
        .await;
    let certificates = tx.certificates().after(&[], 10).await.expect("an answer");
    assert_eq!(certificates.iter().map(|one| one.revoked_at).collect::<Vec<_>>(), [Some(at(6)), None]);
    assert_eq!(tx.scan_requests().open().await.expect("an answer"), []);
    let stored = tx.scan_requests().find(request.id).await.expect("an answer").expect("a request");
    assert_eq!(stored.state, ScanRequestState::Finished);
    assert_eq!(store.write(async move |tx| tx.certificates().revoke_all(asset, at(7)).await).await, 1);
}
