//! Accept loops. Each connection is a task of the tracker; at shutdown it finishes the request that it is in.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use fettle_fleet::keys::ca::PeerIdentity;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::HandshakeKind;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::handshakes::HandshakeBudget;
use super::tls::AgentTls;
use crate::agent_channel::Peer;

/// A client has so long for its TLS handshake and for the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn plain(listener: TcpListener, router: Router, stop: CancellationToken, tracker: TaskTracker) {
    while let Some((stream, address)) = accept(&listener, &stop).await {
        let peer = Peer { address, identity: None };
        tracker.spawn(connection(TokioIo::new(stream), router.clone(), peer, stop.clone()));
    }
}

pub(super) async fn mutual_tls(
    listener: TcpListener,
    tls: AgentTls,
    budget: HandshakeBudget,
    router: Router,
    stop: CancellationToken,
    tracker: TaskTracker,
) {
    let acceptor = TlsAcceptor::from(tls.config);
    let budget = Arc::new(budget);
    while let Some((stream, address)) = accept(&listener, &stop).await {
        let (acceptor, router, stop, budget) = (acceptor.clone(), router.clone(), stop.clone(), Arc::clone(&budget));
        tracker.spawn(async move {
            if !budget.turn().await {
                return;
            }
            let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await else { return };
            if stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed) {
                budget.was_resumed();
            }
            let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let peer = Peer { address, identity: certificate.and_then(|certificate| PeerIdentity::of(certificate)) };
            connection(TokioIo::new(stream), router, peer, stop).await;
        });
    }
}

/// The next connection; `None` at shutdown. A failed accept (no file descriptors, say) is waited out.
async fn accept(listener: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, IpAddr)> {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return None,
        };
        match accepted {
            Ok((stream, address)) => {
                // Small answers leave at once; where that cannot be set, they only leave a little later.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "no-delay could not be set");
                }
                return Some((stream, address.ip().to_canonical()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection<S>(io: TokioIo<S>, router: Router, peer: Peer, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(peer.clone());
        router.clone().oneshot(request)
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE * 6).max_buf_size(64 * 1024);
    let mut connection = std::pin::pin!(builder.serve_connection(io, service));
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended early");
    }
}
