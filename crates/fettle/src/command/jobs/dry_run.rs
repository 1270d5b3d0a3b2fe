//! `fettle jobs dry-run`, and the dry run of a draft.

use std::time::{Duration, Instant};

use crate::api::dry_run::{AssetDryRun, DryRun as Report, PlannedChange};
use crate::api::job::JobDraft;
use crate::api::{Answer, Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, print_table, say, table};
use crate::progress::Progress;
use crate::text::{bytes, yes};

/// Between two looks at a dry run that is not finished.
const POLL: Duration = Duration::from_millis(500);
/// Connected agents answer within seconds; a repository that hangs is given up by apt itself before this.
const LIMIT: Duration = Duration::from_mins(15);

#[derive(Debug, clap::Args)]
pub(crate) struct DryRun {
    /// Name or id
    job: String,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, dry_run: DryRun) -> Result<Finding, Failure> {
    let job = lookup::job(client, &dry_run.job).await?;
    let path = format!("/v1/jobs/{job}/dry-runs");
    let started = client.post::<Report>(&path, &serde_json::json!({})).await?;
    finish(client, started, dry_run.format).await
}

/// Before a job exists.
pub(super) async fn of_draft(client: &Client, draft: &JobDraft, format: Format) -> Result<Finding, Failure> {
    let started = client.post::<Report>("/v1/dry-runs", draft).await?;
    finish(client, started, format).await
}

async fn finish(client: &Client, started: Answer<Report>, format: Format) -> Result<Finding, Failure> {
    let answer = wait(client, started).await?;
    if format.json {
        print_json(&answer);
    } else {
        print_report(&answer.value);
    }
    let report = &answer.value;
    let silent = report.assets.iter().any(|asset| asset.state != "Done" || asset.problem.is_some());
    Ok(Finding::from(report.totals.would_fail > 0 || silent || !report.is_finished()))
}

async fn wait(client: &Client, mut answer: Answer<Report>) -> Result<Answer<Report>, Failure> {
    let begun = Instant::now();
    let path = format!("/v1/dry-runs/{}", answer.value.id);
    let mut progress = Progress::start();
    while !answer.value.is_finished() {
        let totals = &answer.value.totals;
        progress.step(&format!("Dry run: {} of {} assets answered", totals.answered, totals.assets));
        if begun.elapsed() > LIMIT {
            progress.finish();
            say("The dry run is not finished after 15 minutes; this is what is known");
            break;
        }
        tokio::time::sleep(POLL).await;
        answer = client.get(&path, &[]).await?;
    }
    Ok(answer)
}

fn print_report(report: &Report) {
    for asset in &report.assets {
        print_asset(asset);
    }
    let totals = &report.totals;
    print(&format!(
        "{} of {} assets answered: {} changes, {} removals, {} to download, {} reboots expected, {} patches would fail",
        totals.answered,
        totals.assets,
        totals.changes,
        totals.removals,
        bytes(totals.download_bytes),
        totals.reboots,
        totals.would_fail
    ));
}

fn print_asset(asset: &AssetDryRun) {
    print(&match asset.state.as_str() {
        "Done" => asset.name.clone(),
        "NotConnected" => format!("{}: not connected", asset.name),
        _ => format!("{}: no answer yet", asset.name),
    });
    if let Some(problem) = &asset.problem {
        let text = problem.text.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
        print(&format!("  {}{text}", problem.reason));
    }
    if !asset.patches.is_empty() {
        let mut rows = table(["  PATCH", "VERDICT", "WHY"]);
        for patch in &asset.patches {
            let why = [patch.reason.as_deref(), patch.text.as_deref()];
            let why = why.into_iter().flatten().collect::<Vec<_>>().join(": ");
            rows.add_row([format!("  {}", patch.title), patch.verdict.clone(), why]);
        }
        print_table(&rows);
    }
    if !asset.changes.is_empty() {
        print_changes(&asset.changes);
    }
    let mut costs = Vec::new();
    costs.extend(asset.download_bytes.map(|count| format!("{} to download", bytes(count))));
    costs.extend(asset.disk_bytes.map(disk));
    costs.extend(asset.reboot_expected.then(|| "a reboot is expected".to_owned()));
    if !costs.is_empty() {
        print(&format!("  {}", costs.join(", ")));
    }
    print("");
}

fn print_changes(changes: &[PlannedChange]) {
    let mut rows = table(["  PACKAGE", "FROM", "TO", "ALONG"]);
    for change in changes {
        rows.add_row([
            format!("  {}:{}", change.name, change.arch),
            change.from.clone().unwrap_or_else(|| "new".to_owned()),
            change.to.clone().unwrap_or_else(|| "REMOVED".to_owned()),
            yes(!change.wanted).to_owned(),
        ]);
    }
    print_table(&rows);
}

/// Negative: space becomes free.
fn disk(count: i64) -> String {
    let size = bytes(count.unsigned_abs());
    if count < 0 { format!("{size} of disk set free") } else { format!("{size} more on disk") }
}
