//! `fettle patches show`.

use crate::api::patch::{PatchDetails, Reference};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json, print_table, table};
use crate::text::{bytes, count_unless_none, optional_time, yes};

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Id, source package or title
    patch: String,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, show: Show) -> Result<Finding, Failure> {
    let patch = lookup::patch(client, &show.patch).await?;
    let answer = client.get::<PatchDetails>(&format!("/v1/patches/{}", patch.id), &[]).await?;
    if show.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let PatchDetails { row, description, packages, superseded_by, rule } = answer.value;
    print_facts(&[
        ("Patch", row.title),
        ("Id", row.id),
        ("Vendor", row.vendor),
        ("Source", format!("{} {}", row.source, row.source_version)),
        ("Repository", row.repository),
        ("Security", yes(row.is_security).to_owned()),
        ("Urgency", row.urgency.map(|urgency| format!("{urgency} (not a severity)")).unwrap_or_default()),
        ("CVEs", row.cves.map_or_else(|| "not read yet".to_owned(), |cves| cves.join(" "))),
        ("Published", optional_time(row.published)),
        ("Reboot", row.reboot),
        ("Missing on", row.missing_count.to_string()),
        ("Overdue on", row.overdue_count.to_string()),
        ("Cannot tell on", count_unless_none(row.undetermined_count)),
        ("Installed on", row.installed_count.to_string()),
        ("Vouched for by", row.corroboration),
        ("Replaced by", titles(&superseded_by)),
        ("Applies to", rule),
    ]);
    let mut rows = table(["PACKAGE", "ARCHITECTURE", "FIXED VERSION", "SIZE"]);
    for package in packages {
        let size = package.size_bytes.map(bytes).unwrap_or_default();
        rows.add_row([package.name, package.architecture, package.fixed_version, size]);
    }
    print("");
    print_table(&rows);
    if !description.is_empty() {
        print(&format!("\n{description}"));
    }
    Ok(Finding::Nothing)
}

pub(super) fn titles(patches: &[Reference]) -> String {
    patches.iter().map(|patch| patch.title.as_str()).collect::<Vec<_>>().join(", ")
}
