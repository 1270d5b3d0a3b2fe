//! TLS and as much of HTTP/1.1 as the agent speaks, one thread a connection.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use fettle_model::Sha256;
use fettle_wire::sha256;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _,
};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{CertificateSigningRequestDer, PrivateKeyDer};

/// A CA, its certificate in PEM, the hash of its public key, and TLS for a server of it.
pub(super) fn certificates() -> (Issuer<'static, KeyPair>, String, Sha256, Arc<ServerConfig>) {
    let ca_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let ca_hash = sha256(&ca_key.subject_public_key_info());
    let mut parameters = CertificateParams::new(Vec::<String>::new()).expect("parameters");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "Test CA");
    let ca = parameters.self_signed(&ca_key).expect("a certificate");
    let issuer = Issuer::new(parameters, ca_key);
    let server_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let parameters = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
    let server = parameters.signed_by(&server_key, &issuer).expect("a certificate");

    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(ca.der().clone()).expect("a root");
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .allow_unauthenticated()
        .build()
        .expect("a verifier");
    let key = PrivateKeyDer::try_from(server_key.serialize_der()).expect("a key");
    let tls = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![server.der().clone(), ca.der().clone()], key)
        .expect("a certificate");
    (issuer, ca.pem(), ca_hash, Arc::new(tls))
}

/// A client's certificate, and the hash of its public key.
pub(super) fn issue(issuer: &Issuer<'static, KeyPair>, csr: &[u8]) -> (String, Sha256) {
    let mut request = CertificateSigningRequestParams::from_der(&CertificateSigningRequestDer::from(csr.to_vec()))
        .expect("a request");
    request.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let key = sha256(request.public_key.der_bytes());
    (request.signed_by(issuer).expect("a certificate").pem(), key)
}

/// Answers requests until the other side goes away. `answer` is told the hash of the client's certificate.
pub(super) fn serve(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    answer: impl Fn(&str, &[u8], Option<Sha256>) -> (u16, Vec<u8>),
) {
    let connection = ServerConnection::new(tls).expect("a connection");
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    while let Some((call, body)) = read_request(&mut stream) {
        let peer = stream.get_ref().conn.peer_certificates().and_then(|chain| chain.first().map(|first| sha256(first)));
        let (status, body) = answer(&call, &body, peer);
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
        let out = stream.get_mut();
        if out.write_all(head.as_bytes()).and_then(|()| out.write_all(&body)).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

fn read_request(stream: &mut impl std::io::BufRead) -> Option<(String, Vec<u8>)> {
    let mut lines = stream.by_ref().lines();
    let first = lines.next()?.ok()?;
    let call = first.split(' ').nth(1)?.strip_prefix("/agent/v1/")?.to_owned();
    let (mut length, mut packed) = (0usize, false);
    loop {
        let line = lines.next()?.ok()?.to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        packed |= line.starts_with("content-encoding:") && line.contains("zstd");
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let body = if packed { zstd::decode_all(body.as_slice()).ok()? } else { body };
    Some((call, body))
}
