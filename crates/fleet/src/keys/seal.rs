//! Private keys at rest: XChaCha20-Poly1305 under a key from a file (`access.md` 7, "Sealed"). This protects dumps and
//! backups of the database, not a stolen disk.

use std::path::Path;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use fettle_model::Entropy;

const NONCE: usize = 24;

/// The key that seals all others. Never logged, never stored beside what it seals.
pub struct SealKey(XChaCha20Poly1305);

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the seal key cannot be read or made")]
    File(#[source] std::io::Error),
    #[error("the seal key in {0} is not 32 bytes long")]
    Length(String),
    #[error("`{0}` does not open under this seal key: the database belongs to another key file")]
    Open(String),
}

impl SealKey {
    /// Reads the key from `path`, or makes it there, readable by the owner alone.
    pub fn load_or_make(path: &Path, entropy: &dyn Entropy) -> Result<Self, SealError> {
        match fs_err::read(path) {
            Ok(bytes) => Self::from_bytes(&bytes).ok_or_else(|| SealError::Length(path.display().to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut bytes = [0; 32];
                entropy.fill(&mut bytes);
                write_private(path, &bytes).map_err(SealError::File)?;
                Ok(Self(XChaCha20Poly1305::new(Key::from_slice(&bytes))))
            }
            Err(error) => Err(SealError::File(error)),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == 32).then(|| Self(XChaCha20Poly1305::new(Key::from_slice(bytes))))
    }

    /// Nonce and ciphertext; `name` is bound to it, so that one key cannot be put in another's place.
    pub fn seal(&self, name: &str, secret: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: secret, aad: name.as_bytes() };
        let sealed = self.0.encrypt(XNonce::from_slice(&nonce), payload).expect("a key is short enough to be sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let broken = || SealError::Open(name.to_owned());
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: name.as_bytes() };
        self.0.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| broken())
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey")
    }
}

/// Writes a file of mode 0600 that did not exist, durably.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = fs_err::OpenOptions::from_options(options).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use fettle_model::clock::SeededEntropy;

    use super::*;

    #[test]
    fn a_secret_opens_under_its_own_name_and_key_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let entropy = SeededEntropy::new(1);
        let key = SealKey::load_or_make(&folder.path().join("seal.key"), &entropy).expect("a key");
        let again = SealKey::load_or_make(&folder.path().join("seal.key"), &entropy).expect("the same key");
        let other = SealKey::load_or_make(&folder.path().join("other.key"), &entropy).expect("another key");
        let sealed = key.seal("ca", b"secret", &entropy);
        assert_eq!(again.open("ca", &sealed).expect("opens"), b"secret");
        assert!(matches!(again.open("manifest", &sealed), Err(SealError::Open(_))));
        assert!(matches!(other.open("ca", &sealed), Err(SealError::Open(_))));
        assert!(matches!(key.open("ca", &sealed[..10]), Err(SealError::Open(_))));
    }
}
