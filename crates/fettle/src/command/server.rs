//! `fettle server`.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use fettle_fleet::Settings;
use fettle_server::{Config, FeedSettings, Running};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio_util::task::TaskTracker;

use super::estimate_password;
use super::sla::SlaFile;
use crate::failure::{Failure, Finding};
use crate::logs::{self, LogFormat};
use crate::output::print;
use crate::signals;

/// Console and operator API, behind a proxy that speaks TLS, or for this machine alone.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8480);
/// Agents, over mutual TLS.
pub(crate) const AGENT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8443);
pub(crate) const ORGANISATION: &str = "Fettle";

/// What is not given on the command line is taken from the file, then from the defaults.
#[derive(Debug, clap::Args)]
pub(crate) struct Server {
    /// TOML file with the same names as these options, without the dashes in front; `[sla]` gives days until patches
    /// of a class have to be in
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data directory: keys, and the database unless `--database` names another [required here or in the file]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// PostgreSQL in place of SQLite in the data directory: <postgres://USER@HOST/DATABASE>
    #[arg(long, value_name = "URL", env = "FETTLE_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Where console and operator API listen [default: 127.0.0.1:8480]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Where agents are listened to [default: 0.0.0.0:8443]
    #[arg(long, value_name = "ADDRESS")]
    agent_listen: Option<SocketAddr>,
    /// Name or address under which agents reach this server; can be given several times [default: the host's name]
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
    /// Name of the organisation; taken at the first start [default: Fettle]
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Serve the console over plain http to other machines too
    #[arg(long)]
    insecure_http: bool,
    /// Host of a package repository that the server may ask to confirm what machines report; can be given several
    /// times, beside the hosts of this machine's own apt sources
    #[arg(long = "repository-host", value_name = "HOST")]
    repository_hosts: Vec<String>,
    /// Binary OpenPGP keyring, or a folder of them, whose keys confirm packages; can be given several times, beside
    /// the folder `keyrings` of the data directory
    #[arg(long = "keyring", value_name = "FILE")]
    keyrings: Vec<PathBuf>,
    /// Fetch no feed of the catalogue; files are imported by hand. In the file `[feeds]` gives single ones another address,
    /// or "off"
    #[arg(long)]
    offline: bool,
    /// Key of the NVD's API, with which its first round takes minutes; sent to the feed's address alone
    #[arg(long, value_name = "KEY", env = "FETTLE_NVD_API_KEY", hide_env_values = true)]
    nvd_api_key: Option<SecretString>,
    /// Form of the log on standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct ConfigFile {
    data: Option<PathBuf>,
    database: Option<String>,
    listen: Option<SocketAddr>,
    agent_listen: Option<SocketAddr>,
    name: Vec<String>,
    organisation: Option<String>,
    insecure_http: bool,
    repository_host: Vec<String>,
    keyring: Vec<PathBuf>,
    sla: SlaFile,
    offline: bool,
    feeds: BTreeMap<String, String>,
    nvd_api_key: Option<Key>,
}

/// Is not shown with the rest of the file.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct Key(SecretString);

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

pub(crate) async fn run(server: Server) -> Result<Finding, Failure> {
    logs::start(server.log, "info");
    let config = config(server)?;
    let tasks = TaskTracker::new();
    let shutdown = signals::shutdown(&tasks)
        .map_err(|source| Failure::File { operation: "signals cannot be received".to_owned(), source })?;
    let running = fettle_server::start(config).await.map_err(|error| Failure::Start(error.into()))?;
    print_links(&running).await?;
    running.serve(shutdown).await.map_err(|error| Failure::Serve(error.into()))?;
    Ok(Finding::Nothing)
}

/// Where the console is, and how it is entered the first time.
pub(crate) async fn print_links(running: &Running) -> Result<(), Failure> {
    print(&format!("Console: {}", running.console_url()));
    if let Some(link) = running.setup_link().await.map_err(|error| Failure::Start(error.into()))? {
        print(&format!("Make the first administrator, once: {}", link.expose_secret()));
    }
    Ok(())
}

