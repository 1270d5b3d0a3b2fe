use fettle_model::{SessionId, Sha256, UserId};
use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{all, execute, optional, row};
use crate::tx::Tx;

row! {
    /// A signed-in browser. The token itself is never stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Session {
        pub id: SessionId,
        pub user_id: UserId,
        pub token_hash: Sha256,
        pub created_at: Timestamp,
        /// For the idle limit; kept to the minute is enough.
        pub last_used_at: Timestamp,
        pub expires_at: Timestamp,
    }
}

pub struct Sessions<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Sessions<'_> {
    /// The session as stored; whether it is still good is the caller's to say.
    pub async fn by_token(&mut self, token_hash: Sha256) -> Result<Option<Session>, StoreError> {
        optional!(self.tx, Session, "find a session", "SELECT * FROM session WHERE token_hash = $1", token_hash)
    }

    /// Oldest first.
    pub async fn of_user(&mut self, user: UserId) -> Result<Vec<Session>, StoreError> {
        all!(
            self.tx,
            Session,
            "list a user's sessions",
            "SELECT * FROM session WHERE user_id = $1 ORDER BY created_at",
            user,
        )
    }

    pub async fn insert(&mut self, session: &Session) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a session",
            "INSERT INTO session (id, user_id, token_hash, created_at, last_used_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            session.id,
            session.user_id,
            session.token_hash,
            session.created_at,
            session.last_used_at,
            session.expires_at,
        )
        .map(drop)
    }

    pub async fn touch(&mut self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.tx, "note a session's use", "UPDATE session SET last_used_at = $2 WHERE id = $1", id, now)
            .map(drop)
    }

    /// True when there was one to end.
    pub async fn delete(&mut self, id: SessionId) -> Result<bool, StoreError> {
        execute!(self.tx, "end a session", "DELETE FROM session WHERE id = $1", id).map(|rows| rows > 0)
    }

    /// Ends what expired, or was last used before `idle_since`; gives their number.
    pub async fn delete_ended(&mut self, now: Timestamp, idle_since: Timestamp) -> Result<u64, StoreError> {
        execute!(
            self.tx,
            "delete ended sessions",
            "DELETE FROM session WHERE expires_at <= $1 OR last_used_at < $2",
            now,
            idle_since,
        )
    }
}
