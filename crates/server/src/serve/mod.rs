//! Starting and stopping: the database and keys, the listeners, the recurring tasks; one owner of the shutdown.

mod descriptors;
mod handshakes;
mod listener;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fettle_catalog::apt::release::{Keyring, ReleaseError};
use fettle_fleet::entropy::SystemEntropy;
use fettle_fleet::start::Start;
use fettle_fleet::{Fleet, Settings};
use fettle_model::SystemClock;
use secrecy::SecretString;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use handshakes::HandshakeBudget;
pub(crate) use tls::Resolver;
pub use tls::crypto_provider;

use crate::agent_channel::Limits;
use crate::config::Config;
use crate::feeds::{self, AllowedHosts};
use crate::state::AppState;
use crate::{agent_channel, api, tasks};

/// Connections that the system takes in before they are accepted; it has a limit of its own (`net.core.somaxconn`). A
/// fleet that comes back does so within seconds, and one that finds no room tries again only after a second.
const BACKLOG: u32 = 4_096;
/// What is at work when the server is told to stop has so long to end.
const STOP_WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "the console would be served over plain HTTP on {0}, which is not a loopback address; use a proxy with TLS in front of a loopback address, or `--insecure-http`"
    )]
    PlainHttp(SocketAddr),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("the data directory cannot be made")]
    Data(#[source] std::io::Error),
    #[error("the keyring {} cannot be read", file.display())]
    Keyring { file: PathBuf, source: ReleaseError },
    #[error(transparent)]
    Fleet(#[from] fettle_fleet::start::StartError),
    #[error("the certificate of the agents' port cannot be made")]
    Certificate(#[from] fettle_fleet::keys::ca::CaError),
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("the index cannot be loaded")]
    Index(#[from] fettle_fleet::start::StartError),
}

/// A server that listens already, and serves once [`Running::serve`] is awaited.
pub struct Running {
    pub fleet: Arc<Fleet>,
    pub state: Arc<AppState>,
    hosts: AllowedHosts,
    keyring: Keyring,
    console: TcpListener,
    agents: TcpListener,
    tls: tls::AgentTls,
    console_address: SocketAddr,
    agent_address: SocketAddr,
}

/// Opens everything and binds the ports, so that what is wrong is said before anything is served.
pub async fn start(config: Config) -> Result<Running, StartError> {
    if !config.listen.ip().is_loopback() && !config.insecure_http {
        return Err(StartError::PlainHttp(config.listen));
    }
    descriptors::raise();
    fs_err::tokio::create_dir_all(&config.data).await.map_err(StartError::Data)?;
    let console = listen(config.listen)?;
    let agents = listen(config.agent_listen)?;
    let address = |listener: &TcpListener, wanted| {
        listener.local_addr().map_err(|source| StartError::Listen { address: wanted, source })
    };
    let console_address = address(&console, config.listen)?;
    let agent_address = address(&agents, config.agent_listen)?;
    let agent_port = agent_address.port();
    let fleet = Arc::new(open_fleet(&config).await?);
    let tls = tls::AgentTls::new(&fleet, config.names.clone())?;
    let host = config.names.first().map_or("127.0.0.1", String::as_str);
    let state = Arc::new(AppState {
        fleet: Arc::clone(&fleet),
        agent_url: format!("https://{host}:{agent_port}/agent/"),
        agent_port,
        secure: false,
        limits: Limits::default(),
        data: config.data.clone(),
        imports: Arc::default(),
        feeds: config.feeds.clone(),
        syncing: std::sync::Mutex::default(),
        ordered: std::sync::Mutex::default(),
        sync_wanted: tokio::sync::Notify::new(),
        pages_wanted: tokio::sync::Notify::new(),
        turns: Arc::default(),
        tasks: TaskTracker::new(),
        stopping: CancellationToken::new(),
    });
    let hosts = AllowedHosts::new(&config.repository_hosts, Path::new("/etc/apt"));
    let keyring = keyring(&config)?;
    Ok(Running { fleet, state, hosts, keyring, console, agents, tls, console_address, agent_address })
}

/// The keys of the data directory, of the named keyrings, and of the distributions' own packages on this machine.
fn keyring(config: &Config) -> Result<Keyring, StartError> {
    let mut places = vec![config.data.join("keyrings")];
    places.extend(
        ["debian-archive-keyring.gpg", "ubuntu-archive-keyring.gpg"]
            .map(|name| Path::new("/usr/share/keyrings").join(name)),
    );
    places.extend(config.keyrings.iter().cloned());
    let mut keyring = Keyring::default();
    for place in places {
        let files = match fs_err::read_dir(&place) {
            Ok(folder) => folder
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|kind| kind == "gpg"))
                .collect(),
            Err(_) if place.is_file() => vec![place],
            Err(_) => Vec::new(),
        };
        for file in files {
            let bytes = fs_err::read(&file).map_err(StartError::Data)?;
            keyring.add(bytes.as_slice()).map_err(|source| StartError::Keyring { file, source })?;
        }
    }
    Ok(keyring)
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listening = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listening().map_err(|source| StartError::Listen { address, source })
}

