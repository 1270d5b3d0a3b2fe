//! Who may come in: the first administrator, passwords, sessions, API tokens (`access.md` 5, 7).

pub mod activation_key;
pub mod guessing;
pub mod password;
pub mod secret;
pub mod session;
pub mod setup;
pub mod token;
pub mod wait;

use fettle_model::{RequestId, UserId};
use fettle_store::StoreError;
use fettle_store::audit::{ActorKind, AuditSource};

/// Who acts: a signed-in person, or a program with a person's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub username: String,
    pub kind: ActorKind,
    pub source: AuditSource,
    pub ip: Option<String>,
    pub request: Option<RequestId>,
}

impl Actor {
    /// The server itself, by one of its recurring tasks.
    pub fn scheduler() -> Self {
        Self {
            user: UserId(uuid::Uuid::nil()),
            username: "scheduler".to_owned(),
            kind: ActorKind::System,
            source: AuditSource::Scheduler,
            ip: None,
            request: None,
        }
    }
}

/// Why somebody is not let in, or may not have what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The same for a wrong name, a wrong password and an account that waits.
    #[error("the name or the password is wrong")]
    Unauthenticated,
    #[error("this session has ended; sign in again")]
    SessionExpired,
    #[error("too many wrong passwords; wait {seconds} s")]
    Wait { seconds: u64 },
    #[error("this setup link is not, or no longer, good")]
    SetupCode,
    #[error("this server has its first administrator already")]
    SetupDone,
    #[error("{0}")]
    Weak(#[from] password::WeakPassword),
    #[error("the password could not be judged")]
    Estimate(#[from] guessing::EstimateError),
    #[error("{message}")]
    Field { field: &'static str, message: String },
    #[error("a user can have 20 tokens")]
    TooManyTokens,
    #[error("the database could not answer")]
    Store(#[from] StoreError),
}

impl From<fettle_store::WriteError<Self>> for AccessError {
    fn from(error: fettle_store::WriteError<Self>) -> Self {
        match error {
            fettle_store::WriteError::Refused(error) => error,
            fettle_store::WriteError::Store(error) => Self::Store(error),
        }
    }
}
