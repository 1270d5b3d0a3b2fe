//! `fettle logout`: the server forgets the token, then so does this machine.

use crate::api::Client;
use crate::credentials;
use crate::failure::{Failure, Finding};
use crate::output::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Logout {
    /// Remove the token here even if the server cannot be told
    #[arg(long)]
    force: bool,
}

pub(crate) async fn run(logout: &Logout) -> Result<Finding, Failure> {
    let Some(stored) = credentials::load()? else {
        say("No token is kept");
        return Ok(Finding::Nothing);
    };
    if let Some(id) = stored.token_id {
        let client = Client::new(stored.url.clone())?.with_token(stored.token)?;
        match client.delete(&format!("/v1/tokens/{id}")).await {
            Ok(()) => {}
            // The token has ended or is gone: that is what was wanted.
            Err(Failure::Refused { code, .. }) if matches!(code.as_str(), "UNAUTHENTICATED" | "NOT_FOUND") => {}
            Err(failure) if logout.force => say(&format!("The server was not told: {failure}")),
            Err(failure) => return Err(failure),
        }
    }
    credentials::remove()?;
    say(&format!("Signed out of {}", stored.url));
    Ok(Finding::Nothing)
}
