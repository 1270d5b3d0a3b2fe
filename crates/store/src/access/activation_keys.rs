use fettle_model::{ActivationKeyId, UserId};
use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{all, execute, optional, row};
use crate::tx::Tx;

row! {
    /// Lets agents enrol (`patch-management.md` 2.1).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ActivationKey {
        pub id: ActivationKeyId,
        pub title: String,
        pub enabled: bool,
        pub max_agents: Option<u32>,
        pub expire_date: Option<Timestamp>,
        pub created_by: Option<UserId>,
        pub created_at: Timestamp,
        pub used_count: u64,
        pub last_used_at: Option<Timestamp>,
    }
}

pub struct ActivationKeys<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl ActivationKeys<'_> {
    pub async fn find(&mut self, id: ActivationKeyId) -> Result<Option<ActivationKey>, StoreError> {
        optional!(self.tx, ActivationKey, "find an activation key", "SELECT * FROM activation_key WHERE id = $1", id,)
    }

    /// Oldest first.
    pub async fn all(&mut self) -> Result<Vec<ActivationKey>, StoreError> {
        all!(self.tx, ActivationKey, "list activation keys", "SELECT * FROM activation_key ORDER BY created_at, id")
    }

    pub async fn insert(&mut self, key: &ActivationKey) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert an activation key",
            "INSERT INTO activation_key (id, title, enabled, max_agents, expire_date, created_by, created_at,
                 used_count, last_used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            key.id,
            key.title,
            key.enabled,
            key.max_agents,
            key.expire_date,
            key.created_by,
            key.created_at,
            key.used_count,
            key.last_used_at,
        )
        .map(drop)
    }

    pub async fn set_enabled(&mut self, id: ActivationKeyId, enabled: bool) -> Result<bool, StoreError> {
        execute!(
            self.tx,
            "enable or disable an activation key",
            "UPDATE activation_key SET enabled = $2 WHERE id = $1",
            id,
            enabled,
        )
        .map(|rows| rows > 0)
    }

    /// Counts one use, unless the key is full by now: false.
    pub async fn count_use(&mut self, id: ActivationKeyId, now: Timestamp) -> Result<bool, StoreError> {
        execute!(
            self.tx,
            "count a use of an activation key",
            "UPDATE activation_key SET used_count = used_count + 1, last_used_at = $2
             WHERE id = $1 AND (max_agents IS NULL OR used_count < max_agents)",
            id,
            now,
        )
        .map(|rows| rows > 0)
    }

    /// Stops new enrolments only; assets keep the id they came with.
    pub async fn delete(&mut self, id: ActivationKeyId) -> Result<bool, StoreError> {
        execute!(self.tx, "delete an activation key", "DELETE FROM activation_key WHERE id = $1", id)
            .map(|rows| rows > 0)
    }
}
