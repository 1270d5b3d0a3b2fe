//! `fettle catalogue status`.

use crate::api::catalogue::Document;
use crate::api::{Client, Page};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, say_more, table};
use crate::text::{bytes, time};

#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    /// Rows to show, at most 1000
    #[arg(long, value_name = "ROWS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, status: Status) -> Result<Finding, Failure> {
    let limit = status.limit.to_string();
    let answer = client.get::<Page<Document>>("/v1/catalogue/documents", &[("limit", &limit)]).await?;
    if status.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows = table(["FEED", "FILE", "SIZE", "IMPORTED", "BY", "ADDED", "CHANGED", "UNCHANGED", "DROPPED"]);
    for document in &answer.value.items {
        rows.add_row([
            document.feed.clone(),
            document.file_name.clone().unwrap_or_default(),
            bytes(document.bytes),
            time(document.imported_at),
            document.imported_by.clone(),
            document.changes.added.to_string(),
            document.changes.changed.to_string(),
            document.changes.unchanged.to_string(),
            document.report.dropped.total.to_string(),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(Finding::Nothing)
}
