//! Why the agent channel refuses a message: a code of `agent.md` 10 with a text and, where one part is at fault, a
//! pointer to it.

use fettle_store::{StoreError, WriteError};
use fettle_wire::Code;
use fettle_wire::message::refusal::Restored;

#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refused {
    pub code: Code,
    pub message: String,
    /// JSON pointer into the message.
    pub pointer: Option<String>,
    pub restored: Option<Restored>,
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Refused {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), pointer: None, restored: None, cause: None }
    }

    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::MessageInvalid, message)
    }

    /// Something of ours went wrong; told to the agent as `INTERNAL`, and logged with its cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            code: Code::Internal,
            message: "the server could not take this now; try again later".to_owned(),
            pointer: None,
            restored: None,
            cause: Some(cause.into()),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<WriteError<Self>> for Refused {
    fn from(error: WriteError<Self>) -> Self {
        match error {
            WriteError::Refused(refused) => refused,
            WriteError::Store(error) => Self::internal(error),
        }
    }
}
