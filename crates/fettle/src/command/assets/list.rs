//! `fettle assets list`.

use crate::api::asset::AssetRow;
use crate::api::{Client, Page};
use crate::command::Listing;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, say_more, table};
use crate::text::{optional_time, yes};

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
    /// Only assets that lack patches
    #[arg(long)]
    missing: bool,
    /// Only assets with a missing patch that is past its due date
    #[arg(long)]
    overdue: bool,
    /// Column to sort by, with `-` in front for the other direction [default: name]
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    sort: Option<String>,
}

pub(crate) async fn run(client: &Client, list: List) -> Result<Finding, Failure> {
    let limit = list.listing.limit.to_string();
    let more = [
        ("missing", yes(list.missing)),
        ("overdue", yes(list.overdue)),
        ("sort", list.sort.as_deref().unwrap_or_default()),
    ];
    let answer = client.get::<Page<AssetRow>>("/v1/assets", &list.listing.query(&limit, &more)).await?;
    if list.listing.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows = table([
        "NAME",
        "OPERATING SYSTEM",
        "SCAN",
        "SCANNED",
        "MISSING",
        "SECURITY",
        "OVERDUE",
        "REBOOT",
        "AGENT",
        "CONNECTED",
    ]);
    for asset in &answer.value.items {
        rows.add_row([
            asset.name.clone(),
            asset.operating_system.clone(),
            scan_state(asset),
            optional_time(asset.scanned_at),
            asset.missing_patch_count.to_string(),
            asset.missing_security_count.to_string(),
            asset.overdue_count.to_string(),
            yes(asset.pending_reboot).to_owned(),
            asset.agent_status.clone(),
            yes(asset.connected).to_owned(),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(Finding::Nothing)
}

/// A failed scan never looks like "nothing missing": its reason stands beside it.
pub(super) fn scan_state(asset: &AssetRow) -> String {
    match &asset.scan_reason {
        Some(reason) => format!("{}: {reason}", asset.scan_status),
        None => asset.scan_status.clone(),
    }
}
