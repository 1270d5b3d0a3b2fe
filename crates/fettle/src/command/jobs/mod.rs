//! `fettle jobs …`.

mod create;
mod dry_run;
mod life;
mod list;
mod results;
mod selection;
mod show;
mod watch;

use clap::Subcommand;

use crate::api::Client;
use crate::failure::{Failure, Finding};

#[derive(Debug, Subcommand)]
pub(crate) enum Jobs {
    /// Jobs and how their last runs ended
    List(list::List),
    /// One job with its runs
    Show(show::Show),
    /// Make a job; with `--dry-run` only show what it would do
    Create(create::Create),
    /// Show what a job would do now; changes nothing
    DryRun(dry_run::DryRun),
    /// Start a job
    Enable(life::Enable),
    /// Follow a run to its end
    Watch(watch::Watch),
    /// What a run did, asset by asset and patch by patch
    Results(results::Results),
    /// Cancel a run where it has not begun to install
    Cancel(life::Cancel),
    /// Copy a job, so that it can be changed and run again
    Clone(life::Clone),
    /// Delete a job
    Delete(life::Delete),
}

pub(crate) async fn run(client: &Client, jobs: Jobs) -> Result<Finding, Failure> {
    match jobs {
        Jobs::List(list) => list::run(client, list).await,
        Jobs::Show(show) => show::run(client, show).await,
        Jobs::Create(create) => create::run(client, create).await,
        Jobs::DryRun(dry_run) => dry_run::run(client, dry_run).await,
        Jobs::Enable(enable) => life::enable(client, enable).await,
        Jobs::Watch(watch) => watch::run(client, watch).await,
        Jobs::Results(results) => results::run(client, results).await,
        Jobs::Cancel(cancel) => life::cancel(client, cancel).await,
        Jobs::Clone(clone) => life::clone(client, clone).await,
        Jobs::Delete(delete) => life::delete(client, delete).await,
    }
}
