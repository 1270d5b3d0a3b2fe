//! `fettle exceptions list`.

use crate::api::exception::ExceptionRow;
use crate::api::{Client, Page};
use crate::command::Listing;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, say_more, table};
use crate::text::{some_of, time};

/// Names that one cell shows before it counts the rest.
const NAMES: usize = 2;

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
    /// Only those that are Requested, Approved, Rejected, Expired or Revoked
    #[arg(long)]
    state: Option<String>,
}

pub(crate) async fn run(client: &Client, list: List) -> Result<Finding, Failure> {
    let limit = list.listing.limit.to_string();
    let more = [("state", list.state.as_deref().unwrap_or_default())];
    let answer = client.get::<Page<ExceptionRow>>("/v1/exceptions", &list.listing.query(&limit, &more)).await?;
    if list.listing.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows = table(["STATE", "PATCHES", "ASSETS", "ENDS", "REQUESTED BY", "REASON", "ID"]);
    for row in &answer.value.items {
        let patches: Vec<String> = row.patches.iter().map(|patch| patch.title.clone()).collect();
        let tags = row.tags.iter().map(|tag| format!("tag {}", tag.path));
        let assets: Vec<String> = tags.chain(row.assets.iter().map(|asset| asset.name.clone())).collect();
        rows.add_row([
            row.state.clone(),
            row.patch_query.clone().unwrap_or_else(|| some_of(&patches, NAMES)),
            some_of(&assets, NAMES),
            time(row.expires_at),
            row.requested_by.clone(),
            row.reason.clone(),
            row.id.clone(),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(Finding::Nothing)
}
