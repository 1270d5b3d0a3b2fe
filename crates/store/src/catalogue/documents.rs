use fettle_model::{DocumentId, Sha256};
use jiff::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::list::{ListFilter, Page};
use crate::sql::{Scalar, all, execute, one, optional, row};
use crate::tx::Tx;

row! {
    /// A vendor's file that was imported whole.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Document {
        pub id: DocumentId,
        /// `debian-dsa`.
        pub feed: String,
        /// As the sender named it.
        pub file_name: Option<String>,
        /// Of the file as it came.
        pub sha256: Sha256,
        pub bytes: u64,
        pub imported_at: Timestamp,
        /// User name.
        pub imported_by: String,
        /// What its reader made of it.
        pub report: Value,
        /// What it changed in the catalogue.
        pub changes: Value,
    }
}

pub struct Documents<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Documents<'_> {
    /// The last one of a feed: what the catalogue now says of it.
    pub async fn newest(&mut self, feed: &str) -> Result<Option<Document>, StoreError> {
        optional!(
            self.tx,
            Document,
            "find the newest document of a feed",
            "SELECT * FROM document WHERE feed = $1 ORDER BY id DESC LIMIT 1",
            feed,
        )
    }

    /// Newest first. State: a feed.
    pub async fn list(&mut self, filter: &ListFilter) -> Result<Page<Document>, StoreError> {
        let documents = all!(
            self.tx,
            Document,
            "list documents",
            "SELECT * FROM document WHERE ($1 IS NULL OR feed = $1) AND ($2 IS NULL OR id < $2)
             ORDER BY id DESC LIMIT $3",
            filter.state,
            filter.after,
            filter.fetch(),
        )?;
        let total = one!(
            self.tx,
            Scalar<u64>,
            "count documents",
            "SELECT COUNT(*) AS value FROM document WHERE $1 IS NULL OR feed = $1",
            filter.state,
        )?;
        Ok(Page::new(documents, total, filter, |document| document.id.uuid()))
    }

    pub async fn insert(&mut self, document: &Document) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a document",
            "INSERT INTO document (id, feed, file_name, sha256, bytes, imported_at, imported_by, report, changes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            document.id,
            document.feed,
            document.file_name,
            document.sha256,
            document.bytes,
            document.imported_at,
            document.imported_by,
            document.report,
            document.changes,
        )
        .map(drop)
    }
}
