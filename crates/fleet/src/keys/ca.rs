//! The organisation's certificate authority: it signs the server's own TLS certificate and those of the agents
//! (`agent.md` 2.2).

use std::net::IpAddr;

use fettle_model::{AssetId, Entropy, Sha256};
use fettle_wire::sha256;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData as _,
    SanType, SerialNumber,
};
use rustls_pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_parser::prelude::FromDer as _;

/// An agent's certificate is good for 90 days.
pub const AGENT_CERTIFICATE_LIFE: SignedDuration = SignedDuration::from_hours(24 * 90);
const CA_LIFE: SignedDuration = SignedDuration::from_hours(24 * 365 * 20);
const SERVER_LIFE: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Certificates begin a little in the past, for clocks that lag.
const BACKDATE: SignedDuration = SignedDuration::from_mins(10);

#[derive(Debug, thiserror::Error)]
pub enum CaError {
    #[error("a certificate of the {0} could not be made")]
    Make(&'static str, #[source] rcgen::Error),
    /// `CSR_INVALID`.
    #[error("the certificate signing request is not one that Fettle takes: {0}")]
    Csr(&'static str),
    #[error("the stored CA certificate cannot be read")]
    Stored,
}

/// The CA's certificate and its key.
pub struct CertificateAuthority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate for an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentCertificate {
    pub der: Vec<u8>,
    /// 128 random bits, in hex.
    pub serial: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Of the public key that was asked for (SPKI). A request has other bytes each time it is made, for its signature is
    /// another one.
    pub key_hash: Sha256,
}

/// A key pair and certificate chain for the server's TLS ports.
#[derive(Debug)]
pub struct ServerCertificate {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    pub not_after: Timestamp,
}

impl CertificateAuthority {
    /// A new CA; returns its key in PKCS#8 for sealing.
    pub fn make(name: &str, now: Timestamp, entropy: &dyn Entropy) -> Result<(Self, Vec<u8>), CaError> {
        let make = |error| CaError::Make("CA", error);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(make)?;
        let pkcs8 = key.serialize_der();
        let mut params = params(name, now, CA_LIFE, entropy)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).map_err(make)?.der().clone();
        Ok((Self::new(certificate, key)?, pkcs8))
    }

    /// The CA of a stored certificate and key.
    pub fn open(certificate: Vec<u8>, pkcs8: &[u8]) -> Result<Self, CaError> {
        let key = PrivatePkcs8KeyDer::from(pkcs8.to_vec());
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&key, &PKCS_ECDSA_P256_SHA256).map_err(|_| CaError::Stored)?;
        Self::new(CertificateDer::from(certificate), key)
    }

    fn new(certificate: CertificateDer<'static>, key: KeyPair) -> Result<Self, CaError> {
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(|_| CaError::Stored)?;
        Ok(Self { certificate, issuer })
    }

    pub const fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub fn certificate_pem(&self) -> String {
        pem(&self.certificate)
    }

    /// SHA-256 of the CA's public key (SPKI): `ServerCa` of the install line.
    pub fn pin(&self) -> Sha256 {
        let (_, parsed) =
            x509_parser::certificate::X509Certificate::from_der(&self.certificate).expect("our own certificate");
        sha256(parsed.tbs_certificate.subject_pki.raw)
    }

    /// A fresh certificate and key for the server under its names and addresses.
    pub fn server_certificate(
        &self,
        names: &[String],
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<ServerCertificate, CaError> {
        let make = |error| CaError::Make("server", error);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(make)?;
        let mut params = params("Fettle server", now, SERVER_LIFE, entropy)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        for name in names {
            params.subject_alt_names.push(match name.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(name.as_str().try_into().map_err(make)?),
            });
        }
        let certificate = params.signed_by(&key, &self.issuer).map_err(make)?;
        Ok(ServerCertificate {
            chain: vec![certificate.der().clone(), self.certificate.clone()],
            key: PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
            not_after: now + SERVER_LIFE,
        })
    }

