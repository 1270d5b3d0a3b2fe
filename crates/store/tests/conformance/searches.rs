use fettle_model::SavedSearchId;
use fettle_qql::Entity;
use fettle_store::StoreError;
use fettle_store::searches::SavedSearch;

use crate::sample::{at, id, user};
use crate::store::TestStore;

fn search(n: i64, owner: i64, name: &str) -> SavedSearch {
    SavedSearch {
        id: id!(SavedSearchId, n),
        owner_id: user(owner, "").id,
        entity: Entity::Asset,
        name: name.to_owned(),
        description: "for the morning".to_owned(),
        query: "name:web*".to_owned(),
        having_query: "patchStatus:Missing".to_owned(),
        tz: "Europe/Oslo".to_owned(),
        sort: "name:desc".to_owned(),
        group_by: "osFamily,created".to_owned(),
        group_interval: "month".to_owned(),
        columns: vec!["name".to_owned(), "osFamily".to_owned()],
        is_shared: false,
        created_at: at(n),
        changed_at: at(n),
    }
}

pub(crate) async fn searches_are_kept_for_whom_they_are(store: &TestStore) {
    let (ada, bob) = (user(1, "ada"), user(2, "bob"));
    let web = search(1, 1, "Web servers");
    let shared = SavedSearch { is_shared: true, ..search(2, 1, "All of them") };
    let patches = SavedSearch { entity: Entity::Patch, ..search(3, 1, "Web servers") };
    let of_bob = search(4, 2, "web servers");
    let all = [web.clone(), shared.clone(), patches.clone(), of_bob.clone()];
    let users = [ada.clone(), bob.clone()];
    store
        .write(async move |tx| {
            for user in &users {
                tx.users().insert(user).await?;
            }
            for search in &all {
                tx.saved_searches().insert(search).await?;
            }
            tx.saved_searches().set_default(users[1].id, Entity::Asset, Some(all[1].id)).await
        })
        .await;
    let twice = store.database.write(async |tx| tx.saved_searches().insert(&search(5, 1, "WEB servers")).await).await;
    assert!(StoreError::from(twice.expect_err("the name is taken")).is_taken());

    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.saved_searches().find(web.id).await.expect("an answer"), Some(web.clone()));
    let seen = tx.saved_searches().visible_to(ada.id, Entity::Asset).await.expect("an answer");
    assert_eq!(seen, [shared.clone(), web.clone()], "by name, of one entity");
    let seen = tx.saved_searches().visible_to(bob.id, Entity::Asset).await.expect("an answer");
    assert_eq!(seen, [shared.clone(), of_bob]);
    let looks = tx.saved_searches().seen_by(bob.id, Entity::Asset).await.expect("an answer");
    let look = looks.iter().find(|one| one.id == shared.id).expect("it is shared");
    assert_eq!((look.owner_name.as_str(), look.is_default, looks.len()), ("ada", true, 2));
    assert_eq!(tx.saved_searches().count_of(ada.id).await.expect("an answer"), 3);
    drop(tx);

    let hidden = SavedSearch { name: "Mine alone".to_owned(), is_shared: false, changed_at: at(60), ..shared };
    let (replaced, gone) = (hidden.clone(), web.clone());
    store
        .write(async move |tx| {
            assert!(tx.saved_searches().replace(&replaced).await?);
            tx.saved_searches().forget_defaults_of_others(&replaced).await?;
            tx.saved_searches().set_default(replaced.owner_id, Entity::Asset, Some(gone.id)).await?;
            assert!(tx.saved_searches().delete(gone.id).await?, "with whoever's list opens with it");
            assert!(!tx.saved_searches().delete(gone.id).await?);
            assert!(!tx.saved_searches().replace(&gone).await?);
            Ok(())
        })
        .await;
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.saved_searches().find(hidden.id).await.expect("an answer"), Some(hidden.clone()));
    for user in [ada.id, bob.id] {
        let looks = tx.saved_searches().seen_by(user, Entity::Asset).await.expect("an answer");
        assert!(looks.iter().all(|one| !one.is_default), "{looks:?}");
        assert_eq!(looks.len(), 1);
    }
}
