//! DSSE envelopes (`agent.md` 0; secure-systems-lab DSSE v1.0.2). The signature covers the type and the exact bytes;
//! both sides keep and forward those bytes and never write them anew.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::Sha256;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::key::{KeyId, PublicKey, SigningKey};
use crate::sha256;

/// What is in an envelope; a document of one type is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PayloadType {
    #[serde(rename = "application/vnd.fettle.authorisation+json")]
    Authorisation,
    #[serde(rename = "application/vnd.fettle.manifest+json")]
    Manifest,
    #[serde(rename = "application/vnd.fettle.trust+json")]
    Trust,
    #[serde(rename = "application/vnd.fettle.record+json")]
    Record,
    /// The proof that the record key belongs to who asks for a certificate: over the CSR bytes.
    #[serde(rename = "application/vnd.fettle.csr")]
    Csr,
}

impl PayloadType {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorisation => "application/vnd.fettle.authorisation+json",
            Self::Manifest => "application/vnd.fettle.manifest+json",
            Self::Trust => "application/vnd.fettle.trust+json",
            Self::Record => "application/vnd.fettle.record+json",
            Self::Csr => "application/vnd.fettle.csr",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    payload_type: String,
    payload: String,
    signatures: Vec<DocumentSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentSignature {
    key_id: KeyId,
    sig: String,
}

/// An envelope that was taken apart: its bytes as they came, its payload and who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    bytes: Vec<u8>,
    payload_type: PayloadType,
    payload: Vec<u8>,
    signatures: Vec<(KeyId, Vec<u8>)>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadEnvelope {
    #[error("the envelope is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the envelope is not a DSSE envelope")]
    Malformed,
    #[error("the envelope holds {found}, wanted is {wanted}")]
    WrongType { wanted: &'static str, found: String },
    #[error("the payload is not a document of this type: {0}")]
    Payload(String),
}

impl Envelope {
    pub fn sign(payload_type: PayloadType, payload: &[u8], keys: &[&SigningKey]) -> Self {
        let message = pre_authentication(payload_type, payload);
        let signatures: Vec<_> = keys.iter().map(|key| (key.public().id(), key.sign(&message))).collect();
        let document = Document {
            payload_type: payload_type.name().to_owned(),
            payload: STANDARD.encode(payload),
            signatures: signatures
                .iter()
                .map(|(key_id, sig)| DocumentSignature { key_id: key_id.clone(), sig: STANDARD.encode(sig) })
                .collect(),
        };
        let bytes = serde_json::to_vec(&document).expect("an envelope is JSON");
        Self { bytes, payload_type, payload: payload.to_vec(), signatures }
    }

    /// Takes an envelope of `wanted` type apart; checks no signature.
    pub fn open(bytes: &[u8], wanted: PayloadType, limit: usize) -> Result<Self, BadEnvelope> {
        if bytes.len() > limit {
            return Err(BadEnvelope::TooLarge { limit });
        }
        let document: Document = serde_json::from_slice(bytes).map_err(|_| BadEnvelope::Malformed)?;
        if document.payload_type != wanted.name() {
            return Err(BadEnvelope::WrongType { wanted: wanted.name(), found: document.payload_type });
        }
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| BadEnvelope::Malformed);
        let signatures = document
            .signatures
            .iter()
            .map(|signature| Ok((signature.key_id.clone(), decode(&signature.sig)?)))
            .collect::<Result<_, BadEnvelope>>()?;
        Ok(Self { bytes: bytes.to_vec(), payload_type: wanted, payload: decode(&document.payload)?, signatures })
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the envelope's bytes: how other documents name it.
    pub fn hash(&self) -> Sha256 {
        sha256(&self.bytes)
    }

    /// Ids of the keys that signed; a claim until [`Envelope::is_signed_by`] says so.
    pub fn key_ids(&self) -> impl Iterator<Item = &KeyId> {
        self.signatures.iter().map(|(key_id, _)| key_id)
    }

    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let message = pre_authentication(self.payload_type, &self.payload);
        let id = key.id();
        self.signatures.iter().any(|(key_id, signature)| *key_id == id && key.verifies(&message, signature))
    }

    /// The payload as a document. Its own `format` field is checked by its type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, BadEnvelope> {
        serde_json::from_slice(&self.payload).map_err(|error| BadEnvelope::Payload(error.to_string()))
    }
}

/// `PAE(type, body)`: `DSSEv1`, and both with their lengths in bytes, joined by spaces.
pub fn pre_authentication(payload_type: PayloadType, payload: &[u8]) -> Vec<u8> {
    let name = payload_type.name();
    let mut message = format!("DSSEv1 {} {name} {} ", name.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_or_type_is_found() {
        let (key, _) = SigningKey::generate().expect("a key");
        let (other, _) = SigningKey::generate().expect("a key");
        let envelope = Envelope::sign(PayloadType::Manifest, br#"{"a":1}"#, &[&key]);
        let opened = Envelope::open(envelope.bytes(), PayloadType::Manifest, 10_000).expect("an envelope");
        assert!(opened.is_signed_by(&key.public()));
        assert!(!opened.is_signed_by(&other.public()));

        let text = String::from_utf8(envelope.bytes().to_vec()).expect("text");
        let altered = text.replace(&STANDARD.encode(br#"{"a":1}"#), &STANDARD.encode(br#"{"a":2}"#));
        let altered = Envelope::open(altered.as_bytes(), PayloadType::Manifest, 10_000).expect("an envelope");
        assert!(!altered.is_signed_by(&key.public()));

        let wrong = Envelope::open(envelope.bytes(), PayloadType::Trust, 10_000);
        assert!(matches!(wrong, Err(BadEnvelope::WrongType { .. })));
        let large = Envelope::open(envelope.bytes(), PayloadType::Manifest, 10);
        assert_eq!(large, Err(BadEnvelope::TooLarge { limit: 10 }));
    }
}
