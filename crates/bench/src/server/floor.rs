//! The floor: mutual TLS by the same libraries, axum, and a handler that reads the body and answers a fixed one.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

pub(crate) async fn run(keys: &Path, answer: usize) -> anyhow::Result<()> {
    let acceptor = TlsAcceptor::from(Arc::new(tls(keys)?));
    let answer = Bytes::from(vec![b'x'; answer]);
    let ok = move |body: Bytes| {
        let answer = answer.clone();
        async move {
            drop(body);
            ([("content-type", "application/json")], answer)
        }
    };
    let router = Router::new().route("/agent/v1/check-in", post(ok.clone())).route("/agent/v1/report", post(ok));
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    super::ready(&json!({ "agents": listener.local_addr()? }));
    let tracker = TaskTracker::new();
    let accept = async {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tracker.spawn(async move {
                let _ = stream.set_nodelay(true);
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                    router.clone().oneshot(request.map(axum::body::Body::new))
                });
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    };
    tokio::select! {
        () = accept => {}
        () = super::until_told() => {}
    }
    Ok(())
}

fn tls(keys: &Path) -> anyhow::Result<ServerConfig> {
    let read = |name: &str| fs_err::read(keys.join(name));
    let provider = Arc::new(fettle_server::crypto_provider());
    let ca = CertificateDer::from(read("ca.der")?);
    let mut roots = RootCertStore::empty();
    roots.add(ca.clone())?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(read("server.key")?));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![CertificateDer::from(read("server.der")?), ca], key)?;
    config.ignore_client_order = true;
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
