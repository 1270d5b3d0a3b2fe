//! `journal list|show|verify|export`: what was done to this machine, from the agent's own files.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_agent_core::keeper::deployment::Memory;
use fettle_agent_core::keeper::journal;
use fettle_model::{DeploymentId, DeploymentState};
use fettle_wire::message::EventKind;

use super::journal_files;
use crate::Place;

#[derive(Debug, clap::Args)]
pub(crate) struct Journal {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum What {
    /// Deployments with their last state
    List,
    /// Every record of a deployment, one JSON document a line
    Show { id: DeploymentId },
    /// Writes the signed record of a deployment: the envelope as the server has it
    Export { id: DeploymentId },
    /// Reads every journal and checks its sums
    Verify,
}

/// Exit code when a journal is damaged.
const DAMAGED: u8 = 1;

pub(crate) fn run(arguments: &Journal) -> anyhow::Result<ExitCode> {
    let data = arguments.place.folder()?;
    let mut out = std::io::stdout().lock();
    let mut damaged = false;
    match arguments.what {
        What::Show { id } => {
            let contents = journal::read(&journal::path(&data.keeper().join("journal"), id))?;
            for record in &contents.records {
                serde_json::to_writer(&mut out, record).context("writing a record")?;
                writeln!(out).context("writing a record")?;
            }
            damaged = contents.damaged;
        }
        What::Export { id } => {
            let contents = journal::read(&journal::path(&data.keeper().join("journal"), id))?;
            let record = contents.records.iter().rev().find(|record| record.kind == EventKind::Record.name());
            let envelope = record.and_then(|record| record.data.get("envelope")?.as_str().map(str::to_owned));
            let envelope = envelope.context("this deployment has no signed record yet")?;
            let envelope = STANDARD.decode(envelope).context("reading the record")?;
            out.write_all(&envelope).context("writing the record")?;
            damaged = contents.damaged;
        }
        What::List | What::Verify => {
            for path in journal_files(&data)? {
                let contents = journal::read(&path)?;
                damaged |= contents.damaged;
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let state = Memory::of(&contents.records).state.map_or("-", DeploymentState::name);
                let health = if contents.damaged { "damaged" } else { "whole" };
                let count = contents.records.len();
                writeln!(out, "{name} {state} {count} records {health}").context("writing a line")?;
            }
        }
    }
    Ok(ExitCode::from(if damaged { DAMAGED } else { 0 }))
}
