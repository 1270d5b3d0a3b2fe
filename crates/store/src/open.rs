//! How the two databases are opened.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err::File;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::database::Pool;
use crate::error::StoreError;
use crate::migration;

const SQLITE_FILE: &str = "fettle.db";
const LOCK_FILE: &str = "fettle.lock";
const READERS: u32 = 4;
/// A reader that nobody needs gives its memory back. The pool uses them in turn, so that a question now and then would keep
/// all of them awake: of SQLite, where opening one costs next to nothing, none lives longer.
const READER_IDLE: Duration = Duration::from_mins(1);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Rows on their way from the thread that reads: with few of them two threads wait for each other at each.
const ROWS: usize = 500;
/// All statements of the store fit in, those that a change begins with also together with what opens it.
const STATEMENTS: usize = 512;

pub(crate) struct Opened {
    pub(crate) readers: Pool,
    pub(crate) writer: WriterOptions,
    pub(crate) lock: Option<File>,
}

/// The writer connects in its own runtime.
pub(crate) enum WriterOptions {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl WriterOptions {
    /// One connection, that is made anew if it breaks.
    pub(crate) fn pool(self) -> Pool {
        match self {
            Self::Sqlite(options) => Pool::Sqlite(
                SqlitePoolOptions::new()
                    .max_connections(1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .test_before_acquire(false)
                    .connect_lazy_with(options),
            ),
            Self::Postgres(options) => Pool::Postgres(
                PgPoolOptions::new()
                    .max_connections(1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_lazy_with(options),
            ),
        }
    }
}

pub(crate) async fn open(url: &str) -> Result<Opened, StoreError> {
    if let Some(directory) = url.strip_prefix("sqlite:") {
        sqlite(Path::new(directory)).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        postgres(url).await
    } else {
        // Only the scheme is told: what follows it may hold a password.
        Err(StoreError::Url(url.split(':').next().unwrap_or_default().to_owned()))
    }
}

async fn sqlite(directory: &Path) -> Result<Opened, StoreError> {
    let failed = |source| StoreError::Directory { path: directory.to_owned(), source };
    if directory.as_os_str().is_empty() {
        return Err(StoreError::Url("sqlite".to_owned()));
    }
    fs_err::create_dir_all(directory).map_err(failed)?;
    let lock = lock(directory)?;
    let writer = SqliteConnectOptions::new()
        .filename(directory.join(SQLITE_FILE))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS)
        .row_buffer_size(ROWS)
        // KiB when negative.
        .pragma("cache_size", "-4096")
        .pragma("journal_size_limit", "8388608")
        .pragma("temp_store", "MEMORY");
    migration::sqlite(&writer).await?;
    let reader = writer.clone().create_if_missing(false).read_only(true).pragma("cache_size", "-1024");
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(READER_IDLE)
        .max_lifetime(READER_IDLE)
        .test_before_acquire(false)
        .connect_lazy_with(reader);
    Ok(Opened { readers: Pool::Sqlite(readers), writer: WriterOptions::Sqlite(writer), lock: Some(lock) })
}

/// Held as long as the file is open; the kernel lets go of it whatever happens to the process.
fn lock(directory: &Path) -> Result<File, StoreError> {
    let path: PathBuf = directory.join(LOCK_FILE);
    let failed = |source| StoreError::Directory { path: directory.to_owned(), source };
    let file = fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    match file.file().try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(directory.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

async fn postgres(url: &str) -> Result<Opened, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(StoreError::Connect)?;
    let options = options.application_name("fettle").statement_cache_capacity(STATEMENTS);
    migration::postgres(&options).await?;
    let readers =
        PgPoolOptions::new().max_connections(READERS * 2).idle_timeout(READER_IDLE).connect_lazy_with(options.clone());
    Ok(Opened { readers: Pool::Postgres(readers), writer: WriterOptions::Postgres(options), lock: None })
}
