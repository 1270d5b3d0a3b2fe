//! The schema, step by step: two folders with the same file names, one per database.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::StoreError;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

pub(crate) async fn sqlite(options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let mut connection = options.connect().await.map_err(StoreError::Connect)?;
    SQLITE.run(&mut connection).await.map_err(refused)?;
    connection.close().await.map_err(StoreError::Connect)
}

/// Several servers may start at once: an advisory lock lets one after the other pass.
pub(crate) async fn postgres(options: &PgConnectOptions) -> Result<(), StoreError> {
    let mut connection = options.connect().await.map_err(StoreError::Connect)?;
    POSTGRES.run(&mut connection).await.map_err(refused)?;
    connection.close().await.map_err(StoreError::Connect)
}

fn refused(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::SchemaNewer(version),
        other => StoreError::Migrate(other),
    }
}
