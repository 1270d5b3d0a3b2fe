//! API tokens: shown once, stored as SHA-256, 1–365 days, 20 a user (`access.md` 7).

use fettle_model::{TokenId, UserId};
use fettle_store::access::{ApiToken, User, UserStatus};
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};

use super::{AccessError, secret};
use crate::Fleet;

const MOST: usize = 20;
const TOUCH: SignedDuration = SignedDuration::from_mins(1);

impl Fleet {
    /// A new token and the secret that is shown once.
    pub async fn new_token(
        &self,
        user: UserId,
        name: String,
        days: u32,
    ) -> Result<(ApiToken, SecretString), AccessError> {
        let field = |field, message: &str| Err(AccessError::Field { field, message: message.to_owned() });
        if !(1..=100).contains(&name.trim().chars().count()) {
            return field("name", "a name has 1 to 100 characters");
        }
        if !(1..=365).contains(&days) {
            return field("days", "a token lasts 1 to 365 days");
        }
        let now = self.clock.now();
        let secret = secret::api_token(self.entropy.as_ref());
        let token = ApiToken {
            id: TokenId::new(now, self.entropy.as_ref()),
            user_id: user,
            name: name.trim().to_owned(),
            token_hash: secret::hash(secret.expose_secret()),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(24 * i64::from(days)),
            last_used_at: None,
        };
        let inserted = token.clone();
        self.database
            .write(async move |tx| {
                let good = tx.tokens().of_user(user).await?;
                if good.iter().filter(|token| token.expires_at > now).count() >= MOST {
                    return Err(AccessError::TooManyTokens);
                }
                tx.tokens().insert(&inserted).await?;
                Ok(())
            })
            .await?;
        Ok((token, secret))
    }

    /// The user of a token.
    pub async fn token(&self, secret: &str) -> Result<(User, ApiToken), AccessError> {
        if !secret::is_api_token(secret) {
            return Err(AccessError::Unauthenticated);
        }
        let now = self.clock.now();
        let mut read = self.database.read().await?;
        let token = read.tokens().by_hash(secret::hash(secret)).await?.ok_or(AccessError::Unauthenticated)?;
        if token.expires_at <= now {
            return Err(AccessError::SessionExpired);
        }
        let user = read.users().find(token.user_id).await?;
        let user = user.filter(|user| user.status == UserStatus::Active).ok_or(AccessError::Unauthenticated)?;
        drop(read);
        if token.last_used_at.is_none_or(|at| at + TOUCH <= now) {
            let id = token.id;
            let touch = self.database.write(async move |tx| tx.tokens().touch(id, now).await);
            touch.await.map_err(fettle_store::StoreError::from)?;
        }
        Ok((user, token))
    }

    pub async fn revoke_token(&self, user: UserId, id: TokenId) -> Result<bool, AccessError> {
        let revoke = self.database.write(async move |tx| tx.tokens().delete(user, id).await);
        Ok(revoke.await.map_err(fettle_store::StoreError::from)?.value)
    }
}
