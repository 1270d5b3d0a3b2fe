//! `fettle vulnerabilities …`.

mod list;
mod show;

use clap::Subcommand;

use crate::api::Client;
use crate::failure::{Failure, Finding};

#[derive(Debug, Subcommand)]
pub(crate) enum Vulnerabilities {
    /// CVEs that a patch of the catalogue fixes
    List(list::List),
    /// One CVE: the patches that fix it, and the assets that lack one
    Show(show::Show),
}

pub(crate) async fn run(client: &Client, vulnerabilities: Vulnerabilities) -> Result<Finding, Failure> {
    match vulnerabilities {
        Vulnerabilities::List(list) => list::run(client, list).await,
        Vulnerabilities::Show(show) => show::run(client, show).await,
    }
}
