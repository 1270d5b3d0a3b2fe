//! Tags and collections (`automation.md` 4): labels in a tree, put on assets by hand or by a rule.

mod delete;
mod draft;
mod load;
mod pins;
mod ready_made;
mod save;

use fettle_index::ask::AskError;
use fettle_index::tags::{MemberChanges, TagFault};
use fettle_model::TagId;
use fettle_qql::Invalid;
use fettle_store::{StoreError, WriteError};

pub use draft::{JudgedTag, PinDraft, TagDraft};
pub use pins::PinChange;

/// How long a rule may take.
pub const LONGEST_RULE: std::time::Duration = std::time::Duration::from_secs(5);

/// Why tags stay as they are. The code is the API's.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{message}")]
    Field { field: &'static str, message: String },
    #[error("there is a tag of this name in the same place")]
    NameTaken,
    #[error(transparent)]
    Rule(Box<Invalid>),
    #[error(transparent)]
    Fault(TagFault),
    #[error("{0} assets are pinned both in and out")]
    PinConflict(usize),
    #[error("the rule took longer than {} s", LONGEST_RULE.as_secs())]
    Timeout,
    #[error("the tag was changed meanwhile; load it again")]
    Changed,
    /// Names of what uses it.
    #[error("the tag is used by {}", names(.0))]
    InUse(Vec<(TagId, String)>),
    #[error("{0} open exceptions are for the assets of this tag; revoke them first")]
    Excepted(usize),
    #[error(
        "{} of {} members would change; confirm with the number of those that change",
        .0.joining + .0.leaving,
        .0.before
    )]
    BigChange(Box<MemberChanges>),
    #[error("there are at most {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    #[error("the database could not answer")]
    Store(#[from] StoreError),
    #[error("the rule could not be answered")]
    Ask(#[source] AskError),
}

fn names(users: &[(TagId, String)]) -> String {
    let some: Vec<_> = users.iter().take(5).map(|(_, path)| format!("`{path}`")).collect();
    let rest = users.len() - some.len();
    if rest > 0 { format!("{} and {rest} more", some.join(", ")) } else { some.join(", ") }
}

impl TagError {
    pub(crate) fn field(field: &'static str, message: impl Into<String>) -> Self {
        Self::Field { field, message: message.into() }
    }

    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "NOT_FOUND",
            Self::Field { .. } | Self::Fault(TagFault::NoParent) => "INVALID_FIELD",
            Self::NameTaken => "TAG_NAME_TAKEN",
            Self::Rule(_) => "QQL_INVALID",
            Self::Fault(TagFault::Cycle(_) | TagFault::ParentLoop(_)) => "TAG_CYCLE",
            Self::Fault(TagFault::TooDeep | TagFault::RulesTooDeep(_)) => "TAG_TOO_DEEP",
            Self::PinConflict(_) => "PIN_CONFLICT",
            Self::Timeout => "QQL_TIMEOUT",
            Self::Changed => "TAG_CHANGED",
            Self::InUse(_) | Self::Excepted(_) => "TAG_IN_USE",
            Self::BigChange(_) => "TAG_BIG_CHANGE",
            Self::TooMany { .. } => "TAG_LIMIT",
            Self::Store(_) | Self::Ask(_) => "INTERNAL",
        }
    }
}

impl From<Invalid> for TagError {
    fn from(invalid: Invalid) -> Self {
        Self::Rule(Box::new(invalid))
    }
}

impl From<TagFault> for TagError {
    fn from(fault: TagFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<AskError> for TagError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::TookTooLong => Self::Timeout,
            AskError::NotInIndex(_) | AskError::NotThere => Self::Ask(error),
        }
    }
}

impl From<WriteError<Self>> for TagError {
    fn from(error: WriteError<Self>) -> Self {
        match error {
            WriteError::Refused(error) => error,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}
