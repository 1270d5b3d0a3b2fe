//! Keys of the agent: the TLS key (ECDSA P-256) and its certificate request, and the record key (Ed25519) with its
//! proof (`agent.md` 2.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_wire::dsse::{PayloadType, pre_authentication};
use fettle_wire::key::KeyError;
use fettle_wire::{PublicKey, SigningKey};

#[derive(Debug, thiserror::Error)]
pub enum KeyPairError {
    #[error("the TLS key or its certificate request could not be made")]
    Tls(#[source] rcgen::Error),
    #[error("the record key could not be made")]
    Record(#[source] KeyError),
}

/// A new TLS key and what asks for its certificate.
#[derive(Debug)]
pub struct TlsKey {
    /// PKCS#8, PEM. Never logged.
    pub pem: String,
    /// PKCS#10, DER.
    pub request: Vec<u8>,
}

impl TlsKey {
    pub fn generate() -> Result<Self, KeyPairError> {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(KeyPairError::Tls)?;
        Self::of(&pair)
    }

    /// Of a key that was kept; its request has another signature, and so other bytes, each time.
    pub fn from_pem(pem: &str) -> Result<Self, KeyPairError> {
        Self::of(&rcgen::KeyPair::from_pem(pem).map_err(KeyPairError::Tls)?)
    }

    fn of(pair: &rcgen::KeyPair) -> Result<Self, KeyPairError> {
        // The server ignores the names of a request.
        let parameters = rcgen::CertificateParams::new(Vec::<String>::new()).map_err(KeyPairError::Tls)?;
        let request = parameters.serialize_request(pair).map_err(KeyPairError::Tls)?;
        Ok(Self { pem: pair.serialize_pem(), request: request.der().to_vec() })
    }

    pub fn request_text(&self) -> String {
        STANDARD.encode(&self.request)
    }
}

/// A record key's proof that it belongs to who sends this request.
pub fn record_proof(key: &SigningKey, request: &[u8]) -> String {
    STANDARD.encode(key.sign(&pre_authentication(PayloadType::Csr, request)))
}

/// A new record key, its public part, and its PKCS#8 form for the file.
pub fn generate_record_key() -> Result<(SigningKey, PublicKey, Vec<u8>), KeyPairError> {
    let (key, pkcs8) = SigningKey::generate().map_err(KeyPairError::Record)?;
    let public = key.public();
    Ok((key, public, pkcs8))
}
