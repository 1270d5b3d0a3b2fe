//! Tags and their pins.

use fettle_model::tag::Pin;
use fettle_model::{AssetId, TagId};
use fettle_store::tags::{Tag, TagPin};

use crate::sample::{at, id};
use crate::store::TestStore;

fn tag(n: i64, name: &str, parent: Option<TagId>) -> Tag {
    Tag {
        id: id!(TagId, n),
        name: name.to_owned(),
        description: String::new(),
        parent,
        rule: Some("platform:Linux".to_owned()),
        tz: Some("Europe/Oslo".to_owned()),
        made_by: (n == 1).then(|| "collection:linux".to_owned()),
        revision: 1,
        created_by: "ada".to_owned(),
        created_at: at(n),
        changed_by: "ada".to_owned(),
        changed_at: at(n),
    }
}

pub(crate) async fn a_tag_is_saved_once_for_each_revision(store: &TestStore) {
    let (rings, first) = (tag(1, "Rings", None), tag(2, "Ring 1", Some(id!(TagId, 1))));
    let inserted = [rings.clone(), first.clone()];
    store
        .write(async move |tx| {
            for tag in &inserted {
                tx.tags().insert(tag).await?;
            }
            Ok(())
        })
        .await;
    let changed = Tag { name: "Ring one".to_owned(), rule: None, tz: None, changed_at: at(9), ..first.clone() };
    let (mut early, mut late) = (changed.clone(), changed.clone());
    assert!(store.write(async move |tx| tx.tags().update(&mut early).await).await);
    assert!(!store.write(async move |tx| tx.tags().update(&mut late).await).await);
    let mut tx = store.database.read().await.expect("a connection");
    let saved = Tag { revision: 2, ..changed };
    assert_eq!(tx.tags().find(first.id).await.expect("an answer"), Some(saved.clone()));
    assert_eq!(tx.tags().all().await.expect("an answer"), [rings, saved]);
    drop(tx);
    assert!(!store.write(async move |tx| tx.tags().delete(first.id, 1).await).await);
    assert!(store.write(async move |tx| tx.tags().delete(first.id, 2).await).await);
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.tags().find(first.id).await.expect("an answer"), None);
}

pub(crate) async fn siblings_have_names_of_their_own(store: &TestStore) {
    let top = tag(1, "Rings", None);
    let parent = top.id;
    store.write(async move |tx| tx.tags().insert(&top).await).await;
    store.write(async move |tx| tx.tags().insert(&tag(2, "Rings", Some(parent))).await).await;
    for same in [tag(3, "Rings", None), tag(4, "Rings", Some(parent))] {
        let refused = store.database.write(async move |tx| tx.tags().insert(&same).await).await;
        assert!(refused.is_err());
    }
}

pub(crate) async fn an_asset_is_pinned_to_one_side(store: &TestStore) {
    let of = |tag: TagId, n: i64, pin| TagPin {
        tag,
        asset: id!(AssetId, n),
        pin,
        reason: "by hand".to_owned(),
        pinned_by: "ada".to_owned(),
        pinned_at: at(n),
    };
    let (first, second) = (tag(1, "Rings", None), tag(2, "Prod", None));
    let (rings, prod) = (first.id, second.id);
    let pins = [of(rings, 1, Pin::In), of(rings, 2, Pin::In), of(prod, 1, Pin::Out), of(rings, 1, Pin::Out)];
    let put = pins.clone();
    store
        .write(async move |tx| {
            tx.tags().insert(&first).await?;
            tx.tags().insert(&second).await?;
            for pin in &put {
                tx.tags().put_pin(pin).await?;
            }
            Ok(())
        })
        .await;
    let [_, second, other, last] = pins;
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.tags().pins(rings).await.expect("an answer"), [last.clone(), second.clone()]);
    assert_eq!(tx.tags().all_pins().await.expect("an answer"), [last, second.clone(), other]);
    let counts = tx.tags().pin_counts().await.expect("an answer");
    let counts: Vec<_> = counts.into_iter().map(|counted| (counted.tag, counted.pin, counted.count)).collect();
    assert_eq!(counts, [(rings, Pin::In, 1), (rings, Pin::Out, 1), (prod, Pin::Out, 1)]);
    drop(tx);
    store.write(async move |tx| tx.tags().delete_pins_of(id!(AssetId, 1)).await).await;
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.tags().all_pins().await.expect("an answer"), [second]);
    drop(tx);
    store.write(async move |tx| tx.tags().delete_pin(rings, id!(AssetId, 2)).await).await;
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.tags().pins(rings).await.expect("an answer"), []);
}
