//! A connection that answers within a time: SQLite is asked to go on every few thousand steps, PostgreSQL is told the
//! time that is left with each statement.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use sea_query::{PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder};
use sea_query_sqlx::SqlxBinder as _;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::QuestionError;
use super::decision::{Cell, CellKind};
use crate::column::FromColumn;
use crate::database::{Backend, Database};
use crate::error::StoreError;
use crate::sql::execute;
use crate::tx::{Link, Tx};

/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 10_000;
/// Rows between two looks at the clock.
const ROWS: u32 = 4_096;

/// Questions about one state of the database, all within one time. To be [ended](Self::end): else its connection is
/// closed, for something may run on it still.
pub struct Questions {
    tx: Tx,
    deadline: Instant,
    is_over: bool,
}

impl Database {
    /// A connection for questions that together take `limit` at most.
    pub async fn questions(&self, limit: Duration) -> Result<Questions, StoreError> {
        let deadline = Instant::now() + limit;
        let mut questions = Questions { tx: self.read().await?, deadline, is_over: false };
        let begin = match questions.backend() {
            Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Backend::Sqlite => "BEGIN",
        };
        questions.tx.control(begin).await?;
        if let Link::Sqlite(connection) = questions.tx.link() {
            let lock = connection.lock_handle().await;
            let mut handle = lock.map_err(|source| StoreError::Statement { operation: "limit a question", source })?;
            handle.set_progress_handler(STEPS, move || Instant::now() < deadline);
        }
        Ok(questions)
    }
}

impl Questions {
    pub(super) const fn backend(&self) -> Backend {
        if self.tx.is_postgres() { Backend::Postgres } else { Backend::Sqlite }
    }

    /// For rows of the same state.
    pub const fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Gives the connection back.
    pub async fn end(mut self) -> Result<(), StoreError> {
        if let Link::Sqlite(connection) = self.tx.link() {
            let lock = connection.lock_handle().await;
            let mut handle = lock.map_err(|source| StoreError::Statement { operation: "end a question", source })?;
            handle.remove_progress_handler();
        }
        self.tx.control("ROLLBACK").await?;
        self.is_over = true;
        Ok(())
    }

    /// Hands the rows of a statement over one by one, until it is told to break.
    pub(super) async fn each(
        &mut self,
        operation: &'static str,
        statement: &SelectStatement,
        kinds: &[CellKind],
        mut take: impl FnMut(Vec<Cell>) -> ControlFlow<()> + Send,
    ) -> Result<(), QuestionError> {
        self.limit().await?;
        let deadline = self.deadline;
        let failed = |source| failure(operation, source);
        let mut rows = 0_u32;
        let mut next = |row| {
            rows += 1;
            if rows.is_multiple_of(ROWS) && Instant::now() >= deadline {
                return Err(QuestionError::Timeout);
            }
            Ok(take(row))
        };
        // Each query has another text: none is worth keeping prepared.
        match self.tx.link() {
            Link::Sqlite(connection) => {
                let (sql, values) = statement.build_sqlx(SqliteQueryBuilder);
                let mut found = sqlx::query_with(AssertSqlSafe(sql), values).persistent(false).fetch(&mut **connection);
                while let Some(row) = found.try_next().await.map_err(failed)? {
                    if next(cells(&row, kinds).map_err(failed)?)?.is_break() {
                        break;
                    }
                }
            }
            Link::Postgres(connection) => {
                let (sql, values) = statement.build_sqlx(PostgresQueryBuilder);
                let mut found = sqlx::query_with(AssertSqlSafe(sql), values).persistent(false).fetch(&mut **connection);
                while let Some(row) = found.try_next().await.map_err(failed)? {
                    if next(cells(&row, kinds).map_err(failed)?)?.is_break() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// The one number of a statement.
    pub(super) async fn number(
        &mut self,
        operation: &'static str,
        statement: &SelectStatement,
    ) -> Result<u64, QuestionError> {
        let mut number = 0;
        let take = |row: Vec<Cell>| {
            if let Some(Cell::Int(value)) = row.first() {
                number = u64::try_from(*value).unwrap_or(0);
            }
            ControlFlow::Continue(())
        };
        self.each(operation, statement, &[CellKind::Int], take).await?;
        Ok(number)
    }

    /// Tells PostgreSQL what is left of the time.
    async fn limit(&mut self) -> Result<(), QuestionError> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(QuestionError::Timeout);
        }
        if self.tx.is_postgres() {
            let milliseconds = left.as_millis().max(1).to_string();
            let sql = "SELECT set_config('statement_timeout', $1, true)";
            execute!(self.tx, "limit a question", sql, milliseconds)?;
        }
        Ok(())
    }
}

impl Drop for Questions {
    fn drop(&mut self) {
        if !self.is_over {
            self.tx.close_on_drop();
        }
    }
}

impl std::fmt::Debug for Questions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Questions").field("tx", &self.tx).finish_non_exhaustive()
    }
}

/// Both databases say by a code that they were interrupted.
fn failure(operation: &'static str, source: sqlx::Error) -> QuestionError {
    let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        // SQLITE_INTERRUPT; query_canceled.
        Some("9" | "57014") => QuestionError::Timeout,
        _ => QuestionError::Store(StoreError::Statement { operation, source }),
    }
}

fn cells<R>(row: &R, kinds: &[CellKind]) -> Result<Vec<Cell>, sqlx::Error>
where
    R: sqlx::Row,
    usize: sqlx::ColumnIndex<R>,
    for<'r> Option<i64>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    for<'r> Option<String>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    for<'r> Option<Uuid>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    for<'r> Option<<Timestamp as FromColumn>::Stored>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let cell = |(place, kind): (usize, &CellKind)| {
        Ok(match kind {
            CellKind::Int => row.try_get::<Option<i64>, _>(place)?.map(Cell::Int),
            CellKind::Text => row.try_get::<Option<String>, _>(place)?.map(Cell::Text),
            CellKind::Uuid => row.try_get::<Option<Uuid>, _>(place)?.map(Cell::Uuid),
            CellKind::Instant => {
                let stored = row.try_get::<Option<<Timestamp as FromColumn>::Stored>, _>(place)?;
                let at = Option::<Timestamp>::loaded(stored).map_err(sqlx::Error::Decode)?;
                at.map(Cell::Instant)
            }
        }
        .unwrap_or(Cell::Null))
    };
    kinds.iter().enumerate().map(cell).collect()
}
