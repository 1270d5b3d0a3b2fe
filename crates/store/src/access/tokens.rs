use fettle_model::{Sha256, TokenId, UserId};
use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{all, execute, optional, row};
use crate::tx::Tx;

row! {
    /// A token of the operator API. The token itself is shown once and never stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApiToken {
        pub id: TokenId,
        pub user_id: UserId,
        pub name: String,
        pub token_hash: Sha256,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub last_used_at: Option<Timestamp>,
    }
}

pub struct Tokens<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Tokens<'_> {
    /// The token as stored; whether it is still good is the caller's to say.
    pub async fn by_hash(&mut self, token_hash: Sha256) -> Result<Option<ApiToken>, StoreError> {
        optional!(self.tx, ApiToken, "find a token", "SELECT * FROM api_token WHERE token_hash = $1", token_hash)
    }

    /// Oldest first.
    pub async fn of_user(&mut self, user: UserId) -> Result<Vec<ApiToken>, StoreError> {
        all!(
            self.tx,
            ApiToken,
            "list a user's tokens",
            "SELECT * FROM api_token WHERE user_id = $1 ORDER BY created_at, id",
            user,
        )
    }

    pub async fn insert(&mut self, token: &ApiToken) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a token",
            "INSERT INTO api_token (id, user_id, name, token_hash, created_at, expires_at, last_used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            token.id,
            token.user_id,
            token.name,
            token.token_hash,
            token.created_at,
            token.expires_at,
            token.last_used_at,
        )
        .map(drop)
    }

    pub async fn touch(&mut self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.tx, "note a token's use", "UPDATE api_token SET last_used_at = $2 WHERE id = $1", id, now)
            .map(drop)
    }

    /// Only the user's own; true when there was one to revoke.
    pub async fn delete(&mut self, user: UserId, id: TokenId) -> Result<bool, StoreError> {
        execute!(self.tx, "revoke a token", "DELETE FROM api_token WHERE id = $1 AND user_id = $2", id, user)
            .map(|rows| rows > 0)
    }
}
