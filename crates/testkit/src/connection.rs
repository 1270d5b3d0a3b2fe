//! One HTTP/1.1 connection over TLS, with its bytes counted below TLS: what really goes over the wire.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::SendRequest;
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::tls::AgentTls;

/// Bytes that went over connections, TLS included, TCP and IP not.
#[derive(Debug, Default)]
pub struct Counted {
    pub sent: AtomicU64,
    pub received: AtomicU64,
}

#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error("the server cannot be reached")]
    Connect(#[source] io::Error),
    #[error("the TLS handshake failed")]
    Tls(#[source] io::Error),
    #[error("the request was not answered")]
    Http(#[from] hyper::Error),
}

#[derive(Debug, Clone)]
pub struct Received {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Unpacked.
    pub body: Bytes,
}

impl Received {
    /// # Panics
    /// If the body is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }
}

#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    host: String,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    pub async fn open(server: SocketAddr, tls: &AgentTls, counted: &Arc<Counted>) -> Result<Self, SendError> {
        let stream = handshake(server, tls, counted).await?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        #[expect(clippy::disallowed_methods, reason = "this client belongs to no server; it ends with its connection")]
        let driver = tokio::spawn(async move {
            // What goes wrong is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(Self { sender, driver, host: server.to_string() })
    }

    pub fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Sends a body as it is; unpacks the answer.
    ///
    /// # Panics
    /// If `path` or a header cannot stand in a request.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Received, SendError> {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).expect("a request");
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        let is_packed = parts.headers.get("content-encoding").is_some_and(|encoding| encoding == "zstd");
        let body = if is_packed { zstd::stream::decode_all(&*body).expect("whole zstd").into() } else { body };
        Ok(Received { status: parts.status, headers: parts.headers, body })
    }
}

async fn handshake(
    server: SocketAddr,
    tls: &AgentTls,
    counted: &Arc<Counted>,
) -> Result<TlsStream<CountedStream>, SendError> {
    let stream = TcpStream::connect(server).await.map_err(SendError::Connect)?;
    stream.set_nodelay(true).map_err(SendError::Connect)?;
    let stream = CountedStream { inner: stream, counted: Arc::clone(counted) };
    let name = ServerName::IpAddress(server.ip().into());
    TlsConnector::from(Arc::clone(&tls.0)).connect(name, stream).await.map_err(SendError::Tls)
}

/// Writes bytes over TLS, ends its side, and reads until the server ends its own: for messages that no client would
/// send. What the server does not take any more is left unsent.
pub async fn exchange_raw(server: SocketAddr, tls: &AgentTls, request: &[u8]) -> Result<String, SendError> {
    let stream = handshake(server, tls, &Arc::default()).await?;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let write = async {
        let written = writer.write_all(request).await;
        if written.is_ok() {
            let _ = writer.shutdown().await;
        }
    };
    let read = async {
        let mut answer = Vec::new();
        let mut buffer = [0; 8_192];
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..count]);
        }
        answer
    };
    let ((), answer) = tokio::join!(write, read);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[derive(Debug)]
struct CountedStream {
    inner: TcpStream,
    counted: Arc<Counted>,
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        let count = (buffer.filled().len() - before) as u64;
        self.counted.received.fetch_add(count, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = &polled {
            self.counted.sent.fetch_add(*count as u64, Ordering::Relaxed);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
