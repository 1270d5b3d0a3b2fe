use fettle_model::exception::ExceptionState;
use fettle_model::patch::{Corroboration, Patch, PatchState};
use fettle_model::{AssetId, DocumentId, ExceptionId, PatchId, TagId};
use fettle_store::ListFilter;
use fettle_store::assets::AssetNumber;
use fettle_store::catalogue::{
    ClosedFinding, Document, FeedRound, FeedState, FindingCause, NewComponent, PatchException, PatchNumber,
    PatchReport, StoredPatch,
};

use crate::sample::{at, hash, id, new_asset, patch};
use crate::store::TestStore;

pub(crate) async fn components_are_interned_once(store: &TestStore) {
    let component = |n: u16| {
        let mut bytes = hash(0);
        bytes.0[..2].copy_from_slice(&n.to_be_bytes());
        NewComponent { hash: bytes, canonical: format!("[\"os\",\"debian\",\"{n}\"]") }
    };
    // More than one statement's worth, and one of them twice.
    let mut components: Vec<NewComponent> = (0..1_300).map(component).collect();
    components.push(component(7));
    let asked = components.clone();
    let ids = store.write(async move |tx| tx.components().intern(&asked).await).await;
    assert_eq!(ids.len(), 1_301);
    assert_eq!(ids[7], ids[1_300]);

    let more: Vec<NewComponent> = (1_200..1_400).map(component).collect();
    let asked = more.clone();
    let more_ids = store.write(async move |tx| tx.components().intern(&asked).await).await;
    assert_eq!(more_ids[..100], ids[1_200..1_300]);

    let mut tx = store.database.read().await.expect("a connection");
    let known = tx.components().ids(&[component(3).hash, hash(0xff)]).await.expect("an answer");
    assert_eq!(known.into_iter().collect::<Vec<_>>(), [(component(3).hash, ids[3])]);
    assert!(tx.components().ids(&[]).await.expect("an answer").is_empty());
    let mut loaded = Vec::new();
    while let Some(page) =
        Some(tx.components().after(loaded.last().copied().unwrap_or(0), 1_000).await.expect("a page"))
        && !page.is_empty()
    {
        loaded.extend(page.iter().map(|component| component.id));
    }
    assert_eq!(loaded.len(), 1_400);
    let first = &tx.components().after(0, 1).await.expect("a page")[0];
    assert_eq!(first.canonical, component(0).canonical);
}

pub(crate) async fn patches_are_numbered_densely(store: &TestStore) {
    let put = async |record: Patch| -> StoredPatch {
        store.write(async move |tx| tx.patches().put(&record, "debian\nopenssl", at(1)).await).await
    };
    let openssl = put(patch("openssl", "3.0.18-1")).await;
    let curl = put(patch("curl", "7.88.1-10")).await;
    let mut verified = patch("openssl", "3.0.18-1");
    verified.packages[0].corroboration = Corroboration::SignedIndex;
    let again = put(verified.clone()).await;
    let zlib = put(patch("zlib", "1.3")).await;
    let numbers = [&openssl, &curl, &again, &zlib].map(|stored| (stored.number.0, stored.revision));
    assert_eq!(numbers, [(0, 1), (1, 1), (0, 2), (2, 1)]);
    assert_eq!(again.record, verified);

    let assets = store
        .write(async |tx| {
            let mut numbers = Vec::new();
            for n in 1..=3 {
                numbers.push(tx.assets().insert(&new_asset(n)).await?.number);
            }
            Ok(numbers)
        })
        .await;
    let report = |asset: AssetNumber, sha: u8| PatchReport {
        patch: PatchNumber(1),
        package: "curl".to_owned(),
        arch: "amd64".to_owned(),
        version: "7.88.1-10".to_owned(),
        sha256: hash(sha),
        asset,
    };
    let reports = [report(assets[0], 1), report(assets[1], 2), report(assets[2], 2), report(assets[2], 2)];
    let id = openssl.id;
    store
        .write(async move |tx| {
            for report in &reports {
                tx.patch_reports().put(report).await?;
            }
            tx.patches().set_verified(id, "Debian-Security bookworm-security", at(5)).await
        })
        .await;
    let mut tx = store.database.read().await.expect("a connection");
    let alike = tx.patch_reports().alike(PatchNumber(1)).await.expect("an answer");
    assert_eq!(
        alike.iter().map(|alike| (alike.sha256, alike.assets)).collect::<Vec<_>>(),
        [(hash(2), 2), (hash(1), 1)]
    );
    assert_eq!(tx.patch_reports().assets(PatchNumber(1)).await.expect("an answer"), assets);
    let reporters = tx.patch_reports().of_patch(PatchNumber(1)).await.expect("an answer");
    let said = reporters.iter().map(|reporter| (reporter.asset, reporter.arch.as_str(), reporter.sha256));
    let ids = [1, 2, 3].map(|n| new_asset(n).asset.id);
    assert_eq!(
        said.collect::<Vec<_>>(),
        [(ids[0], "amd64", hash(1)), (ids[1], "amd64", hash(2)), (ids[2], "amd64", hash(2))]
    );
    let stored = tx.patches().find(openssl.id).await.expect("an answer").expect("a patch");
    assert_eq!((stored.verified_at, stored.record), (Some(at(5)), verified));
    assert_eq!(tx.patches().from(PatchNumber(1), 10).await.expect("a page"), [curl, zlib]);
    let unknown = PatchId::derive("debian", "nothing", "debian:12", "any");
    assert_eq!(tx.patches().find(unknown).await.expect("an answer"), None);
    assert_eq!(store.write(async |tx| tx.patch_reports().forget(PatchNumber(1)).await).await, 3);
}

