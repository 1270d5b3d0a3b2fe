//! Passwords: 12–128 characters, not easily guessed; Argon2id with 64 MiB, 3 passes, 1 lane (`access.md` 7).

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use super::AccessError;
use super::guessing::{Estimator, Question};

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
const LEAST: usize = 12;
const MOST: usize = 128;

/// At most two hashes at once, whatever the number of people who sign in.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
    /// A hash of nothing that anybody has, so that a wrong name costs as much time as a wrong password.
    decoy: String,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WeakPassword {
    #[error("A password has {LEAST} to {MOST} characters")]
    Length,
    #[error("This password is easily guessed: {0}")]
    Guessable(String),
    #[error("A password must not contain the user name or mail address")]
    Personal,
}

impl Passwords {
    pub fn new() -> Self {
        Self { turns: Semaphore::new(2), decoy: hash_now("no password of anybody") }
    }

    /// A PHC string with its own salt.
    pub async fn hash(&self, password: String) -> String {
        let _turn = self.turns.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(move || hash_now(&password)).await.expect("hashing does not panic")
    }

    /// True when `stored` is the hash of `password`. Without `stored` it takes the same time and is false.
    pub async fn verify(&self, stored: Option<String>, password: String) -> bool {
        let _turn = self.turns.acquire().await.expect("the semaphore is never closed");
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.clone());
        let verified = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&stored).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
        });
        verified.await.expect("verifying does not panic") && known
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> String {
    argon2().hash_password(password.as_bytes()).expect("the parameters are within Argon2's limits").to_string()
}

/// Checks a new password of the user with these names.
pub(super) async fn check(
    estimator: &Estimator,
    password: &str,
    username: &str,
    email: &str,
) -> Result<(), AccessError> {
    check_form(password, username, email)?;
    let own_words = [username, email, "fettle"].map(str::to_owned).to_vec();
    match estimator.weakness(Question { password: password.to_owned(), own_words }).await? {
        None => Ok(()),
        Some(weakness) => Err(WeakPassword::Guessable(weakness).into()),
    }
}

fn check_form(password: &str, username: &str, email: &str) -> Result<(), WeakPassword> {
    if !(LEAST..=MOST).contains(&password.chars().count()) {
        return Err(WeakPassword::Length);
    }
    let lower = password.to_lowercase();
    let mailbox = email.split('@').next().unwrap_or_default();
    let personal = [username, email, mailbox].map(str::to_lowercase);
    if personal.iter().any(|name| name.len() >= 3 && lower.contains(name.as_str())) {
        return Err(WeakPassword::Personal);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn easy_ones_are_refused() {
        let weakness =
            async |password, username| match check(&Estimator::Here, password, username, "ada@example.com").await {
                Ok(()) => None,
                Err(AccessError::Weak(weakness)) => Some(weakness),
                Err(other) => panic!("{other}"),
            };
        assert_eq!(weakness("short", "ada").await, Some(WeakPassword::Length));
        assert_eq!(weakness("lovelace-1815-engine", "lovelace").await, Some(WeakPassword::Personal));
        assert!(matches!(weakness("password1234", "ada").await, Some(WeakPassword::Guessable(_))));
        assert_eq!(weakness("correct horse battery staple", "ada").await, None);
    }

    #[tokio::test]
    async fn a_hash_verifies_its_password_only() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse battery staple".to_owned()).await;
        assert!(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
        assert!(passwords.verify(Some(hash.clone()), "correct horse battery staple".to_owned()).await);
        assert!(!passwords.verify(Some(hash), "wrong".to_owned()).await);
        assert!(!passwords.verify(None, "no password of anybody".to_owned()).await);
    }
}