    /// Signs an agent's request. Its names are ignored: CN is the agent id, SAN `urn:fettle:agent:<id>`.
    pub fn sign(
        &self,
        csr: &[u8],
        agent: AssetId,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<AgentCertificate, CaError> {
        let csr = CertificateSigningRequestDer::from(csr);
        let request = CertificateSigningRequestParams::from_der(&csr)
            .map_err(|_| CaError::Csr("it is no PKCS#10 request with a good signature of its own"))?;
        if *request.public_key.algorithm() != PKCS_ECDSA_P256_SHA256 {
            return Err(CaError::Csr("its key is not ECDSA P-256"));
        }
        let mut params = params(&agent.to_string(), now, AGENT_CERTIFICATE_LIFE, entropy)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let name = format!("urn:fettle:agent:{agent}");
        params.subject_alt_names =
            vec![SanType::URI(name.as_str().try_into().map_err(|error| CaError::Make("agent", error))?)];
        let serial = hex::encode(params.serial_number.as_ref().expect("it was just set").to_bytes());
        let certificate =
            params.signed_by(&request.public_key, &self.issuer).map_err(|error| CaError::Make("agent", error))?;
        Ok(AgentCertificate {
            der: certificate.der().to_vec(),
            serial,
            not_before: now - BACKDATE,
            not_after: now + AGENT_CERTIFICATE_LIFE,
            key_hash: sha256(&request.public_key.subject_public_key_info()),
        })
    }
}

impl std::fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CertificateAuthority({})", self.pin())
    }
}

fn params(
    name: &str,
    now: Timestamp,
    life: SignedDuration,
    entropy: &dyn Entropy,
) -> Result<CertificateParams, CaError> {
    let mut params = CertificateParams::new(Vec::new()).map_err(|error| CaError::Make("authority", error))?;
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    params.distinguished_name = distinguished;
    params.not_before = instant(now - BACKDATE);
    params.not_after = instant(now + life);
    let mut serial = [0; 16];
    entropy.fill(&mut serial);
    // A serial is a positive number whose first byte is kept by DER: no sign bit, no leading zero.
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(params)
}

fn instant(at: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(at.as_second()).expect("a time of this century")
}

/// PEM of one certificate.
pub fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// Who a client certificate says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerIdentity {
    pub agent: AssetId,
    pub serial: String,
    pub not_after: Timestamp,
}

impl PeerIdentity {
    /// Reads a certificate whose chain was verified. `None` when it is none of an agent.
    pub fn of(der: &[u8]) -> Option<Self> {
        let (_, certificate) = x509_parser::certificate::X509Certificate::from_der(der).ok()?;
        let name = certificate.subject().iter_common_name().next()?.as_str().ok()?;
        Some(Self {
            agent: name.parse().ok()?,
            serial: hex::encode(certificate.raw_serial()),
            not_after: Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use fettle_model::clock::SeededEntropy;

    use super::*;

    #[test]
    fn an_agent_s_request_becomes_its_certificate() {
        let now: Timestamp = "2026-11-21T20:00:00Z".parse().expect("a time");
        let entropy = SeededEntropy::new(2);
        let (ca, pkcs8) = CertificateAuthority::make("Fettle CA", now, &entropy).expect("a CA");
        let again = CertificateAuthority::open(ca.certificate().to_vec(), &pkcs8).expect("the same CA");
        assert_eq!(ca.pin(), again.pin());

        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let request = CertificateParams::new(vec!["ignored.example".to_owned()]).expect("params");
        let csr = request.serialize_request(&key).expect("a request");
        let agent = AssetId::new(now, &entropy);
        let signed = again.sign(csr.der(), agent, now, &entropy).expect("a certificate");
        let peer = PeerIdentity::of(&signed.der).expect("an agent");
        assert_eq!((peer.agent, peer.serial, peer.not_after), (agent, signed.serial, signed.not_after));

        assert!(matches!(ca.sign(b"nonsense", agent, now, &entropy), Err(CaError::Csr(_))));
        let other = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
        let csr = request.serialize_request(&other).expect("a request");
        assert!(matches!(ca.sign(csr.der(), agent, now, &entropy), Err(CaError::Csr(_))));
    }
}
