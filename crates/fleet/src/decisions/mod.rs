//! What people decide about patches (`patch-management.md` 6.4, 6.7): hidden, disabled, or excepted for a while.

pub mod exceptions;
mod requested;
pub mod states;

use fettle_model::exception::ExceptionState;
use fettle_qql::Invalid;
use fettle_store::{StoreError, WriteError};

/// Why a decision is not taken. The code is the API's.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{message}")]
    Field { field: &'static str, message: String },
    #[error("the exception is {}; it cannot become {}", from.name(), to.name())]
    State { from: ExceptionState, to: ExceptionState },
    #[error("the query of patches makes no sense")]
    Query(Box<Invalid>),
    #[error("the query of patches takes too long; ask for less")]
    TookTooLong,
    #[error("the database could not answer")]
    Store(#[from] StoreError),
}

impl DecisionError {
    pub(crate) fn field(field: &'static str, message: impl Into<String>) -> Self {
        Self::Field { field, message: message.into() }
    }
}

impl From<Invalid> for DecisionError {
    fn from(invalid: Invalid) -> Self {
        Self::Query(Box::new(invalid))
    }
}

impl From<WriteError<Self>> for DecisionError {
    fn from(error: WriteError<Self>) -> Self {
        match error {
            WriteError::Refused(error) => error,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}
