//! `scan`: what this machine lacks, as a table or as JSON.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use fettle_agent_core::collector_process::Collectors;
use fettle_agent_core::scan::{REFRESH_MINUTES, RefreshWish};
use fettle_agent_core::scan_document;
use fettle_model::{Clock as _, SystemClock};

use crate::progress::Spinner;
use crate::{Place, progress, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Scan {
    #[command(flatten)]
    place: Place,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Fetch the package lists, however new those at hand are
    #[arg(long, conflicts_with = "no_refresh")]
    refresh: bool,
    /// Fetch nothing; read the lists that are at hand
    #[arg(long)]
    no_refresh: bool,
    /// Read changelogs of security updates for their CVEs, at most so many megabytes of packages
    #[arg(long, value_name = "MB", default_value_t = 50, value_parser = clap::value_parser!(u32).range(..=100_000))]
    cves: u32,
}

pub(crate) fn run(arguments: &Scan) -> anyhow::Result<ExitCode> {
    let collectors = Collectors::new(arguments.place.folder()?, &arguments.place.root)?;
    let wish = if arguments.refresh {
        RefreshWish::Always
    } else if arguments.no_refresh {
        RefreshWish::Never
    } else {
        RefreshWish::WhenOlderThan(REFRESH_MINUTES)
    };
    let mut spinner = Spinner::start();
    let mut scan = collectors.scan(wish, &mut |step| spinner.step(step))?;
    let unread = scan.offers.iter().any(|offer| offer.security && offer.changelog.is_none());
    if arguments.cves > 0 && unread && !arguments.no_refresh {
        match collectors.read_changelogs(arguments.cves, &mut |step| spinner.step(step)) {
            Ok(read) => scan.add_changelogs(&read),
            // What is missing is known all the same; the CVEs stay unread, and the document says so.
            Err(error) => progress::say(&format!("changelogs could not be read: {error:#}")),
        }
    }
    spinner.finish();
    let document = scan_document::document(&scan);
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &document).context("writing the document")?;
        writeln!(out).context("writing the document")?;
    } else {
        write!(out, "{}", table::render(&document)).context("writing the table")?;
    }
    Ok(ExitCode::from(scan_document::verdict(&scan, SystemClock.now()).exit_code()))
}
