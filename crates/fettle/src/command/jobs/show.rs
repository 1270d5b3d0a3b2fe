//! `fettle jobs show`.

use crate::api::job::{JobDetails, RunRow};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json, print_table, table};
use crate::text::{optional_time, time};

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Name or id
    job: String,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, show: Show) -> Result<Finding, Failure> {
    let id = lookup::job(client, &show.job).await?;
    let answer = client.get::<JobDetails>(&format!("/v1/jobs/{id}"), &[]).await?;
    if show.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let JobDetails { row, assets, patches, runs } = answer.value;
    print_facts(&[
        ("Job", row.name),
        ("Id", row.id),
        ("Work", row.work),
        ("Status", row.status),
        ("Owner", row.owner),
        ("Created", time(row.created_at)),
    ]);
    print("\nAssets");
    for asset in assets {
        print(&format!("  {}", asset.name));
    }
    print("\nPatches");
    for patch in patches {
        print(&format!("  {}", patch.title));
    }
    if !runs.is_empty() {
        print("");
        print_runs(&runs);
    }
    Ok(Finding::Nothing)
}

fn print_runs(runs: &[RunRow]) {
    let mut rows = table(["RUN", "OUTCOME", "PUBLISHED", "FINISHED", "REPORTED", "ID"]);
    for run in runs {
        rows.add_row([
            run.number.to_string(),
            run.outcome().to_owned(),
            time(run.published_at),
            optional_time(run.finished_at),
            format!("{} of {}", run.reported, run.applicable),
            run.id.clone(),
        ]);
    }
    print_table(&rows);
}
