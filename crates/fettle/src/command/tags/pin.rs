//! `fettle tags pin`.

use serde::Serialize;

use crate::api::tag::TagRow;
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct PinAssets {
    /// Name, path or id
    tag: String,
    /// Names or ids of assets
    #[arg(required = true, value_name = "ASSET")]
    assets: Vec<String>,
    /// No members, whatever the rule says
    #[arg(long)]
    out: bool,
    /// As the rule says again; off a tag without a rule
    #[arg(long, conflicts_with = "out")]
    remove: bool,
    /// Why; up to 200 characters
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Asked {
    assets: Vec<String>,
    pin: Option<&'static str>,
    reason: String,
}

pub(crate) async fn run(client: &Client, pin: PinAssets) -> Result<Finding, Failure> {
    let tag = lookup::tag(client, &pin.tag).await?;
    let side = match (pin.out, pin.remove) {
        (true, _) => Some("Out"),
        (_, true) => None,
        _ => Some("In"),
    };
    let mut asked = Asked { assets: Vec::new(), pin: side, reason: pin.reason };
    for asset in &pin.assets {
        asked.assets.push(lookup::asset(client, asset).await?.id);
    }
    let answer = client.post::<TagRow>(&format!("/v1/tags/{}/pins", tag.id), &asked).await?;
    if pin.format.json {
        print_json(&answer);
    } else {
        print(&format!("{} has {} members", answer.value.path, answer.value.member_count));
    }
    Ok(Finding::Nothing)
}
