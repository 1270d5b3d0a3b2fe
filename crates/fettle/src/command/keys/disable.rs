//! `fettle keys disable`.

use uuid::Uuid;

use crate::api::Client;
use crate::api::server::ActivationKey;
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Disable {
    /// Id of the key
    key: Uuid,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, disable: Disable) -> Result<Finding, Failure> {
    let path = format!("/v1/activation-keys/{}", disable.key);
    let answer = client.patch::<ActivationKey>(&path, &serde_json::json!({ "enabled": false })).await?;
    if disable.format.json {
        print_json(&answer);
    } else {
        print(&format!("{} is disabled; machines that enrolled with it stay", answer.value.title));
    }
    Ok(Finding::Nothing)
}
