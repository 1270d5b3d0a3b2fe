//! One text of SQL for both databases.
//!
//! `execute!(tx, "insert an asset", "INSERT …", a, b)` runs a `&'static str` with its values on whichever database the
//! transaction belongs to; `optional!`, `one!` and `all!` fetch rows of a type that [`row!`] declared, or [`Scalar`]s.
//! The second argument completes "could not …" in an error. Statements stay prepared on each connection.

use futures_util::{TryStreamExt as _, future};
use sea_query::{InsertStatement, PostgresQueryBuilder, SqliteQueryBuilder};
use sea_query_sqlx::SqlxBinder;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Execute, Executor as _, FromRow, Sqlite, SqliteConnection};

use crate::column::{FromColumn, column};
use crate::error::StoreError;
use crate::tx::{Link, Tx};

/// Declares a struct whose fields are the columns of the same names.
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),+ }

        impl $crate::sql::Done for $name {
            type Answer = Self;
            fn done(self) -> Self {
                self
            }
        }

        impl sqlx::FromRow<'_, sqlx::sqlite::SqliteRow> for $name {
            fn from_row(row: &sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: $crate::column::column(row, stringify!($field))?),+ })
            }
        }

        impl sqlx::FromRow<'_, sqlx::postgres::PgRow> for $name {
            fn from_row(row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: $crate::column::column(row, stringify!($field))?),+ })
            }
        }
    };
}

macro_rules! run {
    ($tx:expr, $make:expr, $fetch:ident, $operation:expr, $sql:expr $(, $value:expr)*) => {{
        let (link, control) = $tx.parts();
        let sql = control.around($sql);
        let outcome = match link {
            $crate::tx::Link::Sqlite(connection) => {
                $make(sql)$(.bind($crate::column::ToColumn::stored(&$value)))*.$fetch(&mut **connection).await.map($crate::sql::Done::done)
            }
            $crate::tx::Link::Postgres(connection) => {
                $make(sql)$(.bind($crate::column::ToColumn::stored(&$value)))*.$fetch(&mut **connection).await.map($crate::sql::Done::done)
            }
        };
        outcome.map_err(|source| $crate::StoreError::Statement { operation: $operation, source })
    }};
}

/// Runs a statement; gives the number of rows it touched.
macro_rules! execute {
    ($tx:expr, $operation:expr, $sql:expr $(, $value:expr)* $(,)?) => {{
        let (link, control) = $tx.parts();
        let sql = control.around($sql);
        let outcome = match link {
            $crate::tx::Link::Sqlite(connection) => {
                let query = sqlx::query(sql)$(.bind($crate::column::ToColumn::stored(&$value)))*;
                $crate::sql::touched(connection, query).await
            }
            $crate::tx::Link::Postgres(connection) => {
                let query = sqlx::query(sql)$(.bind($crate::column::ToColumn::stored(&$value)))*;
                query.execute(&mut **connection).await.map(|done| done.rows_affected())
            }
        };
        outcome.map_err(|source| $crate::StoreError::Statement { operation: $operation, source })
    }};
}

/// The row, if there is one.
macro_rules! optional {
    ($tx:expr, $row:ty, $operation:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::sql::run!($tx, sqlx::query_as::<_, $row>, fetch_optional, $operation, $sql $(, $value)*)
    };
}

/// The one row that a statement always has.
macro_rules! one {
    ($tx:expr, $row:ty, $operation:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::sql::run!($tx, sqlx::query_as::<_, $row>, fetch_one, $operation, $sql $(, $value)*)
    };
}

/// All rows.
macro_rules! all {
    ($tx:expr, $row:ty, $operation:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::sql::run!($tx, sqlx::query_as::<_, $row>, fetch_all, $operation, $sql $(, $value)*)
    };
}

pub(crate) use {all, execute, one, optional, row, run};

/// Runs a statement, and what control goes with it; gives the number of rows that it touched. (Of control SQLite says what
/// the statement before it touched, and sqlx would add both.)
pub(crate) async fn touched<'q>(
    connection: &mut SqliteConnection,
    query: impl Execute<'q, Sqlite> + 'q,
) -> Result<u64, sqlx::Error> {
    let done = connection.fetch_many(query).try_filter_map(|step| future::ok(step.left()));
    done.try_fold(0, |_, done| future::ok(done.rows_affected())).await
}

/// Inserts several rows by one statement; gives the number of rows it touched. Each number of rows is another text of
/// SQL: callers keep to a few.
pub(crate) async fn insert(
    tx: &mut Tx,
    operation: &'static str,
    statement: &InsertStatement,
) -> Result<u64, StoreError> {
    let done = match tx.parts() {
        (Link::Sqlite(connection), control) => {
            let (sql, values) = statement.build_sqlx(SqliteQueryBuilder);
            touched(connection, sqlx::query_with(control.around(AssertSqlSafe(sql)), values)).await
        }
        (Link::Postgres(connection), _) => {
            let (sql, values) = statement.build_sqlx(PostgresQueryBuilder);
            let query = sqlx::query_with(AssertSqlSafe(sql), values);
            query.execute(&mut **connection).await.map(|done| done.rows_affected())
        }
    };
    done.map_err(|source| StoreError::Statement { operation, source })
}

/// Fetches the rows of a statement with a list of values, or of one that gives back what it inserted; callers keep to a
/// few lengths of it.
pub(crate) async fn rows<R>(
    tx: &mut Tx,
    operation: &'static str,
    statement: &impl SqlxBinder,
) -> Result<Vec<R>, StoreError>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let found = match tx.parts() {
        (Link::Sqlite(connection), control) => {
            let (sql, values) = statement.build_sqlx(SqliteQueryBuilder);
            sqlx::query_as_with(control.around(AssertSqlSafe(sql)), values).fetch_all(&mut **connection).await
        }
        (Link::Postgres(connection), _) => {
            let (sql, values) = statement.build_sqlx(PostgresQueryBuilder);
            sqlx::query_as_with(AssertSqlSafe(sql), values).fetch_all(&mut **connection).await
        }
    };
    found.map_err(|source| StoreError::Statement { operation, source })
}

/// Cuts into slices whose lengths are powers of two, at most `most`: a handful of texts of SQL, where no row may be
/// there twice.
pub(crate) fn halved<T>(mut items: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = 1 << items.len().min(most).checked_ilog2()?;
        let (slice, rest) = items.split_at(length);
        items = rest;
        Some(slice)
    })
}

/// Repeats the last item up to a power of two: a handful of texts of SQL, all prepared, for any number of items.
pub(crate) fn padded<T>(items: &[T]) -> impl Iterator<Item = &T> {
    let fill = items.len().next_power_of_two() - items.len();
    items.iter().chain(items.last().into_iter().cycle().take(fill))
}

/// Brings the answers of both drivers to one type.
pub(crate) trait Done {
    type Answer;
    fn done(self) -> Self::Answer;
}

impl<T> Done for Option<T> {
    type Answer = Self;
    fn done(self) -> Self {
        self
    }
}

impl<T> Done for Vec<T> {
    type Answer = Self;
    fn done(self) -> Self {
        self
    }
}

/// A row of one column, named `value`.
pub(crate) struct Scalar<T>(pub(crate) T);

impl<T> Done for Scalar<T> {
    type Answer = T;
    fn done(self) -> T {
        self.0
    }
}

impl<T: FromColumn> FromRow<'_, SqliteRow> for Scalar<T> {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        column(row, "value").map(Self)
    }
}

impl<T: FromColumn> FromRow<'_, PgRow> for Scalar<T> {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        column(row, "value").map(Self)
    }
}
