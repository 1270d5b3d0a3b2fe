//! Load: many agents, some at once, over kept or new connections.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use fettle_testkit::{AgentTls, Connection, Counted};
use futures_util::StreamExt as _;
use hyper::Method;

use crate::process::Measured;

/// Requests at once.
const AT_ONCE: usize = 8;

/// One agent's requests, in order.
pub(crate) struct Sender {
    pub(crate) server: std::net::SocketAddr,
    pub(crate) tls: AgentTls,
    pub(crate) path: &'static str,
    /// Bodies as they go over the wire, and whether they are packed.
    pub(crate) bodies: Vec<(bytes::Bytes, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connections {
    Kept,
    /// One request each, which resumes the session of the one before: what an agent does that lost its connection.
    Resumed,
    /// One request each, full handshake: after a start of agent or server.
    New,
}

/// Per request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) requests: usize,
    /// Of the server process.
    pub(crate) cpu: Duration,
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    /// Of the answer's body.
    pub(crate) answer: usize,
}

pub(crate) async fn run(server: &Measured, senders: Vec<Sender>, connections: Connections) -> anyhow::Result<Cost> {
    let counted = Arc::new(Counted::default());
    let cpu_before = server.cpu()?;
    let per_agent: Vec<anyhow::Result<Vec<(Duration, usize)>>> =
        futures_util::stream::iter(senders.into_iter().map(|sender| send(sender, connections, Arc::clone(&counted))))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
    let cpu = server.cpu()?.saturating_sub(cpu_before);
    let mut waits = Vec::new();
    for answered in per_agent {
        waits.extend(answered?);
    }
    anyhow::ensure!(!waits.is_empty(), "nothing was sent");
    waits.sort_unstable();
    let requests = waits.len();
    let of_all = |bytes: u64| bytes / requests as u64;
    Ok(Cost {
        requests,
        cpu: cpu / u32::try_from(requests)?,
        p50: waits[requests / 2].0,
        p95: waits[requests * 95 / 100].0,
        sent: of_all(counted.sent.load(Ordering::Relaxed)),
        received: of_all(counted.received.load(Ordering::Relaxed)),
        answer: waits[requests / 2].1,
    })
}

async fn send(
    sender: Sender,
    connections: Connections,
    counted: Arc<Counted>,
) -> anyhow::Result<Vec<(Duration, usize)>> {
    let tls = if connections == Connections::New { sender.tls.without_resumption() } else { sender.tls };
    let mut kept = None;
    let mut waits = Vec::with_capacity(sender.bodies.len());
    for (body, is_packed) in sender.bodies {
        let begun = Instant::now();
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => Connection::open(sender.server, &tls, &counted).await?,
        };
        let packed = [("content-encoding", "zstd"), ("content-type", "application/json")];
        let headers = if is_packed { &packed[..] } else { &packed[1..] };
        let answer = connection.send(Method::POST, sender.path, headers, body).await?;
        anyhow::ensure!(answer.status == 200, "{} {:?}", answer.status, answer.body);
        waits.push((begun.elapsed(), answer.body.len()));
        if connections == Connections::Kept {
            kept = Some(connection);
        }
    }
    Ok(waits)
}
