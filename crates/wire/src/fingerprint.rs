//! The fingerprint of an inventory: the sum of its component hashes modulo 2^256, so that both sides update it by the
//! difference (`agent.md` 3.4). It finds mistakes; it does not guard against a lying agent.

use fettle_model::Sha256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Written as 64 hex digits, most significant first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    pub const EMPTY: Self = Self([0; 32]);

    pub fn of<'a>(hashes: impl IntoIterator<Item = &'a Sha256>) -> Self {
        hashes.into_iter().fold(Self::EMPTY, Self::with)
    }

    #[must_use]
    pub fn with(self, hash: &Sha256) -> Self {
        let mut carry = 0u16;
        self.combine(hash, |left, right| {
            let sum = u16::from(left) + u16::from(right) + carry;
            carry = sum >> 8;
            (sum & 0xff) as u8
        })
    }

    #[must_use]
    pub fn without(self, hash: &Sha256) -> Self {
        let mut borrow = 0u16;
        self.combine(hash, |left, right| {
            let difference = 0x100 + u16::from(left) - u16::from(right) - borrow;
            borrow = 1 - (difference >> 8);
            (difference & 0xff) as u8
        })
    }

    /// Byte by byte from the least significant.
    fn combine(mut self, hash: &Sha256, mut each: impl FnMut(u8, u8) -> u8) -> Self {
        for (left, right) in self.0.iter_mut().zip(hash.0).rev() {
            *left = each(*left, right);
        }
        self
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("a fingerprint has 64 hex digits"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn order_does_not_matter_and_removal_undoes(hashes in proptest::collection::vec(any::<[u8; 32]>(), 1..20)) {
            let hashes: Vec<Sha256> = hashes.into_iter().map(Sha256).collect();
            let forward = Fingerprint::of(&hashes);
            prop_assert_eq!(forward, Fingerprint::of(hashes.iter().rev()));
            let emptied = hashes.iter().fold(forward, Fingerprint::without);
            prop_assert_eq!(emptied, Fingerprint::EMPTY);
        }
    }

    #[test]
    fn carries_run_through_and_wrap() {
        let one = Sha256(std::array::from_fn(|at| u8::from(at == 31)));
        let all = Fingerprint([0xff; 32]);
        assert_eq!(all.with(&one), Fingerprint::EMPTY);
        assert_eq!(Fingerprint::EMPTY.without(&one), all);
    }
}
