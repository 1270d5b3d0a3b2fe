use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{execute, optional, row};
use crate::tx::Tx;

row! {
    /// How far a feed that comes in pages has been read. A round is everything, or what changed since the last one; its
    /// pages are applied as they come, so that after a crash it goes on at the page where it was.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FeedRound {
        /// `nvd`.
        pub name: String,
        /// Where it is asked: a place among the pages of another address is none of this one.
        pub address: String,
        /// Start of the last round whose pages were all applied: what changed before is known.
        pub synced_to: Option<Timestamp>,
        /// Of the round that goes on; `None`: none does.
        pub started_at: Option<Timestamp>,
        /// Start of the window of changes that is read; `None`: everything is.
        pub window_from: Option<Timestamp>,
        /// Records of the window that were read.
        pub next_record: u64,
        /// Records that the window has, once a page said so.
        pub total: Option<u64>,
    }
}

impl FeedRound {
    /// Of a feed that was never asked.
    pub fn new(name: &str, address: &str) -> Self {
        Self {
            name: name.to_owned(),
            address: address.to_owned(),
            synced_to: None,
            started_at: None,
            window_from: None,
            next_record: 0,
            total: None,
        }
    }
}

pub struct FeedRounds<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl FeedRounds<'_> {
    pub async fn find(&mut self, name: &str) -> Result<Option<FeedRound>, StoreError> {
        optional!(self.tx, FeedRound, "find a feed's round", "SELECT * FROM feed_round WHERE name = $1", name)
    }

    pub async fn put(&mut self, round: &FeedRound) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "keep a feed's round",
            "INSERT INTO feed_round (name, address, synced_to, started_at, window_from, next_record, total)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (name) DO UPDATE
             SET address = excluded.address, synced_to = excluded.synced_to, started_at = excluded.started_at,
                 window_from = excluded.window_from, next_record = excluded.next_record, total = excluded.total",
            round.name,
            round.address,
            round.synced_to,
            round.started_at,
            round.window_from,
            round.next_record,
            round.total,
        )
        .map(drop)
    }
}
