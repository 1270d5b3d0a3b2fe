//! `fettle catalogue`: vendors' data.

mod feeds;
mod import;
mod report;
mod status;

use crate::arguments::Connection;
use crate::failure::{Failure, Finding};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Catalogue {
    /// Read a vendor's file and put what is in it into the server's catalogue
    Import(import::Import),
    /// The files that were imported
    Status(status::Status),
    /// The feeds that the server fetches, and how each stands
    Feeds(feeds::Feeds),
    /// Ask a feed now, due or not
    Sync(feeds::Sync),
}

pub(crate) async fn run(connection: &Connection, catalogue: Catalogue) -> Result<Finding, Failure> {
    match catalogue {
        Catalogue::Import(import) => import::run(connection, import).await,
        Catalogue::Status(status) => status::run(&connection.client()?, status).await,
        Catalogue::Feeds(feeds) => feeds::list(&connection.client()?, feeds).await,
        Catalogue::Sync(sync) => feeds::sync(&connection.client()?, sync).await,
    }
}
