//! `fettle tags members`.

use crate::api::asset::AssetRow;
use crate::api::{Client, Page, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, say_more, table};
use crate::text::optional_time;

#[derive(Debug, clap::Args)]
pub(crate) struct Members {
    /// Name, path or id
    tag: String,
    /// Rows to show, at most 1000
    #[arg(long, value_name = "ROWS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, members: Members) -> Result<Finding, Failure> {
    let tag = lookup::tag(client, &members.tag).await?;
    let limit = members.limit.to_string();
    let path = format!("/v1/tags/{}/members", tag.id);
    let answer = client.get::<Page<AssetRow>>(&path, &[("limit", limit.as_str())]).await?;
    if members.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows = table(["NAME", "OPERATING SYSTEM", "SCANNED", "MISSING", "ID"]);
    for asset in &answer.value.items {
        rows.add_row([
            asset.name.clone(),
            asset.operating_system.clone(),
            optional_time(asset.scanned_at),
            asset.missing_patch_count.to_string(),
            asset.id.clone(),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(Finding::Nothing)
}
