//! `fettle keys …`.

mod create;
mod disable;
mod list;

use clap::Subcommand;

use crate::api::Client;
use crate::failure::{Failure, Finding};

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Activation keys and how often they were used
    List(list::List),
    /// Make a key and print the line that enrols a machine
    Create(create::Create),
    /// Let nobody enrol with a key any more
    Disable(disable::Disable),
}

pub(crate) async fn run(client: &Client, keys: Keys) -> Result<Finding, Failure> {
    match keys {
        Keys::List(list) => list::run(client, list).await,
        Keys::Create(create) => create::run(client, create).await,
        Keys::Disable(disable) => disable::run(client, disable).await,
    }
}
