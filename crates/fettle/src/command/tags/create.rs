//! `fettle tags create`.

use crate::api::tag::{TagBody, TagRow};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// 1 to 100 characters, without `/`
    name: String,
    /// QQL about assets, such as `platform:Linux`; without it assets get the tag by hand
    #[arg(long, value_name = "QUERY")]
    rule: Option<String>,
    /// Zone of the rule's dates, such as `Europe/Oslo` [default: UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Name, path or id of the tag above it
    #[arg(long, value_name = "TAG")]
    parent: Option<String>,
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, create: Create) -> Result<Finding, Failure> {
    let parent = match &create.parent {
        Some(parent) => Some(lookup::tag(client, parent).await?.id),
        None => None,
    };
    let body = TagBody {
        name: create.name,
        description: create.description,
        parent,
        rule: create.rule,
        tz: create.tz,
        ..TagBody::default()
    };
    let answer = client.post::<TagRow>("/v1/tags", &body).await?;
    if create.format.json {
        print_json(&answer);
    } else {
        print(&format!("{} {}, {} members", answer.value.id, answer.value.path, answer.value.member_count));
    }
    Ok(Finding::Nothing)
}