pub(crate) async fn closed_findings_are_kept(store: &TestStore) {
    let millis = |seconds| jiff::Timestamp::from_millisecond(at(seconds).as_millisecond()).expect("a time");
    let finding = |patch: u32, closed: i64, cause| ClosedFinding {
        asset: AssetNumber(1),
        patch: PatchNumber(patch),
        since: millis(0),
        sla_start: (patch == 2).then(|| millis(1)),
        due: (patch == 2).then(|| millis(30)),
        closed: millis(closed),
        cause,
        deployment: None,
    };
    let old = finding(1, 10, FindingCause::ByHand);
    let new = finding(2, 20, FindingCause::Deployment);
    let findings = [old.clone(), new.clone(), new.clone()];
    store.write(async move |tx| tx.findings().close(&findings).await).await;
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.findings().of_asset(AssetNumber(1), 10).await.expect("an answer"), [new, old]);
    assert_eq!(tx.findings().of_asset(AssetNumber(2), 10).await.expect("an answer"), []);
}

pub(crate) async fn documents_are_listed_newest_first(store: &TestStore) {
    let document = |n: i64, feed: &str, content: u8| Document {
        id: id!(DocumentId, n),
        feed: feed.to_owned(),
        file_name: (content == 1).then(|| "list".to_owned()),
        sha256: hash(content),
        bytes: 5 << 30,
        imported_at: at(n),
        imported_by: "ada".to_owned(),
        report: serde_json::json!({"read": {"advisories": n}}),
        changes: serde_json::json!({"added": 1}),
    };
    let documents = [
        document(1, "debian-dsa", 1),
        document(2, "debian-dla", 2),
        document(3, "debian-dsa", 3),
        document(4, "kev", 1),
    ];
    for document in documents.clone() {
        store.write(async move |tx| tx.documents().insert(&document).await).await;
    }
    let mut tx = store.database.read().await.expect("a connection");
    let newest = tx.documents().newest("debian-dsa").await.expect("an answer");
    assert_eq!(newest.as_ref(), Some(&documents[2]));
    assert_eq!(tx.documents().newest("epss").await.expect("an answer"), None);

    let mut filter = ListFilter { limit: 3, ..ListFilter::default() };
    let first = tx.documents().list(&filter).await.expect("a page");
    assert_eq!((first.total, first.items.as_slice()), (4, &[3, 2, 1].map(|at| documents[at].clone())[..]));
    filter.after = first.next;
    let last = tx.documents().list(&filter).await.expect("a page");
    assert_eq!((last.items.as_slice(), last.next), (&documents[..1], None));
    let of_feed = ListFilter { limit: 3, state: Some("debian-dsa".to_owned()), ..ListFilter::default() };
    assert_eq!(tx.documents().list(&of_feed).await.expect("a page").total, 2);
}

