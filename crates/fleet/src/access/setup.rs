//! The first start: a one-time link makes the first Super User (`access.md` 5).

use fettle_model::UserId;
use fettle_store::access::{User, UserStatus};
use fettle_store::organisation::SetupCode;
use secrecy::{ExposeSecret as _, SecretString};

use super::{AccessError, password, secret};
use crate::Fleet;

/// Who the first administrator is to be.
#[derive(Debug)]
pub struct FirstAdministrator {
    pub username: String,
    pub password: SecretString,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

impl Fleet {
    /// True as long as nobody can sign in.
    pub async fn setup_needed(&self) -> Result<bool, AccessError> {
        Ok(self.database.read().await?.users().count().await? == 0)
    }

    /// A new one-time code, which replaces the one before; `None` when there is an administrator already. Only its hash
    /// is stored, so each start prints another one.
    pub async fn new_setup_code(&self) -> Result<Option<SecretString>, AccessError> {
        if !self.setup_needed().await? {
            return Ok(None);
        }
        let code = secret::random(self.entropy.as_ref());
        let stored =
            SetupCode { hash: secret::hash(code.expose_secret()), created_at: self.clock.now(), used_at: None };
        let write = self.database.write(async move |tx| tx.organisation().put_setup_code(&stored).await);
        write.await.map_err(fettle_store::StoreError::from)?;
        Ok(Some(code))
    }

    /// Uses the code up and makes the Super User.
    pub async fn set_up(&self, code: &str, administrator: FirstAdministrator) -> Result<User, AccessError> {
        if !self.setup_needed().await? {
            return Err(AccessError::SetupDone);
        }
        check(&administrator)?;
        let hash = secret::hash(code);
        let stored = self.database.read().await?.organisation().setup_code().await?;
        stored.filter(|stored| stored.hash == hash && stored.used_at.is_none()).ok_or(AccessError::SetupCode)?;
        // Judged for nobody but who has the code.
        let FirstAdministrator { username, password, email, .. } = &administrator;
        password::check(&self.settings.estimator, password.expose_secret(), username, email).await?;
        let now = self.clock.now();
        let user = User {
            id: UserId::new(now, self.entropy.as_ref()),
            username: administrator.username,
            first_name: administrator.first_name,
            last_name: administrator.last_name,
            email: administrator.email,
            password_hash: self.passwords.hash(administrator.password.expose_secret().to_owned()).await,
            roles: vec!["Super User".to_owned()],
            status: UserStatus::Active,
            created_at: now,
            last_login_at: None,
        };
        let inserted = user.clone();
        self.database
            .write(async move |tx| {
                let code = tx.organisation().setup_code().await?;
                let mut code = code.filter(|code| code.used_at.is_none()).ok_or(AccessError::SetupCode)?;
                if tx.users().count().await? > 0 {
                    return Err(AccessError::SetupDone);
                }
                code.used_at = Some(now);
                tx.organisation().put_setup_code(&code).await?;
                tx.users().insert(&inserted).await?;
                Ok::<_, AccessError>(())
            })
            .await?;
        Ok(user)
    }
}

fn check(administrator: &FirstAdministrator) -> Result<(), AccessError> {
    let field = |field, message: &str| Err(AccessError::Field { field, message: message.to_owned() });
    let name = &administrator.username;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    if !(3..=64).contains(&name.chars().count()) || !name.chars().all(allowed) {
        return field("username", "a user name has 3 to 64 letters, digits, `.`, `_`, `-` or `@`");
    }
    for (name, text) in [("firstName", &administrator.first_name), ("lastName", &administrator.last_name)] {
        if !(1..=100).contains(&text.trim().chars().count()) {
            return field(name, "a name has 1 to 100 characters");
        }
    }
    let email = &administrator.email;
    let parts = email.split_once('@');
    if email.len() > 254 || !parts.is_some_and(|(mailbox, domain)| !mailbox.is_empty() && domain.len() > 2) {
        return field("email", "this is no mail address");
    }
    Ok(())
}
