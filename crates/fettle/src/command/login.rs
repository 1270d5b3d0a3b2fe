//! `fettle login`: name and password become an API token that is kept; the session for it ends at once.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

use console::Term;
use secrecy::SecretString;
use serde::Serialize;

use crate::api::server::{CreatedToken, Session};
use crate::api::{Address, Client};
use crate::arguments::Connection;
use crate::credentials::{self, Credentials};
use crate::failure::{Failure, Finding};
use crate::output::say;
use crate::text::time;

#[derive(Debug, clap::Args)]
pub(crate) struct Login {
    /// Address of the server [default: `--url`]
    address: Option<Address>,
    /// User name; asked for when it is not given
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Read the password as one line from standard input
    #[arg(long, requires = "user")]
    password_stdin: bool,
    /// Days that the token lasts
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=365))]
    days: u32,
}

#[derive(Serialize)]
struct TokenRequest {
    name: String,
    days: u32,
}

pub(crate) async fn run(connection: &Connection, login: Login) -> Result<Finding, Failure> {
    let address = login.address.clone().or_else(|| connection.url.clone()).ok_or(Failure::NoServer)?;
    let credentials = match &connection.token_file {
        Some(file) => with_token(address, file).await?,
        None => with_password(address, &login).await?,
    };
    let path = credentials::store(&credentials)?;
    say(&format!("The token is kept in {}", path.display()));
    Ok(Finding::Nothing)
}

async fn with_token(address: Address, file: &Path) -> Result<Credentials, Failure> {
    let token = credentials::read_token(file)?;
    let client = Client::new(address.clone())?.with_token(token.clone())?;
    let session: Session = client.get("/v1/session", &[]).await?.value;
    say(&format!("Signed in to {address} as {}", session.user.username));
    Ok(Credentials { url: address, token, token_id: None })
}

async fn with_password(address: Address, login: &Login) -> Result<Credentials, Failure> {
    let mut client = Client::new(address.clone())?;
    let (username, password) = ask(&address, login)?;
    client.sign_in(&username, &password).await?;
    let request = TokenRequest { name: token_name(), days: login.days };
    let token = client.post::<CreatedToken>("/v1/tokens", &request).await;
    client.delete("/v1/session").await?;
    let token = token?.value;
    say(&format!("Signed in to {address} as {username} until {}", time(token.expires_at)));
    Ok(Credentials { url: address, token: token.token.into(), token_id: Some(token.id) })
}

/// Asks for what is not given. Only a terminal is asked.
fn ask(address: &Address, login: &Login) -> Result<(String, SecretString), Failure> {
    let asking = |source| Failure::File { operation: "the terminal cannot be read".to_owned(), source };
    if let (Some(user), true) = (&login.user, login.password_stdin) {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(asking)?;
        return given(user.clone(), line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::NoPassword);
    }
    let terminal = Term::stderr();
    let username = if let Some(user) = &login.user {
        user.clone()
    } else {
        terminal.write_str(&format!("User name at {address}: ")).map_err(asking)?;
        terminal.read_line().map_err(asking)?.trim().to_owned()
    };
    terminal.write_str("Password: ").map_err(asking)?;
    given(username, terminal.read_secure_line().map_err(asking)?)
}

fn given(username: String, password: String) -> Result<(String, SecretString), Failure> {
    if username.is_empty() || password.is_empty() {
        return Err(Failure::NoPassword);
    }
    Ok((username, password.into()))
}

/// Names the machine, so that a list of tokens says where each is.
fn token_name() -> String {
    let uname = rustix::system::uname();
    format!("fettle on {}", uname.nodename().to_string_lossy())
}
