//! `fettle jobs results`, and the tables with which a watched run ends.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::api::deployment::{DeploymentDetails, DeploymentRow};
use crate::api::job::RunRow;
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json_text, print_table, table};
use crate::text::{optional_time, yes};

use super::watch::find_last_run;

#[derive(Debug, clap::Args)]
pub(crate) struct Results {
    /// Name or id; its last run is shown
    job: String,
    /// With the output of the package manager
    #[arg(long)]
    output: bool,
    #[command(flatten)]
    format: Format,
}

/// Documents of the API, untouched, under one roof.
#[derive(Serialize)]
struct RunDocuments<'a> {
    run: &'a RawValue,
    deployments: Vec<Box<RawValue>>,
}

pub(crate) async fn run(client: &Client, results: Results) -> Result<Finding, Failure> {
    let job = lookup::job(client, &results.job).await?;
    let run = find_last_run(client, &job).await?;
    if results.format.json {
        print_documents(client, &run.id).await?;
    } else {
        print_run(client, &run).await?;
        if results.output {
            print_output(client, &run).await?;
        }
    }
    Ok(Finding::from(run.has_ended() && !run.is_good()))
}

pub(super) async fn deployments(client: &Client, run: &str) -> Result<Vec<DeploymentRow>, Failure> {
    client.all(&format!("/v1/runs/{run}/deployments"), &[]).await
}

/// The run and the details of each of its deployments.
pub(super) async fn print_documents(client: &Client, run: &str) -> Result<(), Failure> {
    let document = client.get::<Box<RawValue>>(&format!("/v1/runs/{run}"), &[]).await?.value;
    let mut details = Vec::new();
    for row in deployments(client, run).await? {
        details.push(client.get::<Box<RawValue>>(&format!("/v1/deployments/{}", row.id), &[]).await?.value);
    }
    let documents = RunDocuments { run: &document, deployments: details };
    print_json_text(&serde_json::to_string(&documents).expect("JSON is put together from JSON"));
    Ok(())
}

/// Asset by asset, then patch by patch.
pub(super) async fn print_run(client: &Client, run: &RunRow) -> Result<(), Failure> {
    let rows = deployments(client, &run.id).await?;
    let mut assets = table(["ASSET", "STATE", "ENDED", "REBOOT", "WHY"]);
    for row in &rows {
        let reboot = yes(row.reboot_pending).to_owned();
        assets.add_row([row.asset.name.clone(), row.where_it_is(), optional_time(row.ended_at), reboot, row.why()]);
    }
    print_table(&assets);
    let mut patches = table(["ASSET", "PATCH", "OUTCOME", "EXIT", "PACKAGES", "WHY"]);
    for row in &rows {
        let details = details(client, &row.id).await?;
        for patch in &details.patches {
            let why = [patch.failure.as_deref(), patch.skipped.as_deref(), patch.text.as_deref()];
            patches.add_row([
                row.asset.name.clone(),
                patch.title.clone(),
                patch.outcome.clone(),
                patch.exit_code.map(|code| code.to_string()).unwrap_or_default(),
                patch.packages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                why.into_iter().flatten().collect::<Vec<_>>().join(": "),
            ]);
        }
        for package in &details.also_moved {
            let also = format!("{package}");
            patches.add_row([row.asset.name.as_str(), "", "moved along", "", also.as_str(), ""]);
        }
    }
    print("");
    print_table(&patches);
    let counts: Vec<String> = run.counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
    print(&format!("\nRun {}: {} ({})", run.number, run.outcome(), counts.join(", ")));
    Ok(())
}

async fn print_output(client: &Client, run: &RunRow) -> Result<(), Failure> {
    for row in deployments(client, &run.id).await? {
        for log in details(client, &row.id).await?.logs {
            let end = if log.complete { "" } else { ", not yet complete" };
            print(&format!("\n== {} {}{end}", row.asset.name, log.stream));
            print(log.text.trim_end());
        }
    }
    Ok(())
}

pub(super) async fn details(client: &Client, deployment: &str) -> Result<DeploymentDetails, Failure> {
    Ok(client.get(&format!("/v1/deployments/{deployment}"), &[]).await?.value)
}
