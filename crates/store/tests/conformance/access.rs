use fettle_model::{ActivationKeyId, SessionId, TokenId};
use fettle_store::StoreError;
use fettle_store::access::{ActivationKey, ApiToken, Session, User, UserStatus};

use crate::sample::{at, entropy, hash, id, user};
use crate::store::TestStore;

pub(crate) async fn users_are_unique_ignoring_case(store: &TestStore) {
    let ada = user(1, "Ada");
    let inserted = ada.clone();
    store.write(async move |tx| tx.users().insert(&inserted).await).await;
    let twice = store.database.write(async |tx| tx.users().insert(&user(2, "ADA")).await).await;
    assert!(StoreError::from(twice.expect_err("the name is taken")).is_taken());

    let changed = User { status: UserStatus::Inactive, last_login_at: Some(at(60)), ..ada.clone() };
    let update = changed.clone();
    store.write(async move |tx| tx.users().update(&update).await).await;
    let gone = store.database.write(async |tx| tx.users().update(&user(3, "bob")).await).await;
    assert!(matches!(StoreError::from(gone.expect_err("no such user")), StoreError::Gone { .. }));

    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.users().by_username("aDa").await.expect("an answer"), Some(changed.clone()));
    assert_eq!(tx.users().find(ada.id).await.expect("an answer"), Some(changed.clone()));
    assert_eq!(tx.users().all().await.expect("an answer"), [changed]);
    assert_eq!(tx.users().count().await.expect("an answer"), 1);
}

pub(crate) async fn sessions_and_tokens_end(store: &TestStore) {
    let ada = user(1, "ada");
    let session = |n: i64, byte: u8| Session {
        id: id!(SessionId, n),
        user_id: ada.id,
        token_hash: hash(byte),
        created_at: at(n),
        last_used_at: at(n),
        expires_at: at(n + 1_000),
    };
    let (old, new) = (session(1, 1), session(2, 2));
    let token = ApiToken {
        id: TokenId::new(at(1), &entropy()),
        user_id: ada.id,
        name: "ci".to_owned(),
        token_hash: hash(9),
        created_at: at(1),
        expires_at: at(500),
        last_used_at: None,
    };
    let (first, second, api, owner) = (old.clone(), new.clone(), token.clone(), ada.clone());
    store
        .write(async move |tx| {
            tx.users().insert(&owner).await?;
            tx.sessions().insert(&first).await?;
            tx.sessions().insert(&second).await?;
            tx.sessions().touch(second.id, at(800)).await?;
            tx.tokens().insert(&api).await?;
            tx.tokens().touch(api.id, at(5)).await
        })
        .await;
    let mut tx = store.database.read().await.expect("a connection");
    let found = tx.sessions().by_token(hash(2)).await.expect("an answer");
    assert_eq!(found, Some(Session { last_used_at: at(800), ..new.clone() }));
    assert_eq!(tx.sessions().of_user(ada.id).await.expect("an answer").len(), 2);
    let found = tx.tokens().by_hash(hash(9)).await.expect("an answer").expect("a token");
    assert_eq!(found.last_used_at, Some(at(5)));
    assert_eq!(tx.tokens().of_user(ada.id).await.expect("an answer"), [found]);

    // The old one was idle; the new one is deleted by hand; a stranger's token is not revoked.
    assert_eq!(store.write(async |tx| tx.sessions().delete_ended(at(900), at(700)).await).await, 1);
    assert!(store.write(async move |tx| tx.sessions().delete(new.id).await).await);
    assert!(!store.write(async move |tx| tx.sessions().delete(old.id).await).await);
    let stranger = user(2, "bob").id;
    assert!(!store.write(async move |tx| tx.tokens().delete(stranger, token.id).await).await);
    assert!(store.write(async move |tx| tx.tokens().delete(ada.id, token.id).await).await);
}

pub(crate) async fn an_activation_key_fills_up(store: &TestStore) {
    let key = ActivationKey {
        id: ActivationKeyId::new(at(1), &entropy()),
        title: "Servers".to_owned(),
        enabled: true,
        max_agents: Some(1),
        expire_date: Some(at(86_400)),
        created_by: None,
        created_at: at(1),
        used_count: 0,
        last_used_at: None,
    };
    let (inserted, id) = (key.clone(), key.id);
    store.write(async move |tx| tx.activation_keys().insert(&inserted).await).await;
    assert!(store.write(async move |tx| tx.activation_keys().count_use(id, at(2)).await).await);
    assert!(!store.write(async move |tx| tx.activation_keys().count_use(id, at(3)).await).await);
    assert!(store.write(async move |tx| tx.activation_keys().set_enabled(id, false).await).await);

    let mut tx = store.database.read().await.expect("a connection");
    let stored = ActivationKey { enabled: false, used_count: 1, last_used_at: Some(at(2)), ..key };
    assert_eq!(tx.activation_keys().find(id).await.expect("an answer"), Some(stored.clone()));
    assert_eq!(tx.activation_keys().all().await.expect("an answer"), [stored]);
    assert!(store.write(async move |tx| tx.activation_keys().delete(id).await).await);
    assert!(!store.write(async move |tx| tx.activation_keys().set_enabled(id, true).await).await);
}
