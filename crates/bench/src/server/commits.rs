//! The floor under commits: as many bytes, by the same SQLite with the same settings, and nothing else.

use std::path::Path;
use std::time::Instant;

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

/// Rows that are rewritten in turn.
const ROWS: u32 = 200;

pub(crate) async fn run(data: &Path, payload: usize, commits: u32, batch: u32) -> anyhow::Result<()> {
    let mut connection = SqliteConnectOptions::new()
        .filename(data.join("floor.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::query("CREATE TABLE row (id INTEGER PRIMARY KEY, payload BLOB NOT NULL)").execute(&mut connection).await?;
    for id in 0..ROWS {
        let insert = sqlx::query("INSERT INTO row (id, payload) VALUES ($1, $2)").bind(id);
        insert.bind(vec![0_u8; payload]).execute(&mut connection).await?;
    }
    let mut waits = Vec::with_capacity(commits as usize);
    super::ready(&json!({}));
    for commit in 0..commits {
        let begun = Instant::now();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
        for change in 0..batch {
            let id = (commit * batch + change) % ROWS;
            let update = sqlx::query("UPDATE row SET payload = $2 WHERE id = $1").bind(id);
            update.bind(vec![commit.to_le_bytes()[0]; payload]).execute(&mut connection).await?;
        }
        sqlx::query("COMMIT").execute(&mut connection).await?;
        waits.push(begun.elapsed().as_micros());
    }
    connection.close().await?;
    waits.sort_unstable();
    let at = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or(0);
    super::ready(&json!({ "p50": u64::try_from(at(50))?, "p95": u64::try_from(at(95))? }));
    super::until_told().await;
    Ok(())
}
