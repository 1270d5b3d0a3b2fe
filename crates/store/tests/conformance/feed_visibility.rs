//! PostgreSQL only: two servers write at once, and the one that drew its feed position first commits last.

use fettle_store::{FeedCursor, StoreError};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::store::TestStore;

const APPEND: &str = "INSERT INTO feed (kind, object, revision) VALUES ('Patch', $1, $2)";

#[tokio::test]
async fn rows_that_commit_late_are_not_skipped() {
    let Some(store) = TestStore::postgres().await else { return };
    let append = async |connection: &mut PgConnection, revision: i64| {
        let statement = sqlx::query(APPEND).bind(Uuid::from_u128(1)).bind(revision);
        statement.execute(connection).await.expect("a row");
    };
    let read = async |cursor: FeedCursor| {
        let mut tx = store.database.read().await.expect("a connection");
        tx.feed().after(cursor, 10).await.expect("an answer")
    };
    let mut early = PgConnection::connect(&store.url()).await.expect("a connection");
    let mut late = PgConnection::connect(&store.url()).await.expect("a connection");

    let mut early = early.begin().await.expect("a transaction");
    append(&mut early, 1).await;
    let mut late = late.begin().await.expect("a transaction");
    append(&mut late, 2).await;
    late.commit().await.expect("a commit");
    // The later one is committed; read now, it would move the cursor past the earlier one.
    assert_eq!(read(FeedCursor::default()).await, []);
    early.commit().await.expect("a commit");
    let rows = read(FeedCursor::default()).await;
    assert_eq!(rows.iter().map(|row| row.revision).collect::<Vec<_>>(), [1, 2]);

    // The other order: the position that is drawn first belongs to the younger transaction.
    let mut older = PgConnection::connect(&store.url()).await.expect("a connection");
    let mut younger = PgConnection::connect(&store.url()).await.expect("a connection");
    let mut older = older.begin().await.expect("a transaction");
    sqlx::query("SELECT pg_current_xact_id()").execute(&mut *older).await.expect("an id");
    let mut younger = younger.begin().await.expect("a transaction");
    append(&mut younger, 3).await;
    append(&mut older, 4).await;
    older.commit().await.expect("a commit");
    let cursor = rows[1].cursor();
    let rows = read(cursor).await;
    assert_eq!(rows.iter().map(|row| row.revision).collect::<Vec<_>>(), [4]);
    younger.commit().await.expect("a commit");
    let rows = read(rows[0].cursor()).await;
    assert_eq!(rows.iter().map(|row| row.revision).collect::<Vec<_>>(), [3], "its position is the lower one");
    let head = store.database.snapshot(async |tx| tx.feed().head().await).await;
    assert_eq!(head.map_err(|error: StoreError| error.to_string()), Ok(rows[0].cursor()));
}
