//! Sign-in and sessions: idle 60 minutes, at most 12 hours, up to ten a user (`access.md` 7).

use std::net::IpAddr;

use fettle_model::SessionId;
use fettle_store::access::{Session, User, UserStatus};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::{AccessError, secret};
use crate::Fleet;

const IDLE: SignedDuration = SignedDuration::from_mins(60);
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
const MOST: usize = 10;
/// A session's use is noted to the minute.
const TOUCH: SignedDuration = SignedDuration::from_mins(1);

/// A session that was just begun, with the secret that the browser keeps.
#[derive(Debug)]
pub struct SignedIn {
    pub user: User,
    pub secret: SecretString,
    pub expires_at: Timestamp,
}

impl Fleet {
    /// Checks a name and a password, and begins a session.
    pub async fn sign_in(
        &self,
        username: &str,
        password: SecretString,
        address: Option<IpAddr>,
    ) -> Result<SignedIn, AccessError> {
        let now = self.clock.now();
        if let Some(seconds) = self.failed_sign_ins.wait(username, address, now) {
            return Err(AccessError::Wait { seconds });
        }
        let user = self.database.read().await?.users().by_username(username).await?;
        let active = user.filter(|user| user.status == UserStatus::Active);
        let hash = active.as_ref().map(|user| user.password_hash.clone());
        let verified = self.passwords.verify(hash, password.expose_secret().to_owned()).await;
        match active {
            Some(user) if verified => {
                self.failed_sign_ins.succeeded(username);
                self.begin_session(user).await
            }
            _ => {
                self.failed_sign_ins.failed(username, address, now);
                Err(AccessError::Unauthenticated)
            }
        }
    }

    /// Begins a session for somebody who was just verified; the oldest of more than ten ends.
    pub async fn begin_session(&self, mut user: User) -> Result<SignedIn, AccessError> {
        let now = self.clock.now();
        let secret = secret::random(self.entropy.as_ref());
        let session = Session {
            id: SessionId::new(now, self.entropy.as_ref()),
            user_id: user.id,
            token_hash: secret::hash(secret.expose_secret()),
            created_at: now,
            last_used_at: now,
            expires_at: now + LONGEST,
        };
        let expires_at = session.expires_at;
        user.last_login_at = Some(now);
        let saved = user.clone();
        self.database
            .write(async move |tx| {
                tx.users().update(&saved).await?;
                let open = tx.sessions().of_user(saved.id).await?;
                for oldest in open.iter().take((open.len() + 1).saturating_sub(MOST)) {
                    tx.sessions().delete(oldest.id).await?;
                }
                tx.sessions().insert(&session).await?;
                Ok::<_, AccessError>(())
            })
            .await?;
        Ok(SignedIn { user, secret, expires_at })
    }

    /// The user of a session's secret.
    pub async fn session(&self, secret: &str) -> Result<(User, Session), AccessError> {
        let now = self.clock.now();
        let mut read = self.database.read().await?;
        let session = read.sessions().by_token(secret::hash(secret)).await?.ok_or(AccessError::Unauthenticated)?;
        if session.expires_at <= now || session.last_used_at + IDLE <= now {
            return Err(AccessError::SessionExpired);
        }
        let user = read.users().find(session.user_id).await?;
        let user = user.filter(|user| user.status == UserStatus::Active).ok_or(AccessError::Unauthenticated)?;
        drop(read);
        if session.last_used_at + TOUCH <= now {
            let id = session.id;
            let touch = self.database.write(async move |tx| tx.sessions().touch(id, now).await);
            touch.await.map_err(fettle_store::StoreError::from)?;
        }
        Ok((user, session))
    }

    pub async fn end_session(&self, id: SessionId) -> Result<(), AccessError> {
        let end = self.database.write(async move |tx| tx.sessions().delete(id).await);
        end.await.map_err(fettle_store::StoreError::from)?;
        Ok(())
    }

    /// Deletes sessions that ended; run now and then.
    pub async fn forget_ended_sessions(&self) -> Result<u64, AccessError> {
        let now = self.clock.now();
        let forget = self.database.write(async move |tx| tx.sessions().delete_ended(now, now - IDLE).await);
        Ok(forget.await.map_err(fettle_store::StoreError::from)?.value)
    }
}
