use fettle_model::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::column::words;
use crate::error::StoreError;
use crate::sql::{Scalar, all, execute, one, optional, row};
use crate::tx::Tx;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserStatus {
    Active,
    Inactive,
    PendingActivation,
}
words!(UserStatus);

row! {
    #[derive(Clone, PartialEq, Eq)]
    pub struct User {
        pub id: UserId,
        /// Unique ignoring case, and never reused.
        pub username: String,
        pub first_name: String,
        pub last_name: String,
        /// Unique ignoring case.
        pub email: String,
        /// PHC string of Argon2id.
        pub password_hash: String,
        pub roles: Vec<String>,
        pub status: UserStatus,
        pub created_at: Timestamp,
        pub last_login_at: Option<Timestamp>,
    }
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("username", &self.username).finish_non_exhaustive()
    }
}

pub struct Users<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Users<'_> {
    pub async fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        optional!(self.tx, User, "find a user", "SELECT * FROM user_account WHERE id = $1", id)
    }

    pub async fn by_username(&mut self, username: &str) -> Result<Option<User>, StoreError> {
        optional!(
            self.tx,
            User,
            "find a user by name",
            "SELECT * FROM user_account WHERE username_key = $1",
            username.to_lowercase(),
        )
    }

    pub async fn all(&mut self) -> Result<Vec<User>, StoreError> {
        all!(self.tx, User, "list users", "SELECT * FROM user_account ORDER BY username_key")
    }

    pub async fn count(&mut self) -> Result<u64, StoreError> {
        one!(self.tx, Scalar<u64>, "count users", "SELECT COUNT(*) AS value FROM user_account")
    }

    /// Fails with [`StoreError::is_taken`] if name or address are in use.
    pub async fn insert(&mut self, user: &User) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a user",
            "INSERT INTO user_account (id, username, username_key, first_name, last_name, email, email_key,
                 password_hash, roles, status, created_at, last_login_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            user.id,
            user.username,
            user.username.to_lowercase(),
            user.first_name,
            user.last_name,
            user.email,
            user.email.to_lowercase(),
            user.password_hash,
            user.roles,
            user.status,
            user.created_at,
            user.last_login_at,
        )
        .map(drop)
    }

    /// Saves all but id, name and creation.
    pub async fn update(&mut self, user: &User) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "update a user",
            "UPDATE user_account SET first_name = $2, last_name = $3, email = $4, email_key = $5, password_hash = $6,
                 roles = $7, status = $8, last_login_at = $9
             WHERE id = $1",
            user.id,
            user.first_name,
            user.last_name,
            user.email,
            user.email.to_lowercase(),
            user.password_hash,
            user.roles,
            user.status,
            user.last_login_at,
        )?;
        StoreError::unless_one(rows, "the user")
    }
}
