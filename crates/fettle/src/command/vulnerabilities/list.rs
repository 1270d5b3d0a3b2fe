//! `fettle vulnerabilities list`.

use crate::api::vulnerability::VulnerabilityRow;
use crate::api::{Client, Page};
use crate::command::Listing;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, say_more, table};
use crate::text::{optional_time, percent, yes};

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
    /// Only those that an asset is exposed to
    #[arg(long)]
    exposed: bool,
    /// Only those that CISA's catalogue knows as exploited
    #[arg(long)]
    known_exploited: bool,
    /// Only those with at least this CVSS score, 0 to 10
    #[arg(long, value_name = "SCORE")]
    min_cvss: Option<f64>,
    /// Only those with at least this probability of EPSS, 0 to 1
    #[arg(long, value_name = "PROBABILITY")]
    min_epss: Option<f64>,
    /// Column to sort by, with `-` in front for the other direction [default: -priority]
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    sort: Option<String>,
}

pub(crate) async fn run(client: &Client, list: List) -> Result<Finding, Failure> {
    let limit = list.listing.limit.to_string();
    let number = |asked: Option<f64>| asked.map(|number| number.to_string()).unwrap_or_default();
    let (min_cvss, min_epss) = (number(list.min_cvss), number(list.min_epss));
    let more = [
        ("exposed", yes(list.exposed)),
        ("knownExploited", yes(list.known_exploited)),
        ("minCvss", min_cvss.as_str()),
        ("minEpss", min_epss.as_str()),
        ("sort", list.sort.as_deref().unwrap_or_default()),
    ];
    let answer =
        client.get::<Page<VulnerabilityRow>>("/v1/vulnerabilities", &list.listing.query(&limit, &more)).await?;
    if list.listing.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows =
        table(["CVE", "PRIORITY", "EXPLOITED", "CVSS", "EPSS", "EXPOSED", "PATCHES", "FIRST FIX", "SOURCES"]);
    for found in &answer.value.items {
        rows.add_row([
            found.cve.clone(),
            format!("{:.1}", found.priority.total),
            exploited(found).to_owned(),
            found.cvss.as_ref().map(|shown| format!("{:.1}", shown.score)).unwrap_or_default(),
            found.epss.map(percent).unwrap_or_default(),
            found.exposed_count.to_string(),
            found.patch_count.to_string(),
            optional_time(found.published),
            found.sources.join(" "),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(Finding::Nothing)
}

fn exploited(found: &VulnerabilityRow) -> &'static str {
    match (found.is_known_exploited, found.is_used_by_ransomware) {
        (true, true) => "ransomware",
        (exploited, _) => yes(exploited),
    }
}