fn config(server: Server) -> Result<Config, Failure> {
    let file = server.config.as_deref().map(read).transpose()?.unwrap_or_default();
    let no_data = || Failure::Argument("no data directory is named: give `--data DIR`".to_owned());
    let names = if server.names.is_empty() { file.name } else { server.names };
    let mut feeds = FeedSettings::default();
    feeds.offline = server.offline || file.offline;
    for (name, address) in &file.feeds {
        feeds.set(name, address).map_err(|error| Failure::Argument(error.to_string()))?;
    }
    if let Some(key) = server.nvd_api_key.or_else(|| file.nvd_api_key.map(|Key(key)| key)) {
        feeds.set_nvd_key(key).map_err(|error| Failure::Argument(error.to_string()))?;
    }
    Ok(Config {
        data: server.data.or(file.data).ok_or_else(no_data)?,
        database: server.database.or(file.database),
        listen: server.listen.or(file.listen).unwrap_or(LISTEN),
        agent_listen: server.agent_listen.or(file.agent_listen).unwrap_or(AGENT_LISTEN),
        names: if names.is_empty() { own_names() } else { names },
        organisation: server.organisation.or(file.organisation).unwrap_or_else(|| ORGANISATION.to_owned()),
        insecure_http: server.insecure_http || file.insecure_http,
        repository_hosts: if server.repository_hosts.is_empty() {
            file.repository_host
        } else {
            server.repository_hosts
        },
        keyrings: if server.keyrings.is_empty() { file.keyring } else { server.keyrings },
        feeds,
        settings: Settings { sla: file.sla.days()?, estimator: estimate_password::estimator(), ..Settings::default() },
    })
}

fn read(path: &std::path::Path) -> Result<ConfigFile, Failure> {
    let text = fs_err::read_to_string(path)
        .map_err(|source| Failure::File { operation: "the configuration cannot be read".to_owned(), source })?;
    // toml's own text shows the line and the place; a database's password stands in no key's name.
    toml::from_str(&text).map_err(|error| Failure::Document { path: path.to_owned(), source: error.message().into() })
}

/// The host's name first: install lines carry it.
pub(crate) fn own_names() -> Vec<String> {
    let uname = rustix::system::uname();
    vec![uname.nodename().to_string_lossy().into_owned(), "localhost".to_owned(), "127.0.0.1".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(file: &str, data: Option<&str>) -> Result<Config, Failure> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("fettle.toml");
        fs_err::write(&path, file).expect("a file");
        config(Server {
            config: Some(path),
            data: data.map(PathBuf::from),
            database: None,
            listen: None,
            agent_listen: None,
            names: Vec::new(),
            organisation: None,
            insecure_http: false,
            repository_hosts: Vec::new(),
            keyrings: Vec::new(),
            offline: false,
            nvd_api_key: None,
            log: LogFormat::Text,
        })
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let file = "data = \"/srv/a\"\nlisten = \"127.0.0.1:1\"\nname = [\"fettle.example.com\"]\n";
        let config = server(file, Some("/srv/b")).expect("a configuration");
        assert_eq!(config.data, PathBuf::from("/srv/b"));
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.agent_listen, AGENT_LISTEN);
        assert_eq!(config.names, ["fettle.example.com"]);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let failure = server("data = \"/srv/a\"\nlisen = \"127.0.0.1:1\"\n", None).map(drop).expect_err("refused");
        assert!(failure.to_text().contains("unknown field `lisen`"), "{}", failure.to_text());
    }

    #[test]
    fn a_feed_has_another_address_or_none() {
        let config = server("data = \"/srv/a\"\n[feeds]\nkev = \"off\"\n", None).expect("a configuration");
        assert!(!config.feeds.offline);
        let failure = server("data = \"/srv/a\"\n[feeds]\nkef = \"off\"\n", None).map(drop).expect_err("refused");
        assert!(failure.to_text().contains("there is no feed \"kef\" that is fetched"), "{}", failure.to_text());
    }

    #[test]
    fn a_key_of_the_nvd_is_taken_and_never_repeated() {
        let config = server("data = \"/srv/a\"\nnvd-api-key = \"aaaa-bbbb\"\n", None).expect("a configuration");
        assert!(!format!("{config:?}").contains("aaaa"));
        let failure = server("data = \"/srv/a\"\nnvd-api-key = \"aaaa bbbb\"\n", None).map(drop);
        let text = failure.expect_err("refused").to_text();
        assert!(text.contains("API key") && !text.contains("aaaa"), "{text}");
    }

    #[test]
    fn a_data_directory_must_be_named() {
        assert_eq!(server("", None).map(drop).expect_err("refused").code(), "INVALID_ARGUMENT");
    }
}
