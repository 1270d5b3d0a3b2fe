use fettle_model::exception::ExceptionState;
use fettle_model::{AssetId, ExceptionId, PatchId, TagId};
use jiff::Timestamp;

use crate::column::words;
use crate::error::StoreError;
use crate::sql::{all, execute, optional, row};
use crate::tx::Tx;

words!(ExceptionState);

row! {
    /// Patches that need not be in on some assets until it expires.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PatchException {
        pub id: ExceptionId,
        /// None where a query finds them.
        pub patches: Vec<PatchId>,
        /// QQL about patches.
        pub patch_query: Option<String>,
        /// IANA name of the zone of the query's dates.
        pub tz: Option<String>,
        pub assets: Vec<AssetId>,
        /// Whoever has one of these.
        pub tags: Vec<TagId>,
        pub reason: String,
        pub expires_at: Timestamp,
        pub state: ExceptionState,
        pub requested_by: String,
        pub requested_at: Timestamp,
        /// Who approved, rejected or revoked it last; `None` where it ran out by itself.
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
    }
}

pub struct Exceptions<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Exceptions<'_> {
    pub async fn find(&mut self, id: ExceptionId) -> Result<Option<PatchException>, StoreError> {
        optional!(self.tx, PatchException, "find an exception", "SELECT * FROM patch_exception WHERE id = $1", id)
    }

    /// Newest first.
    pub async fn all(&mut self) -> Result<Vec<PatchException>, StoreError> {
        all!(
            self.tx,
            PatchException,
            "list exceptions",
            "SELECT * FROM patch_exception ORDER BY requested_at DESC, id DESC",
        )
    }

    /// Those that have not ended.
    pub async fn open(&mut self) -> Result<Vec<PatchException>, StoreError> {
        all!(
            self.tx,
            PatchException,
            "list open exceptions",
            "SELECT * FROM patch_exception WHERE state IN ('Requested', 'Approved') ORDER BY id",
        )
    }

    pub async fn insert(&mut self, exception: &PatchException) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert an exception",
            "INSERT INTO patch_exception (id, patches, patch_query, tz, assets, tags, reason, expires_at, state,
                 requested_by, requested_at, decided_by, decided_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            exception.id,
            exception.patches,
            exception.patch_query,
            exception.tz,
            exception.assets,
            exception.tags,
            exception.reason,
            exception.expires_at,
            exception.state,
            exception.requested_by,
            exception.requested_at,
            exception.decided_by,
            exception.decided_at,
        )
        .map(drop)
    }

    /// Moves it from one state to another; false when it has left the first meanwhile.
    pub async fn decide(
        &mut self,
        id: ExceptionId,
        (from, to): (ExceptionState, ExceptionState),
        by: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        execute!(
            self.tx,
            "decide an exception",
            "UPDATE patch_exception SET state = $3, decided_by = $4, decided_at = $5 WHERE id = $1 AND state = $2",
            id,
            from,
            to,
            by,
            now,
        )
        .map(|rows| rows > 0)
    }
}
