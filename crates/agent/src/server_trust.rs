//! TLS towards the server: TLS 1.3 only, its CA pinned by the hash of its public key (`agent.md` 2.1). Another CA gets
//! nothing.

use std::sync::Arc;

use fettle_model::Sha256;
use fettle_wire::sha256;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls_platform_verifier::BuilderVerifierExt as _;

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the agent's certificate or key is not readable")]
    Pem(#[source] rustls_pki_types::pem::Error),
    #[error("the agent's certificate and key do not fit TLS")]
    Configuration(#[source] rustls::Error),
}

/// Accepts a server whose chain ends in the pinned CA, and whose name and dates are right.
#[derive(Debug)]
struct PinnedCa {
    pin: Sha256,
    /// From enrolment, for servers that leave the CA out of their chain.
    known: Option<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl PinnedCa {
    fn find<'a>(&'a self, chain: &'a [CertificateDer<'static>]) -> Option<&'a CertificateDer<'static>> {
        chain.iter().chain(self.known.as_ref()).find(|certificate| public_key_hash(certificate) == Some(self.pin))
    }
}

/// SHA-256 of a certificate's SPKI.
pub fn public_key_hash(certificate: &CertificateDer<'_>) -> Option<Sha256> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Some(sha256(parsed.public_key().raw))
}

impl ServerCertVerifier for PinnedCa {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain: Vec<CertificateDer<'static>> =
            intermediates.iter().map(|certificate| certificate.clone().into_owned()).collect();
        let ca = self.find(&chain).ok_or(CertificateError::UnknownIssuer)?;
        let mut roots = RootCertStore::empty();
        roots.add(ca.clone())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The agent's certificate with its key, both PEM.
#[derive(Debug, Clone, Copy)]
pub struct ClientIdentity<'a> {
    pub certificate: &'a str,
    pub key: &'a str,
}

/// TLS for calls to the server. `known_ca` is the PEM of the CA, once enrolment has told it. Without a pin the server's
/// chain ends in one of the system's own roots.
pub fn client_configuration(
    pin: Option<Sha256>,
    known_ca: Option<&str>,
    identity: Option<ClientIdentity<'_>>,
) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::Configuration)?;
    let builder = match pin {
        None => builder.with_platform_verifier().map_err(TlsError::Configuration)?,
        Some(pin) => {
            let verifier = Arc::new(PinnedCa { pin, known: known(pin, known_ca), provider });
            builder.dangerous().with_custom_certificate_verifier(verifier)
        }
    };
    let mut configuration = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let chain = CertificateDer::pem_slice_iter(identity.certificate.as_bytes())
                .collect::<Result<Vec<_>, _>>()
                .map_err(TlsError::Pem)?;
            let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).map_err(TlsError::Pem)?;
            builder.with_client_auth_cert(chain, key).map_err(TlsError::Configuration)?
        }
    };
    // There is one server to remember tickets of.
    configuration.resumption = Resumption::in_memory_sessions(1);
    Ok(configuration)
}

/// The pinned CA in what enrolment has told.
fn known(pin: Sha256, known_ca: Option<&str>) -> Option<CertificateDer<'static>> {
    known_ca.and_then(|pem| {
        CertificateDer::pem_slice_iter(pem.as_bytes())
            .filter_map(Result::ok)
            .find(|certificate| public_key_hash(certificate) == Some(pin))
    })
}

/// True when `error` says that the server's certificate was refused: nothing of the request has left.
pub fn is_untrusted(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref::<rustls::Error>() {
            return true;
        }
        // An I/O error hides what it was made of from `source`.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
