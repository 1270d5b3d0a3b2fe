//! `install NAME=VALUE…`: keeps the values and enrols at once.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use fettle_agent_core::entropy::SystemEntropy;
use fettle_agent_core::facts::Machine;
use fettle_agent_core::limits;
use fettle_agent_core::settings::Settings;
use fettle_agent_core::talker::enrolment::Enroller;
use fettle_agent_core::talker::image;
use fettle_agent_core::talker::session::{AgentState, TalkerFolder};
use fettle_model::SystemClock;

use super::{limits_path, settings_path};
use crate::Place;

#[derive(Debug, clap::Args)]
pub(crate) struct Install {
    #[command(flatten)]
    place: Place,
    /// `CustomerId`, `ActivationId`, `WebServiceUri`; may be: `ServerCa`, `AuthorisationKey`, `ProxyUrl`, `MonitorOnly`, `Labels`
    #[arg(value_name = "NAME=VALUE", required = true)]
    values: Vec<String>,
    /// Keep the values and enrol only on a copy of this machine
    #[arg(long)]
    prepare_image: bool,
    /// Take an address that begins with http://, if it is of this machine
    #[arg(long)]
    insecure_http: bool,
}

pub(crate) fn run(install: &Install) -> anyhow::Result<ExitCode> {
    let settings = Settings::from_words(&install.values, install.insecure_http)?;
    let data = install.place.folder()?;
    let path = settings_path(&install.place, &data);
    let before = Settings::load(&path)?;
    settings.store(&path)?;
    limits::write_if_absent(&limits_path(&install.place, &data), &settings).context("writing the limits file")?;
    let machine = Machine::new(&install.place.root);
    let enroller =
        Enroller { settings: &settings, data: &data, machine: &machine, clock: &SystemClock, entropy: &SystemEntropy };
    if let Some(session) = TalkerFolder::new(&data).session()? {
        let moved = before
            .is_some_and(|before| (before.customer_id, before.server_ca) != (settings.customer_id, settings.server_ca));
        // Another server, or one that has said no for good: only an install by hand begins anew.
        if moved || session.state == AgentState::Revoked {
            enroller.forget(session.agent_id)?;
        }
    }
    if install.prepare_image {
        if let Some(session) = TalkerFolder::new(&data).session()? {
            enroller.forget(session.agent_id)?;
        }
        image::prepare(&data, &machine, settings.customer_id)?;
        writeln!(std::io::stdout(), "ready for an image; copies enrol at their first start").context("writing")?;
        return Ok(ExitCode::SUCCESS);
    }
    image::forget(&data)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("preparing the network")?;
    let session = runtime.block_on(enroller.session()).context("enrolling")?;
    writeln!(std::io::stdout(), "enrolled as {}", session.agent_id).context("writing the answer")?;
    Ok(ExitCode::SUCCESS)
}
