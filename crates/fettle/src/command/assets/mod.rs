//! `fettle assets …`.

mod list;
mod scan;
mod show;

use clap::Subcommand;

use crate::api::Client;
use crate::failure::{Failure, Finding};

#[derive(Debug, Subcommand)]
pub(crate) enum Assets {
    /// Machines and what they lack
    List(list::List),
    /// One machine
    Show(show::Show),
    /// Have machines scanned now
    Scan(scan::Scan),
}

pub(crate) async fn run(client: &Client, assets: Assets) -> Result<Finding, Failure> {
    match assets {
        Assets::List(list) => list::run(client, list).await,
        Assets::Show(show) => show::run(client, show).await,
        Assets::Scan(scan) => scan::run(client, scan).await,
    }
}
