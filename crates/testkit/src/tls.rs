//! TLS as an agent does it: the server's CA is pinned by its public key, and a client certificate is shown once there is
//! one.

use std::sync::Arc;

use fettle_model::Sha256;
use fettle_wire::sha256;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime, pem::PemObject as _};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use x509_parser::prelude::FromDer as _;

/// The key of an agent's TLS certificate.
#[derive(Debug)]
pub struct ClientKey(KeyPair);

impl Default for ClientKey {
    fn default() -> Self {
        Self(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"))
    }
}

impl ClientKey {
    /// A PKCS#10 request in DER.
    pub fn request(&self) -> Vec<u8> {
        let params = CertificateParams::new(Vec::new()).expect("no names are no fault");
        params.serialize_request(&self.0).expect("a request").der().to_vec()
    }

    fn private(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.0.serialize_der()))
    }
}

/// What a connection is made with. Clones share resumption tickets.
#[derive(Debug, Clone)]
pub struct AgentTls(pub(crate) Arc<ClientConfig>);

impl AgentTls {
    /// Before enrolment: no certificate.
    pub fn anonymous(pin: Sha256) -> Self {
        Self(Arc::new(with_pin(pin).with_no_client_auth()))
    }

    /// With the certificate that enrolment gave, in PEM.
    ///
    /// # Panics
    /// If the certificate is none of this key.
    pub fn with_certificate(pin: Sha256, certificate: &str, key: &ClientKey) -> Self {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate");
        Self::with_chain(pin, vec![certificate], key)
    }

    /// # Panics
    /// If the chain is none of this key.
    pub fn with_chain(pin: Sha256, chain: Vec<CertificateDer<'static>>, key: &ClientKey) -> Self {
        let config = with_pin(pin).with_client_auth_cert(chain, key.private()).expect("key and certificate fit");
        Self(Arc::new(config))
    }

    /// The same without tickets: each connection is a full handshake.
    #[must_use]
    pub fn without_resumption(&self) -> Self {
        let mut config = ClientConfig::clone(&self.0);
        config.resumption = rustls::client::Resumption::disabled();
        Self(Arc::new(config))
    }
}

fn with_pin(pin: Sha256) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(PinnedServer { pin, provider: Arc::clone(&provider) });
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3 is there")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
}

/// Takes a server whose chain ends in the CA with the pinned public key.
#[derive(Debug)]
struct PinnedServer {
    pin: Sha256,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let untrusted = || rustls::Error::General("the server's CA is not the pinned one".to_owned());
        let ca = intermediates.iter().find(|ca| spki_hash(ca) == Some(self.pin)).ok_or_else(untrusted)?;
        let mut roots = RootCertStore::empty();
        roots.add(ca.clone().into_owned())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider))
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.2 is not spoken".to_owned()))
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

fn spki_hash(certificate: &CertificateDer<'_>) -> Option<Sha256> {
    let (_, parsed) = x509_parser::certificate::X509Certificate::from_der(certificate).ok()?;
    Some(sha256(parsed.tbs_certificate.subject_pki.raw))
}
