//! What can be written behind `fettle`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::api::{Address, Client};
use crate::command;
use crate::credentials::{self, Credentials};
use crate::failure::Failure;

#[derive(Debug, Parser)]
#[command(
    name = "fettle",
    version,
    about = "Patch management: the server, and the operator's command line",
    after_help = "Exit codes: 0 done, 1 done and something was found (a job that failed, say), 2 refused or failed."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which server is spoken to, and as whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Connection {
    /// Address of the server, such as <https://fettle.example.com> [default: where `fettle login` signed in]
    #[arg(long, global = true, env = "FETTLE_URL", value_name = "URL", help_heading = "Connection")]
    pub(crate) url: Option<Address>,
    /// File that holds an API token [default: the environment's `FETTLE_TOKEN`, then the token of `fettle login`]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Connection")]
    pub(crate) token_file: Option<PathBuf>,
}

impl Connection {
    /// A client that is signed in.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let stored = credentials::load()?;
        let address = self.url.clone().or_else(|| stored.as_ref().map(|stored| stored.url.clone()));
        let address = address.ok_or(Failure::NoServer)?;
        let token = match &self.token_file {
            Some(file) => Some(credentials::read_token(file)?),
            None => credentials::token_of_environment(),
        };
        // A stored token goes to the server that gave it, and to no other.
        let stored = stored.filter(|stored: &Credentials| stored.url == address).map(|stored| stored.token);
        let token = token.or(stored).ok_or_else(|| Failure::NotSignedIn { url: address.to_string() })?;
        Client::new(address)?.with_token(token)
    }

    /// A client for what needs no sign-in.
    pub(crate) fn public_client(&self) -> Result<Client, Failure> {
        let address = match &self.url {
            Some(address) => address.clone(),
            None => credentials::load()?.ok_or(Failure::NoServer)?.url,
        };
        Client::new(address)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in to a server and keep an API token for it
    Login(command::login::Login),
    /// Give the kept API token back
    Logout(command::logout::Logout),
    /// What the server is
    About(command::about::About),
    /// The figures of all assets and the most urgent patches
    Overview(command::overview::Overview),
    /// Machines
    #[command(subcommand)]
    Assets(command::assets::Assets),
    /// Patches
    #[command(subcommand)]
    Patches(command::patches::Patches),
    /// CVEs, the patches that fix them, and who is exposed
    #[command(subcommand)]
    Vulnerabilities(command::vulnerabilities::Vulnerabilities),
    /// Patches that may wait on some assets, with a reason and an end
    #[command(subcommand)]
    Exceptions(command::exceptions::Exceptions),
    /// Tags and collections: labels of assets, by hand or by a rule
    #[command(subcommand)]
    Tags(command::tags::Tags),
    /// Jobs that install or uninstall patches
    #[command(subcommand)]
    Jobs(command::jobs::Jobs),
    /// Activation keys, with which machines enrol
    #[command(subcommand)]
    Keys(command::keys::Keys),
    /// Run the server
    Server(command::server::Server),
    /// Run a server and an agent for this machine, and show what the machine lacks
    Here(command::here::Here),
    /// Vendors' data
    #[command(subcommand)]
    Catalogue(command::catalogue::Catalogue),
    /// Judge a Windows machine without an agent by what it handed over
    Assess(command::assess::Assess),
    /// Orders of versions
    #[command(subcommand)]
    Version(command::version::Version),
    /// The query language: check a query, list the tokens
    #[command(subcommand)]
    Qql(command::qql::Qql),
    /// Find, count and group with the query language
    Query(command::query::Query),
    /// Fill a database with a fleet that does not exist
    Simulate(command::simulate::Simulate),
    /// Runs a program that ends with the process that started it
    #[command(hide = true)]
    WithParent(command::with_parent::WithParent),
    /// Says of a password on standard input how easily it is guessed
    #[command(hide = true)]
    EstimatePassword,
}
