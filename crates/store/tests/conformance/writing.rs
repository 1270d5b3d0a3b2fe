use fettle_store::{Backend, Database, FeedCursor, StoreError, Tx, WriteError};
use serde_json::json;
use uuid::Uuid;

use crate::sample::new_asset;
use crate::store::TestStore;

#[derive(Debug)]
enum Refusal {
    Unwanted,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Puts setting `n`, and then fails for each third.
async fn put(database: &Database, n: i64) -> Result<Option<FeedCursor>, WriteError<Refusal>> {
    let change = async move |tx: &mut Tx| {
        tx.settings().put(&format!("setting{n:02}"), &json!(n)).await?;
        tx.feed().append(fettle_store::feed::FeedKind::Patch, Uuid::from_u128(1), n.unsigned_abs());
        if n % 3 == 0 { Err(Refusal::Unwanted) } else { Ok(()) }
    };
    database.write(change).await.map(|committed| committed.position)
}

async fn settings(store: &TestStore) -> Vec<i64> {
    let mut tx = store.database.read().await.expect("a connection");
    let mut found = Vec::new();
    for n in 0..60 {
        if tx.settings().find(&format!("setting{n:02}")).await.expect("an answer").is_some() {
            found.push(n);
        }
    }
    found
}

pub(crate) async fn a_change_that_fails_leaves_the_others(store: &TestStore) {
    // All at once, so that the writer groups them; some groups begin with one that fails.
    let answers = futures_util::future::join_all((0..60).map(|n| put(&store.database, n))).await;
    for (n, answer) in (0..).zip(&answers) {
        match answer {
            Ok(position) => assert!(n % 3 != 0 && position.is_some()),
            Err(WriteError::Refused(Refusal::Unwanted)) => assert_eq!(n % 3, 0),
            Err(WriteError::Refused(Refusal::Store(error)) | WriteError::Store(error)) => {
                panic!("setting {n}: {error}")
            }
        }
    }
    let wanted: Vec<i64> = (0..60).filter(|n| n % 3 != 0).collect();
    assert_eq!(settings(store).await, wanted);
    let mut tx = store.database.read().await.expect("a connection");
    let feed = tx.feed().after(FeedCursor::default(), 100).await.expect("an answer");
    assert_eq!(feed.iter().map(|row| row.revision.cast_signed()).collect::<Vec<_>>(), wanted);
    let told: Vec<FeedCursor> = answers.into_iter().filter_map(|answer| answer.ok().flatten()).collect();
    // Each is told where its transaction ended, which is not before its own row.
    let rows: Vec<FeedCursor> = feed.iter().map(fettle_store::feed::FeedRow::cursor).collect();
    assert_eq!((rows.len(), rows.last()), (told.len(), told.last()));
    assert!(rows.iter().zip(&told).all(|(row, told)| row <= told), "{rows:?}, {told:?}");
    assert!(told.is_sorted(), "{told:?}");

    // A statement that the database itself refuses takes back no more than its own change.
    let good = store.database.write(async |tx| tx.settings().put("setting00", &json!(0)).await);
    let bad = store.database.write(async |tx| {
        tx.assets().insert(&new_asset(1)).await?;
        tx.assets().insert(&new_asset(1)).await.map(drop)
    });
    let (good, bad) = futures_util::future::join(good, bad).await;
    good.expect("a commit");
    assert!(StoreError::from(bad.expect_err("the id is taken")).is_taken());
    assert_eq!(tx.assets().count().await.expect("an answer"), 0);
}

/// What opens a change goes with its first statement: one without a statement opens nothing, wherever in its group it
/// stands, and takes nothing back.
pub(crate) async fn a_change_may_do_nothing(store: &TestStore) {
    let idle = || store.database.write(async |_: &mut Tx| Ok::<_, StoreError>(7));
    let refused = || store.database.write(async |_: &mut Tx| Err::<(), _>(StoreError::Closed));
    let alone = idle().await.expect("nothing to commit");
    assert_eq!((alone.value, alone.position), (7, None));
    assert!(refused().await.is_err());
    let first = futures_util::future::join3(idle(), refused(), put(&store.database, 1));
    let second = futures_util::future::join3(put(&store.database, 2), refused(), idle());
    let third = futures_util::future::join3(refused(), put(&store.database, 4), idle());
    let (first, second, third) = futures_util::future::join3(first, second, third).await;
    assert!(first.0.is_ok() && first.1.is_err() && first.2.is_ok_and(|position| position.is_some()));
    assert!(second.0.is_ok_and(|position| position.is_some()) && second.1.is_err() && second.2.is_ok());
    assert!(third.0.is_err() && third.1.is_ok_and(|position| position.is_some()) && third.2.is_ok());
    assert_eq!(settings(store).await, [1, 2, 4]);
}

pub(crate) async fn a_change_that_panics_fails_alone(store: &TestStore) {
    let good = put(&store.database, 1);
    let bad = store.database.write(async |tx| -> Result<(), StoreError> {
        tx.settings().put("setting02", &json!(2)).await?;
        panic!("a defect")
    });
    let (good, bad) = futures_util::future::join(good, bad).await;
    good.expect("a commit");
    assert!(matches!(bad, Err(WriteError::Store(_))));
    put(&store.database, 4).await.expect("the writer goes on");
    assert_eq!(settings(store).await, [1, 4]);
}

pub(crate) async fn committed_data_survive_reopening(store: &TestStore) {
    for n in [1, 2, 4] {
        put(&store.database, n).await.expect("a commit");
    }
    store.database.close().await;
    let closed = put(&store.database, 5).await;
    assert!(matches!(closed, Err(WriteError::Store(StoreError::Closed))));
    assert!(matches!(store.database.read().await, Err(StoreError::Closed)));

    let reopened = Database::open(&store.url()).await.expect("the same database");
    let mut tx = reopened.read().await.expect("a connection");
    assert_eq!(tx.settings().find("setting04").await.expect("an answer"), Some(json!(4)));
    assert_eq!(tx.settings().find("setting05").await.expect("an answer"), None);
    drop(tx);
    reopened.close().await;
}

pub(crate) async fn closing_answers_what_waits(store: &TestStore) {
    let (answers, ()) =
        futures_util::future::join(futures_util::future::join_all((1..50).map(|n| put(&store.database, n))), async {
            store.database.close().await;
        })
        .await;
    let kept: Vec<i64> = (1..).zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(n, _)| n).collect();
    assert!(!kept.is_empty(), "what was sent before the closing is done");
    let reopened = Database::open(&store.url()).await.expect("the same database");
    let mut tx = reopened.read().await.expect("a connection");
    for n in 1..50 {
        let found = tx.settings().find(&format!("setting{n:02}")).await.expect("an answer");
        assert_eq!(found.is_some(), kept.contains(&n), "setting {n} is there exactly if its commit was answered");
    }
    drop(tx);
    reopened.close().await;
}

