//! `status`: who this agent is, whom it talks to, and what it is doing.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use fettle_agent_core::folder::DataFolder;
use fettle_agent_core::keeper::state::KeeperState;
use fettle_agent_core::keeper::trust::TrustFolder;
use fettle_agent_core::limits::LimitsFile;
use fettle_agent_core::settings::Settings;
use fettle_agent_core::talker::session::{AgentState, TalkerFolder};
use serde_json::{Value, json};

use super::{limits_path, settings_path};
use crate::{Place, status_socket};

#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    place: Place,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Status) -> anyhow::Result<ExitCode> {
    let document = document_or_ask(arguments)?;
    let active = document["state"] == json!(AgentState::Active);
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &document).context("writing the status")?;
        writeln!(out).context("writing the status")?;
    } else if let Value::Object(fields) = &document {
        for (name, value) in fields {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            writeln!(out, "{name:16} {shown}").context("writing the status")?;
        }
    }
    Ok(ExitCode::from(u8::from(!active)))
}

/// From the agent's own files, or from the agent that runs where those are not the caller's to read.
fn document_or_ask(arguments: &Status) -> anyhow::Result<Value> {
    let is_root = rustix::process::geteuid().is_root();
    if arguments.place.data.is_none() && !is_root && Path::new(status_socket::USUAL).exists() {
        return status_socket::ask(Path::new(status_socket::USUAL));
    }
    let data = arguments.place.folder()?;
    match document(&settings_path(&arguments.place, &data), &limits_path(&arguments.place, &data), &data) {
        Err(error) if is_denied(&error) => status_socket::ask(&status_socket::path(&data)),
        document => document,
    }
}

fn is_denied(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    })
}

/// The status as the agent's files tell it.
pub(crate) fn document(settings: &Path, limits: &Path, data: &DataFolder) -> anyhow::Result<Value> {
    let settings = Settings::load(settings)?;
    let session = TalkerFolder::new(data).session()?;
    let trust = TrustFolder::new(&data.keeper()).load()?;
    let state = KeeperState::load(&data.keeper())?;
    Ok(json!({
        "state": session.as_ref().map_or_else(|| json!("Unenrolled"), |session| json!(session.state)),
        "agent": session.as_ref().map(|session| session.agent_id),
        "incarnation": session.as_ref().map(|session| session.incarnation),
        "server": settings.as_ref().map(|settings| settings.web_service_uri.clone()),
        "lastContact": session.as_ref().and_then(|session| session.last_contact),
        "certificateEnds": session.as_ref().map(|session| session.not_after),
        "trustVersion": trust.as_ref().map(|trust| trust.version),
        "trustEnds": trust.as_ref().map(|trust| trust.expires),
        "lastScan": state.scanned_at,
        "limits": LimitsFile::new(limits).read().report(),
        "monitorOnly": settings.as_ref().is_some_and(|settings| settings.monitor_only),
    }))
}
