//! What can go wrong between Fettle and its database.

use std::path::PathBuf;

use fettle_model::AssetId;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("could not {operation}")]
    Statement {
        /// A verb and its object: `find an asset`.
        operation: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error("could not connect to the database")]
    Connect(#[source] sqlx::Error),
    #[error("`{0}` is not a database: use `sqlite:DIRECTORY` or `postgres://…`")]
    Url(String),
    #[error("could not open the data directory {}", path.display())]
    Directory { path: PathBuf, source: std::io::Error },
    #[error("another server uses the data directory {}", .0.display())]
    InUse(PathBuf),
    #[error("the database was made by a newer version of Fettle (its schema has step {0})")]
    SchemaNewer(i64),
    #[error("could not bring the database's schema up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    #[error("could not start the database writer")]
    StartWriter(#[source] std::io::Error),
    /// The row was changed by another since it was loaded; load it again.
    #[error("asset {0} was changed meanwhile")]
    Changed(AssetId),
    /// A row that should be there is not.
    #[error("{object} is not in the database")]
    Gone { object: &'static str },
    /// Stored bytes that do not have their format.
    #[error("stored {object} cannot be read: {reason}")]
    Damaged { object: &'static str, reason: String },
    #[error("the transaction was not committed")]
    NotCommitted,
    #[error("the database is shut down")]
    Closed,
}

impl StoreError {
    /// For statements that change one row by its key.
    pub(crate) const fn unless_one(rows: u64, object: &'static str) -> Result<(), Self> {
        if rows == 1 { Ok(()) } else { Err(Self::Gone { object }) }
    }

    /// True when a unique name, address or key is taken already.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Statement { source: sqlx::Error::Database(error), .. } if error.is_unique_violation())
    }
}

/// Why a write was not committed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError<E> {
    /// The closure's own error; nothing of it was kept.
    #[error(transparent)]
    Refused(E),
    /// The commit failed, or the database is shut down; nothing was kept.
    #[error("the change was not committed")]
    Store(#[source] StoreError),
}

impl<E: Into<StoreError>> WriteError<E> {
    /// For closures whose only errors are the store's.
    pub fn into_store(self) -> StoreError {
        match self {
            Self::Refused(error) => error.into(),
            Self::Store(error) => error,
        }
    }
}

impl From<WriteError<Self>> for StoreError {
    fn from(error: WriteError<Self>) -> Self {
        error.into_store()
    }
}
