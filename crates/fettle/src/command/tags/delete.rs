//! `fettle tags delete`.

use crate::api::{Client, lookup};
use crate::failure::{Failure, Finding};
use crate::output::print;

#[derive(Debug, clap::Args)]
pub(crate) struct Delete {
    /// Name, path or id
    tag: String,
}

pub(crate) async fn run(client: &Client, delete: Delete) -> Result<Finding, Failure> {
    let tag = lookup::tag(client, &delete.tag).await?;
    let revision = tag.revision.to_string();
    client.delete_with(&format!("/v1/tags/{}", tag.id), &[("revision", revision.as_str())]).await?;
    print(&format!("{} is deleted", tag.path));
    Ok(Finding::Nothing)
}
