//! `fettle patches list`.

use clap::ValueEnum;

use crate::api::patch::PatchRow;
use crate::api::{Client, Page};
use crate::command::Listing;
use crate::command::overview::known_cves;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, say_more, table};
use crate::text::{bytes, optional_time, yes};

#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
    /// Only security patches
    #[arg(long)]
    security: bool,
    /// Only patches that are so somewhere
    #[arg(long)]
    status: Option<Status>,
    /// Also patches that a later one replaces
    #[arg(long)]
    superseded: bool,
    /// Only patches that are past their due date on an asset
    #[arg(long)]
    overdue: bool,
    /// Only patches that somebody hid, which are left out otherwise
    #[arg(long)]
    hidden: bool,
    /// Column to sort by, with `-` in front for the other direction [default: -missingCount]
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    sort: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Status {
    Missing,
    Installed,
    /// It cannot be told whether an asset lacks it
    Undetermined,
    All,
}

impl Status {
    const fn in_query(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::Installed => "Installed",
            Self::Undetermined => "Undetermined",
            Self::All => "all",
        }
    }
}

pub(crate) async fn run(client: &Client, list: List) -> Result<Finding, Failure> {
    let limit = list.listing.limit.to_string();
    let more = [
        ("security", yes(list.security)),
        ("status", list.status.map_or("", Status::in_query)),
        ("superseded", yes(list.superseded)),
        ("hidden", yes(list.hidden)),
        ("overdue", yes(list.overdue)),
        ("sort", list.sort.as_deref().unwrap_or_default()),
    ];
    let answer = client.get::<Page<PatchRow>>("/v1/patches", &list.listing.query(&limit, &more)).await?;
    if list.listing.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows =
        table(["PATCH", "SECURITY", "URGENCY", "MISSING", "OVERDUE", "INSTALLED", "PUBLISHED", "SIZE", "CVES", "ID"]);
    for patch in &answer.value.items {
        rows.add_row([
            patch.title.clone(),
            yes(patch.is_security).to_owned(),
            patch.urgency.clone().unwrap_or_default(),
            patch.missing_count.to_string(),
            patch.overdue_count.to_string(),
            patch.installed_count.to_string(),
            optional_time(patch.published),
            patch.size_bytes.map(bytes).unwrap_or_default(),
            known_cves(patch.cves.as_deref(), patch.is_security),
            patch.id.clone(),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(Finding::Nothing)
}
