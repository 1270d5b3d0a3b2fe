//! The change feed: what committed, for those who keep an index.
//!
//! A server reads [`Feed::after`] its cursor until it has all, and again when something was written (here, at once;
//! on another server, each 100 ms). Objects are read by id; a row only says that they changed, and to which revision.
//!
//! On PostgreSQL positions are drawn before the commit, so that a later one may become visible first. Rows are read in
//! the order of (transaction, position), and only those of transactions older than the oldest that is still open: once
//! a row was read, nothing can appear before it.

use sea_query::{Expr, Iden, Query};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::column::{ToColumn as _, words};
use crate::error::StoreError;
use crate::sql::{self, all, execute, optional, row};
use crate::tx::Tx;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FeedKind {
    Asset,
    Patch,
    /// A deployment, as far as its asset's row shows it.
    Deployment,
}
words!(FeedKind);

row! {
    /// Where a reader stands; also the answer's `Fettle-At`. Written `transaction.position`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
    pub struct FeedCursor {
        /// 0 on SQLite, where one writer's positions are in the order of commits.
        pub transaction_id: u64,
        pub position: u64,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a feed position is written as two numbers with a dot between them")]
pub struct BadCursor;

impl std::fmt::Display for FeedCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.transaction_id, self.position)
    }
}

impl std::str::FromStr for FeedCursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (transaction, position) = text.split_once('.').ok_or(BadCursor)?;
        let number = |digits: &str| digits.parse().map_err(|_| BadCursor);
        Ok(Self { transaction_id: number(transaction)?, position: number(position)? })
    }
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FeedRow {
        pub transaction_id: u64,
        pub position: u64,
        pub kind: FeedKind,
        pub object: Uuid,
        pub revision: u64,
    }
}

impl FeedRow {
    pub const fn cursor(&self) -> FeedCursor {
        FeedCursor { transaction_id: self.transaction_id, position: self.position }
    }
}

/// A row that is still to be appended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    kind: FeedKind,
    object: Uuid,
    revision: u64,
}

/// Most rows in one statement. Each number of rows is a text of its own, and stays prepared.
const CHUNK: usize = 16;

const COMMIT: &str = "COMMIT";

#[derive(Iden)]
enum Schema {
    Feed,
    Kind,
    Object,
    Revision,
    TransactionId,
    Position,
}

pub struct Feed<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Feed<'_> {
    /// Notes what changed; the writer appends the rows of all changes of its transaction at once, before it commits.
    pub fn append(&mut self, kind: FeedKind, object: Uuid, revision: u64) {
        self.tx.note_change(Change { kind, object, revision });
    }

    /// Appends what was noted, and commits; where the feed ends with it.
    pub(crate) async fn commit(&mut self) -> Result<Option<FeedCursor>, StoreError> {
        let mut end = None;
        let changes = self.tx.take_changes();
        let mut chunks = changes.chunks(CHUNK).peekable();
        let is_committed_with_rows = chunks.peek().is_some() && !self.tx.is_postgres();
        while let Some(chunk) = chunks.next() {
            let mut query = Query::insert();
            query.into_table(Schema::Feed).columns([Schema::Kind, Schema::Object, Schema::Revision]);
            for change in chunk {
                let revision = change.revision.cast_signed();
                query.values_panic([
                    Expr::value(change.kind.stored()),
                    Expr::value(change.object.stored()),
                    Expr::value(revision),
                ]);
            }
            query.returning(Query::returning().columns([Schema::TransactionId, Schema::Position]));
            if is_committed_with_rows && chunks.peek().is_none() {
                self.tx.close_with(COMMIT);
            }
            let appended = sql::rows::<FeedCursor>(self.tx, "append to the feed", &query).await?;
            end = end.max(appended.into_iter().max());
        }
        if !is_committed_with_rows {
            self.tx.control(COMMIT).await?;
        }
        Ok(end)
    }

    /// At most `limit` rows after `cursor`, in the order in which a reader may take them.
    pub async fn after(&mut self, cursor: FeedCursor, limit: u32) -> Result<Vec<FeedRow>, StoreError> {
        const SQLITE: &str = "SELECT * FROM feed WHERE transaction_id >= $1 AND position > $2
             ORDER BY position LIMIT $3";
        const POSTGRES: &str = "SELECT * FROM feed
             WHERE (transaction_id, position) > ($1, $2)
               AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
             ORDER BY transaction_id, position LIMIT $3";
        let sql = if self.tx.is_postgres() { POSTGRES } else { SQLITE };
        all!(self.tx, FeedRow, "read the feed", sql, cursor.transaction_id, cursor.position, limit)
    }

    /// Where a reader stands that has loaded everything in this snapshot.
    pub async fn head(&mut self) -> Result<FeedCursor, StoreError> {
        const SQLITE: &str = "SELECT transaction_id, position FROM feed ORDER BY position DESC LIMIT 1";
        const POSTGRES: &str = "SELECT transaction_id, position FROM feed
             WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
             ORDER BY transaction_id DESC, position DESC LIMIT 1";
        let sql = if self.tx.is_postgres() { POSTGRES } else { SQLITE };
        optional!(self.tx, FeedCursor, "read the head of the feed", sql).map(Option::unwrap_or_default)
    }

    /// The row that has `newer` rows after it; `None` when there are not so many.
    pub async fn behind_head(&mut self, newer: u32) -> Result<Option<FeedCursor>, StoreError> {
        const SQLITE: &str = "SELECT transaction_id, position FROM feed ORDER BY position DESC LIMIT 1 OFFSET $1";
        const POSTGRES: &str = "SELECT transaction_id, position FROM feed
             ORDER BY transaction_id DESC, position DESC LIMIT 1 OFFSET $1";
        let sql = if self.tx.is_postgres() { POSTGRES } else { SQLITE };
        optional!(self.tx, FeedCursor, "find an older row of the feed", sql, newer)
    }

    /// The oldest row: a reader that stands before it has missed some and must load anew.
    pub async fn tail(&mut self) -> Result<Option<FeedCursor>, StoreError> {
        optional!(
            self.tx,
            FeedCursor,
            "read the tail of the feed",
            "SELECT transaction_id, position FROM feed ORDER BY transaction_id, position LIMIT 1",
        )
    }

    /// Deletes rows up to `cursor`, but never the newest one, so that positions only rise. Gives their number.
    pub async fn trim(&mut self, cursor: FeedCursor) -> Result<u64, StoreError> {
        execute!(
            self.tx,
            "trim the feed",
            "DELETE FROM feed WHERE (transaction_id, position) <= ($1, $2)
               AND position < (SELECT MAX(position) FROM feed)",
            cursor.transaction_id,
            cursor.position,
        )
    }
}
