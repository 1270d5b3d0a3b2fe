//! `fettle keys create`.

use jiff::Timestamp;
use serde::Serialize;

use crate::api::Client;
use crate::api::server::ActivationKey;
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, say};

#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// What the key is for
    #[arg(long)]
    title: String,
    /// Machines that can enrol with it [default: any number]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    max_agents: Option<u32>,
    /// When it ends, such as 2026-12-31T00:00:00Z [default: never]
    #[arg(long, value_name = "TIME")]
    expires: Option<Timestamp>,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewKey<'a> {
    title: &'a str,
    max_agents: Option<u32>,
    expire_date: Option<Timestamp>,
}

pub(crate) async fn run(client: &Client, create: Create) -> Result<Finding, Failure> {
    let key = NewKey { title: &create.title, max_agents: create.max_agents, expire_date: create.expires };
    let answer = client.post::<ActivationKey>("/v1/activation-keys", &key).await?;
    if create.format.json {
        print_json(&answer);
    } else {
        say("Run this as root on each machine that is to enrol:");
        print(&answer.value.install_line);
    }
    Ok(Finding::Nothing)
}