pub(crate) async fn decisions_of_a_patch_outlive_a_newer_record(store: &TestStore) {
    let curl = patch("curl", "7.88.1-10");
    let (id, record) = (curl.id, curl.clone());
    let first = store.write(async move |tx| tx.patches().put(&record, "curl", at(1)).await).await;
    assert_eq!((first.enabled, first.hidden_reason), (true, None));
    let state = PatchState { enabled: false, hidden: Some("not for us".to_owned()) };
    let decided = store.write(async move |tx| tx.patches().set_state(id, &state).await).await.expect("it is there");
    assert_eq!((decided.enabled, decided.hidden_reason.as_deref(), decided.revision), (false, Some("not for us"), 2));
    let again = store.write(async move |tx| tx.patches().put(&curl, "curl", at(2)).await).await;
    assert_eq!((again.enabled, again.hidden_reason.as_deref(), again.revision), (false, Some("not for us"), 3));
    let unknown = PatchId::derive("debian", "nothing", "debian:12", "any");
    let nothing = store.write(async move |tx| tx.patches().set_state(unknown, &PatchState::default()).await).await;
    assert_eq!(nothing, None);
}

pub(crate) async fn an_exception_is_decided_once(store: &TestStore) {
    let exception = |n: i64, state| PatchException {
        id: id!(ExceptionId, n),
        patches: vec![PatchId::derive("debian", "curl", "debian:12", "any")],
        patch_query: (n == 2).then(|| "vendor:Debian".to_owned()),
        tz: (n == 2).then(|| "Europe/Oslo".to_owned()),
        assets: vec![id!(AssetId, 1), id!(AssetId, 2)],
        tags: vec![id!(TagId, n)],
        reason: "waits for the vendor".to_owned(),
        expires_at: at(100),
        state,
        requested_by: "ada".to_owned(),
        requested_at: at(n),
        decided_by: None,
        decided_at: None,
    };
    let (first, second) = (exception(1, ExceptionState::Requested), exception(2, ExceptionState::Rejected));
    let inserted = [first.clone(), second.clone()];
    store
        .write(async move |tx| {
            for exception in &inserted {
                tx.exceptions().insert(exception).await?;
            }
            Ok(())
        })
        .await;
    let id = first.id;
    let approve = (ExceptionState::Requested, ExceptionState::Approved);
    assert!(store.write(async move |tx| tx.exceptions().decide(id, approve, Some("bob"), at(5)).await).await);
    assert!(!store.write(async move |tx| tx.exceptions().decide(id, approve, Some("eve"), at(6)).await).await);
    let mut tx = store.database.read().await.expect("a connection");
    let approved = PatchException {
        state: ExceptionState::Approved,
        decided_by: Some("bob".to_owned()),
        decided_at: Some(at(5)),
        ..first
    };
    assert_eq!(tx.exceptions().find(id).await.expect("an answer"), Some(approved.clone()));
    assert_eq!(tx.exceptions().open().await.expect("an answer"), std::slice::from_ref(&approved));
    assert_eq!(tx.exceptions().all().await.expect("an answer"), [second, approved]);
}

pub(crate) async fn the_state_of_a_feed_is_kept(store: &TestStore) {
    let first = FeedState::new("kev", "https://example.com/kev.json");
    let second = FeedState {
        asked_at: Some(at(1)),
        good_at: Some(at(2)),
        changed_at: Some(at(3)),
        etag: Some("\"a\"".to_owned()),
        last_modified: Some("Sat, 21 Nov 2026 20:00:00 GMT".to_owned()),
        error: Some("FEED_UNREACHABLE".to_owned()),
        ..first.clone()
    };
    for state in [first, second.clone()] {
        store.write(async move |tx| tx.feed_states().put(&state).await).await;
    }
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.feed_states().find("kev").await.expect("an answer"), Some(second.clone()));
    assert_eq!(tx.feed_states().find("epss").await.expect("an answer"), None);
    assert_eq!(tx.feed_states().all().await.expect("an answer"), [second]);
}

pub(crate) async fn the_round_of_a_feed_is_kept(store: &TestStore) {
    let first = FeedRound::new("nvd", "https://example.com/cves");
    let second = FeedRound {
        synced_to: Some(at(1)),
        started_at: Some(at(3)),
        window_from: Some(at(2)),
        next_record: 4_000,
        total: Some(315_044),
        ..first.clone()
    };
    for round in [first, second.clone()] {
        store.write(async move |tx| tx.feed_rounds().put(&round).await).await;
    }
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.feed_rounds().find("nvd").await.expect("an answer"), Some(second));
    assert_eq!(tx.feed_rounds().find("other").await.expect("an answer"), None);
}
