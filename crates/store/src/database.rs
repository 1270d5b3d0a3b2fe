//! One database: a writer, and connections for reading.

use std::sync::Arc;

use sqlx::{PgPool, SqlitePool};
use tokio::sync::{Notify, watch};

use crate::backfill;
use crate::error::{StoreError, WriteError};
use crate::open::{self, WriterOptions};
use crate::tx::{Link, Tx};
use crate::writer::{self, Committed, WriterHandle};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

#[derive(Debug, Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    pub(crate) async fn acquire(&self) -> Result<Tx, StoreError> {
        let link = match self {
            Self::Sqlite(pool) => pool.acquire().await.map(Link::Sqlite),
            Self::Postgres(pool) => pool.acquire().await.map(Link::Postgres),
        };
        link.map(Tx::new).map_err(|error| match error {
            sqlx::Error::PoolClosed => StoreError::Closed,
            other => StoreError::Connect(other),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// An open database. Clones share it.
#[derive(Debug, Clone)]
pub struct Database {
    readers: Pool,
    writer: WriterHandle,
    stop: Arc<Notify>,
    /// Its sender lives as long as the writer.
    writer_lives: watch::Receiver<()>,
}

impl Database {
    /// Opens `sqlite:DIRECTORY` (made if it is not there, and locked against a second server) or `postgres://…`, and
    /// brings its schema up to date. A schema that is newer than this program is refused.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let opened = open::open(url).await?;
        let (writer, inbox) = writer::channel();
        let stop = Arc::new(Notify::new());
        let (life, writer_lives) = watch::channel(());
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time();
        if let WriterOptions::Postgres(_) = &opened.writer {
            // SQLite speaks through no socket: without one to listen to, waiting for a statement costs less.
            runtime.enable_io();
        }
        let runtime = runtime.build().map_err(StoreError::StartWriter)?;
        let stopped = stop.clone();
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let pool = opened.writer.pool();
                    writer::run(pool, inbox, stopped).await;
                });
                // Only now may another server take the directory.
                drop(opened.lock);
                drop(life);
            })
            .map_err(StoreError::StartWriter)?;
        let database = Self { readers: opened.readers, writer, stop, writer_lives };
        backfill::fill_keys(&database).await?;
        Ok(database)
    }

    pub const fn backend(&self) -> Backend {
        match self.readers {
            Pool::Sqlite(_) => Backend::Sqlite,
            Pool::Postgres(_) => Backend::Postgres,
        }
    }

    /// A connection for questions; each statement sees what is committed by then.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        self.readers.acquire().await
    }

    /// Runs `questions` on one state of the database, however long they take.
    pub async fn snapshot<T, E, F>(&self, questions: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, E>,
        E: From<StoreError>,
    {
        let mut tx = self.readers.acquire().await?;
        // Should this future be dropped on the way, the open transaction goes with the connection.
        tx.close_on_drop();
        let begin = if tx.is_postgres() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" };
        tx.control(begin).await?;
        let answer = questions(&mut tx).await?;
        tx.control("ROLLBACK").await?;
        Ok(answer)
    }

    /// Runs `change` in the writer's next transaction and answers after the commit. What an `Err` did is taken back.
    ///
    /// All writers share one transaction: `change` awaits its own statements and nothing else. It must own what it
    /// captures: `database.write(async move |tx| tx.jobs().insert(&job).await)`.
    pub async fn write<T, E, F>(&self, change: F) -> Result<Committed<T>, WriteError<E>>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.writer.write(change).await
    }

    /// Takes no further change, finishes and answers those that wait, and closes all connections.
    pub async fn close(&self) {
        self.stop.notify_one();
        let mut life = self.writer_lives.clone();
        while life.changed().await.is_ok() {}
        self.readers.close().await;
    }
}
