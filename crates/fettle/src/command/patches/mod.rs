//! `fettle patches …`.

mod explain;
mod list;
mod show;

use clap::Subcommand;

use crate::api::Client;
use crate::failure::{Failure, Finding};

#[derive(Debug, Subcommand)]
pub(crate) enum Patches {
    /// Patches that are missing or installed somewhere
    List(list::List),
    /// One patch
    Show(show::Show),
    /// Why a patch is missing on an asset, or is not
    Explain(explain::Explain),
}

pub(crate) async fn run(client: &Client, patches: Patches) -> Result<Finding, Failure> {
    match patches {
        Patches::List(list) => list::run(client, list).await,
        Patches::Show(show) => show::run(client, show).await,
        Patches::Explain(explain) => explain::run(client, explain).await,
    }
}
