//! A SHA-256 value and its text form `sha256:` + 64 hex digits (`agent.md` 0). Computing one is done where the bytes are.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a SHA-256 is written as `sha256:` and 64 hex digits")]
pub struct BadSha256;

impl Sha256 {
    /// Reads 64 hex digits without the prefix, as package indexes write them.
    pub fn from_hex(digits: &str) -> Result<Self, BadSha256> {
        let digits = digits.as_bytes();
        if digits.len() != 64 {
            return Err(BadSha256);
        }
        let mut bytes = [0u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }

    pub fn hex(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

const fn nibble(digit: u8) -> Result<u8, BadSha256> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(BadSha256),
    }
}

impl std::str::FromStr for Sha256 {
    type Err = BadSha256;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_hex(text.strip_prefix("sha256:").ok_or(BadSha256)?)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips() {
        let text = format!("sha256:{}", "0fab".repeat(16));
        let hash: Sha256 = text.parse().expect("a hash");
        assert_eq!(hash.to_string(), text);
        assert_eq!("sha256:00".parse::<Sha256>(), Err(BadSha256));
        assert_eq!("0fab".repeat(16).parse::<Sha256>(), Err(BadSha256));
        assert_eq!(format!("sha256:{}", "zz".repeat(32)).parse::<Sha256>(), Err(BadSha256));
    }
}
