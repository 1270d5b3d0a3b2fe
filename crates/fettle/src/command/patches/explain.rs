//! `fettle patches explain`.

use crate::api::patch::Explanation;
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json, print_table, table};
use crate::text::{due, optional_time, time};

use super::show::titles;

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Id, source package or title
    patch: String,
    /// Name or id of the asset
    #[arg(long, value_name = "NAME")]
    asset: String,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, explain: Explain) -> Result<Finding, Failure> {
    let asset = lookup::asset(client, &explain.asset).await?;
    let patch = lookup::patch(client, &explain.patch).await?;
    let path = format!("/v1/assets/{}/patches/{}/explain", asset.id, patch.id);
    let answer = client.get::<Explanation>(&path, &[]).await?;
    if explain.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let explanation = answer.value;
    print(&format!("{} on {}: {}", patch.name, asset.name, explanation.status));
    print(&explanation.sentence);
    print("");
    let mut rows = table(["CHECK", "SUBJECT", "FOUND", "", "EXPECTED", "HOLDS"]);
    for line in explanation.evidence {
        let holds = if line.holds { "yes" } else { "no" };
        rows.add_row([line.check, line.subject, line.found, line.op, line.expected, holds.to_owned()]);
    }
    print_table(&rows);
    print("");
    print_facts(&[
        ("Obstacle", explanation.obstacle_text.unwrap_or_default()),
        ("Replaced by", titles(&explanation.superseded_by)),
        ("Since", optional_time(explanation.since)),
        ("Due", due(explanation.due_date, explanation.is_overdue)),
        (
            "Source",
            format!("{} {}: {}", explanation.source.feed, explanation.source.native_id, explanation.source.text),
        ),
        ("Inventory of", optional_time(explanation.inventory_at)),
        ("Evaluated", time(explanation.evaluated_at)),
    ]);
    Ok(Finding::Nothing)
}
