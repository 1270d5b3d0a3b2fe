//! `doctor`: what would keep this agent from its work, one line each.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use fettle_agent_core::collector_process::Collectors;
use fettle_agent_core::keeper::journal;
use fettle_agent_core::keeper::state::KeeperState;
use fettle_agent_core::keeper::trust::TrustFolder;
use fettle_agent_core::limits::LimitsFile;
use fettle_agent_core::scan::RefreshWish;
use fettle_agent_core::self_check;
use fettle_agent_core::settings::Settings;
use fettle_agent_core::talker;
use fettle_agent_core::talker::session::TalkerFolder;
use fettle_model::{Clock as _, SystemClock};
use fettle_wire::message::report::SelfCheck;

use super::{journal_files, limits_path, settings_path};
use crate::Place;

#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Doctor) -> anyhow::Result<ExitCode> {
    let data = arguments.place.folder()?;
    let scan = Collectors::new(data.clone(), &arguments.place.root)?.scan(RefreshWish::Never, &mut |_| {})?;
    let mut lines = scan.facts.self_check;
    lines.push(self_check::clock(KeeperState::load(&data.keeper())?.clock_offset()));
    let limits = LimitsFile::new(limits_path(&arguments.place, &data)).read();
    lines.push(line(
        "limits",
        limits.invalid.is_none(),
        "the limits file is trusted",
        &limits.invalid.unwrap_or_default(),
    ));
    lines.push(server(arguments)?);
    lines.push(trust(arguments)?);
    let mut damaged = Vec::new();
    for path in journal_files(&data)? {
        if journal::read(&path)?.damaged {
            damaged.push(path.display().to_string());
        }
    }
    lines.push(line("journal", damaged.is_empty(), "every journal is whole", &damaged.join(", ")));
    let mut out = std::io::stdout().lock();
    for check in &lines {
        writeln!(out, "{:8} {:8} {}", check.id, check.result, check.text).context("writing the result")?;
    }
    let healthy = lines.iter().all(|check| check.result == "Passed");
    Ok(ExitCode::from(u8::from(!healthy)))
}

fn line(id: &str, passed: bool, good: &str, bad: &str) -> SelfCheck {
    SelfCheck {
        id: id.to_owned(),
        result: if passed { "Passed" } else { "Warning" }.to_owned(),
        text: if passed { good } else { bad }.to_owned(),
    }
}

/// Whether the server answers, and with the pinned CA: any answer at all will do.
fn server(arguments: &Doctor) -> anyhow::Result<SelfCheck> {
    let data = arguments.place.folder()?;
    let Some(settings) = Settings::load(&settings_path(&arguments.place, &data))? else {
        return Ok(line("server", false, "", "this agent is not installed"));
    };
    let client = talker::server_client(&settings, &TalkerFolder::new(&data))?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("preparing the network")?;
    let answer = runtime.block_on(client.get("trust?have=0"));
    let reached = answer.as_ref().err().is_none_or(|error| error.code().is_some());
    let text = answer.err().map(|error| format!("{:#}", anyhow::Error::from(error))).unwrap_or_default();
    Ok(line("server", reached, "the server answers, with the pinned CA", &text))
}

fn trust(arguments: &Doctor) -> anyhow::Result<SelfCheck> {
    let statement = TrustFolder::new(&arguments.place.folder()?.keeper()).load()?;
    let now = SystemClock.now();
    let good = statement.as_ref().is_some_and(|statement| statement.expires > now);
    let bad = match statement {
        None => "no trust statement is pinned".to_owned(),
        Some(statement) => format!("TRUST_EXPIRED: it was good until {}", statement.expires),
    };
    Ok(line("trust", good, "the trust statement is in force", &bad))
}
