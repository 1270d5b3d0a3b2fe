//! `fettle jobs list`.

use crate::api::job::JobRow;
use crate::api::{Client, Page};
use crate::command::Listing;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, say_more, table};
use crate::text::time;

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
}

pub(crate) async fn run(client: &Client, list: List) -> Result<Finding, Failure> {
    let limit = list.listing.limit.to_string();
    let answer = client.get::<Page<JobRow>>("/v1/jobs", &list.listing.query(&limit, &[])).await?;
    if list.listing.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows = table(["NAME", "WORK", "STATUS", "PATCHES", "ASSETS", "LAST RUN", "OWNER", "CREATED", "ID"]);
    for job in &answer.value.items {
        rows.add_row([
            job.name.clone(),
            job.work.clone(),
            job.status.clone(),
            job.patch_count.to_string(),
            job.asset_count.to_string(),
            job.last_run.as_ref().map(|run| run.outcome().to_owned()).unwrap_or_default(),
            job.owner.clone(),
            time(job.created_at),
            job.id.clone(),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(Finding::Nothing)
}
