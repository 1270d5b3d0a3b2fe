//! What the operator says of requests to the NVD.

use secrecy::{ExposeSecret as _, SecretString};

use super::Pace;

/// Longest key; the vendor's have 36 characters.
const MAX_KEY: usize = 256;

#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    pub(super) key: Option<SecretString>,
    /// `None`: as the vendor wants it, with or without a key.
    pub(super) pace: Option<Pace>,
}

/// The key is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the NVD's API key must have 1 to {MAX_KEY} printable ASCII characters, without spaces")]
pub struct BadKey;

impl Access {
    pub(crate) fn set_key(&mut self, key: SecretString) -> Result<(), BadKey> {
        let text = key.expose_secret();
        if text.is_empty() || text.len() > MAX_KEY || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BadKey);
        }
        self.key = Some(key);
        Ok(())
    }

    pub(crate) const fn set_pace(&mut self, pace: Pace) {
        self.pace = Some(pace);
    }
}
