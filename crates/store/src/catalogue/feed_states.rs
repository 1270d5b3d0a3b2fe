use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{all, execute, optional, row};
use crate::tx::Tx;

row! {
    /// What is remembered of a feed that the server fetches.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FeedState {
        /// `kev`.
        pub name: String,
        /// Where it was asked: what another address said is no condition.
        pub address: String,
        pub asked_at: Option<Timestamp>,
        /// When it answered last as it should, changed or not.
        pub good_at: Option<Timestamp>,
        /// When it last said something new.
        pub changed_at: Option<Timestamp>,
        pub etag: Option<String>,
        pub last_modified: Option<String>,
        /// Why it could not be synced when it was asked last.
        pub error: Option<String>,
    }
}

impl FeedState {
    /// Of a feed that was never asked.
    pub fn new(name: &str, address: &str) -> Self {
        Self {
            name: name.to_owned(),
            address: address.to_owned(),
            asked_at: None,
            good_at: None,
            changed_at: None,
            etag: None,
            last_modified: None,
            error: None,
        }
    }
}

pub struct FeedStates<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl FeedStates<'_> {
    pub async fn find(&mut self, name: &str) -> Result<Option<FeedState>, StoreError> {
        optional!(self.tx, FeedState, "find a feed's state", "SELECT * FROM feed_state WHERE name = $1", name)
    }

    pub async fn all(&mut self) -> Result<Vec<FeedState>, StoreError> {
        all!(self.tx, FeedState, "list the feeds' states", "SELECT * FROM feed_state ORDER BY name")
    }

    pub async fn put(&mut self, state: &FeedState) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "keep a feed's state",
            "INSERT INTO feed_state (name, address, asked_at, good_at, changed_at, etag, last_modified, error)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (name) DO UPDATE
             SET address = excluded.address, asked_at = excluded.asked_at, good_at = excluded.good_at,
                 changed_at = excluded.changed_at, etag = excluded.etag, last_modified = excluded.last_modified,
                 error = excluded.error",
            state.name,
            state.address,
            state.asked_at,
            state.good_at,
            state.changed_at,
            state.etag,
            state.last_modified,
            state.error,
        )
        .map(drop)
    }
}
