//! `fettle exceptions …`.

mod decide;
mod list;
mod request;

use clap::Subcommand;

use crate::api::Client;
use crate::failure::{Failure, Finding};

#[derive(Debug, Subcommand)]
pub(crate) enum Exceptions {
    /// Patches that need not be in on some assets for a while
    List(list::List),
    /// Ask for an exception: nothing changes before it is approved
    Request(request::Request),
    /// What it covers is not overdue any more, and jobs leave it out
    Approve(decide::Decide),
    Reject(decide::Decide),
    /// End an exception before its time
    Revoke(decide::Decide),
}

pub(crate) async fn run(client: &Client, exceptions: Exceptions) -> Result<Finding, Failure> {
    match exceptions {
        Exceptions::List(list) => list::run(client, list).await,
        Exceptions::Request(request) => request::run(client, request).await,
        Exceptions::Approve(decide) => decide::run(client, decide, "Approved").await,
        Exceptions::Reject(decide) => decide::run(client, decide, "Rejected").await,
        Exceptions::Revoke(decide) => decide::run(client, decide, "Revoked").await,
    }
}
