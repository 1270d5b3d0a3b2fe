//! `fettle tags edit`.

use crate::api::tag::{TagBody, TagRow};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Edit {
    /// Name, path or id
    tag: String,
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// QQL about assets
    #[arg(long, value_name = "QUERY")]
    rule: Option<String>,
    /// Assets get it by hand from now on
    #[arg(long, conflicts_with = "rule")]
    no_rule: bool,
    /// Zone of the rule's dates
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Name, path or id of the tag above it
    #[arg(long, value_name = "TAG")]
    parent: Option<String>,
    /// Move it to the top
    #[arg(long, conflicts_with = "parent")]
    top: bool,
    /// How many members join and leave, where they are many
    #[arg(long, value_name = "NUMBER")]
    confirm: Option<u64>,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, edit: Edit) -> Result<Finding, Failure> {
    let tag = lookup::tag(client, &edit.tag).await?;
    let mut body = TagBody { confirm: edit.confirm, ..TagBody::of(&tag) };
    body.name = edit.name.unwrap_or(body.name);
    body.description = edit.description.unwrap_or(body.description);
    body.rule = edit.rule.or(body.rule).filter(|_| !edit.no_rule);
    body.tz = edit.tz.or(body.tz);
    if let Some(parent) = &edit.parent {
        body.parent = Some(lookup::tag(client, parent).await?.id);
    } else if edit.top {
        body.parent = None;
    }
    let answer = client.put::<TagRow>(&format!("/v1/tags/{}", tag.id), &body).await?;
    if edit.format.json {
        print_json(&answer);
    } else {
        print(&format!("{} {}, {} members", answer.value.id, answer.value.path, answer.value.member_count));
    }
    Ok(Finding::Nothing)
}
