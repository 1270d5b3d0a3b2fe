//! `fettle jobs enable|cancel|clone|delete`: one call each.

use serde_json::json;

use crate::api::job::{JobDetails, RunRow};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, say};

use super::watch;

#[derive(Debug, clap::Args)]
pub(crate) struct Enable {
    /// Name or id
    job: String,
    /// Follow the run to its end
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn enable(client: &Client, enable: Enable) -> Result<Finding, Failure> {
    let id = lookup::job(client, &enable.job).await?;
    let answer = client.post::<JobDetails>(&format!("/v1/jobs/{id}/enable"), &json!({})).await?;
    if enable.format.json {
        print_json(&answer);
    } else {
        say(&format!("Job {} is started", answer.value.row.name));
    }
    if enable.watch {
        return watch::last_run(client, &id, watch::Logs::Hidden, enable.format).await;
    }
    Ok(Finding::Nothing)
}

#[derive(Debug, clap::Args)]
pub(crate) struct Cancel {
    /// Name or id; its last run is cancelled
    job: String,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn cancel(client: &Client, cancel: Cancel) -> Result<Finding, Failure> {
    let id = lookup::job(client, &cancel.job).await?;
    let run = watch::find_last_run(client, &id).await?;
    let answer = client.post::<RunRow>(&format!("/v1/runs/{}/cancel", run.id), &json!({})).await?;
    if cancel.format.json {
        print_json(&answer);
    } else {
        say("Cancelled; what is being installed is brought to its end");
    }
    Ok(Finding::Nothing)
}

#[derive(Debug, clap::Args)]
pub(crate) struct Clone {
    /// Name or id
    job: String,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn clone(client: &Client, clone: Clone) -> Result<Finding, Failure> {
    let id = lookup::job(client, &clone.job).await?;
    let answer = client.post::<JobDetails>(&format!("/v1/jobs/{id}/clone"), &json!({})).await?;
    if clone.format.json {
        print_json(&answer);
    } else {
        print(&answer.value.row.id);
        say(&format!("The copy is called {}", answer.value.row.name));
    }
    Ok(Finding::Nothing)
}

#[derive(Debug, clap::Args)]
pub(crate) struct Delete {
    /// Name or id
    job: String,
}

pub(super) async fn delete(client: &Client, delete: Delete) -> Result<Finding, Failure> {
    let id = lookup::job(client, &delete.job).await?;
    client.delete(&format!("/v1/jobs/{id}")).await?;
    say("The job is deleted");
    Ok(Finding::Nothing)
}
