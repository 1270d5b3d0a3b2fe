//! Articles of Microsoft's knowledge base, by which its updates are known.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of an article: 5034441 of `KB5034441`, and of what was called `Q147222` before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Article(pub u32);

impl Article {
    /// Digits alone, without leading zeros.
    pub fn from_digits(text: &str) -> Option<Self> {
        let is_number = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number).map(Self)
    }
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KB{}", self.0)
    }
}
