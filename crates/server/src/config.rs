//! What a server is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

use fettle_fleet::Settings;

use crate::feeds::catalogue_feeds::FeedSettings;

#[derive(Debug, Clone)]
pub struct Config {
    /// Holds the seal key, and SQLite's files unless `database` says otherwise.
    pub data: PathBuf,
    /// `postgres://…`; `None`: SQLite in `data`.
    pub database: Option<String>,
    /// The console and the operator API.
    pub listen: SocketAddr,
    /// The agents' TLS port.
    pub agent_listen: SocketAddr,
    /// Names and addresses under which agents reach this server; they go into its certificate.
    pub names: Vec<String>,
    /// Used at the first start.
    pub organisation: String,
    /// Plain HTTP on an address that is not loopback.
    pub insecure_http: bool,
    /// Hosts of package repositories that the server may ask, beside those of this machine's own apt sources.
    pub repository_hosts: Vec<String>,
    /// Binary OpenPGP keyrings whose keys confirm packages: files, or folders of `.gpg` files.
    pub keyrings: Vec<PathBuf>,
    /// The catalogue's feeds that the server fetches.
    pub feeds: FeedSettings,
    pub settings: Settings,
}
