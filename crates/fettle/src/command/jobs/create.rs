//! `fettle jobs create`.

use std::io::IsTerminal as _;

use console::Term;

use crate::api::job::{JobDetails, JobDraft, JobOptions, NewJob};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, say};

use super::selection::Selection;
use super::{dry_run, watch};

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(crate) struct Create {
    /// Name of the job
    #[arg(long)]
    name: String,
    /// Name or id of an asset; can be given several times
    #[arg(long = "asset", value_name = "ASSET", required = true)]
    assets: Vec<String>,
    #[command(flatten)]
    selection: Selection,
    /// Take the patches back instead: to the highest earlier version that the archive lists
    #[arg(long)]
    uninstall: bool,
    /// Packages may be removed where an update asks for it
    #[arg(long)]
    allow_removals: bool,
    /// Show what the job would do on each asset; without `--enable` nothing is made
    #[arg(long)]
    dry_run: bool,
    /// Make the job and start it
    #[arg(long)]
    enable: bool,
    /// Follow the run to its end
    #[arg(long, requires = "enable")]
    watch: bool,
    /// Do not ask between dry run and start
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, create: Create) -> Result<Finding, Failure> {
    let draft = draft(client, &create).await?;
    if create.dry_run {
        let found = dry_run::of_draft(client, &draft, create.format).await?;
        if !create.enable {
            return Ok(found);
        }
        confirm(create.yes)?;
    }
    let answer = client.post::<JobDetails>("/v1/jobs", &NewJob { draft: &draft, enable: create.enable }).await?;
    let job = &answer.value.row;
    if create.format.json {
        print_json(&answer);
    } else {
        print(&job.id);
        let state = if create.enable { "is started" } else { "is made; `fettle jobs enable` starts it" };
        say(&format!("Job {} {state}", job.name));
    }
    if create.watch {
        return watch::last_run(client, &job.id, watch::Logs::Hidden, create.format).await;
    }
    Ok(Finding::Nothing)
}

async fn draft(client: &Client, create: &Create) -> Result<JobDraft, Failure> {
    let mut assets = Vec::with_capacity(create.assets.len());
    for wanted in &create.assets {
        assets.push(lookup::asset(client, wanted).await?);
    }
    let patches = create.selection.patches(client, &assets).await?;
    Ok(JobDraft {
        name: create.name.clone(),
        work: if create.uninstall { "Rollback" } else { "Install" },
        assets: assets.into_iter().map(|asset| asset.id).collect(),
        patches,
        options: JobOptions {
            allow_removals: create.allow_removals,
            continue_on_patch_failure: true,
            suppress_reboots: true,
        },
    })
}

/// A person at a terminal has just seen the dry run and decides; a script decided by `--enable`.
fn confirm(yes: bool) -> Result<(), Failure> {
    if yes || !std::io::stdin().is_terminal() {
        return Ok(());
    }
    let reading = |source| Failure::File { operation: "the terminal cannot be read".to_owned(), source };
    let terminal = Term::stderr();
    terminal.write_str("Start this job? [y/N] ").map_err(reading)?;
    match terminal.read_line().map_err(reading)?.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::Declined("nothing was made and nothing was started")),
    }
}
