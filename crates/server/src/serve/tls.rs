//! TLS of the agents' port: 1.3 only, our own certificate, client certificates of our own CA (`agent.md` 0, 2.2).

use std::sync::Arc;

use arc_swap::ArcSwap;
use fettle_fleet::Fleet;
use fettle_fleet::keys::ca::{CaError, PeerIdentity, ServerCertificate};
use fettle_model::Clock;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::hash::HashAlgorithm;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{
    DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme, SupportedCipherSuite,
};

use super::StartError;

pub(crate) struct AgentTls {
    pub(super) config: Arc<ServerConfig>,
    resolver: Arc<Resolver>,
}

/// The server's certificate, which is made anew before it ends.
#[derive(Debug)]
pub(crate) struct Resolver {
    fleet: Arc<Fleet>,
    names: Vec<String>,
    current: ArcSwap<CertifiedKey>,
}

impl AgentTls {
    pub(super) fn new(fleet: &Arc<Fleet>, mut names: Vec<String>) -> Result<Self, StartError> {
        for own in ["127.0.0.1", "localhost"] {
            if !names.iter().any(|name| name == own) {
                names.push(own.to_owned());
            }
        }
        let provider = Arc::new(crypto_provider());
        let current = ArcSwap::from_pointee(certify(fleet, &names, &provider)?);
        let resolver = Arc::new(Resolver { fleet: Arc::clone(fleet), names, current });
        let verifier = AgentVerifier::new(fleet, &provider)?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_cert_resolver(Arc::clone(&resolver) as Arc<dyn ResolvesServerCert>);
        // Agents of every age list SHA-384 first.
        config.ignore_client_order = true;
        config.ticketer = aws_lc_rs::Ticketer::new()?;
        // An agent opens its second connection with the ticket of the first, and gets another one there.
        config.send_tls13_tickets = 1;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), resolver })
    }

    pub(super) fn resolver(&self) -> Arc<Resolver> {
        Arc::clone(&self.resolver)
    }
}

impl Resolver {
    /// A fresh certificate for the same names; run daily.
    pub(crate) fn renew(&self) -> Result<(), StartError> {
        self.current.store(Arc::new(certify(&self.fleet, &self.names, &crypto_provider())?));
        Ok(())
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

/// Suites with SHA-256 first: processors have instructions for it, and few for SHA-384, which was a tenth of what a
/// handshake cost.
pub fn crypto_provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    let is_slower = |suite: &SupportedCipherSuite| {
        suite.tls13().is_none_or(|suite| suite.common.hash_provider.algorithm() != HashAlgorithm::SHA256)
    };
    provider.cipher_suites.sort_by_key(is_slower);
    provider
}

fn certify(fleet: &Fleet, names: &[String], provider: &CryptoProvider) -> Result<CertifiedKey, StartError> {
    let made = fleet.keys.ca.server_certificate(names, fleet.clock.now(), fleet.entropy.as_ref());
    let ServerCertificate { chain, key, .. } = made.map_err(|error: CaError| StartError::Certificate(error))?;
    Ok(CertifiedKey::from_der(chain, key, provider)?)
}

/// Takes certificates of our CA, and none at all (for enrolment). One that has expired passes the handshake, because
/// `renew` takes it; every other call looks at its end itself.
#[derive(Debug)]
struct AgentVerifier {
    inner: Arc<dyn ClientCertVerifier>,
    clock: Arc<dyn Clock>,
}

impl AgentVerifier {
    fn new(fleet: &Fleet, provider: &Arc<CryptoProvider>) -> Result<Self, StartError> {
        let mut roots = RootCertStore::empty();
        roots.add(fleet.keys.ca.certificate().clone())?;
        let inner = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .allow_unauthenticated()
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        Ok(Self { inner, clock: Arc::clone(&fleet.clock) })
    }
}

impl ClientCertVerifier for AgentVerifier {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let ended = PeerIdentity::of(certificate).filter(|peer| peer.not_after <= self.clock.now());
        let judged_at = match ended {
            None => now,
            Some(peer) => {
                let second = u64::try_from(peer.not_after.as_second() - 1).unwrap_or(0);
                UnixTime::since_unix_epoch(std::time::Duration::from_secs(second))
            }
        };
        self.inner.verify_client_cert(certificate, intermediates, judged_at)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
