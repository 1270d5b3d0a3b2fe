//! What every handler has at hand.

use std::path::PathBuf;
use std::sync::Arc;

use fettle_fleet::Fleet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::agent_channel::Limits;

#[derive(Debug)]
pub struct AppState {
    pub fleet: Arc<Fleet>,
    /// `https://host:port/agent/`, as install lines name it.
    pub agent_url: String,
    pub agent_port: u16,
    /// The console is served over TLS, so its cookie is `Secure`.
    pub secure: bool,
    pub limits: Limits,
    /// The data directory: files that are uploaded pass through it.
    pub data: PathBuf,
    /// One import of a vendor's file at a time.
    pub imports: Arc<tokio::sync::Mutex<()>>,
    /// What is at work; shutdown waits for it.
    pub tasks: TaskTracker,
    /// Cancelled when the server begins to stop: held check-ins end.
    pub stopping: CancellationToken,
}