pub(crate) async fn a_snapshot_stands_still(store: &TestStore) {
    put(&store.database, 1).await.expect("a commit");
    let seen = store
        .database
        .snapshot(async |tx| {
            let before = tx.settings().find("setting01").await?;
            put(&store.database, 2).await.expect("a commit");
            let during = tx.settings().find("setting02").await?;
            Ok::<_, StoreError>((before, during, tx.feed().head().await?))
        })
        .await
        .expect("an answer");
    assert_eq!((seen.0, seen.1), (Some(json!(1)), None));
    let mut tx = store.database.read().await.expect("a connection");
    let missed = tx.feed().after(seen.2, 10).await.expect("an answer");
    assert_eq!(missed.iter().map(|row| row.revision).collect::<Vec<_>>(), [2], "the feed goes on where it stood");
}

pub(crate) async fn the_feed_is_read_and_trimmed(store: &TestStore) {
    for n in [1, 2, 4, 5] {
        put(&store.database, n).await.expect("a commit");
    }
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.feed().after(FeedCursor::default(), 3).await.expect("an answer").len(), 3);
    let head = tx.feed().head().await.expect("an answer");
    assert_eq!(head.to_string().parse(), Ok(head));
    assert_eq!(tx.feed().behind_head(0).await.expect("an answer"), Some(head));
    let first = tx.feed().tail().await.expect("an answer");
    assert_eq!(tx.feed().behind_head(3).await.expect("an answer"), first);
    assert_eq!(tx.feed().behind_head(4).await.expect("an answer"), None);
    assert_eq!(head.position > 0 && head.transaction_id == 0, store.database.backend() == Backend::Sqlite);
    assert_eq!(store.write(async move |tx| tx.feed().trim(head).await).await, 3, "the newest row stays");
    assert_eq!(tx.feed().tail().await.expect("an answer"), Some(head));
    let next = put(&store.database, 7).await.expect("a commit").expect("a position");
    assert!(next > head);
}

pub(crate) async fn any_text_is_taken(store: &TestStore) {
    let value = json!({"output\u{0}": ["dpkg\u{0}\u{1}\u{fffe}\u{1F980} ' -- \\ $1", 1.5, null]});
    store.write(async move |tx| tx.settings().put("odd\u{0}'name", &value).await).await;
    let mut tx = store.database.read().await.expect("a connection");
    let found = tx.settings().find("odd\u{0}'name").await.expect("an answer");
    let kept = json!({"output\u{fffd}": ["dpkg\u{fffd}\u{1}\u{fffe}\u{1F980} ' -- \\ $1", 1.5, null]});
    assert_eq!(found, Some(kept));
}
