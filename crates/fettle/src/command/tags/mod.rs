//! `fettle tags …`.

mod create;
mod delete;
mod edit;
mod list;
mod members;
mod pin;
mod preview;

use clap::Subcommand;

use crate::api::Client;
use crate::failure::{Failure, Finding};

#[derive(Debug, Subcommand)]
pub(crate) enum Tags {
    /// All tags, as a tree, with their numbers of members
    List(list::List),
    /// Make a tag; with a rule it is a collection, whose members follow by themselves
    Create(create::Create),
    /// Change a tag; what is not named stays as it is
    Edit(edit::Edit),
    /// Delete a tag that nothing uses
    Delete(delete::Delete),
    /// The assets that have a tag
    Members(members::Members),
    /// Who would be a member by a rule; nothing is saved
    Preview(preview::Preview),
    /// Put assets in or out of a tag, whatever its rule says
    Pin(pin::PinAssets),
}

pub(crate) async fn run(client: &Client, tags: Tags) -> Result<Finding, Failure> {
    match tags {
        Tags::List(list) => list::run(client, list).await,
        Tags::Create(create) => create::run(client, create).await,
        Tags::Edit(edit) => edit::run(client, edit).await,
        Tags::Delete(delete) => delete::run(client, delete).await,
        Tags::Members(members) => members::run(client, members).await,
        Tags::Preview(preview) => preview::run(client, preview).await,
        Tags::Pin(pin) => pin::run(client, pin).await,
    }
}
