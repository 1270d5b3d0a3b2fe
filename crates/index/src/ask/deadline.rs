//! Questions end: after five seconds as a rule (`qql.md` 2).

use std::time::Instant;

use fettle_qql::Entity;

/// Until when a question has to be answered; `None`: whenever.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deadline(pub Option<Instant>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("the query took too long")]
    TookTooLong,
    /// A history, which is asked in the database.
    #[error("the index holds no {0}")]
    NotInIndex(Entity),
    /// The one thing that is asked about.
    #[error("there is no such thing in scope")]
    NotThere,
}

impl Deadline {
    pub(super) fn check(self) -> Result<(), AskError> {
        if self.0.is_some_and(|end| Instant::now() > end) { Err(AskError::TookTooLong) } else { Ok(()) }
    }
}