async fn open_fleet(config: &Config) -> Result<Fleet, StartError> {
    let data = config.data.display();
    let start = Start {
        database: config.database.clone().unwrap_or_else(|| format!("sqlite:{data}")),
        seal_key: config.data.join("seal.key"),
        organisation: config.organisation.clone(),
        settings: Settings::clone(&config.settings),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    Ok(fettle_fleet::start::open(start).await?)
}

impl Running {
    /// The address of the agents' port, as it was bound.
    pub const fn agent_address(&self) -> SocketAddr {
        self.agent_address
    }

    pub fn console_url(&self) -> String {
        format!("http://{}", self.console_address)
    }

    /// The one-time link that makes the first administrator; `None` when there is one already.
    pub async fn setup_link(&self) -> Result<Option<SecretString>, fettle_fleet::access::AccessError> {
        use secrecy::ExposeSecret as _;
        let code = self.fleet.new_setup_code().await?;
        Ok(code.map(|code| format!("{}/setup#{}", self.console_url(), code.expose_secret()).into()))
    }

    /// Serves until `shutdown`, then lets what is at work end, writes what is kept in memory and closes the database.
    pub async fn serve(self, shutdown: CancellationToken) -> Result<(), ServeError> {
        let Self { fleet, state, hosts, keyring, console, agents, tls, .. } = self;
        let tracker = state.tasks.clone();
        let resolver = tls.resolver();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        tracker.spawn(listener::plain(console, api::router(Arc::clone(&state)), shutdown.clone(), tracker.clone()));
        tracker.spawn(listener::mutual_tls(
            agents,
            tls,
            HandshakeBudget::new(cores, fleet.settings.handshake_percent),
            agent_channel::router(Arc::clone(&state)),
            shutdown.clone(),
            tracker.clone(),
        ));
        tasks::spawn(&state, resolver, &shutdown, &tracker);
        tracker.spawn(feeds::run(Arc::clone(&state), hosts, keyring, shutdown.clone()));
        if !state.feeds.offline {
            tracker.spawn(feeds::sync::run(Arc::clone(&state), shutdown.clone()));
            tracker.spawn(feeds::nvd::run(Arc::clone(&state), shutdown.clone()));
        }
        let loading = load(&state);
        let stopped = tokio::select! {
            loaded = loading => match loaded {
                Ok(()) => { shutdown.cancelled().await; Ok(()) }
                Err(error) => Err(error),
            },
            () = shutdown.cancelled() => Ok(()),
        };
        shutdown.cancel();
        state.stopping.cancel();
        tracker.close();
        if tokio::time::timeout(STOP_WITHIN, tracker.wait()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        if let Err(error) = fleet.write_contacts().await {
            tracing::error!(error = &error as &dyn std::error::Error, "the last contacts could not be written");
        }
        fleet.database.close().await;
        stopped
    }
}

async fn load(state: &Arc<AppState>) -> Result<(), ServeError> {
    state.fleet.load_index().await?;
    tracing::info!(assets = state.fleet.index.asset_count(), "the index is loaded");
    Ok(())
}
