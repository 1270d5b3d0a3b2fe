//! The agent channel (`agent.md` 3): `https://…/agent/v1/…` over mutual TLS. The agent's id comes from its certificate,
//! never from the body.

mod answer;
mod body;
mod calls;
mod limits;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use fettle_fleet::keys::ca::PeerIdentity;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

use crate::state::AppState;
pub use limits::Limits;

/// Who is at the other end of a connection; set by the accept loop.
#[derive(Debug, Clone)]
pub struct Peer {
    pub address: IpAddr,
    /// Of the client certificate, when one was shown and its chain verified.
    pub identity: Option<PeerIdentity>,
}

pub fn router(state: Arc<AppState>) -> Router {
    let compress_above = u16::try_from(fettle_wire::limit::COMPRESS_ABOVE).unwrap_or(u16::MAX);
    Router::new()
        .route("/agent/v1/enrol", post(calls::enrol))
        .route("/agent/v1/renew", post(calls::renew))
        .route("/agent/v1/check-in", post(calls::check_in))
        .route("/agent/v1/goodbye", post(calls::goodbye))
        .route("/agent/v1/report", post(calls::report))
        .route("/agent/v1/events", post(calls::events))
        .route("/agent/v1/logs", post(calls::logs))
        .route("/agent/v1/dry-run", post(calls::dry_run))
        .route("/agent/v1/trust", get(calls::trust))
        .route("/agent/v1/authorisation/{hash}", get(calls::authorisation))
        .route("/agent/{version}/{*call}", any(calls::unknown_version))
        .fallback(calls::not_found)
        .layer(DefaultBodyLimit::disable())
        .layer(CompressionLayer::new().gzip(false).zstd(true).compress_when(SizeAbove::new(compress_above)))
        .with_state(state)
}
