//! `fettle jobs watch`: a run, followed to its end.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::api::deployment::DeploymentRow;
use crate::api::job::{JobDetails, RunRow};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::progress::Progress;

use super::results;

/// Between two looks at a run.
const POLL: Duration = Duration::from_secs(1);

#[derive(Debug, clap::Args)]
pub(crate) struct Watch {
    /// Name or id; its last run is followed
    job: String,
    /// Also print what the package managers say
    #[arg(long)]
    logs: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logs {
    Shown,
    Hidden,
}

pub(crate) async fn run(client: &Client, watch: Watch) -> Result<Finding, Failure> {
    let job = lookup::job(client, &watch.job).await?;
    let logs = if watch.logs { Logs::Shown } else { Logs::Hidden };
    last_run(client, &job, logs, watch.format).await
}

/// The exit code tells how the run ended.
pub(super) async fn last_run(client: &Client, job: &str, logs: Logs, format: Format) -> Result<Finding, Failure> {
    let run = find_last_run(client, job).await?;
    let run = follow(client, run, logs).await?;
    if format.json {
        results::print_documents(client, &run.id).await?;
    } else {
        results::print_run(client, &run).await?;
    }
    Ok(Finding::from(!run.is_good()))
}

pub(super) async fn find_last_run(client: &Client, job: &str) -> Result<RunRow, Failure> {
    let job: JobDetails = client.get(&format!("/v1/jobs/{job}"), &[]).await?.value;
    let name = job.row.name;
    let none = || Failure::Argument(format!("job {name:?} has not run yet; `fettle jobs enable` starts it"));
    job.row.last_run.ok_or_else(none)
}

async fn follow(client: &Client, mut run: RunRow, logs: Logs) -> Result<RunRow, Failure> {
    let path = format!("/v1/runs/{}", run.id);
    let mut view = View::new(logs);
    loop {
        // The run first: when it has ended, the deployments read after it have ended too.
        run = client.get(&path, &[]).await?.value;
        let deployments = results::deployments(client, &run.id).await?;
        view.show(client, &run, &deployments).await?;
        if run.has_ended() {
            return Ok(run);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// What was printed so far.
struct View {
    progress: Progress,
    logs: Logs,
    /// Last line of each deployment.
    lines: HashMap<String, String>,
    /// Characters printed of each deployment's logs, by stream.
    printed: HashMap<String, BTreeMap<String, usize>>,
}

impl View {
    fn new(logs: Logs) -> Self {
        Self { progress: Progress::start(), logs, lines: HashMap::new(), printed: HashMap::new() }
    }

    async fn show(&mut self, client: &Client, run: &RunRow, deployments: &[DeploymentRow]) -> Result<(), Failure> {
        for deployment in deployments {
            if self.logs == Logs::Shown && deployment.state != "Pending" {
                self.show_logs(client, deployment).await?;
            }
            self.show_line(deployment);
        }
        let active = deployments.iter().filter(|deployment| !deployment.has_ended());
        let active: Vec<String> =
            active.take(3).map(|row| format!("{} {}", row.asset.name, row.where_it_is())).collect();
        if self.progress.moves() {
            let counts = format!("{} of {} assets reported", run.reported, run.applicable);
            self.progress.step(&format!("{counts}   {}", active.join("   ")));
        }
        Ok(())
    }

    /// One line for each new state; on a terminal the moving line shows the steps between.
    fn show_line(&mut self, deployment: &DeploymentRow) {
        let why = deployment.why();
        let why = if why.is_empty() { why } else { format!(": {why}") };
        let line = format!("{}: {}{why}", deployment.asset.name, deployment.state);
        if self.lines.get(&deployment.id) != Some(&line) {
            self.progress.line(&line);
            self.lines.insert(deployment.id.clone(), line);
        }
    }

    /// Only what came since the last look.
    async fn show_logs(&mut self, client: &Client, deployment: &DeploymentRow) -> Result<(), Failure> {
        let seen_its_end =
            |line: &String| line.starts_with(&format!("{}: {}", deployment.asset.name, deployment.state));
        if deployment.has_ended() && self.lines.get(&deployment.id).is_some_and(seen_its_end) {
            return Ok(());
        }
        let details = results::details(client, &deployment.id).await?;
        let printed = self.printed.entry(deployment.id.clone()).or_default();
        for log in details.logs {
            let done = printed.entry(log.stream).or_default();
            // Whole lines as long as more may come.
            let end = if log.complete { log.text.len() } else { log.text.rfind('\n').map_or(0, |at| at + 1) };
            for line in log.text.get(*done..end).unwrap_or_default().lines() {
                self.progress.line(&format!("{} | {line}", deployment.asset.name));
            }
            *done = end.max(*done);
        }
        Ok(())
    }
}
