use fettle_model::PatchId;
use fettle_model::patch::{Patch, PatchState};
use jiff::Timestamp;

use crate::column::{FromColumn, ToColumn};
use crate::error::StoreError;
use crate::feed::FeedKind;
use crate::sql::{all, execute, one, optional, row};
use crate::tx::Tx;

/// A patch's key in indexes and histories: dense from 0, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatchNumber(pub u32);

impl ToColumn for PatchNumber {
    type Stored = i64;
    fn stored(&self) -> i64 {
        i64::from(self.0)
    }
}

impl FromColumn for PatchNumber {
    type Stored = i64;
    fn loaded(stored: i64) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(Self(u32::try_from(stored)?))
    }
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredPatch {
        pub number: PatchNumber,
        pub id: PatchId,
        /// Vendor, native id, product and architecture, as the id was derived from them.
        pub native_key: String,
        pub record: Patch,
        /// From 1; rises with each change of the record.
        pub revision: u64,
        /// When this server first learnt the patch: findings date from it.
        pub synced_at: Timestamp,
        /// When, and in which signed index, the server itself found the packages and hashes.
        pub verified_at: Option<Timestamp>,
        pub verified_by: Option<String>,
        /// No job deploys a disabled one.
        pub enabled: bool,
        /// Why it is left out of lists; `None`: it is shown.
        pub hidden_reason: Option<String>,
    }
}

pub struct Patches<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Patches<'_> {
    pub async fn find(&mut self, id: PatchId) -> Result<Option<StoredPatch>, StoreError> {
        optional!(self.tx, StoredPatch, "find a patch", "SELECT * FROM patch WHERE id = $1", id)
    }

    /// Patches from `number` on, in order: what an index loads.
    pub async fn from(&mut self, number: PatchNumber, limit: u32) -> Result<Vec<StoredPatch>, StoreError> {
        all!(
            self.tx,
            StoredPatch,
            "list patches",
            "SELECT * FROM patch WHERE number >= $1 ORDER BY number LIMIT $2",
            number,
            limit,
        )
    }

    /// Inserts a record under the next number, or replaces the one of the same id; tells the feed.
    pub async fn put(&mut self, record: &Patch, native_key: &str, now: Timestamp) -> Result<StoredPatch, StoreError> {
        if self.tx.is_postgres() {
            // Several servers number patches: one at a time.
            self.tx.control("LOCK TABLE patch IN SHARE ROW EXCLUSIVE MODE").await?;
        }
        let stored = one!(
            self.tx,
            StoredPatch,
            "put a patch",
            "INSERT INTO patch (number, id, native_key, record, revision, synced_at)
             SELECT COALESCE(MAX(number), -1) + 1, $1, $2, $3, 1, $4 FROM patch WHERE true
             ON CONFLICT (id) DO UPDATE
             SET record = excluded.record, revision = patch.revision + 1
             RETURNING *",
            record.id,
            native_key,
            record,
            now,
        )?;
        self.tx.feed().append(FeedKind::Patch, stored.id.uuid(), stored.revision);
        Ok(stored)
    }

    /// Writes what people decided of a patch; tells the feed. `None`: there is no such patch.
    pub async fn set_state(&mut self, id: PatchId, state: &PatchState) -> Result<Option<StoredPatch>, StoreError> {
        let stored = optional!(
            self.tx,
            StoredPatch,
            "write what was decided of a patch",
            "UPDATE patch SET enabled = $2, hidden_reason = $3, revision = revision + 1 WHERE id = $1 RETURNING *",
            id,
            state.enabled,
            state.hidden,
        )?;
        if let Some(stored) = &stored {
            self.tx.feed().append(FeedKind::Patch, stored.id.uuid(), stored.revision);
        }
        Ok(stored)
    }

    /// The server found the patch in the signed index `by`. The record's own corroboration is for
    /// [`Patches::put`], which tells the feed.
    pub async fn set_verified(&mut self, id: PatchId, by: &str, now: Timestamp) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "note that a patch is verified",
            "UPDATE patch SET verified_at = $2, verified_by = $3 WHERE id = $1",
            id,
            now,
            by,
        )?;
        StoreError::unless_one(rows, "the patch")
    }
}
