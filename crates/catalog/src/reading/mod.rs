//! What all readers of vendors' files share (`catalogue.md` 3): limits, places, errors, and the report of what was read.

pub mod bounded;
pub mod json;
pub mod report;
pub mod xml;

use std::fmt;
use std::io;

pub use bounded::{Bounded, unpacked_limit};
pub use report::{Report, Tally};

/// Where in a file something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Counted from 1.
    Line(u64),
    /// Bytes from the start of the (unpacked) file.
    Offset(u64),
    /// A JSON pointer (RFC 6901).
    Pointer(String),
    /// A member of an archive, and a place in it.
    Member(String, Box<Self>),
    Whole,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Offset(offset) => write!(f, "offset {offset}"),
            Self::Pointer(pointer) => write!(f, "{pointer}"),
            Self::Member(name, place) => write!(f, "{name}, {place}"),
            Self::Whole => f.write_str("the file"),
        }
    }
}

/// Why a file was refused whole. The caller knows the file's name and says it.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("FEED_MALFORMED: {place}: {reason}")]
    Malformed { place: Place, reason: String },
    #[error("FEED_TOO_LARGE: more than {limit} bytes, {what}")]
    TooLarge { what: &'static str, limit: u64 },
    #[error("FEED_INCOMPLETE: {0}")]
    Incomplete(String),
    #[error("FEED_SIGNATURE_INVALID: {0}")]
    Signature(String),
    #[error("the file cannot be read")]
    Input(#[source] io::Error),
}

impl ReadError {
    pub fn malformed(place: Place, reason: impl fmt::Display) -> Self {
        Self::Malformed { place, reason: reason.to_string() }
    }

    /// An error that came through `Read`: the limit of [`Bounded`], damaged compression, or the disk's.
    pub(crate) fn of_input(error: io::Error, place: Place) -> Self {
        if let Some(bounded::LimitReached { what, limit }) =
            error.get_ref().and_then(|inner| inner.downcast_ref::<bounded::LimitReached>())
        {
            return Self::TooLarge { what, limit: *limit };
        }
        match error.kind() {
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::Other => Self::malformed(place, error),
            _ => Self::Input(error),
        }
    }
}
